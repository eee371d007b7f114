-- Uplift: what an offer changes.
\pset null '(null)'
CREATE TABLE trial (id int, region text, recency int, offer text, spend float8, visited int);
INSERT INTO trial
SELECT i, (ARRAY['north', 'south'])[1 + i % 2], i % 7, (ARRAY['none', '5 EUR', '10 EUR'])[1 + i % 3],
	10 - i % 7 + (i % 3) * (1 + i % 2) + i * 7919 % 11 / 10.0, (i * 7919 % 100 < 30 + 10 * (i % 3))::int
FROM generate_series(1, 300) i;
CREATE TABLE models AS
SELECT coupon.uplift_fit(spend, offer, f, '{"learner": "t", "control": "none"}') AS model FROM trial t, LATERAL (SELECT t.region, t.recency) f;
SELECT coupon.arms(model) FROM models;
SELECT region, recency, u.offer, round(u.uplift::numeric, 3) AS uplift, round(u.baseline::numeric, 3) AS baseline, round(u.standard_error::numeric, 3) AS standard_error
FROM models, (VALUES ('north', 1), ('south', 6)) f(region, recency), coupon.uplifts(model, f) u ORDER BY 1, 2, 3;
SELECT region, ARRAY(SELECT round(u::numeric, 3) FROM unnest(coupon.uplift_array(model, f)) u) AS uplifts FROM models, (VALUES ('north', 1), ('south', 6)) f(region, recency) ORDER BY 1;
SELECT jsonb_pretty(d - '{fits,features,arms}'::text[]) AS describe FROM models, coupon.describe(model) d;
SELECT a ->> 'arm' AS arm, a -> 'rows' AS rows, round((a ->> 'mean_outcome')::numeric, 3) AS mean_outcome FROM models, jsonb_array_elements(coupon.describe(model) -> 'arms') a;
-- one offer against none: a boolean column is passed as text
SELECT f.region, round(coupon.uplift(m, f)::numeric, 3) AS uplift
FROM (SELECT coupon.uplift_fit(spend, (offer <> 'none')::text, f) AS m FROM trial t, LATERAL (SELECT t.region, t.recency) f) x, (VALUES ('north', 1), ('south', 6)) f(region, recency) ORDER BY 1;
-- an option without effect is accepted, and told
SELECT coupon.describe(coupon.uplift_fit(spend, offer, f, '{"control": "none", "iterations": 5, "seed": 1}')) -> 'unused_options' AS unused_options FROM trial t, LATERAL (SELECT t.recency) f;
-- errors
SELECT coupon.uplift(model, f) FROM models, LATERAL (SELECT 'north' AS region, 1 AS recency) f;
SELECT coupon.uplift_fit(spend, offer, f) FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "nothing"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none"}') FROM trial t, LATERAL (SELECT t.recency) f WHERE offer = 'none';
SELECT coupon.uplift_fit(spend, offer, f, '{"learner": "z"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"base": 1}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"lerner": "s"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"seed": 1.5}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"base": "logit", "control": "none"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit((offer = 'none')::int, offer, f, '{"base": "logit", "control": "none"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"learner": "s", "control": "none"}') FROM trial t, LATERAL (SELECT t.recency, offer = '5 EUR' AS leak) f;
SELECT coupon.uplift_fit(spend, id::text, f, '{"control": "1"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit('Infinity', offer, f, '{"control": "none"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT * FROM models, LATERAL (SELECT 'north' AS region) f, coupon.uplifts(model, f);
SELECT coupon.predict(model, f) FROM models, LATERAL (SELECT 'north' AS region, 1 AS recency) f;
-- learners with effect models
CREATE TABLE learned AS SELECT learner, coupon.uplift_fit(spend, offer, f, jsonb_build_object('learner', learner, 'control', 'none', 'folds', 2)) AS model
FROM trial t, LATERAL (SELECT t.region, t.recency) f, unnest('{x,r,dr,class_transform}'::text[]) learner GROUP BY learner;
SELECT learner, u.offer, round(u.uplift::numeric, 3) AS uplift, round(u.baseline::numeric, 3) AS baseline, round(u.standard_error::numeric, 3) AS standard_error
FROM learned, LATERAL (SELECT 'south' AS region, 6 AS recency) f, coupon.uplifts(model, f) u ORDER BY 1, 2;
SELECT learner, d -> 'options' AS options, d -> 'unused_options' AS unused, d ->> 'standard_errors' AS standard_errors FROM learned, coupon.describe(model) d ORDER BY 1;
SELECT p.arm, round(p.propensity::numeric, 3) AS propensity FROM learned, LATERAL (SELECT 'south' AS region, 6 AS recency) f, coupon.propensities(model, f) p WHERE learner = 'dr';
-- what has no effect on the t-learner, and what has none on class transformation
SELECT coupon.describe(coupon.uplift_fit(spend, offer, f, '{"control": "none", "folds": 3, "propensity": "estimate", "clip": 0.1, "final": "linear"}')) -> 'unused_options' AS unused_options FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.describe(coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "class_transform", "target": "funnel", "seed": 3, "clip": 0.1}')) -> 'unused_options' AS unused_options FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.describe(coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "s", "target": "funnel", "base": "linear", "iterations": 9}')) -> 'unused_options' AS unused_options FROM (SELECT greatest(spend - 8, 0) AS spend, offer, recency FROM trial) t, LATERAL (SELECT t.recency) f;
-- propensities that cannot be
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": 0.5}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": {"5 EUR": 0.5}}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": {"5 EUR": 0.5, "10 EUR": 0.5}}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": {"5 EUR": 0.5, "20 EUR": 0.2}}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": 1}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": {"5 EUR": "0.5"}}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": "guess"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "x", "propensity": [0.5]}') FROM trial t, LATERAL (SELECT t.recency) f;
-- other errors of these learners
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "r", "folds": 1}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "r", "clip": 0}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, CASE WHEN id = 1 THEN 'rare' ELSE offer END, f, '{"control": "none", "learner": "dr"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "learner": "class_transform", "base": "logit"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit((offer <> 'none' AND id % 2 = 0)::int, offer, f, '{"control": "none", "learner": "r", "base": "logit"}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit((id = 3)::int, offer, f, '{"control": "none", "learner": "r", "base": "logit", "folds": 2}') FROM trial t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(-spend, offer, f, '{"control": "none", "target": "funnel"}') FROM (SELECT * FROM trial WHERE id <= 9) t, LATERAL (SELECT t.recency) f;
SELECT coupon.uplift_fit(spend, offer, f, '{"control": "none", "target": "funnel"}') FROM trial t, LATERAL (SELECT t.recency) f;
DROP TABLE trial, models, learned;

-- causal forests
SELECT coupon.uplift_fit(i, (i % 2)::text, ARRAY[i], '{"learner": "causal_forest", "forest": {"bags": 1}}') FROM generate_series(1, 10) i;
SELECT coupon.uplift_fit(i, (i % 2)::text, ARRAY[i], '{"learner": "causal_forest", "forest": {"sample_share": 0.6}}') FROM generate_series(1, 10) i;
SELECT coupon.uplift_fit(i, (i % 2)::text, ARRAY[i], '{"learner": "causal_forest", "forest": 500}') FROM generate_series(1, 10) i;
SELECT coupon.uplift_fit(i, (i < 2)::text, ARRAY[i], '{"learner": "causal_forest"}') FROM generate_series(1, 10) i;
