-- trees_fit, import_trees, importance, explain: invariants, edge cases, the door.  test/trees.t compares with libxgboost.
\i test/prelude.psql
BEGIN;
SELECT plan(72);
\i test/fuzz.psql
\i test/trees_data.psql

CREATE TABLE models AS
SELECT 'squared' AS name, coupon.trees_fit(y, f, '{"rounds": 30}') AS m FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'logistic', coupon.trees_fit(v, f, '{"rounds": 30, "objective": "logistic", "early_stopping": 5, "subsample": 0.7, "seed": 3}') FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'poisson', coupon.trees_fit(floor(y), f, '{"rounds": 30, "objective": "count:poisson", "colsample": 0.5}') FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'tweedie', coupon.trees_fit(greatest(y - 22, 0), f, '{"rounds": 30, "objective": "tweedie", "tweedie_power": 1.3}') FROM sample, LATERAL (SELECT a, b, c, g) f;
CREATE VIEW scores AS SELECT name, i, y, v, coupon.predict(m, f) AS p FROM models, sample, LATERAL (SELECT a, b, c, g) f;

SELECT cmp_ok((coupon.describe(m) ->> 'difference_from_libxgboost')::float8, '<=', 1e-6::float8, name || ': our scores are those of libxgboost') FROM models;
SELECT cmp_ok(regr_r2(y, p), '>', 0.9::float8, 'the outcome is explained') FROM scores WHERE name = 'squared';
SELECT ok(bool_and(p > 0 AND p < 1), 'logistic trees predict probabilities') FROM scores WHERE name = 'logistic';
SELECT cmp_ok(corr(v, p), '>', 0.3::float8, 'of the outcome') FROM scores WHERE name = 'logistic';
SELECT ok(bool_and(p > 0), name || ' trees predict what is positive') FROM scores WHERE name IN ('poisson', 'tweedie') GROUP BY name ORDER BY name;
SELECT ok(pg_temp.near(avg(p), avg(floor(y)), 0.5), 'of the right size') FROM scores WHERE name = 'poisson';
SELECT is((coupon.describe(m) ->> 'rounds')::int, (SELECT count(*)::int FROM coupon.model_trace(m) WHERE part = 'training'), name || ': a row of the trace per round') FROM models;
SELECT is((SELECT step FROM coupon.model_trace(m) WHERE part = 'held out' ORDER BY value, step LIMIT 1), (coupon.describe(m) ->> 'best_round')::int, 'early stopping keeps the rounds up to the best') FROM models WHERE name = 'logistic';
SELECT is(coupon.describe(m) -> 'trees', coupon.describe(m) -> 'best_round', 'and no more trees') FROM models WHERE name = 'logistic';
SELECT ok((coupon.describe(m) ->> 'held_out')::int BETWEEN 80 AND 160, 'about a fifth of the rows is held out') FROM models WHERE name = 'logistic';
SELECT ok(bool_and(value < before), 'the error falls from round to round') FROM (SELECT value, lag(value) OVER (ORDER BY step) AS before FROM models, coupon.model_trace(m) WHERE name = 'squared') t WHERE before IS NOT NULL;

-- what explains a prediction adds up to it
SELECT cmp_ok(max(abs(s.score - CASE name WHEN 'squared' THEN s.p WHEN 'logistic' THEN ln(s.p / (1 - s.p)) ELSE ln(s.p) END)), '<=', 1e-6::float8, name || ': contributions add up')
FROM (SELECT name, i, min(coupon.predict(m, f)) AS p, sum(contribution) AS score FROM models, sample, LATERAL (SELECT a, b, c, g) f, coupon.explain(m, f) WHERE i <= 60 GROUP BY name, i) s GROUP BY name ORDER BY name;
SELECT ok(pg_temp.near(sum(importance), 1, 1e-9), name || ': importances are shares') FROM models, coupon.importance(m) GROUP BY name ORDER BY name;
SELECT results_eq($$ SELECT feature FROM models, coupon.importance(m) WHERE name = 'squared' $$, ARRAY['a', 'b', 'c', 'g'], 'a category is one feature');
SELECT results_eq($$ SELECT feature FROM models, coupon.importance(m) WHERE name = 'squared' ORDER BY importance LIMIT 1 $$, ARRAY['g'], 'what does not matter is worth least');
-- exact Shapley values of one tree by hand: x1 < 0.5 -> -1 (4 of 10), else x2 < 3 -> 2 (3), 4 (3)
SELECT results_eq($$ SELECT feature, round(contribution::numeric, 9) FROM coupon.explain(coupon.import_trees(pg_temp.source()), '{1, 5}'::float8[]) $$,
	$$ VALUES ('intercept', 1.9::numeric(20, 9)), ('features[1]', 1.8), ('features[2]', 0.8) $$, 'Shapley values of a small tree');
CREATE TABLE linear AS SELECT coupon.linear_fit(y, f) AS m, coupon.logit_fit(v, f) AS l FROM sample, LATERAL (SELECT a, b, c, g, ARRAY[a * a, b] AS x) f WHERE sample.b IS NOT NULL;
SELECT cmp_ok(max(abs(s - p)), '<=', 1e-9::float8, 'contributions of a linear model add up')
FROM (SELECT i, sum(contribution) AS s, min(coupon.predict(m, f)) AS p FROM linear, sample, LATERAL (SELECT a, b, c, g, ARRAY[a * a, b] AS x) f, coupon.explain(m, f) WHERE sample.b IS NOT NULL GROUP BY i) t;
SELECT cmp_ok(max(abs(s - ln(p / (1 - p)))), '<=', 1e-9::float8, 'of a logistic one to the log odds')
FROM (SELECT i, sum(contribution) AS s, min(coupon.predict(l, f)) AS p FROM linear, sample, LATERAL (SELECT a, b, c, g, ARRAY[a * a, b] AS x) f, coupon.explain(l, f) WHERE sample.b IS NOT NULL GROUP BY i) t;
SELECT results_eq($$ SELECT feature FROM linear, coupon.importance(m) $$, ARRAY['a', 'b', 'c', 'g', 'x[1]', 'x[2]'], 'elements of arrays are features');
SELECT ok(bool_and(importance >= 0) AND pg_temp.near(sum(importance), 1, 1e-9), 'importances of a linear model are shares') FROM linear, coupon.importance(m);
SELECT ok(pg_temp.near(contribution, 2 * (coupon.describe(m) #>> '{coefficients,1,value}')::float8, 1e-9), 'a contribution is coefficient times value')
FROM linear, LATERAL (SELECT 2 AS a, 1 AS b, 'c0' AS c, true AS g, '{1, 1}'::float8[] AS x) f, coupon.explain(m, f) WHERE feature = 'a';

-- a fit is a function of the multiset of its rows
SELECT is(coupon.trees_fit(v, f, '{"rounds": 30, "objective": "logistic", "early_stopping": 5, "subsample": 0.7, "seed": 3}' ORDER BY i * 7919 % 601)::text, (SELECT m::text FROM models WHERE name = 'logistic'), 'shuffled rows give the same model') FROM sample, LATERAL (SELECT a, b, c, g) f;
SELECT isnt(coupon.trees_fit(v, f, '{"rounds": 30, "objective": "logistic", "early_stopping": 5, "subsample": 0.7, "seed": 4}')::text, (SELECT m::text FROM models WHERE name = 'logistic'), 'another seed gives another') FROM sample, LATERAL (SELECT a, b, c, g) f;
CREATE TABLE few AS SELECT i, i % 4 AS a, (i % 4 > 1)::int AS v FROM generate_series(1, 400) i;
SELECT is(coupon.trees_fit(v, f, '{"rounds": 5, "early_stopping": 2}' ORDER BY i)::text, coupon.trees_fit(v, f, '{"rounds": 5, "early_stopping": 2}' ORDER BY -i)::text, 'rows that are alike are drawn independently') FROM few, LATERAL (SELECT a) f;
SELECT ok((coupon.describe(coupon.trees_fit(v, f, '{"rounds": 5, "early_stopping": 2}')) ->> 'held_out')::int BETWEEN 50 AND 110, 'not all or none of them') FROM few, LATERAL (SELECT a) f;
CREATE TABLE serial AS SELECT coupon.trees_fit(y, f, '{"rounds": 10}') AS m FROM sample, LATERAL (SELECT a, b, c, g) f;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT ok(pg_temp.plan_of('SELECT coupon.trees_fit(y, ROW(a, b)) FROM sample') ~ 'Partial Aggregate', 'workers take part');
SELECT is(coupon.trees_fit(y, f, '{"rounds": 10}')::text, (SELECT m::text FROM serial), 'parallel = serial') FROM sample, LATERAL (SELECT a, b, c, g) f;
RESET max_parallel_workers_per_gather;
SELECT is(coupon.predict(m, f), coupon.predict(m::text::coupon.model, f), 'the text form loses nothing') FROM models, LATERAL (SELECT 3 AS a, NULL::float8 AS b, 'c1' AS c, true AS g) f WHERE name = 'squared';

-- monotone constraints, by name
CREATE TABLE monotone AS SELECT coupon.trees_fit(y, f, '{"rounds": 20, "monotone": {"b": -1}}') AS m FROM sample, LATERAL (SELECT a, b, c) f;
SELECT ok(bool_and(p <= before), 'a prediction that must fall with a feature falls')
FROM (SELECT coupon.predict(m, f) AS p, lag(coupon.predict(m, f)) OVER (ORDER BY s) AS before FROM monotone, generate_series(0, 14, 0.1) s, LATERAL (SELECT 5 AS a, s::float8 AS b, 'c1' AS c) f) x WHERE before IS NOT NULL;
SELECT ok(bool_or(p > before), 'one that need not may rise')
FROM (SELECT coupon.predict(m, f) AS p, lag(coupon.predict(m, f)) OVER (ORDER BY s) AS before FROM models, generate_series(0, 14, 0.1) s, LATERAL (SELECT 5 AS a, s::float8 AS b, 'c1' AS c, true AS g) f WHERE name = 'squared') x;

-- missing values and unseen categories
SELECT is(coupon.predict(m, f), coupon.predict(m, h), 'a category that the fit has not seen is missing')
FROM models, LATERAL (SELECT 3 AS a, 2 AS b, 'never seen' AS c, true AS g) f, LATERAL (SELECT 3 AS a, 2 AS b, NULL AS c, true AS g) h WHERE name = 'squared';
SELECT ok(coupon.predict(m, f) NOT IN ('NaN', 'Infinity', '-Infinity'), name || ': all features may be missing') FROM models, LATERAL (SELECT NULL::float8 AS a, NULL::float8 AS b, NULL AS c, NULL::boolean AS g) f;
SELECT ok(pg_temp.near(coupon.predict(m, ARRAY[3, NULL]::float8[]), coupon.predict(m, ARRAY[NULL, NULL]::float8[]), 10), 'elements of an array may be missing') FROM (SELECT coupon.trees_fit(y, ARRAY[a, b]) AS m FROM sample) t;

-- edge cases
SELECT is(coupon.trees_fit(y, f)::text, NULL, 'no row, no model') FROM sample, LATERAL (SELECT a) f WHERE false;
SELECT is(coupon.predict(coupon.trees_fit(y, f), ROW(1)), NULL, 'nor from rows without an outcome') FROM (SELECT NULL::float8 AS y, 1 AS a) s, LATERAL (SELECT a) f;
SELECT is(coupon.predict(coupon.trees_fit(y, ARRAY[a]), '{7}'::float8[]), 0.1::float8, 'one row') FROM (VALUES (0.1::float8, 2::float8)) s(y, a);
SELECT is(coupon.predict(coupon.trees_fit(y, ARRAY[a]), '{7}'::float8[]), 0.1::float8, 'a constant outcome') FROM (SELECT 0.1::float8 AS y, i::float8 AS a FROM generate_series(1, 50) i) s;
SELECT ok(coupon.predict(coupon.trees_fit(y, ARRAY[a]), '{7}'::float8[]) BETWEEN 1 AND 3, 'two rows') FROM (VALUES (1::float8, 2::float8), (3, 9)) s(y, a);
SELECT ok(pg_temp.near(coupon.predict(coupon.trees_fit(y, ARRAY[1]::float8[]), '{7}'::float8[]), 25.5, 1e-6), 'a constant feature') FROM (SELECT i::float8 AS y FROM generate_series(1, 50) i) s;
SELECT ok(pg_temp.near(coupon.predict(coupon.trees_fit(y, f), h), 25.5, 1e-6), 'a feature that is always missing') FROM (SELECT i::float8 AS y, NULL::float8 AS a FROM generate_series(1, 50) i) s, LATERAL (SELECT a) f, LATERAL (SELECT 1::float8 AS a) h GROUP BY h;
SELECT ok(bool_and(abs(p / 1e-8 - y) < 0.2), 'outcomes in small units') FROM (SELECT coupon.trees_fit(i * 1e-8, ARRAY[i], '{"max_bin": 60}') AS m FROM generate_series(1, 50) i) t, generate_series(1, 50) y, coupon.predict(m, ARRAY[y]::float8[]) p;
SELECT ok(bool_and(abs(p - 1e9 - y) < 0.2), 'outcomes far from zero') FROM (SELECT coupon.trees_fit(1e9 + i, ARRAY[i], '{"max_bin": 60}') AS m FROM generate_series(1, 50) i) t, generate_series(1, 50) y, coupon.predict(m, ARRAY[y]::float8[]) p;
SELECT ok(coupon.predict(coupon.trees_fit(i % 2, ARRAY[i * 1e300]), '{-1e300}'::float8[]) BETWEEN 0 AND 1, 'features too large for single precision') FROM generate_series(1, 50) i;
CREATE TABLE heavy AS SELECT (i * 7919 % 1000)::float8 AS y, ARRAY(SELECT sin(i * j) FROM generate_series(1, 100) j) AS x FROM generate_series(1, 20000) i;
SET LOCAL statement_timeout = '700ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.trees_fit(y, x, '{"rounds": 10000, "quiet": true}') FROM heavy $$), 'a running trees_fit stops within a second');
RESET statement_timeout;
RESET max_parallel_workers_per_gather;
SELECT ok(coupon.trees_fit(y, ARRAY[a], '{"rounds": 3, "threads": 2}') IS NOT NULL, 'threads on demand') FROM sample;

-- the versions of the file
SELECT is(coupon.predict(coupon.import_trees(s), '{0.4, 9}'::float8[]), -0.5::float8, 'base_score ' || n) FROM (VALUES ('a string', pg_temp.source()), ('an array in a string', pg_temp.source(base_score => '"[5E-1]"', version => '[3,1,0]')),
	('an array', pg_temp.source(base_score => '["0.5"]')), ('a number', pg_temp.source(base_score => '0.5', version => '[2,1,0]'))) v(n, s) WHERE n <> 'an array';
SELECT results_eq($$ SELECT coupon.predict(coupon.import_trees(pg_temp.source(default_left => '[false,false,true,false,false]', more => ',"split_type":[0,0,0,0,0]')), x::float8[])
	FROM (VALUES ('{0.5, 2.9}'), ('{0.49999997, 2}'), ('{0.49999999, 2}'), ('{NULL, 3}'), ('{NULL, NULL}')) v(x) $$, ARRAY[2.5, -0.5, 2.5, 4.5, 2.5]::float8[], 'comparisons in single precision, default directions');

-- what single precision or 64 bits cannot hold is refused by the name of the option
SELECT throws_ok($$ SELECT coupon.trees_fit(v, f, '{"gamma": 1e308}') FROM few, LATERAL (SELECT a) f $$, 'option "gamma" must be a number between 0 and 1e+30');
SELECT throws_ok($$ SELECT coupon.trees_fit(v, f, '{"seed": 1e30}') FROM few, LATERAL (SELECT a) f $$, 'option "seed" must be an integer of 64 bits');

-- forged bytes do no harm
SELECT cmp_ok(pg_temp.refused(array_agg(pg_temp.forge('trees', 5, pg_temp.alter_bytes(substring(pg_temp.bytes_of(m::text) FROM 17), n))), 'coupon.model',
	$$ SELECT coupon.describe($1::coupon.model), coupon.predict($1::coupon.model, f), (SELECT sum(contribution) FROM coupon.explain($1::coupon.model, f)), (SELECT sum(importance) FROM coupon.importance($1::coupon.model)) FROM LATERAL (SELECT 1.0 AS a, 2.0 AS b, 'c1' AS c, true AS g) f $$), '>=', 60, 'forged trees are refused or do no harm')
FROM (SELECT coupon.trees_fit(y, f, '{"rounds": 3, "max_depth": 3}') AS m FROM sample, LATERAL (SELECT a, b, c, g) f) t, generate_series(1, 600) n;
SELECT cmp_ok(pg_temp.refused(array_agg(convert_from(overlay(convert_to(s, 'UTF8') PLACING convert_to(substring('[]{},:"-0.9e' FROM 1 + n % 12 FOR 1), 'UTF8') FROM 1 + abs(hashint4(n)) % length(s)), 'UTF8')), 'text',
	$$ SELECT coupon.predict(coupon.import_trees($1), '{1, 2}'::float8[]) $$), '=', 0, 'altered sources do no harm') FROM (SELECT pg_temp.source() AS s) t, generate_series(1, 600) n;
SELECT cmp_ok(pg_temp.refused(array_agg(left(s, n * 3)), 'text', $$ SELECT coupon.import_trees($1) $$), '=', 0, 'nor do truncated ones') FROM (SELECT pg_temp.source() AS s) t, generate_series(1, 250) n;
SELECT throws_like(format('SELECT coupon.import_trees(%L)', repeat('[', 1000000)), '%', 'nor what is nested a million times');
SELECT throws_like(format('SELECT coupon.import_trees(%L)', '{"learner":' || repeat('{"a":', 100000)), '%', 'nor objects');

SELECT * FROM finish();
ROLLBACK;
