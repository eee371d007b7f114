-- the manual's examples

CREATE TABLE trial AS
SELECT i AS customer, i * 7 % 11 < 6 AS treated, i * 379 % 1000 / 1000.0 AS score,
    (i * 7919 % 1009 < 150 + CASE WHEN i * 7 % 11 < 6 THEN i * 379 % 1000 / 5 ELSE 0 END)::int AS visit
FROM generate_series(1, 4000) AS i;
SELECT round(coupon.qini_auc(score, visit, treated)::numeric, 4) AS qini_auc,
    round(coupon.auuc(score, visit, treated)::numeric, 4) AS auuc,
    round(coupon.uplift_at(score, visit, treated, 0.3)::numeric, 4) AS uplift_at_30
FROM trial;
SELECT customer % 2 = 0 AS even, round(coupon.qini_auc(score, visit, treated)::numeric, 4) AS model,
    round(coupon.qini_auc(1 - score, visit, treated)::numeric, 4) AS upside_down,
    coupon.qini_auc(1, visit, treated) AS constant
FROM trial
GROUP BY even
ORDER BY even;
SELECT s.rows, s.treated, s.control, s.skipped, round(s.ate::numeric, 4) AS ate, round(s.ate_se::numeric, 4) AS ate_se
FROM (SELECT (coupon.uplift_summary(score, visit, treated)).* FROM trial) AS s;
SELECT figure, round(value::numeric, 4) AS value, round(se::numeric, 4) AS se
FROM (SELECT (coupon.uplift_summary(score, visit, treated)).* FROM trial) AS s,
    LATERAL (VALUES ('qini_auc', qini_auc, qini_auc_se), ('auuc', auuc, auuc_se), ('uplift_10', uplift_10, uplift_10_se),
        ('uplift_20', uplift_20, uplift_20_se), ('uplift_30', uplift_30, uplift_30_se)) AS figures(figure, value, se);
SELECT share, customers, round(gain::numeric, 1) AS gain, round(gain_se::numeric, 1) AS gain_se, round(random::numeric, 1) AS random,
    round(qini::numeric, 1) AS qini, round(qini_random::numeric, 1) AS qini_random, round(qini_perfect::numeric, 1) AS qini_perfect
FROM coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', 5)
ORDER BY share;

-- nulls and empty sets
SELECT (coupon.uplift_summary(NULLIF(score, 0.1), NULLIF(visit, 1), treated)).skipped FROM trial;
SELECT coupon.qini_auc(score, visit, treated) IS NULL AS qini_auc, coupon.auuc(score, visit, treated) IS NULL AS auuc,
    coupon.uplift_at(score, visit, treated, 0.3) IS NULL AS uplift_at, coupon.uplift_summary(score, visit, treated)::text IS NULL AS summary
FROM trial
WHERE false;
SELECT coupon.uplift_summary(score, visit, true)::text FROM trial WHERE customer <= 3;
SELECT * FROM coupon.uplift_curve('SELECT 1 AS score, 2 AS outcome, true AS treated WHERE false');
SELECT * FROM coupon.uplift_curve('SELECT 1 AS score, 2 AS outcome, true AS treated', 1);

-- errors
SELECT coupon.qini_auc('NaN', visit, treated) FROM trial;
SELECT coupon.auuc(score, 'Infinity', treated) FROM trial;
SELECT coupon.uplift_summary('-Infinity', visit, treated) FROM trial;
SELECT coupon.uplift_summary(score, visit * 1e101, treated) FROM trial;
SELECT coupon.uplift_at(score, visit, treated, 0) FROM trial;
SELECT coupon.uplift_at(score, visit, treated, 30) FROM trial;
SELECT coupon.uplift_at(score, visit, treated, 1.0000001) FROM trial;
SELECT coupon.uplift_at(score, visit, treated, 'NaN') FROM trial;
SELECT coupon.uplift_at(score, visit, treated, NULL) FROM trial;
SELECT coupon.uplift_at(score, visit, treated, customer / 10.0) FROM trial WHERE customer <= 2;
SELECT coupon.uplift_at(score, visit, treated, s) FROM trial, (VALUES (0.3::float8), (0.1::float8 + 0.2::float8)) AS shares(s);
SELECT coupon.uplift_curve(NULL);
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', NULL);
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', 0);
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', 10001);
SELECT coupon.uplift_curve('SELECT score, treated FROM trial');
SELECT coupon.uplift_curve('SELECT score, ''NaN''::float8 AS outcome, treated FROM trial');
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial) AS t; DROP TABLE trial; --');
DROP TABLE trial;
