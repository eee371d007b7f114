-- Causal forests: a known smooth effect and its intervals, invariance, bad inputs, bytes from outside.
\i test/prelude.psql
BEGIN;
SELECT plan(53 + CASE WHEN :'have_data' THEN 1 ELSE 0 END);
\i test/fuzz.psql
SET client_min_messages = error;

CREATE FUNCTION pg_temp.u(i bigint, draw integer) RETURNS float8 LANGUAGE sql AS
$$ SELECT ((hashint8extended(i, 7919 * draw) >> 11) & 4503599627370495)::float8 / 4503599627370496 $$;

-- 10 features, of which 2 shape the effect: 1 + 1 / (1 + exp(-12 (x1 - 1/2))), times the same of x2 (Wager and Athey 2018)
CREATE TABLE world AS
SELECT i, x, effect, offered, effect * (offered::int - 0.5) + 2 * x[3] + 1.7 * (pg_temp.u(i, 31) + pg_temp.u(i, 32) + pg_temp.u(i, 33) + pg_temp.u(i, 34) - 2) AS y
FROM (SELECT i, ARRAY(SELECT pg_temp.u(i, k) FROM generate_series(1, 10) k) AS x, pg_temp.u(i, 30) < 0.5 AS offered FROM generate_series(1::bigint, 6000) i) r,
	LATERAL (SELECT (1 + 1 / (1 + exp(-12 * (x[1] - 0.5)))) * (1 + 1 / (1 + exp(-12 * (x[2] - 0.5)))) AS effect) e;
CREATE TABLE models AS
SELECT coupon.uplift_fit(y, offered::text, x, '{"learner": "causal_forest"}') AS forest,
	coupon.uplift_fit(y, offered::text, x, '{"learner": "t", "base": "trees"}') AS t_trees FROM world WHERE i <= 4000;
CREATE TABLE scores AS SELECT effect, u.uplift, u.standard_error, coupon.uplift(t_trees, x) AS t FROM models, world, coupon.uplifts(forest, x) u WHERE i > 4000;
SELECT ok(f < t, 'smooth effect: PEHE ' || round(f::numeric, 3) || ', of t over trees ' || round(t::numeric, 3))
FROM (SELECT sqrt(avg((uplift - effect) ^ 2)) AS f, sqrt(avg((t - effect) ^ 2)) AS t FROM scores) x;
SELECT ok(covered >= 0.85 AND covered <= 0.995, 'nominal 95 % intervals cover ' || round(100 * covered, 1) || ' %') FROM (SELECT avg((abs(uplift - effect) < 1.96 * standard_error)::int) AS covered FROM scores) x;
SELECT ok(bool_and(standard_error > 0 AND standard_error < 2), 'standard errors are positive') FROM scores;
SELECT is(coupon.uplift(forest, x), (SELECT u.uplift FROM coupon.uplifts(forest, x) u), 'uplift = uplifts') FROM models, world WHERE i = 5000;
SELECT is(coupon.uplift_array(forest, x), ARRAY[coupon.uplift(forest, x)], 'uplift_array, too') FROM models, world WHERE i = 5000;
SELECT is(coupon.uplifts(forest, x)::text, coupon.uplifts(forest::text::coupon.model, x)::text, 'the text form loses nothing') FROM models, world WHERE i = 5001;
SELECT is(coupon.describe(forest) -> 'options' -> 'forest', '{"alpha": 0.05, "depth": 200, "trees": 500, "honesty": true, "linear": true, "tune": true, "sample_share": 0.5}', 'describe has the options') FROM models;

-- what the rows choose
CREATE VIEW chosen AS SELECT f.* FROM models, jsonb_to_record(coupon.describe(forest) -> 'forests' -> 0) AS f(min_leaf int, linear_share float8, r_loss float8, r_loss_of_average float8, trials jsonb);
SELECT ok(min_leaf <= 5 AND linear_share < 0.6, 'a strong bent effect: small leaves, min_leaf ' || min_leaf || ', share of the linear effect ' || round(linear_share::numeric, 2)) FROM chosen;
SELECT is(array_agg((t ->> 'min_leaf')::int ORDER BY n), '{100,20,5,2}', 'as many trials as can split, from large to small') FROM chosen, jsonb_array_elements(trials) WITH ORDINALITY a(t, n);
-- the loss is an estimate of noise + var(w) PEHE^2 (one effect for all: var(effect) in place of PEHE^2), on rows that the fit has not seen
SELECT ok(abs(r_loss_of_average - r_loss - 0.25 * (of_average - of_forest)) < 0.03, 'losses differ by what errors of the effect do on other rows: ' || round((r_loss_of_average - r_loss)::numeric, 3) || ' and ' || round((0.25 * (of_average - of_forest))::numeric, 3))
FROM chosen, (SELECT var_pop(effect) AS of_average, avg((uplift - effect) ^ 2) AS of_forest FROM scores) s;
SELECT ok(chosen < 0.5 * plain, 'one effect for all: standard deviation of uplifts ' || round(chosen::numeric, 4) || ', of the forest alone ' || round(plain::numeric, 4))
FROM (SELECT stddev(coupon.uplift(chosen, x)) AS chosen, stddev(coupon.uplift(plain, x)) AS plain
	FROM (SELECT coupon.uplift_fit(e, w, x, '{"learner": "causal_forest", "forest": {"trees": 100}}') AS chosen, coupon.uplift_fit(e, w, x, '{"learner": "causal_forest", "forest": {"trees": 100, "tune": false, "linear": false}}') AS plain
		FROM (SELECT pg_temp.u(i, 61) + offered::int AS e, offered::text AS w, x FROM world WHERE i <= 3000) d) m, world WHERE i > 5000) s;
SELECT is((f ->> 'min_leaf') || ' ' || (f ->> 'linear_share') || ' ' || (f ->> 'trials'), '5 0 []', 'neither, if not wanted')
FROM (SELECT coupon.describe(coupon.uplift_fit(y, offered::text, x, '{"learner": "causal_forest", "forest": {"trees": 10, "tune": false, "linear": false}}')) -> 'forests' -> 0 AS f FROM world WHERE i <= 1000) m;
-- an effect that is a line beside much noise is mostly the linear one's: errors between those of least squares and twice these
SELECT ok(share > 0.5 AND se BETWEEN 0.9 * exact AND 2 * exact, 'a line: share ' || round(share::numeric, 2) || ', standard error ' || round(se::numeric, 3) || ', of learner r ' || round(exact::numeric, 3))
FROM (SELECT (coupon.describe(forest) -> 'forests' -> 0 ->> 'linear_share')::float8 AS share, avg(u.standard_error) AS se, avg(v.standard_error) AS exact
	FROM (SELECT coupon.uplift_fit(e, w, x, '{"learner": "causal_forest", "forest": {"trees": 200}}') AS forest, coupon.uplift_fit(e, w, x, '{"learner": "r"}') AS r
		FROM (SELECT 12 * (pg_temp.u(i, 62) - 0.5) + offered::int * 4 * (x[1] - x[2]) AS e, offered::text AS w, x[1:3] AS x FROM world) d) m, world, coupon.uplifts(forest, x[1:3]) u, coupon.uplifts(r, x[1:3]) v WHERE i > 5800 GROUP BY share) t;
-- a weak bent effect: whether trees or a line are nearer to it is hardly known, and the intervals say so
SELECT ok(covers BETWEEN 0.82 AND 0.97, 'a weak bent effect, 8 trials: intervals cover ' || round(100 * covers, 1) || ' %')
FROM (SELECT avg((abs(u.uplift - truth) < 1.96 * u.standard_error)::int) AS covers
	FROM (SELECT k, coupon.uplift_fit(3.46 * pg_temp.u(i, 70 + k) + offered::int * 0.2 * sin(6.2832 * x[1]), offered::text, x, '{"learner": "causal_forest", "forest": {"trees": 100}}') AS m
		FROM world, generate_series(1, 8) k WHERE i <= 3000 GROUP BY k) f, world, coupon.uplifts(m, x) u, LATERAL (SELECT 0.2 * sin(6.2832 * x[1]) AS truth) t WHERE i BETWEEN 4001 AND 4300) c;
SELECT ok(share > 0 AND error > 0 AND error <= 1, 'describe has the share and its error') FROM models, LATERAL (SELECT (f ->> 'linear_share')::float8 AS share, (f ->> 'linear_share_error')::float8 AS error FROM (SELECT coupon.describe(forest) -> 'forests' -> 0 AS f) d) s;
SELECT is(coupon.describe(forest) ->> 'standard_errors', 'bootstrap of little bags', 'and says what the errors are') FROM models;
SELECT is(count(*), 500::bigint, 'model_trace: a row a tree') FROM models, coupon.model_trace(forest) WHERE measure = 'leaves';
SELECT is(coupon.describe(m) -> 'options' -> 'forest' ->> 'trees', '12', 'trees go in bags of two') FROM (SELECT coupon.uplift_fit(y, offered::text, x, '{"learner": "causal_forest", "forest": {"trees": 11}}') AS m FROM world WHERE i < 200) x;
SELECT is(coupon.describe(m) -> 'unused_options', '["forest"]', 'other learners do not use option forest') FROM (SELECT coupon.uplift_fit(y, offered::text, x, '{"forest": {"trees": 12}}') AS m FROM world WHERE i < 200) x;

-- a constant effect, confounded arms: local centring takes the confounding out
SELECT ok(abs(avg(u) - 1) < 0.1, 'confounded arms, effect 1: mean uplift ' || round(avg(u)::numeric, 3))
FROM (SELECT coupon.uplift_fit(3 * x[1] + w::int + pg_temp.u(i, 41), w::text, x, '{"learner": "causal_forest", "propensity": "estimate", "forest": {"trees": 200}}') AS m FROM world, LATERAL (SELECT pg_temp.u(i, 40) < 0.2 + 0.6 * x[1] AS w) w WHERE i <= 3000) m, world, coupon.uplift(m, x) u WHERE i > 5500;

-- several offers, categories, missing values: a function of what rows there are
CREATE TABLE trial AS SELECT *, noise + CASE arm WHEN 'five' THEN (a > 3)::int WHEN 'ten' THEN coalesce((c = 'q')::int, 3) ELSE 0 END AS y FROM (SELECT i, (i % 7)::int AS a, CASE WHEN i % 5 > 0 THEN (ARRAY['p', 'q', 'r'])[1 + i % 3] END AS c, (ARRAY['control', 'five', 'ten'])[1 + (pg_temp.u(i, 51) * 3)::int % 3] AS arm, pg_temp.u(i, 52) AS noise FROM generate_series(1::bigint, 1500) i) r;
CREATE TABLE many AS SELECT coupon.uplift_fit(y, arm, f, '{"learner": "causal_forest", "forest": {"trees": 40}}') AS m FROM trial t, LATERAL (SELECT t.a, t.c) f;
SELECT is(coupon.arms(m), '{five,ten}', 'two offers') FROM many;
SELECT ok(max(abs(u[1] - (t.a > 3)::int)) < 0.35 AND max(abs(u[2] - coalesce((t.c = 'q')::int, 3))) < 0.6, 'effects by numbers, by categories, and of what is missing') FROM many, (SELECT DISTINCT a, c FROM trial) t, LATERAL (SELECT t.a, t.c) f, coupon.uplift_array(m, f) u;
SELECT is(coupon.uplift_fit(y, arm, f, '{"learner": "causal_forest", "forest": {"trees": 40}}' ORDER BY t.noise)::text, (SELECT m::text FROM many), 'the order of rows does not matter') FROM trial t, LATERAL (SELECT t.a, t.c) f;
SELECT isnt(coupon.uplift_fit(y, arm, f, '{"learner": "causal_forest", "forest": {"trees": 40}, "seed": 1}')::text, (SELECT m::text FROM many), 'the seed does') FROM trial t, LATERAL (SELECT t.a, t.c) f;
SELECT ok(abs(coupon.uplift(m, f)) < 0.2 AND u.standard_error BETWEEN 0.02 AND 0.3, '10 distinct rows, no effect: ' || round(u.uplift::numeric, 3) || ' +- ' || round(u.standard_error::numeric, 3)) FROM (SELECT coupon.uplift_fit((i % 5)::float8, CASE WHEN i % 2 = 0 THEN 'offer' ELSE 'control' END, f, '{"learner": "causal_forest", "forest": {"trees": 100}}') AS m FROM trial, LATERAL (SELECT i % 2 * 0 + i % 10 / 5 AS b) f) m, LATERAL (SELECT 1 AS b) f, coupon.uplifts(m, f) u;

-- over every base, several arms, chosen and given leaves
SELECT ok(max(abs(u[1] - (t.a > 3)::int)) < 0.6 AND max(abs(u[2] - coalesce((t.c = 'q')::int, 3))) < 0.9, format('base %s, %s: effects of two offers', base, forest))
FROM (SELECT base, forest, coupon.uplift_fit(y, arm, f, jsonb_build_object('learner', 'causal_forest', 'base', base, 'forest', forest, 'trees', '{"rounds": 20}'::jsonb)) AS m
	FROM unnest('{linear,trees}'::text[]) base, unnest('{"{\"trees\": 60}", "{\"trees\": 60, \"min_leaf\": 10}"}'::jsonb[]) forest, trial t, LATERAL (SELECT t.a, t.c) f GROUP BY base, forest) m,
	(SELECT DISTINCT a, c FROM trial) t, LATERAL (SELECT t.a, t.c) f, coupon.uplift_array(m, f) u GROUP BY base, forest;
SELECT ok(corr(u[1], (t.a > 3)::int) > 0.8 AND bool_and(u[1] BETWEEN -1.2 AND 1.2), format('base logit, %s: order of effects on a probability', forest))
FROM (SELECT forest, coupon.uplift_fit((y > 0.8)::int, arm, f, jsonb_build_object('learner', 'causal_forest', 'base', 'logit', 'forest', forest)) AS m
	FROM unnest('{"{\"trees\": 60}", "{\"trees\": 60, \"min_leaf\": 10}"}'::jsonb[]) forest, trial t, LATERAL (SELECT t.a, t.c) f GROUP BY forest) m,
	(SELECT DISTINCT a, c FROM trial) t, LATERAL (SELECT t.a, t.c) f, coupon.uplift_array(m, f) u GROUP BY forest;
SELECT throws_ok($$ SELECT coupon.uplift_fit(y, arm, ARRAY[a], '{"learner": "causal_forest", "base": "network"}') FROM trial $$, '22023', 'option "base" must be one of "linear", "logit", "trees"', 'base network is refused');

-- what cannot be is a clear error, what can is a model without NaN
CREATE FUNCTION pg_temp.fit(query text, options jsonb) RETURNS text LANGUAGE plpgsql AS
$$ DECLARE m coupon.model; bad bigint;
BEGIN
	EXECUTE format('SELECT coupon.uplift_fit(y, arm, f, %L) FROM (%s) q, LATERAL (SELECT q.a, q.c) f', '{"learner": "causal_forest", "forest": {"trees": 20}}'::jsonb || options, query) INTO m;
	SELECT count(*) INTO bad FROM (VALUES (1.0, 'p'), (NULL, 'never seen'), (-1e300, NULL)) v(a, c), LATERAL (SELECT v.a, v.c) f, coupon.uplifts(m, f) u WHERE NOT (abs(u.uplift) < 'Infinity' AND abs(u.baseline) < 'Infinity') OR u.standard_error = 'NaN';
	RETURN CASE bad WHEN 0 THEN 'model' ELSE 'NaN' END;
EXCEPTION WHEN invalid_parameter_value THEN RETURN 'error: ' || sqlerrm;
END $$;
CREATE TABLE small AS SELECT i, (i * 7 % 10)::float8 AS a, (ARRAY['p', 'q'])[1 + i % 2] AS c, (i * 3 % 5 < 2)::int AS y, CASE WHEN i % 3 = 0 THEN 'offer' ELSE 'control' END AS arm FROM generate_series(1, 60) i;
SELECT is(string_agg(left(pg_temp.fit(format('SELECT * FROM small WHERE arm = ''control'' OR i <= 3 * %s', rows), '{"folds": 2}'), 18), ', ' ORDER BY rows), 'error: there is no, error: arm "offer", model, model', '0 to 3 rows of an offer') FROM generate_series(0, 3) rows;
SELECT is(pg_temp.fit('SELECT i AS y, CASE WHEN i % 2 = 0 THEN ''offer'' ELSE ''control'' END AS arm, 1 AS a, ''p'' AS c FROM generate_series(1, 4) i', '{"folds": 2}'), 'model', 'two rows of either');
SELECT is(pg_temp.fit('SELECT * FROM small LIMIT 0', '{}'), 'model', 'no row: no model, no error');
SELECT matches(pg_temp.fit(format('SELECT * FROM small WHERE i <= 2 ORDER BY i LIMIT %s', n), '{}'), '^error: there is no offer', n || ' rows of one arm') FROM generate_series(1, 2) n;
SELECT is(pg_temp.fit('SELECT * FROM small WHERE i BETWEEN 2 AND 3', '{}'), 'error: arm "control" has one row: learner "causal_forest" needs two at least', 'two rows of two arms');
SELECT is(pg_temp.fit('SELECT 1 AS y, arm, 1 AS a, ''p'' AS c FROM small', o), 'model', 'all constant, ' || o::text) FROM unnest('{"{}", "{\"forest\": {\"tune\": false, \"trees\": 20}}", "{\"forest\": {\"linear\": false, \"trees\": 20}}"}'::jsonb[]) o;
SELECT throws_ok(format($$ SELECT coupon.uplift_fit(%s, arm, f, '{"learner": "causal_forest"}') FROM small s, LATERAL (SELECT %s) f $$, y, f), '22003', message || ' is out of range for learner "causal_forest"', 'refused: ' || message)
FROM (VALUES ('y * 1e200', 's.a, s.c', 'outcome 1e+200'), ('y', 's.a / s.a * 1e99 AS a, s.c FROM small s2 WHERE s2.i = s.i AND s.a > 0', 'feature "a": 1e+99'), ('y', 'ARRAY[1, 1e99]::float8[] AS e', 'features, element 2 of "e": 1e+99')) v(y, f, message);
SELECT is(array_agg(pg_temp.fit(q, '{}')), '{model,model,model,model}', 'constant outcome, constant and collinear columns, missing values, huge outcomes') FROM unnest(ARRAY['SELECT 1 AS y, arm, a, c FROM small', 'SELECT y, arm, 1 AS a, c FROM small',
	'SELECT y, arm, CASE WHEN i % 4 > 0 THEN a END AS a, CASE WHEN a > 9 THEN ''r'' WHEN i % 5 > 0 THEN c END AS c FROM small', 'SELECT 1e30 * y AS y, arm, 1e30 * a AS a, c FROM small']) q;
SELECT is(pg_temp.fit('SELECT y, CASE WHEN a > 4 THEN ''offer'' ELSE ''control'' END AS arm, a, c FROM small', '{"propensity": "estimate"}'), 'model', 'separated arms, propensities estimated');
SELECT is(pg_temp.fit('SELECT * FROM small', '{"forest": {"honesty": false, "min_leaf": 1, "mtry": 1, "sample_share": 0.2, "alpha": 0, "depth": 3}}'), 'model', 'all options of the forest');
SELECT throws_ok(format($$ SELECT coupon.uplift_fit(y, arm, ARRAY[a], %L) FROM small $$, jsonb_build_object('learner', 'causal_forest', 'forest', o::jsonb)), '22023', NULL, 'refused: ' || o) FROM unnest(ARRAY['{"trees": 1}', '{"bags": 1}']) o;
SELECT coupon.uplift_fit(y, offered::text, x, '{"learner": "causal_forest", "forest": {"trees": 2}}') FROM world \g /dev/null
SET LOCAL statement_timeout = '500ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.uplift_fit(y, offered::text, x, '{"learner": "causal_forest", "quiet": true, "forest": {"trees": 20000}}') FROM world $$), 'a running fit stops within a second');
RESET statement_timeout;
CREATE TABLE wide AS SELECT i, x || x AS x, offered, y FROM world, generate_series(1, 25);
SET LOCAL statement_timeout = '1500ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.uplift_fit(y, offered::text, x, '{"learner": "causal_forest", "quiet": true, "forest": {"trees": 50}}') FROM wide $$), 'so does one that tunes');
RESET statement_timeout;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT is(coupon.uplift_fit(y, arm, f, '{"learner": "causal_forest", "forest": {"trees": 40}}')::text, (SELECT m::text FROM many), 'parallel = serial') FROM trial t, LATERAL (SELECT t.a, t.c) f;
RESET max_parallel_workers_per_gather;

-- bytes from outside: payloads forged by the rules of the checksum, refused or harmless
SELECT cmp_ok(pg_temp.refused(array_agg(pg_temp.forge('uplift', 3, pg_temp.alter_bytes(substring(pg_temp.bytes_of(m::text) FROM 17), n))), 'coupon.model',
	$$ SELECT coupon.describe($1::coupon.model), coupon.uplifts($1::coupon.model, f), coupon.model_trace($1::coupon.model) FROM small s, LATERAL (SELECT s.a, s.c) f WHERE i < 5 $$), '>=', 300, 'forged forests are refused or do no harm')
FROM (SELECT coupon.uplift_fit(y, arm, f, '{"learner": "causal_forest", "forest": {"trees": 4}}') AS m FROM small s, LATERAL (SELECT s.a, s.c) f) t, generate_series(1, 1000) n;

\if :have_data
\i test/hillstrom.psql
SELECT cmp_ok(q, '>=', 0.05::float8, 'Hillstrom, visits: mean Qini AUC over 10 seeds, defaults ' || round(q::numeric, 4))
FROM (SELECT avg(q) AS q FROM (SELECT coupon.qini_auc(coupon.uplift(m, f), visit, segment = 'Womens E-Mail') AS q
	FROM (SELECT seed, coupon.uplift_fit(visit, segment, f, jsonb_build_object('learner', 'causal_forest', 'control', 'No E-Mail', 'quiet', true, 'seed', seed)) AS m FROM generate_series(0, 9) seed, hillstrom h, LATERAL (SELECT h.recency, h.history, h.mens, h.womens, h.zip_code, h.newbie, h.channel) f WHERE NOT test AND segment <> 'Mens E-Mail' GROUP BY seed) m,
	hillstrom h, LATERAL (SELECT h.recency, h.history, h.mens, h.womens, h.zip_code, h.newbie, h.channel) f WHERE test AND segment <> 'Mens E-Mail' GROUP BY seed) s) x;
\endif

SELECT * FROM finish();
ROLLBACK;
