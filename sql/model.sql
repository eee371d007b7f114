-- Models and states are values; whatever comes from outside is checked at the door.
\pset null '(null)'
CREATE TABLE customers (id int, recency int, region text, treated boolean, spend float8);
INSERT INTO customers SELECT i, i % 12, (ARRAY['north', 'south'])[1 + i % 2], i % 3 = 0, i % 12 + i % 2 + 5 * (i % 3 = 0)::int FROM generate_series(1, 60) i;
CREATE TABLE models AS SELECT 'spend' AS name, coupon.linear_fit(spend, f) AS model FROM customers, LATERAL (SELECT recency, region) f;
SELECT name, describe ->> 'kind' AS kind, describe ->> 'rows' AS rows, describe -> 'features' AS features FROM models, coupon.describe(model);
-- the text form is what pg_dump writes
SELECT model::text ~ '^linear:1:[A-Za-z0-9+/=]+$' AS text_form, model::text::coupon.model::text = model::text AS round_trip FROM models;
SELECT * FROM coupon.model_trace((SELECT coupon.logit_fit((spend > 8)::int, f, '{"ridge": 1}') FROM customers, LATERAL (SELECT region) f)) WHERE step = 1 AND measure <> 'log_likelihood';
SELECT count(*) > 1 AS steps, bool_and(measure = 'log_likelihood') AS measure FROM coupon.model_trace((SELECT coupon.logit_fit((spend > 8)::int, f, '{"ridge": 1}') FROM customers, LATERAL (SELECT region) f));
-- not a model
SELECT 'hello'::coupon.model;
SELECT 'hello:1:aGVsbG8='::coupon.model;
SELECT 'linear:1:aGVsbG8='::coupon.model;
SELECT 'linear:1:!'::coupon.model;
SELECT 'linear:0:aGVsbG8='::coupon.model;
SELECT overlay(model::text PLACING 'zzzz' FROM 60 FOR 4)::coupon.model FROM models;
SELECT left(model::text, -8)::coupon.model FROM models;
-- another version's model
SELECT ('linear:7:' || translate(encode(substring(sha256('\x01000700') FOR 16), 'base64'), E'\n', ''))::coupon.model;
-- not a state
SELECT 'hello:1:aGVsbG8='::coupon.state;
SELECT 'linear_fit:1:aGVsbG8='::coupon.state;
SELECT 'linear_fit:2:aGVsbG8='::coupon.state;
-- a model of another kind
SELECT coupon.uplift(model, f) FROM models, LATERAL (SELECT 1 AS recency, 'north' AS region) f;
SELECT coupon.arms(model) FROM models;
-- support functions are the aggregates' own
SELECT coupon.linear_fit_final(NULL);
DROP TABLE models, customers;
