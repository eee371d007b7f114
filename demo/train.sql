-- Fits one model per outcome on the training half; a model is a value in a table.
\set ECHO none
\echo
\echo ── 2. Train ────────────────────────────────────────────────────────────────────
\echo What does each e-mail change in a customer’s spend, and in the chance of a visit?
\echo
\set ECHO queries
CREATE TABLE models AS
SELECT 'spend' AS outcome, coupon.uplift_fit(spend, segment, f,
	'{"learner": "t", "base": "linear", "control": "No E-Mail"}') AS model
FROM hillstrom h, LATERAL (SELECT recency, history, mens, womens, newbie, zip_code, channel) f
WHERE NOT test
UNION ALL
SELECT 'visit', coupon.uplift_fit(visit, segment, f,
	'{"learner": "t", "base": "logit", "control": "No E-Mail"}')
FROM hillstrom h, LATERAL (SELECT recency, history, mens, womens, newbie, zip_code, channel) f
WHERE NOT test;

SELECT outcome, coupon.arms(model), pg_size_pretty(pg_column_size(model)::bigint) AS size FROM models;
