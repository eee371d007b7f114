-- Regression: response and propensity models.
\pset null '(null)'
CREATE TABLE visits (id int, region text, recency int, age int, spend float8, visited int);
INSERT INTO visits
SELECT i, (ARRAY['north', 'south', 'west'])[1 + i % 3], i % 7, CASE WHEN i % 5 > 0 THEN 20 + i % 40 END, 10 - i % 7 + 2 * (i % 3) + i * 7919 % 11 / 10.0, (i * 7919 % 100 < 30 + 8 * (i % 7))::int
FROM generate_series(1, 120) i;
CREATE TABLE models AS
SELECT 'spend' AS name, coupon.linear_fit(spend, f) AS model FROM visits v, LATERAL (SELECT v.region, v.recency, v.age) f
UNION ALL
SELECT 'visit', coupon.logit_fit(visited, f, '{"ridge": 0.1}') FROM visits v, LATERAL (SELECT v.region, v.recency, v.age) f;
SELECT m.name, c ->> 'name' AS term, round((c ->> 'value')::numeric, 3) AS value, round((c ->> 'standard_error')::numeric, 3) AS standard_error
FROM models m, jsonb_array_elements(coupon.describe(model) -> 'coefficients') WITH ORDINALITY AS t(c, n) ORDER BY m.name, n;
SELECT id, round(coupon.predict(s.model, f)::numeric, 3) AS spend, round(coupon.predict(p.model, f)::numeric, 3) AS probability
FROM visits v, LATERAL (SELECT v.region, v.recency, v.age) f, models s, models p WHERE s.name = 'spend' AND p.name = 'visit' AND id <= 4 ORDER BY id;
-- a row of another order, with other types and more columns, predicts the same
SELECT round(coupon.predict(model, f)::numeric, 3) AS spend FROM models, LATERAL (SELECT 'x' AS other, 3.0::numeric AS recency, 'west'::varchar AS region, 25::float4 AS age) f WHERE name = 'spend';
-- features by position
SELECT round(coupon.predict(coupon.linear_fit(spend, ARRAY[recency, recency ^ 2]), '{3, 9}'::float8[])::numeric, 3) AS spend FROM visits;
-- partial states, stored and merged
CREATE TABLE daily AS SELECT id % 4 AS day, coupon.linear_fit_state(spend, f, '{"exclude": ["age"]}') AS state FROM visits v, LATERAL (SELECT v.region, v.recency, v.age) f GROUP BY 1;
SELECT coupon.describe(coupon.linear_fit_merge(state)) -> 'rows' AS rows FROM daily;
SELECT coupon.describe(coupon.linear_fit_merge(state)) -> 'rows' AS rows FROM (SELECT coupon.linear_fit_state(state) AS state FROM daily GROUP BY day / 2) weekly;
-- errors: options
SELECT coupon.linear_fit(spend, f, '{"rigde": 1}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.linear_fit(spend, f, '{"ridge": -1}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.linear_fit(spend, f, '{"ridge": "much"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.linear_fit(spend, f, '[1]') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.linear_fit(spend, f, NULL) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.linear_fit(spend, f, '{"exclude": [1]}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.linear_fit(spend, f, '{"exclude": ["nothing"]}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.linear_fit(spend, ARRAY[recency], '{"exclude": ["recency"]}') FROM visits;
SELECT coupon.logit_fit(visited, f, '{"iterations": 0}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.logit_fit(visited, f, '{"iterations": 1.5}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.logit_fit(visited, f, '{"quiet": 1}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.logit_fit(visited, f, jsonb_build_object('ridge', id)) FROM visits, LATERAL (SELECT recency) f;
-- errors: features
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT recency, now() AS at) f;
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT '{1}'::int[] AS basket) f;
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT '{}'::jsonb AS extra) f;
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT recency, recency) f;
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT 'NaN'::float8 AS score) f;
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT 'Infinity'::numeric AS score) f;
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT ARRAY[1, NULL]::float8[] AS embedding) f;
SELECT coupon.linear_fit(spend, f) FROM visits, LATERAL (SELECT array_fill(1::float8, ARRAY[1 + id % 2]) AS embedding) f;
SELECT coupon.linear_fit(spend, ARRAY[1, 'NaN']::float8[]) FROM visits;
SELECT coupon.linear_fit(spend, array_fill(1::float8, ARRAY[1 + id % 2])) FROM visits;
SELECT coupon.linear_fit(spend, f) FROM (SELECT i AS spend, 'word ' || i AS word FROM generate_series(1, 300) i) v, LATERAL (SELECT word) f;
SELECT coupon.logit_fit(i % 2, f) FROM (SELECT i, 'word ' || i AS word FROM generate_series(1, 300) i) v, LATERAL (SELECT word) f;
SELECT coupon.linear_fit(id, array_fill(1::float8, ARRAY[2001])) FROM visits;
SELECT coupon.logit_fit(visited, array_fill(1::float8, ARRAY[2001])) FROM visits;
-- errors: outcomes
SELECT coupon.linear_fit('NaN', f) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.logit_fit(spend, f) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.logit_fit(visited + 1e-9, f) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.logit_fit(1, f) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.logit_fit((visits.recency > 3)::int, f) IS NOT NULL AS fitted FROM visits, LATERAL (SELECT recency) f;
-- errors: scoring
SELECT coupon.predict(model, f) FROM models, LATERAL (SELECT 'west' AS region, 1 AS recency) f WHERE name = 'spend';
SELECT coupon.predict(model, f) FROM models, LATERAL (SELECT 'west' AS region, '1' AS recency, 20 AS age) f WHERE name = 'spend';
SELECT coupon.predict(model, '{1, 2, 3}'::float8[]) FROM models WHERE name = 'spend';
SELECT coupon.predict(coupon.linear_fit(spend, ARRAY[recency]), '{1, 2}'::float8[]) FROM visits;
SELECT coupon.predict(NULL, f) FROM LATERAL (SELECT 1 AS a) f;
-- errors: states that do not fit together
SELECT coupon.linear_fit_merge(state) FROM (SELECT state FROM daily UNION ALL SELECT coupon.linear_fit_state(spend, f, '{"ridge": 1}') FROM visits, LATERAL (SELECT region, recency) f) x;
SELECT coupon.linear_fit_merge(state) FROM (SELECT state FROM daily UNION ALL SELECT coupon.linear_fit_state(spend, f) FROM visits, LATERAL (SELECT region) f) x;
SELECT coupon.linear_fit_merge(state) FROM (SELECT state FROM daily UNION ALL SELECT coupon.linear_fit_state(spend, f) FROM visits, LATERAL (SELECT region, region AS recency) f) x;
DROP TABLE visits, models, daily;
-- networks
CREATE TABLE visits AS SELECT i AS id, (ARRAY['north', 'south', 'west'])[1 + i % 3] AS region, i % 7 AS recency, sin(i % 7) + i % 3 AS spend, (i % 7 > 3)::int AS visited FROM generate_series(1, 210) i;
CREATE TABLE nets AS SELECT coupon.network_fit(spend, f) AS spend, coupon.network_fit(visited, f, '{"objective": "logistic", "layers": [8], "learning_rate": 0.01}') AS visit
FROM visits v, LATERAL (SELECT v.region, v.recency) f;
SELECT max(abs(coupon.predict(n.spend, f) - v.spend)) < 0.5 AS spend, max(abs(coupon.predict(n.visit, f) - v.visited)) < 0.2 AS visit, min(array_length(coupon.embedding(n.spend, f), 1)) AS embedding
FROM nets n, visits v, LATERAL (SELECT v.region, v.recency) f;
SELECT coupon.network_fit(spend, f, '{"layer": 3}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"layers": []}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"layers": [8, 0]}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"layers": ["wide"]}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"layers": 2.5}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"layers": [4096, 4096]}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"activation": "sigmoid"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"objective": "poisson"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"learning_rate": 0}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"holdout": 1}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"batch": 0}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f, '{"objective": "logistic"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(1, f, '{"objective": "logistic"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit('NaN', f) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.network_fit(spend, f) FROM visits, LATERAL (SELECT 'NaN'::float8 AS score) f;
SELECT coupon.network_fit(spend, f, '{"learning_rate": 1e30}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.predict(n.spend, f) FROM nets n, LATERAL (SELECT 1 AS recency) f;
SELECT coupon.embedding(coupon.linear_fit(spend, f), f) FROM visits, LATERAL (SELECT recency) f GROUP BY f;
SELECT coupon.predict(n.spend, '{1, 2}'::float8[]) FROM nets n;
DROP TABLE visits, nets;
