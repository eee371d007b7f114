-- Learners over trees: an effect that depends on a feature, what is described, options.
\i test/prelude.psql
BEGIN;
SELECT plan(26);

CREATE TABLE trial AS
SELECT i, a, c, CASE WHEN i % 7 > 0 THEN b END AS b, arm, 5 + 2 * a + noise + CASE arm WHEN 'small' THEN 1 WHEN 'large' THEN CASE WHEN a > 0.5 AND c = 'c1' THEN 4 ELSE 0 END ELSE 0 END AS y
FROM (SELECT i, (i * 7919 % 1009) / 1009.0::float8 AS a, (i * 104729 % 997) / 997.0::float8 AS b, 'c' || i * 31 % 5 % 2 AS c, (ARRAY['control', 'small', 'large'])[1 + (i * 15485863::bigint) % 3] AS arm, (i * 32452843::bigint % 601) / 601.0::float8 AS noise
	FROM generate_series(1, 3000) i) s;
CREATE TABLE models AS
SELECT learner, coupon.uplift_fit(y, arm, f, jsonb_build_object('learner', learner, 'base', 'trees', 'trees', '{"rounds": 60, "max_depth": 4}'::jsonb)) AS m
FROM (VALUES ('s'), ('t')) l(learner), trial t, LATERAL (SELECT t.a, t.b, t.c) f GROUP BY learner;
CREATE VIEW scored AS
SELECT learner, t.a, t.c, coupon.uplift_array(m, f) AS u, coupon.uplift_array(m::text::coupon.model, f) AS again FROM models, trial t, LATERAL (SELECT t.a, t.b, t.c) f WHERE i <= 600;

SELECT ok(pg_temp.near(avg(u[2]), 1, 0.1), learner || ': a constant effect') FROM scored GROUP BY learner ORDER BY learner;
SELECT ok(pg_temp.near(avg(u[1]), 4, 0.4), learner || ': a large effect where it is') FROM scored WHERE a > 0.55 AND c = 'c1' GROUP BY learner ORDER BY learner;
SELECT ok(pg_temp.near(avg(u[1]), 0, 0.2), learner || ': none where there is none') FROM scored WHERE a < 0.45 OR c = 'c0' GROUP BY learner ORDER BY learner;
SELECT ok(bool_and(u = again), 'the text form loses nothing') FROM scored;
SELECT ok(bool_and(standard_error IS NULL AND uplift NOT IN ('NaN', 'Infinity')), 'no standard errors') FROM models, LATERAL (SELECT NULL::float8 AS a, NULL::float8 AS b, 'unseen' AS c) f, coupon.uplifts(m, f);
SELECT is((SELECT count(DISTINCT part) FROM coupon.model_trace(m)), CASE learner WHEN 's' THEN 1 ELSE 3 END::bigint, learner || ': a trace for each base model') FROM models ORDER BY learner;
SELECT is(coupon.describe(m) #> '{options,trees,rounds}', '60', 'the options of the trees are described') FROM models WHERE learner = 's';
CREATE TABLE shuffled AS SELECT coupon.uplift_fit(y, arm, f, '{"learner": "t", "base": "trees", "trees": {"rounds": 60, "max_depth": 4}}' ORDER BY i * 7919 % 3001) AS m FROM trial t, LATERAL (SELECT t.a, t.b, t.c) f;
SELECT ok(bool_and(coupon.uplift_array(s.m, f) = coupon.uplift_array(o.m, f)), 'shuffled rows give the same trees') FROM shuffled s, models o, trial t, LATERAL (SELECT t.a, t.b, t.c) f WHERE learner = 't' AND i <= 600;
SELECT throws_like($$ SELECT coupon.uplift_fit(y, arm, f, '{"base": "trees", "trees": {"depth": 3}}') FROM trial t, LATERAL (SELECT t.a) f $$, 'unknown option "depth"', 'options of the trees are checked');
SELECT throws_like($$ SELECT coupon.uplift_fit(y, arm, f, '{"base": "trees", "trees": {"exclude": "a"}}') FROM trial t, LATERAL (SELECT t.a) f $$, 'option "exclude" belongs to%', 'exclude is not one of them');

-- of outcomes the objective is settled by them unless it is given; pseudo-outcomes have squared error, propensities the logistic one
CREATE TABLE objectives AS SELECT o, v.b, coupon.uplift_fit(CASE WHEN v.b THEN (y > 7)::int ELSE y END, arm, f, jsonb_build_object('learner', 'dr', 'base', 'trees', 'final', 'trees', 'folds', 2, 'propensity', 'estimate', 'propensity_base', 'trees', 'trees', '{"rounds": 5}'::jsonb || o)) AS m
FROM trial t, LATERAL (SELECT t.a, t.b AS bb, t.c) f, (VALUES ('{}'::jsonb, true), ('{}', false), ('{"objective": "poisson"}', false)) v(o, b) GROUP BY o, v.b;
SELECT is(d #>> '{fits,0,objective}' || ', ' || (d #>> '{effects,0,objective}'), want, want) FROM objectives, coupon.describe(m) d,
	LATERAL (SELECT CASE WHEN b THEN 'logistic' WHEN o ? 'objective' THEN 'poisson' ELSE 'squared_error' END || ', squared_error' AS want) w ORDER BY want;
SELECT results_eq('SELECT DISTINCT part FROM objectives, coupon.model_trace(m) WHERE b ORDER BY 1', $$ VALUES ('control, training'), ('effect of large, training'), ('effect of small, training'), ('propensity of large, training'), ('propensity of small, training') $$, 'each base model has its trace');
SELECT ok(bool_and(total BETWEEN 1 - 1e-12 AND 1 + 1e-12), 'propensities of trees add up to 1') FROM objectives, trial t, LATERAL (SELECT t.a, t.b AS bb, t.c) f, LATERAL (SELECT sum(propensity) AS total FROM coupon.propensities(m, f)) p WHERE i < 50;
SELECT is(coupon.describe(m) #>> '{options,propensity_base}', 'trees', 'the base of the propensities is described') FROM objectives WHERE b;
-- what concerns trees is used where there are some, and only there
SELECT is(coupon.describe(coupon.uplift_fit(y, arm, f, o || '{"trees": {"rounds": 3}, "folds": 2}')) ->> 'unused_options', want, o::text)
FROM trial t, LATERAL (SELECT t.a, t.c) f, (VALUES ('{"base": "trees", "ridge": 1, "iterations": 5, "seed": 1}'::jsonb, '["folds", "iterations", "ridge"]'),
	('{"learner": "x", "base": "trees", "ridge": 1, "propensity_base": "trees"}', '["folds", "propensity_base"]'), ('{"learner": "x", "final": "trees"}', '["folds"]'),
	('{"learner": "t", "final": "trees"}', '["final", "folds", "trees"]'), ('{"learner": "r", "propensity": "estimate", "iterations": 9, "propensity_base": "trees"}', '["iterations"]')) v(o, want) GROUP BY o, want ORDER BY o;
-- a direction is of outcomes, not of effects: the effect may fall where outcomes must rise
SELECT ok(bool_or(u[1] > v[1] + 0.7), 'monotone outcomes leave effects free') FROM (SELECT coupon.uplift_fit(y - CASE WHEN arm = 'large' THEN 4 * t.a ELSE 0 END, arm, f, '{"learner": "dr", "base": "trees", "final": "trees", "folds": 2, "trees": {"monotone": {"a": 1}}}') AS m FROM trial t, LATERAL (SELECT t.a) f) x,
	LATERAL (SELECT 0.1::float8 AS a) low, LATERAL (SELECT 0.45::float8 AS a) high, coupon.uplift_array(m, low) u, coupon.uplift_array(m, high) v;
SELECT * FROM finish();
ROLLBACK;
