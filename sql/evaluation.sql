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
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', 5, NULL);
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', 5, '{"band": "uniform"}');
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', 5, '{"bands": "simultaneous"}');
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial', 5, '{"seed": "a"}');
SELECT coupon.uplift_curve('', 5);
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, ''yes, please'' AS treated FROM trial', 5);
SELECT coupon.uplift_curve('SELECT score, ''NaN''::float8 AS outcome, treated FROM trial');
SELECT coupon.uplift_curve('SELECT score, visit AS outcome, treated FROM trial) AS t; DROP TABLE trial; --');

-- off-policy: options and what cannot be
SELECT coupon.off_policy(1, 0, 0.5, 1, 1);
SELECT coupon.off_policy(1, 1.5, 0.5, 1, 1);
SELECT coupon.off_policy(1, 'NaN', 0.5, 1, 1);
SELECT coupon.off_policy(1, 0.5, -0.1, 1, 1);
SELECT coupon.off_policy('NaN', 0.5, 0.5, 1, 1);
SELECT coupon.off_policy(1, 0.5, 0.5, 'Infinity', 1);
SELECT coupon.off_policy(1, 0.5, 0.5, 1, '-Infinity');
SELECT coupon.off_policy(1, 0.5, 0.5, 1, 1, '{"clip": 0}');
SELECT coupon.off_policy(1, 0.5, 0.5, 1, 1, '{"clipp": 1}');
SELECT coupon.off_policy(1, 0.5, 0.5, 1, 1, NULL);
SELECT coupon.off_policy(1, 0.5, 0.5, 1, 1, jsonb_build_object('clip', i)) FROM generate_series(1, 2) i;

-- cost curve, calibration
SELECT coupon.aucc('NaN', 1, 1, true);
SELECT coupon.aucc(1, 'Infinity', 1, true);
SELECT coupon.cost_summary(1, 1, -1e101, true);
SELECT coupon.uplift_calibration(NULL);
SELECT coupon.uplift_calibration('SELECT 1', NULL);
SELECT coupon.uplift_calibration('SELECT 1', 0);
SELECT coupon.uplift_calibration('SELECT 1 AS score');

-- budget curve
SELECT coupon.budget_curve(NULL);
SELECT coupon.budget_curve('SELECT 1', 0);
SELECT coupon.budget_curve('SELECT ARRAY[1] AS gains, ARRAY[1] AS costs');
SELECT coupon.budget_curve('SELECT ARRAY[1] AS gains, ARRAY[1, 2] AS costs, ARRAY[1, 2] AS scores');
SELECT coupon.budget_curve('SELECT ARRAY[1] AS gains, ARRAY[-1] AS costs, ARRAY[1] AS scores');
SELECT coupon.budget_curve('SELECT ARRAY[1] AS gains, ARRAY[NULL] AS costs, ARRAY[1] AS scores');
SELECT coupon.budget_curve('SELECT ARRAY[1] AS gains, ARRAY[1] AS costs, ARRAY[''NaN''] AS scores');
SELECT coupon.budget_curve('SELECT ARRAY[[1]] AS gains, ARRAY[[1]] AS costs, ARRAY[[1]] AS scores');
SELECT coupon.budget_curve('SELECT s AS gains, s AS costs, s AS scores FROM (SELECT array_fill(1, ARRAY[1001]) AS s) x');
SELECT coupon.budget_difference('SELECT ARRAY[1] AS gains, ARRAY[1] AS costs, ARRAY[1] AS scores');
SELECT coupon.gain_scores(3, 1, ARRAY[0.5, 0.25, 0.25]);
SELECT coupon.gain_scores(1, 1, ARRAY[0.5, 0]);
SELECT coupon.gain_scores(1, 1, ARRAY[0.5, 0.75]);
SELECT coupon.gain_scores(0, 1, ARRAY[1]);
SELECT coupon.gain_scores(1, 'NaN', ARRAY[0.5, 0.5]);
SELECT coupon.gain_scores(1, 1, ARRAY[0.5, 0.5], ARRAY[1]);

-- sample sizes
SELECT coupon.sample_size(0, 1);
SELECT coupon.sample_size('NaN', 1);
SELECT coupon.sample_size(1, 0);
SELECT coupon.sample_size(1e-9, 1);
SELECT coupon.sample_size(1, 1, '{"power": 1}');
SELECT coupon.sample_size(1, 1, '{"treated_sd": 1}');
SELECT coupon.sample_size_rates(0.1, 0.1);
SELECT coupon.sample_size_rates(0.1, 1);
DROP TABLE trial;
