-- hmm_fit: reference vectors, the likelihood never falls, planted models, order and parallel plans, tiny inputs.
\i test/prelude.psql
BEGIN;
SELECT plan(53);
\i test/fuzz.psql
\i test/hmm_vectors.psql
SET client_min_messages = error;

-- iterations from known parameters
CREATE TABLE em AS SELECT (e->>'iterations')::int AS k, e, m
FROM reference, jsonb_array_elements(j->'em') e, LATERAL (SELECT coupon.hmm_fit(s, jsonb_build_object('smoothing', 0, 'tolerance', 0, 'iterations', e->'iterations', 'init', jsonb_build_object('start', j->'startprob', 'transitions', j->'transmat', 'emissions', j->'emissionprob'))) AS m FROM vectors) f;
SELECT ok(max(abs(start - b)) < 1e-9, k || ' iterations: the start') FROM em, coupon.hmm_states(m) JOIN LATERAL unnest(pg_temp.numbers(e->'startprob')) WITH ORDINALITY o(b, i) ON i = state GROUP BY k ORDER BY k;
SELECT ok(count(*) = 9 AND max(abs(probability - b)) < 1e-9, k || ' iterations: transitions') FROM em, coupon.hmm_transitions(m) JOIN LATERAL unnest(pg_temp.numbers(e->'transmat')) WITH ORDINALITY o(b, i) ON i = 3 * (state - 1) + next_state GROUP BY k ORDER BY k;
SELECT ok(count(*) = 15 AND max(abs(probability - b)) < 1e-9, k || ' iterations: emissions') FROM em, coupon.hmm_emissions(m) JOIN LATERAL unnest(pg_temp.numbers(e->'emissionprob')) WITH ORDINALITY o(b, i) ON i = 5 * (state - 1) + symbol::int + 1 GROUP BY k ORDER BY k;
SELECT ok(count(*) = 1 + 2 + 10 + 50 AND max(abs(value - b)) < 1e-9, 'log-likelihoods before each iteration') FROM em, coupon.model_trace(m) JOIN LATERAL unnest(pg_temp.numbers(e->'loglik_before_each')) WITH ORDINALITY o(b, i) ON i = step + 1 WHERE part = '' AND measure = 'log_likelihood';
SELECT ok(abs((coupon.describe(m)->>'log_likelihood')::float8 - sum) < 1e-9, 'describe has the likelihood of the model itself') FROM em, LATERAL (SELECT sum(coupon.hmm_log_likelihood(m, s)) FROM vectors) l WHERE k = 10;

-- a planted model: browsing, comparing, loyal; 600 customers of 1 to 60 clicks
CREATE FUNCTION pg_temp.u(i bigint, draw integer) RETURNS float8 LANGUAGE sql AS
$$ SELECT ((hashint8extended(i, 7919 * draw) >> 11) & 4503599627370495)::float8 / 4503599627370496 $$;
CREATE TABLE clicks AS
WITH RECURSIVE walk AS (
	SELECT c, 1 AS t, CASE WHEN pg_temp.u(c, 1) < 0.6 THEN 1 WHEN pg_temp.u(c, 1) < 0.9 THEN 2 ELSE 3 END AS state, 1 + (c * 7919 % 60) AS n FROM generate_series(1::bigint, 600) c
	UNION ALL
	SELECT c, t + 1, CASE state WHEN 1 THEN CASE WHEN v < 0.85 THEN 1 WHEN v < 0.97 THEN 2 ELSE 3 END WHEN 2 THEN CASE WHEN v < 0.2 THEN 1 WHEN v < 0.85 THEN 2 ELSE 3 END ELSE CASE WHEN v < 0.05 THEN 1 WHEN v < 0.1 THEN 2 ELSE 3 END END, n
	FROM walk, LATERAL (SELECT pg_temp.u(c * 1000 + t + 1, 2) AS v) v WHERE t < n)
SELECT c, array_agg(CASE state WHEN 1 THEN CASE WHEN e < 0.85 THEN 'view' WHEN e < 0.95 THEN 'fav' WHEN e < 0.99 THEN 'cart' ELSE 'buy' END
	WHEN 2 THEN CASE WHEN e < 0.2 THEN 'view' WHEN e < 0.5 THEN 'fav' WHEN e < 0.9 THEN 'cart' ELSE 'buy' END ELSE CASE WHEN e < 0.1 THEN 'view' WHEN e < 0.2 THEN 'fav' WHEN e < 0.4 THEN 'cart' ELSE 'buy' END END ORDER BY t) AS s
FROM walk, LATERAL (SELECT pg_temp.u(c * 1000 + t, 3) AS e) e GROUP BY c;
CREATE TABLE planted AS SELECT coupon.hmm_fit(s, '{"order_by": "buy"}') AS m FROM clicks;
SELECT ok(max(abs(probability - p)) < 0.05, 'the planted transitions, at most off by ' || round(max(abs(probability - p))::numeric, 3))
FROM planted, coupon.hmm_transitions(m) JOIN LATERAL unnest('{0.85,0.12,0.03,0.2,0.65,0.15,0.05,0.05,0.9}'::float8[]) WITH ORDINALITY o(p, i) ON i = 3 * (state - 1) + next_state;
SELECT ok(max(abs(probability - p)) < 0.05, 'the planted emissions, at most off by ' || round(max(abs(probability - p))::numeric, 3))
FROM planted, coupon.hmm_emissions(m) JOIN (VALUES (1, 0.01, 0.04, 0.1, 0.85), (2, 0.1, 0.4, 0.3, 0.2), (3, 0.6, 0.2, 0.1, 0.1)) v(state, buy, cart, fav, view) USING (state), LATERAL (SELECT CASE symbol WHEN 'buy' THEN buy WHEN 'cart' THEN cart WHEN 'fav' THEN fav ELSE view END AS p) p;
SELECT ok(bool_and(probability > before OR before IS NULL), 'states by their emission of the named symbol') FROM (SELECT probability, lag(probability) OVER (ORDER BY state) AS before FROM planted, coupon.hmm_emissions(m) WHERE symbol = 'buy') p;
SELECT ok(max(abs(a.probability - b.probability)) < 0.01, 'another seed gives the states the same numbers') FROM planted, LATERAL (SELECT coupon.hmm_fit(s, '{"order_by": "buy", "seed": 7}') AS other FROM clicks) o, coupon.hmm_emissions(m) a JOIN LATERAL coupon.hmm_emissions(other) b USING (state, symbol);
SELECT ok(bool_and(share <= before OR before IS NULL) AND abs(sum(share) - 1) < 1e-12, 'else by their share of steps') FROM (SELECT share, lag(share) OVER (ORDER BY state) AS before FROM (SELECT coupon.hmm_fit(s) AS m FROM clicks) f, coupon.hmm_states(m)) p;
SELECT ok(max(abs(share - p)) < 1e-9, 'a share is the mean of the posteriors') FROM planted, coupon.hmm_states(m) JOIN LATERAL (SELECT i AS state, sum(p) / (SELECT sum(cardinality(s)) FROM clicks) AS p FROM clicks, LATERAL (SELECT coupon.hmm_posterior(m, s) AS post) x, generate_series(1, 3) i, generate_series(1, cardinality(s)) t, LATERAL (SELECT post[t][i] AS p) y GROUP BY i) x USING (state);
SELECT ok(d->>'rows' = '600' AND d->>'steps' = (SELECT sum(cardinality(s))::text FROM clicks) AND d->>'parameters' = '17' AND abs((d->>'bic')::float8 - 17 * ln((d->>'steps')::float8) + 2 * (d->>'log_likelihood')::float8) < 1e-9
	AND abs((d->>'aic')::float8 - 34 + 2 * (d->>'log_likelihood')::float8) < 1e-9 AND d->>'converged' = 'true', 'describe: rows, steps, parameters, AIC and BIC') FROM planted, coupon.describe(m) d;
SELECT is(d->>'states', '3', 'BIC picks the planted number of states') FROM coupon.describe((SELECT coupon.hmm_fit(s, '{"states": "auto", "max_states": 5, "restarts": 3}') FROM clicks)) d;

-- the (penalised) log-likelihood never falls
CREATE TABLE tried AS SELECT o, coupon.hmm_fit(s, o) AS m FROM clicks, unnest(ARRAY['{"smoothing": 0, "states": 4, "tolerance": 0, "iterations": 80, "restarts": 1}', '{"smoothing": 2.5, "states": 5, "tolerance": 0, "iterations": 80, "restarts": 1}', '{"smoothing": 0.01, "states": 9, "tolerance": 0, "iterations": 80, "restarts": 2, "seed": 5}', '{"states": 20, "tolerance": 0, "iterations": 30, "restarts": 1}']::jsonb[]) o GROUP BY o;
SELECT ok(count(*) = (o->>'iterations')::int + 1 AND min(value - before) > -1e-8, 'it never falls: ' || o::text) FROM (SELECT o, value, lag(value) OVER (PARTITION BY o ORDER BY step) AS before FROM tried, coupon.model_trace(m) WHERE part = '' AND measure = 'penalised_log_likelihood') t GROUP BY o ORDER BY o;
SELECT ok(abs((coupon.describe(m)->>'penalised_log_likelihood')::float8 - (coupon.describe(m)->>'log_likelihood')::float8 - 2.5 * prior) < 1e-8, 'penalised: with the logarithm of the prior')
FROM tried, LATERAL (SELECT (SELECT sum(ln(start)) FROM coupon.hmm_states(m)) + (SELECT sum(ln(probability)) FROM coupon.hmm_transitions(m)) + (SELECT sum(ln(probability)) FROM coupon.hmm_emissions(m)) AS prior) p WHERE o->>'smoothing' = '2.5';
SELECT ok(count(*) = 5 AND max(value) = max(best), 'the trace has all starts, and the model is the best') FROM planted, LATERAL (SELECT (coupon.describe(m)->>'penalised_log_likelihood')::float8 AS best) b, coupon.model_trace(m) WHERE part LIKE 'states 3, start %' AND measure = 'penalised_log_likelihood';

-- what is 0 at the start stays 0, smoothed or not
CREATE TABLE ladder AS SELECT coupon.hmm_fit(s, '{"init": {"start": [1, 0, 0], "transitions": [[0.7, 0.3, 0], [0, 0.7, 0.3], [0, 0, 1]]}, "smoothing": 0.5, "restarts": 3}') AS m FROM clicks;
SELECT results_eq('SELECT state, next_state FROM ladder, coupon.hmm_transitions(m) WHERE probability = 0', 'VALUES (1, 3), (2, 1), (3, 1), (3, 2)', 'transitions that are 0 stay 0, others do not become 0');
SELECT ok(array_agg(start ORDER BY state) = '{1,0,0}', 'and so does the start') FROM ladder, coupon.hmm_states(m);
SELECT is(coupon.describe(m)->>'parameters', '11', 'zeros are no parameters') FROM ladder;

-- plans, order, duplicates
CREATE TABLE shuffled AS SELECT * FROM clicks ORDER BY md5(c::text);
SELECT is((SELECT coupon.hmm_fit(s, '{"order_by": "buy"}')::text FROM shuffled), (SELECT m::text FROM planted), 'rows in another order: the same model');
SELECT pg_temp.go_parallel();
SELECT matches(pg_temp.plan_of('SELECT coupon.hmm_fit(s) FROM shuffled'), 'Partial Aggregate', 'workers take part');
SELECT is((SELECT coupon.hmm_fit(s, '{"order_by": "buy"}')::text FROM shuffled), (SELECT m::text FROM planted), 'by parallel workers: the same model');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT isnt((SELECT coupon.hmm_fit(s, '{"order_by": "buy", "seed": 1, "iterations": 3, "restarts": 1}')::text FROM clicks), (SELECT coupon.hmm_fit(s, '{"order_by": "buy", "iterations": 3, "restarts": 1}')::text FROM clicks), 'another seed starts elsewhere');
SELECT ok(d->>'rows' = '1200' AND d->>'distinct_sequences' = e->>'distinct_sequences' AND abs((d->>'log_likelihood')::float8 - 2 * (e->>'log_likelihood')::float8) < 1e-7, 'every customer twice: twice the likelihood')
FROM (SELECT coupon.describe(coupon.hmm_fit(s, '{"smoothing": 0, "tolerance": 0, "iterations": 20, "init": {"emissions": [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]], "start": [0.5, 0.5], "transitions": [[0.9, 0.1], [0.2, 0.8]]}}')) AS d FROM (TABLE clicks UNION ALL TABLE clicks) t) t,
	(SELECT coupon.describe(coupon.hmm_fit(s, '{"smoothing": 0, "tolerance": 0, "iterations": 20, "init": {"emissions": [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]], "start": [0.5, 0.5], "transitions": [[0.9, 0.1], [0.2, 0.8]]}}')) AS e FROM clicks) u;
SELECT ok(count(*) = 3 AND bool_and(m::text = alone::text), 'a model for each group') FROM (SELECT c % 3 AS g, coupon.hmm_fit(s, '{"states": 2, "iterations": 5}') AS m FROM clicks GROUP BY 1) x JOIN LATERAL (SELECT coupon.hmm_fit(s, '{"states": 2, "iterations": 5}') AS alone FROM clicks WHERE c % 3 = g) y ON true;

-- input-output: coupons move customers; inputs that do not matter
CREATE TABLE moved AS
WITH RECURSIVE walk AS (
	SELECT c, 1 AS t, 1 + (pg_temp.u(c, 11) < 0.3)::int AS state, (pg_temp.u(c * 1000 + 1, 12) < 0.4) AS shown FROM generate_series(1::bigint, 500) c
	UNION ALL
	SELECT c, t + 1, CASE WHEN pg_temp.u(c * 1000 + t + 1, 13) < CASE WHEN state = 1 THEN CASE WHEN x THEN 0.5 ELSE 0.05 END ELSE CASE WHEN x THEN 0.95 ELSE 0.8 END END THEN 2 ELSE 1 END, x FROM walk, LATERAL (SELECT pg_temp.u(c * 1000 + t + 1, 12) < 0.4 AS x) x WHERE t < 40)
SELECT c, array_agg(CASE WHEN pg_temp.u(c * 1000 + t, 14) < CASE state WHEN 1 THEN 0.05 ELSE 0.6 END THEN 'buy' ELSE 'view' END ORDER BY t) AS s, array_agg(CASE WHEN shown THEN 'coupon' ELSE 'none' END ORDER BY t) AS u FROM walk GROUP BY c;
CREATE TABLE io AS SELECT coupon.hmm_fit(s, u, '{"states": 2, "order_by": "buy"}') AS m FROM moved;
SELECT ok(count(*) = 4 AND max(abs(probability - p)) < 0.05, 'transitions by input are found, at most off by ' || round(max(abs(probability - p))::numeric, 3))
FROM io, coupon.hmm_transitions(m) JOIN (VALUES ('none', 1, 0.05), ('none', 2, 0.8), ('coupon', 1, 0.5), ('coupon', 2, 0.95)) v(input, state, p) USING (input, state) WHERE next_state = 2;
SELECT ok(abs(sum - (coupon.describe(m)->>'log_likelihood')::float8) < 1e-7, 'their likelihood is that of hmm_log_likelihood') FROM io, LATERAL (SELECT sum(coupon.hmm_log_likelihood(m, s, u)) FROM moved) l;
SELECT is((SELECT coupon.hmm_fit(s, u, '{"states": 2, "order_by": "buy"}')::text FROM (SELECT * FROM moved ORDER BY md5(c::text)) x), (SELECT m::text FROM io), 'in another order: the same model');
SELECT ok(max(abs(a.probability - b.probability)) < 1e-9, 'one input for all: as without inputs')
FROM (SELECT coupon.hmm_fit(s, array_fill('x'::text, ARRAY[cardinality(s)]), '{"iterations": 20}') AS m FROM clicks) x, (SELECT coupon.hmm_fit(s, '{"iterations": 20}') AS m FROM clicks) y, coupon.hmm_transitions(x.m) a JOIN LATERAL coupon.hmm_transitions(y.m) b USING (state, next_state);
SELECT ok(min(value - before) > -1e-8 AND count(DISTINCT input) = 2, 'emissions by input: it never falls') FROM (SELECT coupon.hmm_fit(s, u, '{"states": 3, "emissions_by_input": true, "restarts": 1, "tolerance": 0, "iterations": 40}') AS m FROM moved) f,
	LATERAL (SELECT value, lag(value) OVER (ORDER BY step) AS before FROM coupon.model_trace(m) WHERE part = '' AND measure = 'penalised_log_likelihood') t, coupon.hmm_emissions(m);

-- one iteration with emissions by input against the posteriors
CREATE TABLE given AS SELECT '{"start": [0.6, 0.4], "transitions": [[[0.7, 0.3], [0.4, 0.6]], [[0.9, 0.1], [0.2, 0.8]]], "emissions": [[[0.5, 0.5], [0.9, 0.1]], [[0.2, 0.8], [0.7, 0.3]]]}'::jsonb AS init;
SELECT ok(count(*) = 8 AND max(abs(probability - p)) < 1e-12, 'emissions by input: an iteration = the posteriors counted')
FROM given, LATERAL (SELECT coupon.hmm_fit(s, u, jsonb_build_object('init', init, 'iterations', 1, 'smoothing', 0, 'emissions_by_input', true)) AS m FROM moved WHERE c <= 50) f, coupon.hmm_emissions(m) e
JOIN (SELECT u[t] AS input, i AS state, s[t] AS symbol, sum(post[t][i]) / sum(sum(post[t][i])) OVER (PARTITION BY u[t], i) AS p
	FROM moved, given, LATERAL (SELECT coupon.hmm_posterior(coupon.hmm_model(pg_temp.numbers(init->'start'), pg_temp.numbers(init->'transitions'), pg_temp.numbers(init->'emissions'), '{buy,view}', '{coupon,none}'), s, u) AS post) x, generate_series(1, 40) t, generate_series(1, 2) i WHERE c <= 50 GROUP BY 1, 2, 3) x USING (input, state, symbol);

-- tiny inputs
SELECT ok((SELECT coupon.hmm_fit(s) FROM clicks WHERE false) IS NULL AND (SELECT coupon.hmm_fit(NULL::text[]) FROM clicks) IS NULL, 'no sequence: no model');
SELECT ok(d->>'rows' = '1' AND d->>'steps' = '1' AND (SELECT bool_and(probability = 1) FROM coupon.hmm_emissions(m)), 'one click') FROM (SELECT coupon.hmm_fit('{a}'::text[]) AS m) f, coupon.describe(m) d;
SELECT ok(d->>'rows' = '3' AND d->>'skipped' = '1' AND d->>'steps' = '2' AND d->>'distinct_sequences' = '3', 'an empty sequence, a null, two clicks') FROM (SELECT coupon.hmm_fit(s) AS m FROM (VALUES ('{}'::text[]), (NULL), ('{a}'), ('{b}')) v(s)) f, coupon.describe(m) d;
SELECT ok(d->>'states' = '2' AND (SELECT abs(sum(probability) - 2) < 1e-9 FROM coupon.hmm_emissions(m)), 'sequences all empty, symbols named') FROM (SELECT coupon.hmm_fit('{}'::text[], '{"symbols": ["a", "b"], "states": 2}') AS m) f, coupon.describe(m) d;
SELECT ok(bool_and(abs(probability - p) < 1e-9), 'one state: the frequencies, smoothed by 0.1') FROM (SELECT coupon.hmm_fit(s, '{"states": 1}') AS m FROM clicks) f, coupon.hmm_emissions(m) JOIN (SELECT symbol, (count(*) + 0.1) / (sum(count(*)) OVER () + 0.4) AS p FROM clicks, unnest(s) symbol GROUP BY symbol) x USING (symbol);
SELECT ok(d->>'converged' = 'true' AND (d->>'log_likelihood')::float8 > -2000000, 'one long sequence') FROM (SELECT coupon.hmm_fit(s, '{"states": 2, "restarts": 1}') AS m FROM (SELECT array_agg('s' || abs(hashint4(i / 50)) % 2 + abs(hashint4(i)) % 3 ORDER BY i) AS s FROM generate_series(1, 100000) i) l) f, coupon.describe(m) d;
-- unseen symbols that tell nothing
SELECT ok(abs(coupon.hmm_log_likelihood(m, '{view,x,buy}') - ln(p)) < 1e-12 AND d->>'steps' = '3', 'ignored: the sum over what the symbol might have been') FROM (SELECT coupon.hmm_fit(s, '{"ignore_unseen": true, "symbols": ["buy", "view"], "states": 2}') AS m FROM (VALUES ('{buy,z,view}'::text[])) v(s)) f, coupon.describe(m) d,
	LATERAL (SELECT exp(coupon.hmm_log_likelihood(m, '{view,view,buy}')) + exp(coupon.hmm_log_likelihood(m, '{view,buy,buy}')) AS p) p;

-- bytes from outside, and stopped within a second
SELECT cmp_ok(pg_temp.refused(array_agg(pg_temp.forge('hmm', 8, pg_temp.alter_bytes(substring(pg_temp.bytes_of(m::text) FROM 17), n))), 'coupon.model',
	$$ SELECT coupon.describe(m), coupon.model_trace(m), coupon.hmm_decode(m, '{view,buy}') FROM (SELECT $1::coupon.model AS m) m $$), '>=', 100, 'forged models are refused or do no harm')
FROM planted, generate_series(1, 400) n;
SET LOCAL statement_timeout = 300;
SELECT ok(pg_temp.stops($$ SELECT coupon.hmm_fit(s, '{"states": 60, "tolerance": 0, "smoothing": 1}') FROM clicks $$), 'a fit can be stopped');
SELECT ok(pg_temp.stops($$ SELECT coupon.hmm_fit(s, '{"states": 64, "tolerance": 0}') FROM (SELECT array_agg('s' || i % 7) AS s FROM generate_series(1, 100000) i) l $$), 'and one to a long sequence');
SELECT * FROM finish();
ROLLBACK;
