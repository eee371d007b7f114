-- network_fit, predict, embedding: what is learned, invariants, edge cases.
\i test/prelude.psql
BEGIN;
SELECT plan(53);
\i test/fuzz.psql
\i test/regression_data.psql
SET LOCAL max_parallel_workers_per_gather = 0;

CREATE FUNCTION pg_temp.figure(m coupon.model, name text) RETURNS float8 LANGUAGE sql AS $$ SELECT (coupon.describe(m) ->> name)::float8 $$;

-- what no linear model learns
CREATE TABLE waves AS SELECT i, i % 500 / 50.0::float8 AS x, sin(i % 500 / 50.0) AS y, i % 2 AS a, i / 2 % 2 AS b, (i % 2 <> i / 2 % 2)::int AS v FROM generate_series(1, 2000) i;
CREATE TABLE learned AS
SELECT 'sine, relu' AS name, coupon.network_fit(y, f, '{"epochs": 400, "patience": 50}') AS m FROM waves, LATERAL (SELECT x) f
UNION ALL SELECT 'sine, tanh', coupon.network_fit(y, f, '{"epochs": 400, "patience": 50, "activation": "tanh", "learning_rate": 0.01}') FROM waves, LATERAL (SELECT x) f
UNION ALL SELECT 'xor', coupon.network_fit(v, f, '{"objective": "logistic", "layers": 8, "learning_rate": 0.01}') FROM waves, LATERAL (SELECT a, b) f;
SELECT cmp_ok(avg((coupon.predict(m, f) - y) ^ 2), '<', 0.005::float8, name || ': mean squared error, of 0.5')
FROM learned, waves, LATERAL (SELECT x) f WHERE name LIKE 'sine%' GROUP BY name ORDER BY name;
SELECT cmp_ok(max(abs(coupon.predict(m, f) - v)), '<', 0.02::float8, 'exclusive or: probabilities') FROM learned, waves, LATERAL (SELECT a, b) f WHERE name = 'xor';
SELECT ok(min(coupon.predict(m, f)) > 0 AND max(coupon.predict(m, f)) < 1, 'probabilities are between 0 and 1') FROM learned, waves, LATERAL (SELECT a, b) f WHERE name = 'xor';

-- the description and the trace
SELECT is(coupon.describe(m) - '{features,columns,mean_outcome,null_loss,training_loss,holdout_loss,epochs,best_epoch,stopped_by}'::text[],
	'{"kind": "network", "rows": 2000, "skipped": 0, "holdout_rows": 200, "parameters": 33,
	"options": {"objective": "logistic", "activation": "relu", "layers": [8], "learning_rate": 0.01, "weight_decay": 0.0001, "holdout": 0.1, "batch": 128, "epochs": 200, "patience": 10, "seed": 0}}',
	'describe') FROM learned WHERE name = 'xor';
SELECT ok(pg_temp.near(pg_temp.figure(m, 'null_loss'), 0.5 * 2 * -ln(0.5), 1e-12), 'the loss of the mean outcome: log loss') FROM learned WHERE name = 'xor';
SELECT ok(pg_temp.near(pg_temp.figure(m, 'null_loss'), (SELECT var_pop(y) FROM waves), 1e-12), 'the loss of the mean outcome: variance') FROM learned WHERE name = 'sine, relu';
SELECT is((SELECT count(*) FROM coupon.model_trace(m)), 2 * pg_temp.figure(m, 'epochs')::bigint, name || ': the trace has two losses for each epoch') FROM learned ORDER BY name;
SELECT ok(bool_and(value = pg_temp.figure(m, measure)), 'losses are those of the best epoch') FROM learned, coupon.model_trace(m) WHERE step = pg_temp.figure(m, 'best_epoch');
SELECT is(pg_temp.figure(m, 'holdout_loss'), (SELECT min(value) FROM coupon.model_trace(m) WHERE measure = 'holdout_loss'), name || ': which is the one of the least loss on what is held out')
FROM learned ORDER BY name;
CREATE TABLE stopped AS SELECT coupon.network_fit(random_looking, f, '{"patience": 3, "epochs": 1000}') AS m
FROM (SELECT i * 7919 % 1009 AS random_looking, i * 104729 % 997 AS x FROM generate_series(1, 500) i) s, LATERAL (SELECT x) f;
SELECT is(coupon.describe(m) ->> 'stopped_by', 'patience', 'noise stops early') FROM stopped;
SELECT is(pg_temp.figure(m, 'epochs') - pg_temp.figure(m, 'best_epoch'), 3::float8, 'after as many epochs as patience says') FROM stopped;
SELECT is(coupon.describe(coupon.network_fit(y, f, '{"epochs": 3, "holdout": 0}')) - '{features,columns,options,mean_outcome,null_loss,training_loss}'::text[],
	'{"kind": "network", "rows": 2000, "skipped": 0, "holdout_rows": 0, "parameters": 609, "epochs": 3, "best_epoch": 3, "stopped_by": "epochs", "holdout_loss": null}', 'without a holdout')
FROM waves, LATERAL (SELECT x) f;

-- embedding: the last layer is a linear model of it
SELECT is(array_length(coupon.embedding(m, f), 1), 16, 'an embedding has the width of the last hidden layer') FROM learned, LATERAL (SELECT 1.5 AS x) f WHERE name = 'sine, relu';
SELECT cmp_ok((coupon.describe(coupon.linear_fit(coupon.predict(m, f), coupon.embedding(m, f), '{"ridge": 1e-9}')) ->> 'r_squared')::float8, '>', 0.99999::float8, 'and the prediction is linear in it')
FROM learned, waves, LATERAL (SELECT x) f WHERE name = 'sine, tanh';
SELECT ok(bool_and(coupon.predict(p.m, ARRAY[s.a, s.b]) = coupon.predict(n.m, f) AND coupon.embedding(p.m, ARRAY[s.a, s.b]) = coupon.embedding(n.m, f)), 'an array of features = a row of them, to the last bit')
FROM (SELECT coupon.network_fit(y, ARRAY[a, b], '{"epochs": 5}') AS m FROM sample) p, (SELECT coupon.network_fit(y, f, '{"epochs": 5}') AS m FROM sample, LATERAL (SELECT a, b) f) n,
	sample s, LATERAL (SELECT s.b::numeric AS extra, s.b, s.a) f;

-- parallel = serial = shuffled, to the last bit; few distinct rows, many distinct rows, what is missing, categories in another order of appearance
CREATE TABLE big AS SELECT n, s.*, CASE WHEN (i + n) % 11 <> 0 THEN a + n % 10 END AS hole, CASE WHEN (i + n) % 13 <> 0 THEN ARRAY[sin(i + n), cos(i * n)] END AS e,
	CASE WHEN n > 15 THEN 'late ' || n % 3 ELSE c END AS word FROM sample s, generate_series(1, 30) n;
CREATE TABLE shuffled AS TABLE big ORDER BY md5(i::text || '/' || n);
ANALYZE big;
CREATE TABLE fits AS
SELECT 'serial' AS how, coupon.network_fit(y, f, '{"epochs": 4}') AS many, coupon.network_fit(v, few, '{"epochs": 4, "objective": "logistic", "activation": "tanh"}') AS few
FROM big, LATERAL (SELECT a, hole, e, word, big.g) f, LATERAL (SELECT c, big.g AS flag) few
UNION ALL SELECT 'shuffled', coupon.network_fit(y, f, '{"epochs": 4}'), coupon.network_fit(v, few, '{"epochs": 4, "objective": "logistic", "activation": "tanh"}')
FROM shuffled big, LATERAL (SELECT a, hole, e, word, big.g) f, LATERAL (SELECT c, big.g AS flag) few;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.network_fit(y, f) FROM big, LATERAL (SELECT a, hole, e, word, g) f'), 'Partial Aggregate', 'workers take part');
CREATE TABLE by_workers AS SELECT coupon.network_fit(y, f, '{"epochs": 4}') AS many, coupon.network_fit(v, few, '{"epochs": 4, "objective": "logistic", "activation": "tanh"}') AS few
FROM big, LATERAL (SELECT a, hole, e, word, big.g) f, LATERAL (SELECT c, big.g AS flag) few;
INSERT INTO fits SELECT 'parallel', many, few FROM by_workers;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT ok(o.many::text = s.many::text, o.how || ' = serial: the same bytes') FROM fits o, fits s WHERE s.how = 'serial' AND o.how <> 'serial' ORDER BY o.how;
SELECT ok(o.few::text = s.few::text, o.how || ' = serial: six distinct rows') FROM fits o, fits s WHERE s.how = 'serial' AND o.how <> 'serial' ORDER BY o.how;
SELECT isnt(coupon.network_fit(y, f, '{"epochs": 2}')::text, coupon.network_fit(y, f, '{"epochs": 2, "seed": 1}')::text, 'another seed, another model') FROM waves, LATERAL (SELECT x) f;
SELECT is(coupon.network_fit(y, f, '{"epochs": 2}')::text, coupon.network_fit(y, f, '{"epochs": 2, "seed": 0}')::text, 'seed is 0 by default') FROM waves, LATERAL (SELECT x) f;

-- outcomes in other units are the same network
SELECT ok(max(abs(coupon.predict(one.m, f) * 1000 + 1e6 - coupon.predict(two.m, f))) < 0.05, 'a shifted and scaled outcome')
FROM (SELECT coupon.network_fit(y, f, '{"epochs": 5, "holdout": 0, "batch": 2000}') AS m FROM waves, LATERAL (SELECT x) f) one,
	(SELECT coupon.network_fit(y * 1000 + 1e6, f, '{"epochs": 5, "holdout": 0, "batch": 2000}') AS m FROM waves, LATERAL (SELECT x) f) two, waves, LATERAL (SELECT x) f WHERE i % 20 = 0;
SELECT ok(max(abs(coupon.predict(one.m, f) - coupon.predict(two.m, g))) < 1e-2, 'a feature about 1e9')
FROM (SELECT coupon.network_fit(y, f, '{"epochs": 20, "holdout": 0, "batch": 2000}') AS m FROM waves, LATERAL (SELECT x) f) one,
	(SELECT coupon.network_fit(y, f, '{"epochs": 20, "holdout": 0, "batch": 2000}') AS m FROM waves, LATERAL (SELECT 1e9 + waves.x AS x) f) two, waves, LATERAL (SELECT waves.x) f, LATERAL (SELECT 1e9 + waves.x AS x) g WHERE i % 20 = 0;

-- edges
SELECT ok(coupon.network_fit(y, f) IS NULL, 'no row, no model') FROM sample, LATERAL (SELECT a) f WHERE false;
SELECT ok(coupon.network_fit(NULL, f) IS NULL, 'no outcome, no model') FROM sample, LATERAL (SELECT a) f;
SELECT is(coupon.predict(coupon.network_fit(y, f), (SELECT x FROM (SELECT 3 AS a) x)), 7::float8, 'one row: its outcome') FROM (VALUES (7.0, 1)) v(y, a), LATERAL (SELECT a) f;
SELECT ok(coupon.predict(coupon.network_fit(y, f), (SELECT x FROM (SELECT 1.5 AS a) x)) BETWEEN 6 AND 9, 'two rows: something between') FROM (VALUES (7.0, 1), (8.0, 2)) v(y, a), LATERAL (SELECT a) f;
SELECT is(coupon.predict(coupon.network_fit(0.1, f), (SELECT x FROM (SELECT 1.5 AS a) x)), 0.1::float8, 'a constant outcome is predicted as it is') FROM sample, LATERAL (SELECT a) f;
SELECT ok(pg_temp.near(coupon.predict(coupon.network_fit(y, f), (SELECT x FROM (SELECT 99 AS one, NULL::float8 AS never, NULL::float8[] AS e) x)), avg(y), 1), 'only constant and missing columns: nearly the mean')
FROM sample, LATERAL (SELECT 5 AS one, NULL::float8 AS never, NULL::float8[] AS e) f;
SELECT ok(pg_temp.near(coupon.predict(coupon.network_fit(y, '{}'::float8[]), '{}'::float8[]), avg(y), 1), 'no features at all') FROM sample;
SELECT cmp_ok(pg_temp.figure(coupon.network_fit(y, f), 'holdout_loss'), '<', 0.5::float8, 'collinear columns') FROM sample, LATERAL (SELECT a, 2 * a AS twice, b, c, a + b AS both) f;
SELECT ok(coupon.predict(m, f) > 0.9 AND coupon.predict(m, g) < 0.1 AND coupon.predict(m, h) <= 1, 'separable outcomes: no warning, no NaN')
FROM (SELECT coupon.network_fit((sample.a > 5)::int, f, '{"objective": "logistic"}') AS m FROM sample, LATERAL (SELECT a) f) x, LATERAL (SELECT 9 AS a) f, LATERAL (SELECT 1 AS a) g, LATERAL (SELECT 1e30 AS a) h;
CREATE TABLE holes AS SELECT coupon.network_fit(y, f, '{"epochs": 20}') AS m FROM sample, LATERAL (SELECT CASE WHEN i % 7 > 0 THEN sample.a END AS a, b, c) f;
SELECT ok(coupon.predict(m, x) BETWEEN -10 AND 20 AND coupon.predict(m, x) = coupon.predict(m, z), 'missing at scoring; an unseen category counts as missing')
FROM holes, LATERAL (SELECT NULL::float8 AS a, NULL::float8 AS b, NULL::text AS c) x, LATERAL (SELECT NULL::float8 AS a, NULL::float8 AS b, 'unheard of' AS c) z;
SELECT is(coupon.describe(m) #> '{columns,1}' ->> 'name', 'a is missing', 'what was missing in the fit has a column of that') FROM holes;
SELECT is((coupon.describe(coupon.network_fit(CASE WHEN i > 3 THEN y END, CASE WHEN i < 10 THEN f END)) ->> 'skipped')::int, 194, 'rows without outcome or features are skipped and counted')
FROM sample, LATERAL (SELECT a) f;
SELECT throws_ok('SELECT ' || fit || ' FROM sample, LATERAL (SELECT a * 1e200 AS a) f, LATERAL (SELECT ARRAY[i] AS x) g', '22003', NULL, fit)
FROM unnest(ARRAY['coupon.network_fit(y, f)', 'coupon.network_fit(y * 1e200, x)', 'coupon.network_fit(y, x, ''{"learning_rate": 1e30}'')']) fit;
SELECT throws_ok('SELECT coupon.predict(m, ARRAY[1e308, -1e308]), coupon.embedding(m, ARRAY[1e308, -1e308]) FROM (SELECT coupon.network_fit(y, ARRAY[a, b], ''{"epochs": 60}'') AS m FROM sample) x', '22003', NULL, 'a prediction that is no number');

-- as values: round trips, and bytes that are no network
CREATE TABLE models AS
SELECT 'network' AS name, coupon.network_fit(y, f, '{"epochs": 60, "layers": [4, 3]}') AS model FROM sample, LATERAL (SELECT CASE WHEN i % 7 > 0 THEN a END AS a, b, c, g) f;
SELECT ok(model::text::coupon.model::text = model::text, 'the text reads back as the same model') FROM models;
DO $$ BEGIN
	EXECUTE format('COPY models TO %L (FORMAT binary)', current_setting('data_directory') || '/coupon_networks');
	CREATE TABLE models_back (LIKE models);
	EXECUTE format('COPY models_back FROM %L (FORMAT binary)', current_setting('data_directory') || '/coupon_networks');
END $$;
SELECT set_eq('SELECT name, model::text FROM models_back', 'SELECT name, model::text FROM models', 'and so do the bytes');
SELECT ok(pg_temp.forge(name, 6, substring(pg_temp.bytes_of(model::text) FROM 17)) = model::text, 'an unaltered payload is forged exactly') FROM models;
SELECT ok(refused BETWEEN 300 AND 1999, 'of 2,000 forged networks those that make no sense are refused, the others do no harm: ' || refused)
FROM (SELECT pg_temp.refused(array_agg(pg_temp.forge(name, 6, pg_temp.alter_bytes(substring(pg_temp.bytes_of(model::text) FROM 17), n))), 'coupon.model',
	$$ SELECT coupon.describe($1::coupon.model), coupon.model_trace($1::coupon.model), coupon.predict($1::coupon.model, f), coupon.embedding($1::coupon.model, f) FROM sample, LATERAL (SELECT a, b, c, g) f $$) AS refused
	FROM models, generate_series(1, 2000) n) x;

-- cancel: while rows are put in order, and while epochs run, of a wide network too
CREATE TABLE heavy AS SELECT (i % 3 = 0)::int AS v, ARRAY(SELECT sin(i * j) FROM generate_series(1, 150) j) AS x FROM generate_series(1, 20000) i;
SET LOCAL statement_timeout = '500ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.network_fit(v, x, '{"epochs": 100000, "patience": 100000}') FROM heavy $$), 'a running network_fit stops within a second: over many epochs');
SELECT ok(pg_temp.stops($$ SELECT coupon.network_fit(v, x, '{"layers": [2000, 2000], "batch": 1000000}') FROM heavy $$), 'a running network_fit stops within a second: in one large batch of a wide network');
SELECT ok(pg_temp.stops($$ SELECT coupon.network_fit(v, x, '{"layers": [3000, 3000], "batch": 1, "holdout": 0.9}') FROM heavy $$), 'a running network_fit stops within a second: in many small ones');
RESET statement_timeout;

-- a real trial: nearly as good as logistic regression, which fits it well
\if :have_data
\i test/hillstrom.psql
CREATE TABLE trial AS
SELECT coupon.logit_fit(visit, f) FILTER (WHERE NOT test) AS logit, coupon.network_fit(visit, f, '{"objective": "logistic"}') FILTER (WHERE NOT test) AS network
FROM hillstrom, LATERAL (SELECT recency, history, mens, womens, zip_code, newbie, channel, segment) f;
CREATE FUNCTION pg_temp.auc(model text) RETURNS float8 LANGUAGE plpgsql AS
$$ DECLARE area float8; BEGIN
	EXECUTE format('SELECT (sum(r) FILTER (WHERE visit = 1) - sum(visit) * (sum(visit) + 1) / 2.0) / (sum(visit)::float8 * sum(1 - visit))
		FROM (SELECT visit, rank() OVER (ORDER BY p) + (count(*) OVER (PARTITION BY p) - 1) / 2.0 AS r
		FROM (SELECT visit, coupon.predict(%I, f) AS p FROM trial, hillstrom, LATERAL (SELECT recency, history, mens, womens, zip_code, newbie, channel, segment) f WHERE test) s) s', model) INTO area;
	RETURN area;
END $$;
SELECT ok(pg_temp.auc('network') > pg_temp.auc('logit') - 0.01, format('AUC on the half held out: network %s, logit %s', round(pg_temp.auc('network')::numeric, 4), round(pg_temp.auc('logit')::numeric, 4)));
\else
SELECT skip('no ../shared/data', 1);
\endif

SELECT * FROM finish();
ROLLBACK;
