-- linear_fit, logit_fit, predict: reference values, invariants, edge cases.
\i test/prelude.psql
BEGIN;
SELECT plan(83);
\i test/regression_data.psql

-- reference: scikit-learn 1.2.1 LinearRegression, Ridge(alpha=5), LogisticRegression(penalty none; C=1/2), tol 1e-14
CREATE TABLE models AS
SELECT 'ols' AS name, coupon.linear_fit(y, f) AS m FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'ridge', coupon.linear_fit(y, f, '{"ridge": 5}') FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'logit', coupon.logit_fit(v, f) FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'logit ridge', coupon.logit_fit(v, f, '{"ridge": 2}') FROM sample, LATERAL (SELECT a, b, c, g) f;
SELECT ok(pg_temp.near(pg_temp.coefficient(m, term), value, 1e-8), name || ': ' || term || ' as scikit-learn has it')
FROM (VALUES
	('ols', 'intercept', 2.472932604669436), ('ols', 'a', 0.5023192770481737), ('ols', 'b', -0.2983208391476245),
	('ols', 'c = c1', 0.7014392062118329), ('ols', 'c = c2', 0.010300467758617595), ('ols', 'g', -0.0009204045858173895),
	('ridge', 'intercept', 2.5220389304218247), ('ridge', 'a', 0.5008343208387588), ('ridge', 'b', -0.2979688246204238),
	('ridge', 'c = c1', 0.6118712322982495), ('ridge', 'c = c2', -0.03133724027366579), ('ridge', 'g', -0.0011257183317776411),
	('logit', 'intercept', -0.6369612510035904), ('logit', 'a', 0.13954575779598635), ('logit', 'b', -0.01451444782879376),
	('logit', 'c = c1', 0.08907092538034116), ('logit', 'c = c2', 0.28821274369388766), ('logit', 'g', -0.18082887566686331),
	('logit ridge', 'intercept', -0.6101256246250387), ('logit ridge', 'a', 0.1384907398974514), ('logit ridge', 'c = c2', 0.22500263763583014)
) r(name, term, value) JOIN models USING (name);
-- reference: numpy, sqrt(diag(s2 (Z'Z)^-1))
SELECT ok(pg_temp.near(pg_temp.coefficient(m, term, 'standard_error'), value, 1e-8), 'standard error of ' || term)
FROM (VALUES ('intercept', 0.06530947), ('a', 0.00715627), ('b', 0.00522184), ('c = c1', 0.05097259), ('g', 0.04157504)) r(term, value)
	JOIN models ON name = 'ols';
-- reference: plain SQL
SELECT ok(pg_temp.near(pg_temp.coefficient(coupon.linear_fit(y, f), 'a'), regr_slope(y, sample.a), 1e-12)
	AND pg_temp.near(pg_temp.coefficient(coupon.linear_fit(y, f), 'intercept'), regr_intercept(y, sample.a), 1e-11)
	AND pg_temp.near((coupon.describe(coupon.linear_fit(y, f)) ->> 'r_squared')::float8, regr_r2(y, sample.a), 1e-12), 'one feature: regr_slope, regr_intercept, regr_r2')
FROM sample, LATERAL (SELECT a) f;
SELECT ok(pg_temp.near(avg(coupon.predict(m, f)), avg(y), 1e-10), 'residuals of least squares sum to zero')
FROM models, sample, LATERAL (SELECT a, b, c, g) f WHERE name = 'ols';
SELECT ok(pg_temp.near(avg(coupon.predict(m, f)), avg(v), 1e-10) AND min(coupon.predict(m, f)) > 0 AND max(coupon.predict(m, f)) < 1,
	'probabilities of the maximum likelihood fit average to the share')
FROM models, sample, LATERAL (SELECT a, b, c, g) f WHERE name = 'logit';

-- missing: mean and indicator. reference: scikit-learn on the imputed columns
CREATE TABLE holes AS SELECT i, y, CASE WHEN i % 7 <> 0 THEN a END AS a, b FROM sample;
CREATE TABLE missing AS
SELECT coupon.linear_fit(y, f) AS m, coupon.linear_fit(y, f, '{"ridge": 5}') AS ridge FROM holes, LATERAL (SELECT a, b) f;
SELECT ok(pg_temp.near(coupon.predict(m, x), 4.36348153, 1e-7) AND pg_temp.near(coupon.predict(m, z), 3.78855991, 1e-7), 'a missing feature at fit and at scoring')
FROM missing, LATERAL (SELECT NULL::float8 AS a, 3 AS b) x, LATERAL (SELECT 4.0::float8 AS a, 3 AS b) z;
SELECT ok(pg_temp.near(pg_temp.coefficient(ridge, 'a is missing'), 0.046002574061421504, 1e-8)
	AND pg_temp.near(pg_temp.coefficient(ridge, 'a'), 0.5148616203546242, 1e-8), 'the ridge sees mean-imputed columns') FROM missing;
SELECT is(coupon.predict(m, x), coupon.predict(m, z), 'an unseen category counts as missing')
FROM models, LATERAL (SELECT 1 AS a, 2 AS b, 'unheard of' AS c, true AS g) x, LATERAL (SELECT 1 AS a, 2 AS b, NULL::text AS c, true AS g) z WHERE name = 'ols';

-- 1e9 + small survives
SELECT ok(pg_temp.near(pg_temp.coefficient(coupon.linear_fit(y, f), 'a'), regr_slope(y, sample.a), 1e-7), 'a feature about 1e9: slope') FROM sample, LATERAL (SELECT 1e9 + a AS a) f;
SELECT ok(max(abs(coupon.predict(big.m, x) - coupon.predict(small.m, f))) < 1e-6, 'a feature about 1e9: predictions')
FROM (SELECT coupon.linear_fit(y, f) AS m FROM sample, LATERAL (SELECT 1e9 + a AS a) f) big, (SELECT coupon.linear_fit(y, f) AS m FROM sample, LATERAL (SELECT a) f) small,
	sample, LATERAL (SELECT sample.a) f, LATERAL (SELECT 1e9 + sample.a AS a) x;
SELECT ok(pg_temp.near(pg_temp.coefficient(coupon.logit_fit(v, x), 'a'), pg_temp.coefficient(coupon.logit_fit(v, f), 'a'), 1e-6), 'a feature about 1e9: logit')
FROM sample, LATERAL (SELECT sample.a) f, LATERAL (SELECT 1e9 + sample.a AS a) x;

-- by position = by name
SELECT ok(max(abs(coupon.predict(p.m, ARRAY[sample.a, sample.b]) - coupon.predict(n.m, f))) < 1e-12, 'an array of features = a row of them')
FROM (SELECT coupon.linear_fit(y, ARRAY[a, b]) AS m FROM sample) p, (SELECT coupon.linear_fit(y, f) AS m FROM sample, LATERAL (SELECT a, b) f) n, sample, LATERAL (SELECT sample.a, sample.b) f;
-- an array column = its elements; types of numbers do not matter
SELECT ok(max(abs(coupon.predict(p.m, x) - coupon.predict(n.m, f))) < 1e-6, 'a float4[] column = its elements; int at fit, numeric at scoring')
FROM (SELECT coupon.logit_fit(v, f) AS m FROM sample, LATERAL (SELECT i, ARRAY[a, b]::float4[] AS e) f) p,
	(SELECT coupon.logit_fit(v, f) AS m FROM sample, LATERAL (SELECT i, a, b) f) n, sample,
	LATERAL (SELECT 'ignored'::text AS extra, sample.i::numeric AS i, ARRAY[sample.a, sample.b]::float4[] AS e) x, LATERAL (SELECT sample.b, sample.i::int8 AS i, sample.a::float4 AS a) f;
CREATE TYPE pg_temp.size AS ENUM ('small', 'large');
SELECT is(coupon.describe(coupon.linear_fit(y, f)) #> '{features,0,categories}', '["large", "small"]', 'an enum is a category')
FROM sample, LATERAL (SELECT (CASE WHEN g THEN 'small' ELSE 'large' END)::pg_temp.size AS size, 'x '::char(5) AS one) f;

-- a named row type that is altered between two calls of one call site
CREATE TABLE renamed (a float8, b float8);
CREATE FUNCTION pg_temp.after_rename() RETURNS float8[] LANGUAGE plpgsql AS
$$ DECLARE
	m coupon.model := (SELECT coupon.linear_fit(x, f) FROM generate_series(1, 9) x, LATERAL (SELECT x::float8 AS b) f);
	r renamed;
	scores float8[];
BEGIN
	FOR turn IN 1..2 LOOP
		EXECUTE 'SELECT 3 AS a, 5 AS b' INTO r;
		scores := scores || coupon.predict(m, r);
		IF turn = 1 THEN
			EXECUTE 'ALTER TABLE renamed RENAME a TO c; ALTER TABLE renamed RENAME b TO a; ALTER TABLE renamed RENAME c TO b';
		END IF;
	END LOOP;
	RETURN scores;
END $$;
SELECT is(pg_temp.after_rename(), '{5,3}', 'columns are found by the names they have now');

-- parallel = serial = shuffled = merged states; not temporary tables: workers cannot see those
CREATE TABLE big AS SELECT n, s.*, CASE WHEN (i + n) % 11 <> 0 THEN a + n % 10 END AS hole, CASE WHEN (i + n) % 13 <> 0 THEN ARRAY[sin(i + n), cos(i * n)] END AS e,
	CASE WHEN n > 30 THEN 'late ' || n % 3 ELSE c END AS word FROM sample s, generate_series(1, 60) n;
ANALYZE big;
CREATE TABLE shuffled AS TABLE big ORDER BY md5(i::text || '/' || n);
ANALYZE shuffled;
CREATE TABLE fits (how text, kind text, m coupon.model);
SET LOCAL max_parallel_workers_per_gather = 0;
INSERT INTO fits SELECT 'serial', 'linear', coupon.linear_fit(y, f) FROM big, LATERAL (SELECT a, hole, e, word, g) f;
INSERT INTO fits SELECT 'serial', 'logit', coupon.logit_fit(v, f) FROM big, LATERAL (SELECT a, hole, e, word, g) f;
INSERT INTO fits SELECT 'shuffled', 'linear', coupon.linear_fit(y, f) FROM shuffled, LATERAL (SELECT a, hole, e, word, g) f;
INSERT INTO fits SELECT 'shuffled', 'logit', coupon.logit_fit(v, f) FROM shuffled, LATERAL (SELECT a, hole, e, word, g) f;
INSERT INTO fits SELECT 'merged', 'linear', coupon.linear_fit_merge(s::text::coupon.state)
FROM (SELECT coupon.linear_fit_state(s) AS s FROM (SELECT n, coupon.linear_fit_state(y, f) AS s FROM big, LATERAL (SELECT a, hole, e, word, g) f GROUP BY n) d GROUP BY n % 7) w;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.linear_fit(y, f) FROM big, LATERAL (SELECT a, hole, e, word, g) f'), 'Partial Aggregate', 'workers take part in linear_fit');
SELECT matches(pg_temp.plan_of('SELECT coupon.logit_fit(v, f) FROM big, LATERAL (SELECT a, hole, e, word, g) f'), 'Partial Aggregate', 'workers take part in logit_fit');
INSERT INTO fits SELECT * FROM (SELECT 'parallel', 'linear', coupon.linear_fit(y, f) FROM big, LATERAL (SELECT a, hole, e, word, g) f) x;
CREATE TABLE by_workers AS SELECT coupon.linear_fit(y, f) AS linear, coupon.logit_fit(v, f) AS logit FROM big, LATERAL (SELECT a, hole, e, word, g) f;
INSERT INTO fits SELECT 'workers', 'linear', linear FROM by_workers UNION ALL SELECT 'workers', 'logit', logit FROM by_workers;
SELECT ok(max(abs(coupon.predict(o.m, f) - coupon.predict(s.m, f))) < 1e-9, o.kind || ': ' || o.how || ' = serial')
FROM fits o JOIN fits s USING (kind), big, LATERAL (SELECT a, hole, e, word, g) f WHERE s.how = 'serial' AND o.how <> 'serial' AND n % 10 = 0 GROUP BY o.kind, o.how ORDER BY 1;
SELECT ok(bool_and((coupon.describe(o.m) - '{coefficients,dropped,r_squared,mean_outcome,residual_sum_of_squares,log_likelihood,mcfadden_r_squared}'::text[])
	= (coupon.describe(s.m) - '{coefficients,dropped,r_squared,mean_outcome,residual_sum_of_squares,log_likelihood,mcfadden_r_squared}'::text[])), 'and they describe the same')
FROM fits o JOIN fits s USING (kind) WHERE s.how = 'serial';
RESET max_parallel_workers_per_gather;
-- memory does not grow with the rows
SELECT is(max(pg_column_size(s)) FILTER (WHERE n = 60), max(pg_column_size(s)) FILTER (WHERE n = 30), 'the state of 12,000 rows is as large as that of 6,000')
FROM (SELECT m AS n, coupon.linear_fit_state(y, f) AS s FROM big, (VALUES (30), (60)) v(m), LATERAL (SELECT a, hole, e, c, g) f WHERE big.n <= m GROUP BY m) x;
-- one model for each group
SELECT ok(bool_and(abs(pg_temp.coefficient(m, 'a') - slope) < 1e-10), 'GROUP BY fits a model for each group')
FROM (SELECT coupon.linear_fit(y, f) AS m, regr_slope(y, s.a) AS slope FROM sample s, LATERAL (SELECT s.a) f GROUP BY c) x;

-- a state without spare room can be added to: here it is where an aggregate of the user's own begins
DO $$ BEGIN
	EXECUTE format('CREATE AGGREGATE pg_temp.linear_fit_on(float8, record) (sfunc = coupon.linear_fit_add, stype = coupon.state, finalfunc = coupon.linear_fit_final, initcond = %L)',
		(SELECT coupon.linear_fit_state(y, f)::text FROM sample, LATERAL (SELECT a, c) f WHERE i <= 20));
END $$;
SELECT ok(pg_temp.near(pg_temp.coefficient(pg_temp.linear_fit_on(y, f) FILTER (WHERE i > 20), 'a'), pg_temp.coefficient(coupon.linear_fit(y, f), 'a'), 1e-12),
	'a fit goes on from a stored state') FROM sample, LATERAL (SELECT a, c) f;

-- two rows of features whose signatures agree, by a name chosen for it
SELECT throws_ok('SELECT coupon.linear_fit_merge(s ORDER BY o) FROM (SELECT 1 AS o, coupon.linear_fit_state(i, f) AS s FROM sample, LATERAL (SELECT i AS x) f
	UNION ALL SELECT ' || o || ', coupon.linear_fit_state(i, f) FROM sample, LATERAL (SELECT i AS x, a AS "#5,#Rdp1;%C") f) u', '42804', NULL, 'states of other columns do not merge') FROM unnest('{0,2}'::int[]) o;
CREATE FUNCTION pg_temp.one_or_two(i int) RETURNS record LANGUAGE plpgsql AS
$$ DECLARE r record; BEGIN
	IF i % 2 = 0 THEN SELECT i AS x INTO r; ELSE SELECT i AS x, i * i AS "#5,#Rdp1;%C" INTO r; END IF;
	RETURN r;
END $$;
SELECT throws_ok('SELECT coupon.linear_fit(y, pg_temp.one_or_two(i)) FROM sample', '42804', NULL, 'rows of other columns do not mix');

-- with options of its own
CREATE TABLE plans (c text, ridge float8, exclude text);
INSERT INTO plans VALUES ('c0', 0, 'b'), ('c1', 5, 'a'), ('c2', 5, 'b');
CREATE TABLE own AS SELECT c, coupon.linear_fit(y, f, o) AS linear, coupon.logit_fit(v, f, o) AS logit, coupon.uplift_fit(y, arm, f, o) AS uplift
FROM sample JOIN plans USING (c), LATERAL (SELECT a, b) f, LATERAL (SELECT jsonb_build_object('ridge', ridge, 'exclude', exclude) AS o) x GROUP BY c;
SELECT ok(bool_and(pg_temp.near(coupon.predict(linear, z), coupon.predict((SELECT coupon.linear_fit(y, f, o) FROM sample, LATERAL (SELECT a, b) f WHERE c = p.c), z), 1e-9)
	AND pg_temp.near(coupon.predict(logit, z), coupon.predict((SELECT coupon.logit_fit(v, f, o) FROM sample, LATERAL (SELECT a, b) f WHERE c = p.c), z), 1e-9)
	AND pg_temp.near(coupon.uplift(uplift, z), coupon.uplift((SELECT coupon.uplift_fit(y, arm, f, o) FROM sample, LATERAL (SELECT a, b) f WHERE c = p.c), z), 1e-9)), 'a group may have options of its own')
FROM own JOIN plans p USING (c), LATERAL (SELECT jsonb_build_object('ridge', ridge, 'exclude', exclude) AS o) x, LATERAL (SELECT 3 AS a, 5 AS b) z;
SELECT results_eq($$ SELECT (SELECT coupon.describe(coupon.linear_fit(y, f, options)) -> 'features' -> 0 ->> 'name' FROM sample, LATERAL (SELECT a, b) f)
	FROM (VALUES ('{}'::jsonb), ('{"exclude": ["a"]}'), ('{"exclude": ["b"]}')) o(options) $$, ARRAY['a', 'b', 'a'], 'and so may each run of a subquery');
SELECT throws_ok($$ SELECT coupon.linear_fit(y, f, jsonb_build_object('exclude', ARRAY[CASE WHEN a > 5 THEN 'a' ELSE 'b' END])) FROM sample, LATERAL (SELECT a, b, c) f $$,
	NULL, NULL, 'but not the rows of one model');
SELECT throws_ok('SELECT ' || fit || ' FROM sample, LATERAL (SELECT a) f, LATERAL (SELECT jsonb_build_object(''ridge'', i) AS o) x', '22023', 'options must be the same in every row', fit)
FROM unnest(ARRAY['coupon.linear_fit(y, f, o)', 'coupon.linear_fit(NULL, f, o)', 'coupon.logit_fit(v, f, o)', 'coupon.uplift_fit(y, arm, f, o)']) fit;

-- edges
SELECT ok(coupon.linear_fit(y, f) IS NULL, 'no row, no model') FROM sample, LATERAL (SELECT a) f WHERE false;
SELECT ok(coupon.logit_fit(v, f) IS NULL, 'no row, no logit') FROM sample, LATERAL (SELECT a) f WHERE false;
SELECT ok(coupon.linear_fit(NULL, f) IS NULL, 'no outcome, no model') FROM sample, LATERAL (SELECT a) f;
SELECT is(coupon.predict(coupon.linear_fit(y, f), (SELECT x FROM (SELECT 3 AS a) x)), 7::float8, 'one row: its outcome') FROM (VALUES (7.0, 1)) v(y, a), LATERAL (SELECT a) f;
SELECT is(coupon.predict(coupon.linear_fit(y, f), (SELECT x FROM (SELECT 3 AS a) x)), 9::float8, 'two rows: the line through them') FROM (VALUES (7.0, 1), (8.0, 2)) v(y, a), LATERAL (SELECT a) f;
SELECT is(coupon.describe(coupon.linear_fit(y, f)) -> 'dropped', '["twice", "one", "both"]', 'collinear and constant columns are dropped and reported')
FROM sample, LATERAL (SELECT a, 2 * a AS twice, b, 1e9 AS one, a + b AS both) f;
SELECT ok(pg_temp.near(coupon.predict(coupon.linear_fit(y, f), (SELECT x FROM (SELECT 4::float8 AS a, 8 AS twice, 1e9 AS one) x)), regr_slope(y, sample.a) * 4 + regr_intercept(y, sample.a), 1e-9), 'and the others predict as alone')
FROM sample, LATERAL (SELECT a, 2 * a AS twice, 1e9 AS one) f;
SELECT is((coupon.describe(coupon.linear_fit(CASE WHEN i > 3 THEN y END, CASE WHEN i < 10 THEN f END)) ->> 'skipped')::int, 194, 'rows without outcome or features are skipped and counted')
FROM sample, LATERAL (SELECT a) f;
SELECT is(coupon.describe(coupon.linear_fit(5, f)) -> 'r_squared', 'null', 'a constant outcome has no r_squared, and no NaN') FROM sample, LATERAL (SELECT a) f;
SELECT is(coupon.predict(coupon.linear_fit(y, f), (SELECT x FROM (SELECT NULL::float8 AS a) x)), 2::float8, 'a feature that is always missing') FROM (VALUES (1.0), (3.0)) v(y), LATERAL (SELECT NULL::float8 AS a) f;
-- numbers whose squares are none: an error, never a model that cannot be read back or that has quietly dropped the feature
SELECT throws_ok('SELECT ' || fit || ' FROM sample, LATERAL (SELECT a * 1e200 AS a) f, LATERAL (SELECT ARRAY[i] AS x) g', '22003', NULL, fit)
FROM unnest(ARRAY['coupon.linear_fit(y, f)', 'coupon.linear_fit(y * 1e200, x)', 'coupon.linear_fit_state(y, f)', 'coupon.logit_fit(v, f)',
	'coupon.uplift_fit(y, arm, f)', 'coupon.uplift_fit(y * 1e200, arm, x)', 'coupon.uplift_fit(v, arm, f, ''{"base": "logit", "learner": "s"}'')',
	'coupon.linear_fit(y * 1e153, ARRAY[i * 1e-153])']) fit;

SELECT throws_ok('SELECT coupon.predict(m, ARRAY[1e308, ' || other || ']) FROM (SELECT coupon.linear_fit(100 * a + 50 * b, ARRAY[a, b]) AS m FROM sample) x', '22003', NULL, 'a prediction that is no number') FROM unnest('{1,-1e308}'::float8[]) other;

-- cancel: under a statement timeout, while rows are read and while the fit iterates
CREATE TABLE heavy AS SELECT (i % 3 = 0)::int AS v, ARRAY(SELECT sin(i * j) FROM generate_series(1, 150) j) AS x FROM generate_series(1, 20000) i;
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops('SELECT coupon.linear_fit(v, x) FROM heavy, generate_series(1, 1000)'), 'a running linear_fit stops within a second');
-- separable: many steps over few rows
SELECT ok(pg_temp.stops('SELECT coupon.logit_fit((x[1] > 0)::int, x) FROM heavy, generate_series(1, 2)'), 'a running logit_fit stops within a second');
RESET statement_timeout;

SELECT * FROM finish();
ROLLBACK;
