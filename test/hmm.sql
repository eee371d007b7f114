-- Hidden Markov models of known parameters: reference vectors, all paths enumerated, beliefs, bytes from outside.
\i test/prelude.psql
BEGIN;
SELECT plan(44);
\i test/fuzz.psql
\i test/hmm_vectors.psql
SET client_min_messages = error;

-- a small model by inputs, and everything about it by enumerating all paths of its states
CREATE TABLE world AS SELECT
	'{0.5,0.3,0.2}'::float8[] AS start,
	'{{{0.7,0.2,0.1},{0.1,0.8,0.1},{0,0.4,0.6}},{{0.2,0.5,0.3},{0.3,0.3,0.4},{0.25,0.25,0.5}}}'::float8[] AS transitions,
	'{{{0.6,0.3,0.1,0},{0.2,0.2,0.3,0.3},{0.05,0.15,0.2,0.6}},{{0.1,0.2,0.3,0.4},{0.4,0.4,0.1,0.1},{0,0.5,0.25,0.25}}}'::float8[] AS emissions,
	'{view,cart,fav,buy}'::text[] AS symbols, '{none,coupon}'::text[] AS inputs;
-- plain; transitions by input; emissions by input, too
CREATE TABLE models AS
SELECT 'plain' AS kind, coupon.hmm_model(start, ARRAY(SELECT ARRAY[transitions[1][i][1], transitions[1][i][2], transitions[1][i][3]] FROM generate_series(1, 3) i),
	ARRAY(SELECT ARRAY[emissions[1][i][1], emissions[1][i][2], emissions[1][i][3], emissions[1][i][4]] FROM generate_series(1, 3) i), symbols) AS m FROM world
UNION ALL SELECT 'moved', coupon.hmm_model(start, transitions, ARRAY(SELECT ARRAY[emissions[1][i][1], emissions[1][i][2], emissions[1][i][3], emissions[1][i][4]] FROM generate_series(1, 3) i), symbols, inputs) FROM world
UNION ALL SELECT 'both', coupon.hmm_model(start, transitions, emissions, symbols, inputs) FROM world;
CREATE TABLE cases AS SELECT c, s, u FROM (VALUES
	(1, '{view}'::text[], '{none}'::text[]), (2, '{buy}', '{coupon}'), (3, '{view,view,buy}', '{none,coupon,none}'), (4, '{cart,fav,buy,view,view}', '{none,none,coupon,coupon,none}'),
	(5, '{fav,fav,cart,buy,buy,view}', '{coupon,none,coupon,none,coupon,coupon}'), (6, '{cart,cart,cart,cart,cart,cart,cart}', '{none,none,none,coupon,coupon,none,none}')) v(c, s, u);
-- every path, its states as digits, and its probability with the symbols
CREATE FUNCTION pg_temp.paths(kind text, s text[], u text[]) RETURNS TABLE (path integer[], p float8) LANGUAGE sql AS $$
WITH RECURSIVE walk AS (
	SELECT 0 AS t, '{}'::integer[] AS path, 1::float8 AS p
	UNION ALL
	SELECT t + 1, path || j, p * CASE WHEN t = 0 THEN start[j] ELSE transitions[CASE WHEN kind = 'plain' OR u[t + 1] = 'none' THEN 1 ELSE 2 END][path[t]][j] END
		* emissions[CASE WHEN kind <> 'both' OR u[t + 1] = 'none' THEN 1 ELSE 2 END][j][array_position(symbols, s[t + 1])]
	FROM walk, world, generate_series(1, 3) j WHERE t < cardinality(s))
SELECT path, p FROM walk WHERE t = cardinality(s) $$;
CREATE TABLE answers AS SELECT kind, c, s, u, l.ll, f.f, p.post, d.d FROM models, cases,
	LATERAL (SELECT CASE kind WHEN 'plain' THEN coupon.hmm_log_likelihood(m, s) ELSE coupon.hmm_log_likelihood(m, s, u) END AS ll) l,
	LATERAL (SELECT CASE kind WHEN 'plain' THEN coupon.hmm_filter(m, s) ELSE coupon.hmm_filter(m, s, u) END AS f) f,
	LATERAL (SELECT CASE kind WHEN 'plain' THEN coupon.hmm_posterior(m, s) ELSE coupon.hmm_posterior(m, s, u) END AS post) p,
	LATERAL (SELECT CASE kind WHEN 'plain' THEN coupon.hmm_decode(m, s) ELSE coupon.hmm_decode(m, s, u) END AS d) d;
CREATE TABLE paths AS SELECT kind, c, p.* FROM models, cases, LATERAL pg_temp.paths(kind, s, u) p;
SELECT ok(count(*) = 6 AND max(abs(ll - ln(total))) < 1e-12, 'log-likelihood = sum over all paths, ' || kind) FROM answers JOIN (SELECT kind, c, sum(p) AS total FROM paths GROUP BY kind, c) t USING (kind, c) GROUP BY kind ORDER BY kind;
SELECT ok(max(abs(f[j] - q)) < 1e-12, 'the filter = the paths by their last state, ' || kind)
FROM answers JOIN (SELECT kind, c, path[cardinality(path)] AS j, sum(p) / sum(sum(p)) OVER (PARTITION BY kind, c) AS q FROM paths GROUP BY 1, 2, 3) t USING (kind, c) GROUP BY kind ORDER BY kind;
SELECT ok(count(*) = 3 * 23 AND max(abs(post[t][j] - q)) < 1e-12, 'the posterior = the paths by their states, ' || kind)
FROM answers JOIN (SELECT kind, c, t, path[t] AS j, sum(p) / sum(sum(p)) OVER (PARTITION BY kind, c, t) AS q FROM paths, generate_series(1, cardinality(path)) t GROUP BY 1, 2, 3, 4) t USING (kind, c) GROUP BY kind ORDER BY kind;
SELECT ok(bool_and(p >= best - 1e-18), 'the decoded path is the most probable, ' || kind)
FROM answers JOIN (SELECT kind, c, max(p) AS best FROM paths GROUP BY 1, 2) b USING (kind, c) JOIN paths USING (kind, c) WHERE path = d GROUP BY kind ORDER BY kind;
-- the next click: all sequences that are one longer
SELECT ok(count(*) = 24 AND max(abs(probability - q)) < 1e-12, 'hmm_next = the probability of a longer sequence over that of this one, ' || kind || ', ' || i)
FROM models, cases, unnest('{none,coupon}'::text[]) i,
	LATERAL (SELECT * FROM coupon.hmm_next(CASE kind WHEN 'plain' THEN m END, s) UNION ALL SELECT * FROM coupon.hmm_next(CASE kind WHEN 'plain' THEN NULL ELSE m END, s, u, i)) n,
	LATERAL (SELECT sum(p) AS longer FROM pg_temp.paths(kind, s || symbol, u || i)) l, LATERAL (SELECT longer / sum(p) AS q FROM paths p WHERE p.kind = models.kind AND p.c = cases.c) q
WHERE kind <> 'plain' OR i = 'none' GROUP BY kind, i ORDER BY kind, i;
SELECT ok(max(abs(a.probability - b.probability)) < 1e-14, 'from a stored belief it is the same')
FROM models, cases, LATERAL coupon.hmm_next(m, s, u, 'coupon') a JOIN LATERAL coupon.hmm_next_from(m, coupon.hmm_filter(m, s, u), 'coupon') b USING (symbol) WHERE kind = 'both';
SELECT ok(count(*) = 153 AND max(abs(a - b)) < 1e-14, 'belief and one more click = belief of the longer sequence')
FROM models, cases, generate_series(2, 7) t,
	LATERAL (SELECT coupon.hmm_update(m, coupon.hmm_filter(m, s[:t - 1]), s[t]) AS x, coupon.hmm_filter(m, s[:t]) AS y WHERE kind = 'plain'
		UNION ALL SELECT coupon.hmm_update(m, coupon.hmm_filter(m, s[:t - 1], u[:t - 1]), s[t], u[t]), coupon.hmm_filter(m, s[:t], u[:t]) WHERE kind <> 'plain') f, unnest(x, y) v(a, b)
WHERE t <= cardinality(s);
-- the embedding: expected counts over all paths, and 10 steps of the model
CREATE TABLE expected AS
SELECT c, i, j, coalesce((SELECT sum(p) FROM paths x, generate_series(2, cardinality(path)) t WHERE x.kind = 'plain' AND x.c = k.c AND path[t - 1] = i AND path[t] = j), 0) / total AS moves
FROM cases k, generate_series(1, 3) i, generate_series(1, 3) j, LATERAL (SELECT sum(p) AS total FROM paths x WHERE x.kind = 'plain' AND x.c = k.c) t;
CREATE TABLE used AS
SELECT c, i, o, coalesce((SELECT sum(p) FROM paths x, generate_series(1, cardinality(path)) t WHERE x.kind = 'plain' AND x.c = k.c AND path[t] = i AND s[t] = symbols[o]), 0) / total AS uses
FROM cases k, world, generate_series(1, 3) i, generate_series(1, 4) o, LATERAL (SELECT sum(p) AS total FROM paths x WHERE x.kind = 'plain' AND x.c = k.c) t;
SELECT ok(count(*) = 54 AND max(abs(e[3 * (i - 1) + j] - (moves + 10 * transitions[1][i][j]) / (own + 10))) < 1e-12, 'embedding: transitions = counts over all paths, shrunk to the model')
FROM (SELECT *, sum(moves) OVER (PARTITION BY c, i) AS own FROM expected) x JOIN cases USING (c), world, models, LATERAL (SELECT coupon.hmm_embedding(m, s) AS e) e WHERE kind = 'plain';
SELECT ok(count(*) = 72 AND max(abs(e[9 + 4 * (i - 1) + o] - (uses + 10 * emissions[1][i][o]) / (own + 10))) < 1e-12, 'embedding: emissions')
FROM (SELECT *, sum(uses) OVER (PARTITION BY c, i) AS own FROM used) x JOIN cases USING (c), world, models, LATERAL (SELECT coupon.hmm_embedding(m, s) AS e) e WHERE kind = 'plain';
SELECT ok(bool_and(cardinality(e) = CASE kind WHEN 'plain' THEN 9 + 12 + 3 WHEN 'moved' THEN 18 + 12 + 3 ELSE 18 + 24 + 3 END AND e[cardinality(e) - 2:] = f), 'embedding: its length, the belief at the end')
FROM answers JOIN models USING (kind), LATERAL (SELECT CASE kind WHEN 'plain' THEN coupon.hmm_embedding(m, s) ELSE coupon.hmm_embedding(m, s, u) END AS e) e;

-- reference vectors
SELECT ok(count(*) = 4 AND max(abs(coupon.hmm_log_likelihood(m, s) - log_likelihood)) < 1e-9, 'log-likelihoods') FROM known, vectors;
SELECT ok(count(*) = 120 AND max(abs(a - b)) < 1e-9, 'posteriors') FROM known, vectors, reference, LATERAL unnest(coupon.hmm_posterior(m, s)) WITH ORDINALITY p(a, o), LATERAL unnest(pg_temp.numbers(j->'posteriors')) WITH ORDINALITY q(b, k) WHERE k = 3 * skip + o;
SELECT is((SELECT array_agg(d - 1 ORDER BY n, o) FROM known, vectors, unnest(coupon.hmm_decode(m, s)) WITH ORDINALITY p(d, o)), (SELECT array_agg(x::int ORDER BY i) FROM reference, jsonb_array_elements_text(j->'viterbi_path') WITH ORDINALITY o(x, i)), 'decoded states');
SELECT ok(abs(sum(ln(CASE WHEN t = 1 THEN (j->'startprob'->>(d[1] - 1))::float8 ELSE (j->'transmat'->(d[t - 1] - 1)->>(d[t] - 1))::float8 END * (j->'emissionprob'->(d[t] - 1)->>s[t]::int)::float8)) - max((j->>'viterbi_logprob')::float8)) < 1e-9, 'and the probability of their path')
FROM known, reference, vectors, LATERAL (SELECT coupon.hmm_decode(m, s) AS d OFFSET 0) d, generate_series(1, cardinality(s)) t;

-- no click, one state, states that cannot be, long sequences
SELECT is(coupon.hmm_filter(m, '{}'), '{0.5,0.3,0.2}', 'no click: the start') FROM models WHERE kind = 'plain';
SELECT ok(coupon.hmm_log_likelihood(m, '{}') = 0 AND coupon.hmm_posterior(m, '{}') = '{}' AND coupon.hmm_decode(m, '{}') = '{}' AND cardinality(coupon.hmm_embedding(m, '{}')) = 24, 'and its other answers') FROM models WHERE kind = 'plain';
SELECT ok(coupon.hmm_filter(m, '{a,b,a}') = '{1}' AND abs(coupon.hmm_log_likelihood(m, '{a,b,a}') - ln(0.4 * 0.4 * 0.6)) < 1e-15 AND coupon.hmm_decode(m, '{a,b}') = '{1,1}', 'one state') FROM coupon.hmm_model('{1}', '{{1}}', '{{0.4,0.6}}', '{a,b}') m;
CREATE TABLE cycle AS SELECT coupon.hmm_model('{1,0}', '{{0,1},{1,0}}', '{{1,0},{0,1}}', '{a,b}') AS m;
SELECT ok(coupon.hmm_log_likelihood(m, '{a,b,a}') = 0 AND coupon.hmm_log_likelihood(m, '{a,a}') = '-Infinity', 'certain and impossible sequences') FROM cycle;
SELECT results_eq('SELECT state, start, stationary, dwell, share IS NULL FROM cycle, coupon.hmm_states(m)', $$ VALUES (1, 1::float8, 0.5::float8, 1::float8, true), (2, 0, 0.5, 1, true) $$, 'a chain with a period has its long-run shares');
SELECT ok(max(abs(stationary - x)) < 1e-12, 'the long run, if states are left for good: by where one comes from') FROM coupon.hmm_model('{0,0.5,0.5}', '{{1,0,0},{0.2,0.5,0.3},{0,0,1}}', '{{1},{1},{1}}', '{a}') m, coupon.hmm_states(m) JOIN (VALUES (1, 0.2), (2, 0), (3, 0.8)) v(state, x) USING (state);
SELECT ok(bool_and(abs(stationary - (SELECT sum(b.stationary * t.probability) FROM coupon.hmm_states(m) b JOIN coupon.hmm_transitions(m) t USING (state) WHERE t.next_state = a.state)) < 1e-14) AND abs(sum(stationary) - 1) < 1e-14, 'the long run stays as it is') FROM known, coupon.hmm_states(m) a;
CREATE TABLE long AS SELECT array_agg((ARRAY['0', '1', '2', '3', '4'])[1 + abs(hashint4(i)) % 5] ORDER BY i) AS s FROM generate_series(1, 1000000) i;
CREATE TABLE answer AS SELECT coupon.hmm_log_likelihood(m, s) AS ll, coupon.hmm_filter(m, s) AS f, coupon.hmm_filter(m, s[999901:]) AS tail FROM known, long;
SELECT ok(ll BETWEEN -2e6 AND -1e6 AND (SELECT max(abs(a - b)) < 1e-12 FROM unnest(f, tail) v(a, b)), 'a million steps do not underflow, and the last hundred decide the belief') FROM answer;
SELECT ok(abs(part.ll - halves) < 1e-6, 'likelihood of 200,000 steps = of the first half + of the second, given the belief')
FROM known, long, LATERAL (SELECT coupon.hmm_log_likelihood(m, s[:200000]) AS ll OFFSET 0) part, LATERAL (SELECT coupon.hmm_filter(m, s[:100000]) AS b OFFSET 0) b,
	LATERAL (SELECT array_agg((SELECT sum(b[i] * t.probability) FROM generate_series(1, 3) i JOIN coupon.hmm_transitions(m) t ON t.state = i WHERE t.next_state = j) ORDER BY j) AS start FROM generate_series(1, 3) j) n,
	LATERAL (SELECT coupon.hmm_log_likelihood(m, s[:100000]) + coupon.hmm_log_likelihood(coupon.hmm_model(start, pg_temp.numbers((SELECT r.j->'transmat' FROM reference r)), pg_temp.numbers((SELECT r.j->'emissionprob' FROM reference r)), '{0,1,2,3,4}'), s[100001:200000]) AS halves OFFSET 0) h;
-- more than a block of steps: posteriors do not depend on where the blocks end
SELECT ok(max(abs(a.a[t][1] - b.b[t + 700][1])) < 1e-12, 'posteriors of 3,000 steps, in blocks that end elsewhere') FROM known, long, LATERAL (SELECT coupon.hmm_posterior(m, s[701:3700]) AS a OFFSET 0) a, LATERAL (SELECT coupon.hmm_posterior(m, s[:4400]) AS b OFFSET 0) b, generate_series(200, 2800, 1) t;
SELECT is(a[:2900], b[:2900], 'what follows later does not change how the beginning is decoded') FROM known, long, LATERAL (SELECT coupon.hmm_decode(m, s[:3000]) AS a, coupon.hmm_decode(m, s[:3100]) AS b OFFSET 0) d;

-- bytes from outside; the text form
SELECT is(m::text::coupon.model::text, m::text, 'the text form goes both ways, ' || kind) FROM models ORDER BY kind;
SELECT cmp_ok(pg_temp.refused(array_agg(pg_temp.forge('hmm', 8, pg_temp.alter_bytes(substring(pg_temp.bytes_of(m::text) FROM 17), n))), 'coupon.model',
	$$ SELECT coupon.describe(m), coupon.hmm_posterior(m, '{view,buy}', '{none,coupon}'), coupon.hmm_decode(m, '{view,buy}', '{none,coupon}'), coupon.hmm_embedding(m, '{view,buy}', '{none,coupon}'), coupon.hmm_states(m) FROM (SELECT $1::coupon.model AS m) m $$), '>=', 400, 'forged models are refused or do no harm')
FROM models, generate_series(1, 600) n WHERE kind = 'both';

-- stopped within a second
SET LOCAL statement_timeout = 300;
SELECT ok(pg_temp.stops($$ SELECT coupon.hmm_decode(m, s || s || s || s || s || s || s || s) FROM long, (SELECT coupon.hmm_model(array_fill(1 / 64.0, ARRAY[64]), array_fill(1 / 64.0, ARRAY[64, 64]), array_fill(0.2, ARRAY[64, 5]), '{0,1,2,3,4}') AS m) m $$), 'decoding a long sequence can be stopped');
SELECT ok(pg_temp.stops($$ SELECT coupon.hmm_log_likelihood(m, s || s || s || s || s || s || s || s) FROM long, (SELECT coupon.hmm_model(array_fill(1 / 64.0, ARRAY[64]), array_fill(1 / 64.0, ARRAY[64, 64]), array_fill(0.2, ARRAY[64, 5]), '{0,1,2,3,4}') AS m) m $$), 'and filtering it');
SET LOCAL statement_timeout = 0;
SET LOCAL search_path = '';
CREATE TABLE public.pathless AS SELECT coupon.hmm_filter(m, '{view}') = '{0}' AS f FROM public.models WHERE kind = 'plain';
RESET search_path;
SELECT ok(NOT f, 'without a search path') FROM pathless;
SELECT * FROM finish();
ROLLBACK;
