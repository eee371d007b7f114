-- Policies over many steps: value_iteration against reference vectors, all policies one by one and plain SQL; hmm_policy against a tree of beliefs.
\i test/prelude.psql
BEGIN;
SELECT plan(63);
\i test/loyalty.psql
SET LOCAL client_min_messages = error;

-- a small process: occupancy by linear programming elsewhere, Q of 6 steps and values for ever at a price of 0.7 by numpy; P[offer][state][next]
CREATE TABLE vector AS SELECT $${"P":[[[0.35,0.029,0.535,0.086],[0.871,0.043,0.066,0.02],[0.515,0.085,0.212,0.188],[0.286,0.178,0.366,0.17]],[[0.158,0.245,0.017,0.58],[0.175,0.107,0.395,0.323],[0.211,0.063,0.634,0.092],[0.217,0.668,0.099,0.016]],[[0.086,0.032,0.319,0.563],[0.415,0.378,0.077,0.13],[0.051,0.48,0.038,0.431],[0.517,0.094,0.255,0.134]]],"r":[[0.619,0.047,0.935],[0.754,0.683,1.381],[0.428,0.942,1.901],[0.675,1.346,1.85]],"cost":[[0.0,0.401,1.002],[0.0,0.366,0.916],[0.0,0.48,1.199],[0.0,0.473,1.182]],"mu0":[0.4,0.3,0.2,0.1],"Q":[[[4.876186655918,3.985142176337,4.564452736719],[4.820644170278,4.705726231431,4.831859610227],[4.59896028368,4.899395879893,5.231268469854],[4.891979521172,5.066952845718,5.191527251841]],[[4.038239092506,3.153124598384,3.729840561829],[3.98646976736,3.869704990515,3.99790140723],[3.764070399081,4.060622835549,4.398577802143],[4.055715120045,4.232417219701,4.356101262608]],[[3.204566868594,2.313932027372,2.890029269245],[3.163664992636,3.03176347634,3.164119718336],[2.933468668973,3.223915065678,3.556414195408],[3.220000941117,3.393504155512,3.525577001435]],[[2.3846445105,1.4612906467,2.0546840479],[2.300795495,2.2048659635,2.3193805771],[2.0875165676,2.4147681374,2.7156940236],[2.392499563,2.5637398961,2.6835226809]],[[1.5134691,0.6599889,1.2253681],[1.4160952,1.3654743,1.4963859],[1.2282042,1.551308,1.9362742],[1.5486702,1.7743649,1.8212609]],[[0.619,-0.2337,0.2336],[0.754,0.4268,0.7398],[0.428,0.606,1.0617],[0.675,1.0149,1.0226]]],"value":4.9654389645902715,"V":[8.204695797858,8.178404617377,8.572567769383,8.528021706216],"greedy":[0,2,2,2]}$$::jsonb AS v;
CREATE TABLE small AS
SELECT s AS state, a AS offer, n AS next_state, (v #>> ARRAY['P', a::text, s::text, n::text])::float8 AS probability,
	(v #>> ARRAY['r', s::text, a::text])::float8 AS reward, (v #>> ARRAY['cost', s::text, a::text])::float8 AS cost
FROM vector, generate_series(0, 3) s, generate_series(0, 2) a, generate_series(0, 3) n;
SELECT ok(count(*) = 72 AND max(abs(q - (v #>> ARRAY['Q', (step - 1)::text, state, offer])::float8)) < 1e-9, 'Q of every step of a horizon') FROM vector, coupon.value_iteration('TABLE small', '{"horizon": 6, "price": 0.7, "steps": true}');
SELECT ok(count(*) = 12 AND max(step) = 1 AND max(abs(q - (v #>> ARRAY['Q', '0', state, offer])::float8)) < 1e-9, 'without "steps" the first step') FROM vector, coupon.value_iteration('TABLE small', '{"horizon": 6, "price": 0.7}');
SELECT ok(abs(sum(value * (v -> 'mu0' ->> state::int)::float8) - max((v ->> 'value')::float8)) < 1e-9, 'the value from where customers start') FROM vector, coupon.value_iteration('TABLE small', '{"horizon": 6, "price": 0.7}') WHERE is_best;
SELECT ok(count(*) = 4 AND max(abs(value - (v -> 'V' ->> state::int)::float8)) < 1e-9 AND bool_and(offer = v -> 'greedy' ->> state::int) AND bool_and(step IS NULL), 'values and best offers for ever: ' || m) FROM vector, unnest('{value,policy,modified policy}'::text[]) m, coupon.value_iteration('TABLE small', jsonb_build_object('price', 0.7, 'discount', 0.9, 'method', m)) WHERE is_best GROUP BY m ORDER BY m;
SELECT results_eq($$ SELECT * FROM coupon.value_iteration('TABLE small') $$, $$ SELECT * FROM coupon.value_iteration('TABLE small', '{"discount": 0.9, "price": 0}') $$, 'defaults');

-- what must hold of any answer
CREATE FUNCTION pg_temp.residual(rows text, options jsonb) RETURNS float8 LANGUAGE plpgsql AS
$$ DECLARE worst float8;
BEGIN
	EXECUTE format('WITH a AS MATERIALIZED (SELECT * FROM coupon.value_iteration(%L, %L))
		SELECT max(greatest(abs(a.q - b.q), abs(a.value - b.value))) FROM a LEFT JOIN (
			SELECT t.state::text, t.offer::text, sum(probability * (reward - %s * cost + %s * coalesce(n.value, 0))) AS q, max(a.value) AS value
			FROM (%s) t LEFT JOIN (SELECT DISTINCT state, value FROM a) n ON n.state = t.next_state::text JOIN a ON a.state = t.state::text AND a.is_best
			GROUP BY 1, 2) b USING (state, offer)', rows, options, coalesce(options ->> 'price', '0'), coalesce(options ->> 'discount', '0.9'), rows) INTO worst;
	RETURN coalesce(worst, 'infinity');
END $$;
-- joins to the best row of a state count its transitions once: is_best is one row a state
CREATE TABLE process AS
SELECT s AS state, a AS offer, CASE WHEN h % 11 > 0 THEN h % 40 END AS next_state, 0.2 AS probability, (h % 97) / 10.0 - 3 AS reward, h % 7 AS cost
FROM generate_series(0, 39) s, generate_series(0, 3) a, generate_series(1, 5) k, LATERAL (SELECT abs(hashint4(s * 1000 + a * 10 + k)) AS h) r WHERE (s + a) % 5 > 0;
SELECT ok(pg_temp.residual('TABLE process', o::jsonb) < 1e-8, 'rows solve the Bellman equation: ' || o) FROM unnest(ARRAY['{}', '{"discount": 0.99, "price": 0.5}', '{"discount": 0.5, "method": "value"}', '{"discount": 0.99, "method": "policy"}', '{"discount": 0}', '{"discount": 0.99999}']) o;
SELECT ok(bool_and(best = 1 AND value = most), 'one best offer a state, and the value is its q') FROM (SELECT state, count(*) FILTER (WHERE is_best) AS best, max(value) AS value, max(q) AS most FROM coupon.value_iteration('TABLE process') GROUP BY state) r;
SELECT ok(max(abs(a.q - b.q)) < 1e-8, 'methods agree: ' || m) FROM unnest('{value,modified policy}'::text[]) m, coupon.value_iteration('TABLE process', jsonb_build_object('discount', 0.95, 'method', m)) a JOIN coupon.value_iteration('TABLE process', '{"discount": 0.95}') b USING (state, offer) GROUP BY m ORDER BY m;
SELECT is((SELECT md5(string_agg(v::text, '' ORDER BY state, offer)) FROM coupon.value_iteration('SELECT * FROM process ORDER BY md5(concat(state, offer, reward, next_state))') v), (SELECT md5(string_agg(v::text, '' ORDER BY state, offer)) FROM coupon.value_iteration('TABLE process') v), 'to the last bit');
SELECT ok(max(abs(a.q - b.q)) < 1e-9, 'transitions that come in parts are added up') FROM coupon.value_iteration('TABLE process') a JOIN coupon.value_iteration('SELECT state, offer, next_state, probability * w AS probability, reward, cost FROM process, unnest(ARRAY[0, 0.25, 0.75]) w(w)') b USING (state, offer);
SELECT ok(max(abs(a.q + b.q)) < 1e-9 AND bool_and(a.cost = 0), 'a price turns cost into a loss') FROM (SELECT state, offer, q, 0 AS cost FROM coupon.value_iteration('SELECT state, offer, next_state, probability, 0 AS reward, cost FROM process WHERE offer = 1', '{"price": 2}')) a JOIN coupon.value_iteration('SELECT state, offer, next_state, probability, 2 * cost AS reward, 0 AS cost FROM process WHERE offer = 1') b USING (state, offer);

-- every policy tried
CREATE FUNCTION pg_temp.best_of_all(rows text, states integer, offers integer, discount float8) RETURNS float8[] LANGUAGE plpgsql AS
$$
DECLARE
	p float8[] := array_fill(0::float8, ARRAY[states, offers, states]);
	r float8[] := array_fill(0::float8, ARRAY[states, offers]);
	best float8[] := array_fill('-infinity'::float8, ARRAY[states]);
	v float8[];
	w float8[];
	t record;
	a integer;
BEGIN
	FOR t IN EXECUTE rows LOOP
		r[t.state][t.offer] := r[t.state][t.offer] + t.probability * t.reward;
		IF t.next_state IS NOT NULL THEN
			p[t.state][t.offer][t.next_state] := p[t.state][t.offer][t.next_state] + t.probability;
		END IF;
	END LOOP;
	FOR policy IN 0 .. (offers ^ states)::integer - 1 LOOP
		v := array_fill(0::float8, ARRAY[states]);
		FOR sweep IN 1 .. 300 LOOP
			w := v;
			FOR s IN 1 .. states LOOP
				a := 1 + policy / (offers ^ (s - 1))::integer % offers;
				w[s] := r[s][a];
				FOR n IN 1 .. states LOOP w[s] := w[s] + discount * p[s][a][n] * v[n]; END LOOP;
			END LOOP;
			v := w;
		END LOOP;
		FOR s IN 1 .. states LOOP best[s] := greatest(best[s], v[s]); END LOOP;
	END LOOP;
	RETURN best;
END $$;
CREATE FUNCTION pg_temp.tiny(seed integer, ending boolean) RETURNS text LANGUAGE sql AS
$$ SELECT format('SELECT s AS state, a AS offer, CASE WHEN n < 4 OR NOT %L THEN least(n, 3) END AS next_state, w / sum(w) OVER (PARTITION BY s, a) AS probability, (hashint4(s * 7 + a * 31 + %s) %% 100) / 10.0 AS reward, 0 AS cost
	FROM generate_series(1, 3) s, generate_series(1, 2) a, generate_series(1, 4) n, LATERAL (SELECT 1.0::float8 + abs(hashint4(s * 1009 + a * 101 + n * 11 + %s)) %% 20 AS w) w', ending, seed, seed) $$;
SELECT ok(bool_and(abs(value - best[state::int]) < 1e-9), 'no policy is better: discount ' || d || CASE WHEN d = 1 THEN ' and an end' ELSE '' END)
FROM unnest(ARRAY[0.85, 1]::float8[]) d, generate_series(1, 6) seed, LATERAL (SELECT pg_temp.best_of_all(pg_temp.tiny(seed, d = 1), 3, 2, d) AS best) b, coupon.value_iteration(pg_temp.tiny(seed, d = 1), jsonb_build_object('discount', d)) GROUP BY d ORDER BY d;
SELECT ok(max(abs(a.value - b.value)) < 1e-8, 'a long horizon comes to the same: ' || m) FROM unnest('{value,policy,modified policy}'::text[]) m, coupon.value_iteration('SELECT * FROM process WHERE (state + offer) % 2 = 0', jsonb_build_object('discount', 0.9, 'method', m)) a JOIN coupon.value_iteration('SELECT * FROM process WHERE (state + offer) % 2 = 0', '{"discount": 0.9, "horizon": 400}') b USING (state, offer) GROUP BY m ORDER BY m;

-- ends and other edges
SELECT is_empty($$ SELECT * FROM coupon.value_iteration('SELECT * FROM small WHERE false') $$, 'no row, no row');
SELECT results_eq($$ SELECT state, offer, round(value::numeric, 9), is_best FROM coupon.value_iteration('SELECT 1 AS state, ''x'' AS offer, 1 AS next_state, 1 AS probability, 5 AS reward, 0 AS cost') $$, $$ VALUES ('1', 'x', 50.000000000, true) $$, 'one row: what comes for ever');
CREATE TABLE ends (state text, offer text, next_state text, probability float8, reward float8, cost float8);
INSERT INTO ends VALUES ('a', 'x', 'gone', 1, 3, 1), ('a', 'y', NULL, 1, 3, 1), ('b', 'x', 'a', 1, 0, 0);
SELECT results_eq($$ SELECT state, offer, value, q, is_best FROM coupon.value_iteration('TABLE ends', '{"discount": 1, "price": 1}') $$, $$ VALUES ('a', 'x', 2::float8, 2::float8, true), ('a', 'y', 2, 2, false), ('b', 'x', 2, 2, true) $$, 'a state without offers and a null next state are the end; equals go to the first offer');
SELECT ok(bool_and(abs(value - 2000) < 1e-6), 'an end that takes two thousand steps') FROM coupon.value_iteration('SELECT 1 AS state, 1 AS offer, n AS next_state, CASE WHEN n IS NULL THEN 0.0005 ELSE 0.9995 END AS probability, 1 AS reward, 0 AS cost FROM unnest(ARRAY[1, NULL]) n', '{"discount": 1}');
SELECT is((SELECT string_agg(state || offer, ' ' ORDER BY state, offer) FROM coupon.value_iteration('SELECT true AS state, offer, ''2026-01-01''::date AS next_state, 1 AS probability, 1 AS reward, 0 AS cost FROM unnest(ARRAY[1.5, 2]) offer')), 'true1.5 true2', 'states and offers of any type');
SELECT throws_ok(format('SELECT * FROM coupon.value_iteration(%L, %L)', q, o), s, m, m) FROM (VALUES
	('SELECT state, offer, next_state, probability / 2 AS probability, reward, cost FROM ends', '{}', '22023', 'probabilities of state "a" and offer "x" must sum to 1, not 0.5'),
	('SELECT state, offer, next_state, -probability AS probability, reward, cost FROM ends', '{}', '22003', 'probability of state "a" and offer "x" must be between 0 and 1, not -1'),
	('SELECT state, offer, next_state, probability, ''NaN''::float8 AS reward, cost FROM ends', '{}', '22023', 'reward of state "a" and offer "x" must be between -1e+100 and 1e+100, not NaN'),
	('SELECT state, offer, next_state, probability, reward, nullif(cost, 0) AS cost FROM ends', '{}', '22004', 'column "cost" must not contain nulls, but does for state "b" and offer "x"'),
	('SELECT state, offer, coalesce(next_state, ''a'') AS next_state, probability, reward, cost FROM ends', '{"discount": 1}', '22023', 'with discount 1 and no horizon every journey must end, but from state "a" it need not')) c(q, o, s, m);
SELECT ok(max(abs(a.value - b.value)) > 1e-3, 'iterations end where they must') FROM coupon.value_iteration('TABLE process', '{"discount": 0.99, "iterations": 3, "method": "value"}') a JOIN coupon.value_iteration('TABLE process', '{"discount": 0.99}') b USING (state, offer);
CREATE FUNCTION pg_temp.bare() RETURNS bigint LANGUAGE plpgsql SET search_path = '' AS
$$ BEGIN RETURN (SELECT count(*) FROM coupon.value_iteration('TABLE public.small')) + (SELECT count(*) FROM coupon.hmm_policy(coupon.hmm_model('{1}', '{{{1}},{{1}}}', '{{0.5,0.5}}', '{a,b}', '{five,ten}'), '{1}', '{"b": 2}')); END $$;
SELECT is(pg_temp.bare(), 14::bigint, 'an empty search_path');

-- 100,000 states in a row, each of which is left with a chance of one half; a row with discounts; and a random walk, whose length is a product
SELECT ok(bool_and(abs(value - 2 * (100000 - state::integer)) < 1e-6), 'states in a row until the end') FROM coupon.value_iteration('SELECT s AS state, 1 AS offer, CASE k WHEN 0 THEN s ELSE nullif(s + 1, 100000) END AS next_state, 0.5 AS probability, 1 AS reward, 0 AS cost FROM generate_series(0, 99999) s, generate_series(0, 1) k', '{"discount": 1, "quiet": true}');
SELECT ok(bool_and(abs(value - (1 - 0.9999::float8 ^ (100000 - state::integer)) / (1 - 0.9999::float8)) < 1e-6), 'and with a discount') FROM coupon.value_iteration('SELECT s AS state, 1 AS offer, nullif(s + 1, 100000) AS next_state, 1 AS probability, 1 AS reward, 0 AS cost FROM generate_series(0, 99999) s', '{"discount": 0.9999, "quiet": true}');
SELECT ok(bool_and(abs(value - (state::integer + 1) * (300 - state::integer)) < 1e-6), 'a random walk') FROM coupon.value_iteration('SELECT s AS state, 1 AS offer, CASE WHEN s + k BETWEEN 0 AND 299 THEN s + k END AS next_state, 0.5 AS probability, 1 AS reward, 0 AS cost FROM generate_series(0, 299) s, unnest(ARRAY[-1, 1]) k', '{"discount": 1}');
-- a long way: a chain of 60,000 states in which values crawl from one end to the other
CREATE TABLE chain AS SELECT s AS state, a AS offer, CASE a WHEN 0 THEN s ELSE (s + 1) % 60000 END AS next_state, 1 AS probability, (s = 59999)::int AS reward, 0 AS cost FROM generate_series(0, 59999) s, generate_series(0, 1) a;
SET LOCAL statement_timeout = '400ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.value_iteration('TABLE chain', '{"discount": 0.999999, "quiet": true, "method": "value"}') $$), 'value iteration stops within a second');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.value_iteration('TABLE chain', '{"discount": 0.999999, "quiet": true, "method": "policy"}') $$), 'policy iteration');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.value_iteration('TABLE chain', '{"horizon": 100000, "quiet": true}') $$), 'a horizon');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.value_iteration('TABLE chain', '{"discount": 0.999999, "quiet": true, "method": "modified policy"}') $$), 'modified policy iteration');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.value_iteration('SELECT s AS state, 1 AS offer, CASE WHEN s + k BETWEEN 0 AND 59999 THEN s + k END AS next_state, 0.5 AS probability, 1 AS reward, 0 AS cost FROM generate_series(0, 59999) s, unnest(ARRAY[-1, 1]) k', '{"discount": 1, "quiet": true}') $$), 'a random way to the end');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.value_iteration('SELECT i AS state, 1 AS offer, i AS next_state, 1 AS probability, 1 AS reward, 0 AS cost FROM generate_series(1, 100000000) i', '{"quiet": true}') $$), 'reading');
RESET statement_timeout;

-- beliefs: the values of states weighed, against value_iteration over the rows of the model
SELECT pg_temp.loyalty() AS world \gset
CREATE TABLE seen AS SELECT * FROM coupon.hmm_transitions(:'world'::coupon.model);
CREATE TABLE seen_process AS
SELECT t.state, t.input AS offer, t.next_state, t.probability, 20 * buy AS reward, CASE t.input WHEN 'coupon' THEN 1.5 + 4 * buy ELSE 0 END AS cost
FROM seen t JOIN (SELECT state, probability AS buy FROM coupon.hmm_emissions(:'world'::coupon.model) WHERE symbol = 'buy') e ON e.state = t.next_state;
CREATE TABLE beliefs (id serial, belief float8[]);
INSERT INTO beliefs (belief) VALUES ('{0.5,0.3,0.15,0.05}'), ('{1,0,0,0}'), ('{0,1,0,0}'), ('{0.1,0.2,0.3,0.4}'), ('{0.6,0.4,0,0}');
\set plan '{"costs": {"coupon": 1.5}, "redemption_costs": {"coupon": 4}, "redeemed_by": "buy"}'
SELECT ok(count(*) = 10 AND max(abs(p.q - w.q)) < 1e-9, 'the values of seen states, weighed by the belief: ' || o::text)
FROM unnest(ARRAY['{"discount": 0.95, "price": 1}', '{"discount": 0.9, "price": 0.3}', '{"horizon": 5, "price": 1}']::jsonb[]) o, beliefs b, coupon.hmm_policy(:'world', b.belief, '{"buy": 20}', :'plan'::jsonb || o) p,
	LATERAL (SELECT sum(belief[state::int] * v.q) AS q FROM coupon.value_iteration('TABLE seen_process', o) v WHERE v.offer = p.offer) w GROUP BY o ORDER BY o;
SELECT ok(max(abs(p.expected_cost - w.cost)) < 1e-9, 'and what the offer costs now') FROM beliefs b, coupon.hmm_policy(:'world', b.belief, '{"buy": 20}', :'plan') p,
	LATERAL (SELECT sum(belief[state] * probability * cost) AS cost FROM seen_process s WHERE s.offer = p.offer) w;
SELECT ok(max(abs(p.gain - (p.q - n.q + 0.3 * p.expected_cost))) < 1e-9 AND bool_and(p.offer <> 'none' OR p.gain = 0), 'a gain is above no offer, without the price of its own cost') FROM beliefs b, coupon.hmm_policy(:'world', b.belief, '{"buy": 20}', :'plan'::jsonb || '{"price": 0.3}') p, coupon.hmm_policy(:'world', b.belief, '{"buy": 20}', :'plan'::jsonb || '{"price": 0.3}') n WHERE n.offer = 'none';
SELECT ok(bool_and(gain IS NULL), 'no gain where no offer is none') FROM coupon.hmm_policy(coupon.hmm_model('{1}', '{{{1}},{{1}}}', '{{0.5,0.5}}', '{a,b}', '{five,ten}'), '{1}', '{"b": 2}');
SELECT ok(max(abs(q - 10)) < 1e-9 AND bool_or(gain = 0), 'one state: half of two, for ever; a control by option') FROM coupon.hmm_policy(coupon.hmm_model('{1}', '{{{1}},{{1}}}', '{{0.5,0.5}}', '{a,b}', '{five,ten}'), '{1}', '{"b": 2}', '{"control": "five"}');

-- the whole tree of beliefs, step by step
CREATE FUNCTION pg_temp.tree(belief float8[], left_ integer, discount float8, price float8) RETURNS float8[] LANGUAGE plpgsql AS
$$
DECLARE
	p float8[] := '{{{0.95,0.05,0,0},{0.10,0.88,0.02,0},{0,0.08,0.86,0.06},{0,0,0.05,0.95}},{{0.95,0.05,0,0},{0.05,0.35,0.60,0},{0,0.08,0.86,0.06},{0,0,0.05,0.95}}}';
	e float8[] := '{{0.88,0.11,0.01},{0.70,0.26,0.04},{0.45,0.25,0.30},{0.30,0.25,0.45}}';
	q float8[] := '{0,0}';
	next float8[];
	chance float8;
	total float8;
BEGIN
	FOR a IN 1 .. 2 LOOP
		q[a] := -price * 1.5 * (a - 1);
		FOR o IN 1 .. 3 LOOP
			next := '{0,0,0,0}';
			chance := 0;
			FOR n IN 1 .. 4 LOOP
				total := 0;
				FOR s IN 1 .. 4 LOOP total := total + belief[s] * p[a][s][n]; END LOOP;
				next[n] := total * e[n][o];
				chance := chance + next[n];
			END LOOP;
			FOR n IN 1 .. 4 LOOP next[n] := next[n] / chance; END LOOP;
			q[a] := q[a] + chance * (CASE WHEN o = 3 THEN 20 - price * 4 * (a - 1) ELSE 0 END
				+ CASE WHEN left_ > 1 THEN discount * (SELECT max(x) FROM unnest(pg_temp.tree(next, left_ - 1, discount, price)) x) ELSE 0 END);
		END LOOP;
	END LOOP;
	RETURN q;
END $$;
SELECT ok(max(abs(p.q - t.q[CASE p.offer WHEN 'none' THEN 1 ELSE 2 END])) < 1e-9, 'looking ahead to the end of ' || h || ' steps is exact')
FROM generate_series(1, 4) h, beliefs b, LATERAL (SELECT pg_temp.tree(b.belief, h, 0.9, 0.8) AS q) t,
	coupon.hmm_policy(:'world', b.belief, '{"buy": 20}', :'plan'::jsonb || jsonb_build_object('horizon', h, 'lookahead', 9 * (h % 2) + h - 1, 'discount', 0.9, 'price', 0.8)) p GROUP BY h ORDER BY h;
SELECT ok(bool_and(q <= before + 1e-9) AND min(q - before) < -0.1, 'looking farther never promises more') FROM (SELECT q, lag(q) OVER (PARTITION BY b.id, p.offer ORDER BY l) AS before FROM beliefs b, generate_series(0, 4) l, coupon.hmm_policy(:'world', b.belief, '{"buy": 20}', :'plan'::jsonb || jsonb_build_object('discount', 0.95, 'lookahead', l)) p) x;
-- emissions by offer: a redeemed coupon is bought with
SELECT ok(max(abs(q - w)) < 1e-9, 'answers that depend on the offer') FROM coupon.hmm_policy(coupon.hmm_model('{0.5,0.5}', '{{{1,0},{0,1}},{{1,0},{0,1}}}', '{{{0.9,0.1},{0.5,0.5}},{{0.4,0.6},{0.5,0.5}}}', '{no,yes}', '{0,1}'), '{0.25,0.75}', '{"yes": 10, "no": -1}', '{"costs": {"1": 2}, "horizon": 1}') p,
	LATERAL (SELECT CASE offer WHEN '0' THEN 10 * (0.25 * 0.1 + 0.75 * 0.5) - (0.25 * 0.9 + 0.75 * 0.5) ELSE 10 * (0.25 * 0.6 + 0.75 * 0.5) - (0.25 * 0.4 + 0.75 * 0.5) - 2 END AS w) w;
SELECT ok(count(DISTINCT q) = 20, 'other margins, options and models in turn give their own answers') FROM (SELECT 10 + i % 5 AS margin, 0.9 + i % 4 / 100.0 AS discount FROM generate_series(1, 20) i) x, coupon.hmm_policy(:'world', '{0.5,0.3,0.15,0.05}', jsonb_build_object('buy', margin), jsonb_build_object('discount', discount)) p WHERE p.offer = 'none';
SELECT is(count(*), 0::bigint, 'null in, no row out') FROM coupon.hmm_policy(:'world', NULL, '{}');

-- candidates for allocate: the budget goes where beliefs say
SELECT ok(sum(cost) <= 20 AND count(*) > 5 AND bool_and(offer = 'coupon'), 'rows are candidates for allocate') FROM coupon.allocate(format($$ SELECT i AS customer, p.offer, p.gain, p.expected_cost AS cost
	FROM generate_series(1, 50) i, coupon.hmm_policy(%L, ARRAY[(50 - i) / 50.0, i / 50.0, 0, 0], '{"buy": 20}', '{"discount": 0.95, "costs": {"coupon": 1.5}, "redemption_costs": {"coupon": 4}, "redeemed_by": "buy"}') p WHERE p.gain > 0 $$, :'world'), ARRAY[coupon.budget(20)]);

-- hidden loyalty: 500 customers, 30 steps, the same draws under each policy
CREATE TABLE earned AS SELECT policy, e.* FROM unnest('{belief,decoded,always,never}'::text[]) policy, pg_temp.loyalty_earned(policy, 500, 30, 6) e;
SELECT ok(ratio - 1.96 * error >= 1.15, format('planning on the belief earns %s (+- %s) times planning on the most likely state', round(ratio::numeric, 3), round((1.96 * error)::numeric, 3)))
FROM (SELECT ratio, sqrt(avg((b - ratio * d) ^ 2) / count(*)) / avg(d) AS error FROM
	(SELECT b.earned AS b, d.earned AS d, sum(b.earned) OVER () / sum(d.earned) OVER () AS ratio FROM earned b JOIN earned d USING (customer) WHERE b.policy = 'belief' AND d.policy = 'decoded') x GROUP BY ratio) r;
SELECT ok(b > 1.2 * a AND b > 1.2 * n AND a > n, format('and more than a coupon always or never: %s against %s and %s', round(b::numeric), round(a::numeric), round(n::numeric)))
FROM (SELECT avg(earned) FILTER (WHERE policy = 'belief') AS b, avg(earned) FILTER (WHERE policy = 'always') AS a, avg(earned) FILTER (WHERE policy = 'never') AS n FROM earned) x;

SELECT * FROM finish();
ROLLBACK;
