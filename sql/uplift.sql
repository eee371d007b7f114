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
DROP TABLE trial, models;
