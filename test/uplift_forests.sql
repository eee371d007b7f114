-- Learners over trees against a generator with known effects, Hillstrom's trial, bad inputs, and bytes from outside.
\i test/prelude.psql
BEGIN;
SELECT plan(31 + CASE WHEN :'have_data' THEN 10 ELSE 0 END);
\i test/fuzz.psql
\i test/uplift_trials.psql
SET LOCAL client_min_messages = error;

-- offers go to customers with a high baseline; the baseline is hard to learn, the effect a line
CREATE TABLE world AS
SELECT i, x1, x2, x3, base + CASE arm WHEN 'a' THEN effect ELSE 0 END + 4 * (pg_temp.u(i, 4) + pg_temp.u(i, 5) - 1) AS y, arm, e, effect
FROM (SELECT i, 2 * pg_temp.u(i, 1) - 1 AS x1, 2 * pg_temp.u(i, 2) - 1 AS x2, 2 * pg_temp.u(i, 3) - 1 AS x3 FROM generate_series(1::bigint, 8000) i) x,
	LATERAL (SELECT 3 * sin(6 * x1) + 4 * x2 ^ 2 * x1 AS base, 1 + 0.5 * x1 AS effect, 1 / (1 + exp(-1.5 * x1 - x2)) AS e) l,
	LATERAL (SELECT CASE WHEN pg_temp.u(i, 6) < e THEN 'a' ELSE 'control' END AS arm) w;
CREATE TABLE learned AS SELECT name, coupon.uplift_fit(y, arm, f, '{"base": "trees", "propensity": "estimate", "folds": 3}'::jsonb || options) AS m
FROM world, LATERAL (SELECT x1, x2, x3) f, (VALUES ('t', '{"learner": "t"}'::jsonb), ('x', '{"learner": "x"}'), ('r', '{"learner": "r"}'), ('dr', '{"learner": "dr"}'),
	('dr over dr', '{"learner": "dr", "propensity_base": "trees", "final": "trees", "trees": {"max_depth": 3, "rounds": 50}}')) v(name, options) GROUP BY name;
CREATE TABLE precision AS SELECT name, sqrt(avg((coupon.uplift(m, f) - effect) ^ 2)) AS rmse FROM learned, world, LATERAL (SELECT x1, x2, x3) f WHERE i <= 2000 GROUP BY name;
SELECT ok(d.rmse < 0.5 * t.rmse, 'confounded: ' || d.name || ' ' || round(d.rmse::numeric, 3) || ' beats t ' || round(t.rmse::numeric, 3)) FROM precision d, precision t WHERE d.name IN ('r', 'dr') AND t.name = 't' ORDER BY d.name;
SELECT cmp_ok(d.rmse, '<', t.rmse, 'confounded: ' || d.name || ' ' || round(d.rmse::numeric, 3) || ' beats t, too') FROM precision d, precision t WHERE d.name IN ('x', 'dr over dr') AND t.name = 't' ORDER BY d.name;
SELECT ok(sqrt(avg((p.propensity - e) ^ 2)) < 0.1, 'propensities of trees are near the true ones: ' || round(sqrt(avg((p.propensity - e) ^ 2))::numeric, 3))
FROM learned, world, LATERAL (SELECT x1, x2, x3) f, coupon.propensities(m, f) p WHERE name = 'dr over dr' AND i <= 2000 AND p.arm = 'a';
SELECT is(coupon.describe(m) ->> 'standard_errors', CASE name WHEN 't' THEN 'none: base trees have none' WHEN 'x' THEN 'none: base trees have none' WHEN 'dr over dr' THEN 'none: effect models of trees have none' ELSE 'robust (HC1), cross-fitted' END, name || ': standard errors') FROM learned ORDER BY name;

-- shuffled = parallel = serial, and through the text form
CREATE TABLE shuffled AS TABLE world ORDER BY md5(i::text);
ANALYZE world;
CREATE TABLE kinds AS SELECT learner, jsonb_build_object('learner', learner, 'base', 'trees', 'final', final, 'propensity', 'estimate', 'propensity_base', CASE learner WHEN 'r' THEN 'logit' ELSE 'trees' END, 'folds', 2, 'trees', '{"rounds": 10, "max_depth": 4, "subsample": 0.7}'::jsonb) AS options
FROM (VALUES ('s', 'linear'), ('t', 'linear'), ('x', 'trees'), ('r', 'trees'), ('dr', 'trees'), ('class_transform', 'linear')) v(learner, final);
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE fits AS SELECT 'serial' AS how, learner, coupon.uplift_fit(y, arm, f, options) AS m FROM kinds, world, LATERAL (SELECT x1, x2) f GROUP BY learner
UNION ALL SELECT 'shuffled', learner, coupon.uplift_fit(y, arm, f, options) FROM kinds, shuffled, LATERAL (SELECT x1, x2) f GROUP BY learner;
SELECT pg_temp.go_parallel() \g /dev/null
DO $$ DECLARE k kinds; BEGIN
FOR k IN SELECT * FROM kinds LOOP
	EXECUTE format('CREATE TABLE worked AS SELECT coupon.uplift_fit(y, arm, f, %L) AS m FROM world, LATERAL (SELECT x1, x2) f', k.options);
	INSERT INTO fits SELECT 'parallel', k.learner, m FROM worked;
	DROP TABLE worked;
END LOOP; END $$;
SELECT ok(count(*) = 6 AND max(far) < 1e-6, how || ' = serial: ' || max(far)) FROM (SELECT how, learner, (SELECT max(abs(coupon.uplift(m, f) - coupon.uplift(serial, f))) FROM world, LATERAL (SELECT x1, x2) f WHERE i <= 300) AS far
	FROM fits JOIN (SELECT learner, m AS serial FROM fits WHERE how = 'serial') s USING (learner) WHERE how <> 'serial') d GROUP BY how ORDER BY 1;
RESET max_parallel_workers_per_gather;
SELECT ok(bool_and(m::text::coupon.model::text = m::text), 'text round trip') FROM fits;

-- what cannot be is a clear error, what can is a model without NaN
SELECT is(count(*), 6::bigint, 'one arm: a clear error') FROM kinds, pg_temp.fit('SELECT * FROM small WHERE arm = ''control''', options) r WHERE r LIKE 'error: there is no offer to compare with%';
SELECT is(count(*), 12::bigint, '0 and 1 rows of an offer: a clear error or a model') FROM kinds, generate_series(0, 1) rows, pg_temp.fit(format('SELECT * FROM small WHERE arm = ''control'' OR i <= 3 * %s', rows), options) r WHERE r LIKE 'error: _%' OR r = 'model';
SELECT is(count(*), 12::bigint, '2 and 3 rows: a model') FROM kinds, generate_series(2, 3) rows, pg_temp.fit(format('SELECT * FROM small WHERE arm = ''control'' OR i <= 3 * %s', rows), options) r WHERE r = 'model';
SELECT is(count(*), 6::bigint, 'constant outcome: a model') FROM kinds, pg_temp.fit('SELECT 1 AS y, arm, a, c FROM small', options) r WHERE r = 'model';
SELECT is(count(*), 6::bigint, 'constant within the arms: a model') FROM kinds, pg_temp.fit('SELECT (arm = ''offer'')::int AS y, arm, a, c FROM small', options) r WHERE r = 'model';
SELECT is(count(*), 6::bigint, 'separated arms: a model') FROM kinds, pg_temp.fit('SELECT y, CASE WHEN a > 4 THEN ''offer'' ELSE ''control'' END AS arm, a, c FROM small', options || '{"propensity_base": "trees"}') r WHERE r = 'model';
SELECT is(count(*), 6::bigint, 'missing values, constant columns: a model') FROM kinds, pg_temp.fit('SELECT y, arm, CASE WHEN i % 4 > 0 THEN a END AS a, ''one'' AS c FROM small', options) r WHERE r = 'model';
SELECT is(count(*), 12::bigint, 'NaN and infinity: a clear error') FROM kinds, unnest('{NaN,-Infinity}'::text[]) what, pg_temp.fit(format('SELECT y, arm, CASE WHEN i = 7 THEN %L ELSE a END AS a, c FROM small', what), options) r WHERE r LIKE 'error: feature "a" is %, not a finite number';
SELECT is(count(*), 5::bigint, 'a funnel of trees: a model') FROM kinds, pg_temp.fit('SELECT y * (1 + a) AS y, arm, a, c FROM small', options || '{"target": "funnel"}') r WHERE r = 'model' AND learner <> 'class_transform';
SELECT is(pg_temp.fit('SELECT y * (arm = ''offer'')::int AS y, arm, a, c FROM small', '{"base": "trees", "target": "funnel"}'), 'error: no outcome in arm "control" is positive, so that there is no value of a purchase', 'a funnel without purchases: a clear error');
CREATE TABLE models AS SELECT learner, coupon.uplift_fit(y, arm, f, options) AS m FROM kinds, small s, LATERAL (SELECT s.a, s.c) f GROUP BY learner;
SELECT throws_like(format('SELECT coupon.uplift(m, f) FROM models, LATERAL (SELECT 1.0 AS a) f WHERE learner = %L', learner), 'feature "c" of the model is missing in the row', learner || ': a feature is missing at scoring') FROM models ORDER BY learner;

-- bytes from outside
CREATE TABLE forged AS SELECT learner, array_agg(pg_temp.forge('uplift', 3, pg_temp.alter_bytes(payload, n))) AS forms
FROM models, LATERAL (SELECT substring(pg_temp.bytes_of(m::text) FROM 17) AS payload) p, generate_series(1, 300) n GROUP BY learner;
SELECT ok(bool_and(refused BETWEEN 80 AND 299), 'of forged models those that make no sense are refused, the others do no harm: ' || string_agg(learner || ' ' || refused, ', ' ORDER BY learner))
FROM forged, pg_temp.refused(forms, 'coupon.model', $$ SELECT coupon.describe($1::coupon.model), coupon.uplifts($1::coupon.model, f), coupon.propensities($1::coupon.model, f), coupon.model_trace($1::coupon.model) FROM small s, LATERAL (SELECT s.a, s.c) f WHERE i < 5 $$) refused;

-- stops when told to
CREATE TABLE many AS SELECT i % 2 = 0 AS w, (hashint4(i) % 1000) / 1000.0 AS y, ARRAY(SELECT (hashint8(i::bigint * 50 + k) % 1000)::float8 FROM generate_series(1, 20) k) AS x FROM generate_series(1, 40000) i;
SET LOCAL statement_timeout = '700ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.uplift_fit(y, w::text, x, '{"learner": "dr", "base": "trees", "final": "trees", "folds": 20, "propensity": "estimate", "propensity_base": "trees"}') FROM many $$), 'statement_timeout takes effect');
SET LOCAL statement_timeout = 0;

\if :have_data
\i test/hillstrom.psql
CREATE TYPE features AS (recency integer, history float8, mens boolean, womens boolean, newbie boolean, zip_code text, channel text);
CREATE VIEW trial AS SELECT visit, segment, segment <> 'No E-Mail' AS treated, test, ROW(recency, history, mens, womens, newbie, zip_code, channel)::features AS f
FROM hillstrom WHERE segment <> 'Mens E-Mail';
-- untuned boosting was measured at 0.038 to 0.042, its standard error at 0.012
CREATE TABLE e_mail AS SELECT name, coupon.uplift_fit(visit, segment, f, options || '{"base": "trees", "control": "No E-Mail", "propensity": 0.4996727, "folds": 2, "trees": {"rounds": 50, "max_depth": 3}}') AS m
FROM trial, (VALUES ('s', '{"learner": "s"}'::jsonb), ('t', '{"learner": "t"}'), ('x', '{"learner": "x"}'), ('r', '{"learner": "r"}'), ('dr', '{"learner": "dr"}'), ('class_transform', '{"learner": "class_transform"}'),
	('x, final trees', '{"learner": "x", "final": "trees"}'), ('r, final trees', '{"learner": "r", "final": "trees"}'), ('dr, final trees', '{"learner": "dr", "final": "trees"}')) v(name, options) WHERE NOT test GROUP BY name;
CREATE TABLE ranked (name text, qini float8);
DO $$ DECLARE e record; BEGIN FOR e IN SELECT name FROM e_mail LOOP
	-- one model a query, which is unpacked once
	INSERT INTO ranked SELECT e.name, coupon.qini_auc(coupon.uplift((SELECT m FROM e_mail WHERE name = e.name), f), visit, treated) FROM trial WHERE test;
END LOOP; END $$;
SELECT ok(qini BETWEEN 0.02 AND 0.075, 'Hillstrom, ' || name || ' over trees: qini_auc ' || round(qini::numeric, 4)) FROM ranked ORDER BY name;
SELECT ok(bool_and(u.standard_error > 0), 'Hillstrom: r and dr with linear effects have standard errors') FROM e_mail, (SELECT f FROM trial LIMIT 5) x, coupon.uplifts(m, f) u WHERE name IN ('r', 'dr');
\endif

SELECT * FROM finish();
ROLLBACK;
