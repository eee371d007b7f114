-- Policies and their propensities, holdouts, the audit of monotonicity, replay, wape, spearman and the bandit's world.
\i test/prelude.psql
BEGIN;
SELECT plan(75);
\i test/fuzz.psql
\i test/bandit_data.psql

CREATE TABLE models AS SELECT coupon.bayes_fit(y, x, '{"noise": 0.25, "prior_precision": 0.5}') AS known, coupon.bayes_fit(exp(y), x, '{"log": true, "noise": 0.25, "prior_precision": 0.5}') AS logs,
	coupon.bayes_fit(y, x, '{"prior": "nig"}') AS nig FROM designs;
CREATE TABLE customers AS
SELECT i AS id, (SELECT array_agg(pg_temp.design(c, d) ORDER BY d) FROM unnest('{0,0.1,0.2,0.3,0.4,0.5}'::float8[]) d) AS xs
FROM generate_series(1, 300) i, LATERAL (SELECT ARRAY[(i * 31 % 101) / 50.0 - 1, (i * 17 % 89) / 44.0 - 1, (i * 7 % 97) / 48.0 - 1]::float8[] AS c) c;
CREATE FUNCTION pg_temp.argmax(v float8[]) RETURNS integer LANGUAGE sql AS $$ SELECT k::integer FROM unnest(v) WITH ORDINALITY u(a, k) ORDER BY a DESC, k LIMIT 1 $$;
CREATE FUNCTION pg_temp.total(v float8[]) RETURNS float8 LANGUAGE sql AS $$ SELECT sum(a) FROM unnest(v) a $$;

-- closed forms
SELECT is_empty($$ SELECT FROM customers, models WHERE coupon.bandit_probabilities(known, xs, '{"policy": "uniform"}') <> array_fill(1 / 6.0::float8, ARRAY[6]) $$, 'uniform: a sixth each');
SELECT is_empty($$ SELECT FROM customers, models, LATERAL (SELECT array_agg((k = pg_temp.argmax(coupon.bayes_means(known, xs)))::integer::float8 ORDER BY k) AS p FROM generate_series(1, 6) k) w
	WHERE coupon.bandit_probabilities(known, xs, '{"policy": "greedy"}') <> p $$, 'greedy: the best mean');
SELECT is_empty($$ SELECT FROM customers, models, LATERAL (SELECT array_agg((k = pg_temp.argmax(coupon.bayes_quantiles(nig, xs, 0.8)))::integer::float8 ORDER BY k) AS p FROM generate_series(1, 6) k) w
	WHERE coupon.bandit_probabilities(nig, xs, '{"policy": "ucb", "quantile": 0.8}') <> p $$, 'ucb: the best quantile');
SELECT is_empty($$ SELECT FROM customers, models, LATERAL (SELECT array_agg(0.05 + (k = pg_temp.argmax(coupon.bayes_means(logs, xs)))::integer * 0.7 ORDER BY k) AS p FROM generate_series(1, 6) k) w
	WHERE NOT pg_temp.apart(coupon.bandit_probabilities(logs, xs, '{"policy": "epsilon_greedy", "epsilon": 0.3}'), p) < 1e-15 $$, 'epsilon-greedy: epsilon / 6 each, the rest for the best');
SELECT is_empty($$ SELECT FROM customers, models, LATERAL (SELECT array_agg(m * (1 - 0.1 * k) - 0.2 * k ORDER BY k) AS g FROM unnest(coupon.bayes_means(logs, xs)) WITH ORDINALITY u(m, k)) g
	WHERE pg_temp.argmax(coupon.bandit_probabilities(logs, xs, '{"policy": "greedy", "multiply": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], "cost": [0.2, 0.4, 0.6, 0.8, 1, 1.2]}')) <> pg_temp.argmax(g) $$, 'gains are outcomes times multiply less cost');
SELECT is(coupon.bandit_probabilities(coupon.bayes_decay(known, 0), (SELECT xs FROM customers WHERE id = 1), '{"policy": "greedy"}'), array_fill(1 / 6.0::float8, ARRAY[6]), 'arms that tie share') FROM models;

-- Thompson: of two arms, the first is the better by more than a cost with the probability of the quantile that the cost is
CREATE TABLE duels AS
SELECT id, p, known, nig, ARRAY[xs[k:k][1:16], xs[6:6][1:16]] AS raw, d
FROM customers, models, (VALUES (0.02), (0.3), (0.5), (0.9)) v(p), LATERAL (SELECT 1 + id % 5 AS k) k, LATERAL (SELECT array_agg(xs[k][j] - xs[6][j] ORDER BY j) AS d FROM generate_series(1, 16) j) d WHERE id <= 5;
SELECT is_empty($$ SELECT id, p, got FROM (SELECT id, p, (coupon.bandit_probabilities(known, ARRAY[d, array_fill(0::float8, ARRAY[16])], jsonb_build_object('draws', 10000, 'seed', id, 'cost', ARRAY[coupon.bayes_quantile(known, d, 1 - p), 0])))[1] AS got FROM duels) x
	WHERE NOT abs(got - p) < 5 * sqrt(p * (1 - p) / 10000) + 1e-4 $$, 'thompson: the probability of being the best, five standard errors');
SELECT is_empty($$ SELECT id, p, got FROM (SELECT id, p, (coupon.bandit_probabilities(nig, ARRAY[d, array_fill(0::float8, ARRAY[16])], jsonb_build_object('draws', 10000, 'seed', id, 'cost', ARRAY[coupon.bayes_quantile(nig, d, 1 - p), 0])))[1] AS got FROM duels) x
	WHERE NOT abs(got - p) < 5 * sqrt(p * (1 - p) / 10000) + 1e-4 $$, 'the same of prior nig');
-- of six, against draws asked for one at a time
SELECT ok(max(abs(p[k] - share) / sqrt((share * (1 - share) + 1e-3) * (1 / 10000.0 + 1 / 5000.0))) < 5, 'thompson: shares of as many draws of bayes_draws')
FROM (SELECT id, coupon.bandit_probabilities(known, xs, '{"draws": 10000}') AS p FROM customers, models WHERE id <= 8) t
	JOIN (SELECT id, k, avg((k = won)::integer)::float8 AS share FROM (SELECT id, pg_temp.argmax(coupon.bayes_draws(known, xs, 77, i::text)) AS won FROM customers, models, generate_series(1, 5000) i WHERE id <= 8) d, generate_series(1, 6) k GROUP BY id, k) s USING (id);
SELECT ok(bool_and(pg_temp.near(pg_temp.total(p), 1, 1e-12)) AND min((SELECT min(a) FROM unnest(p) a)) = 1 / 1006.0::float8, 'they add up to 1; none is below 1 / (draws + arms)') FROM (SELECT coupon.bandit_probabilities(known, xs) AS p FROM customers, models) x;
SELECT is_empty($$ SELECT FROM customers, models WHERE coupon.bandit_probabilities(logs, xs, '{"multiply": [1, 0.9, 0.8, 0.7, 0.6, 0.5]}') <> coupon.bandit_probabilities(logs, xs, '{"multiply": [1, 0.9, 0.8, 0.7, 0.6, 0.5], "cost": [0, 0, 0, 0, 0, 0]}') $$, 'gains compared by their logarithms are compared all the same');
SELECT ok(count(DISTINCT coupon.bandit_probabilities(known, xs, o)) = 3 AND count(*) = 4, 'seed and number of draws matter, the default seed is 0') FROM (SELECT xs FROM customers WHERE id = 3) c, models, (VALUES ('{}'::jsonb), ('{"seed": 0}'), ('{"seed": 1}'), ('{"draws": 900}')) v(o);
-- options that differ from row to row
SELECT is_empty($$ WITH o AS (SELECT id, jsonb_build_object('policy', CASE WHEN id % 3 = 0 THEN 'ucb' ELSE 'thompson' END, 'seed', id / 100, 'cost', ARRAY[0, 1, 2, 3, 4, id % 7]::float8[]) AS o FROM customers)
	SELECT FROM (SELECT id, o, coupon.bandit_probabilities(known, xs, o) AS p FROM customers JOIN o USING (id), models) x JOIN customers USING (id), models, LATERAL (SELECT CASE WHEN p <> coupon.bandit_probabilities(known, xs, o) THEN 1 END AS bad OFFSET 0) y WHERE bad = 1 $$, 'options may differ from row to row');

-- choices
CREATE TABLE chosen AS SELECT i, c.*, coupon.bandit_probabilities(known, xs, '{"seed": 5, "draws": 200}') AS p FROM customers, models, generate_series(1, 20000) i, LATERAL coupon.bandit_choose(known, xs, i::text, '{"seed": 5, "draws": 200}') c WHERE id = 2;
SELECT is_empty($$ SELECT FROM chosen WHERE propensity <> p[choice] OR log_propensity <> ln(propensity) OR log_propensity IS NULL $$, 'the propensity is that of the choice');
SELECT ok(max(abs(n - 20000 * p[k]) / sqrt(20000 * p[k] * (1 - p[k]))) < 5, 'choices come as often as their probabilities say') FROM (SELECT k, p, (SELECT count(*) FROM chosen WHERE choice = k) AS n FROM (SELECT DISTINCT p FROM chosen) d, generate_series(1, 6) k) x;
SELECT is_empty($$ SELECT FROM customers, models, coupon.bandit_choose(known, xs, id::text, '{"policy": "greedy"}') c WHERE choice <> pg_temp.argmax(coupon.bayes_means(known, xs)) OR propensity <> 1 OR log_propensity <> 0 $$, 'greedy has no choice');
SELECT is_empty($$ SELECT FROM customers, models, coupon.bandit_choose(known, xs, id::text) c, coupon.bandit_choose(known, xs, id::text, '{}') d WHERE c <> d $$, 'without options: the defaults');

-- a log of Thompson sampling tells the value of another policy
CREATE TABLE world AS SELECT * FROM coupon.world_bandit(3000, 2, 3);
CREATE TABLE learned AS SELECT coupon.bayes_fit(basket, x, '{"log": true, "noise": 0.25, "prior_precision": 10}') AS model FROM world WHERE round = 1 AND customer <= 30 AND (customer * 7 % 6) = round(depth * 10);
CREATE TABLE log AS SELECT w.*, c.*, logged.probability FROM (SELECT customer, array_agg(x ORDER BY depth) AS xs, array_agg(basket ORDER BY depth) AS baskets, array_agg(expected ORDER BY depth) AS expected FROM world WHERE round = 2 GROUP BY 1) w, learned,
	coupon.bandit_choose(model, xs, customer::text, '{"draws": 50}') c, LATERAL (SELECT (coupon.bandit_probabilities(model, xs, '{"draws": 50}'))[c.choice] AS probability) logged;
CREATE TABLE target AS SELECT customer, coupon.bandit_probabilities(model, xs, '{"policy": "epsilon_greedy", "epsilon": 0.5}') AS q FROM log, learned;
SELECT ok(abs((o).ips - truth) < 4 * (o).ips_se AND abs((o).mean_weight - 1) < 4 * (o).mean_weight_se AND (o).ips_se < 0.1 * truth, format('off_policy from logged propensities: %s ± %s, true %s', (o).ips, (o).ips_se, truth))
FROM (SELECT coupon.off_policy(baskets[choice], exp(log_propensity), q[choice], 0, 0) AS o, avg((SELECT sum(a * b) FROM unnest(q, expected) u(a, b))) AS truth FROM log JOIN target USING (customer)) x;

-- holdouts
SELECT ok(abs(avg(coupon.holdout(i::text, 0.1, 7)::integer) - 0.1) < 5 * sqrt(0.09 / 20000), 'a tenth is held out') FROM generate_series(1, 20000) i;
SELECT is_empty($$ SELECT FROM generate_series(1, 5000) i WHERE coupon.holdout(i::text, 0.1, 7) AND NOT coupon.holdout(i::text, 0.2, 7) $$, 'a larger share holds out the same and more');
SELECT ok(abs(avg((coupon.holdout(i::text, 0.5, 7) AND coupon.holdout(i::text, 0.5, 8))::integer) - 0.25) < 5 * sqrt(0.25 * 0.75 / 20000), 'another seed, another holdout') FROM generate_series(1, 20000) i;
SELECT ok(bool_and(coupon.holdout(i::text, 1, 7)) AND NOT bool_or(coupon.holdout(i::text, 0, 7)), 'all and nobody') FROM generate_series(1, 1000) i;

-- the audit, against plain SQL and the formula of minima and maxima
CREATE TABLE depths AS SELECT c.id, d / 10.0::float8 AS depth, xs[d + 1:d + 1][1:16] AS raw, (SELECT array_agg(xs[d + 1][j] ORDER BY j) FROM generate_series(1, 16) j) AS x FROM customers c, generate_series(0, 5) d;
CREATE TABLE audits AS SELECT 'known' AS kind, a.* FROM models, coupon.monotonicity_audit(known, 'SELECT id AS customer, depth, x FROM depths', '{"all": true}') a
	UNION ALL SELECT 'logs', a.* FROM models, coupon.monotonicity_audit(logs, 'SELECT id AS customer, depth, x FROM depths', '{"all": true}') a
	UNION ALL SELECT 'nig', a.* FROM models, coupon.monotonicity_audit(nig, 'SELECT id AS customer, depth, x FROM depths', '{"all": true}') a;
SELECT is(count(*), 5400::bigint, 'all rows') FROM audits;
SELECT is_empty($$ SELECT FROM audits a JOIN depths d ON d.id::text = a.customer AND d.depth = a.depth, models, LATERAL (SELECT CASE kind WHEN 'known' THEN known WHEN 'logs' THEN logs ELSE nig END AS model OFFSET 0) m
	WHERE NOT abs(response - coupon.bayes_mean(model, x)) <= 1e-12 * abs(response) OR NOT abs(standard_deviation - coupon.bayes_sd(model, x)) <= 1e-12 $$, 'response and standard deviation are those of bayes_mean and bayes_sd');
SELECT is_empty($$ SELECT FROM (SELECT *, lag(depth) OVER w AS d, lag(response) OVER w - response AS f FROM audits WINDOW w AS (PARTITION BY kind, customer ORDER BY depth)) x
	WHERE shallower IS DISTINCT FROM d OR fall IS DISTINCT FROM f OR falls <> coalesce(f > 0, false) $$, 'falls from the next shallower depth');
SELECT ok(count(*) FILTER (WHERE falls) > 500 AND count(*) FILTER (WHERE NOT falls) > 1000, 'some fall and some do not') FROM audits;
CREATE TABLE weighed AS SELECT *, 1 / standard_deviation ^ 2 AS weight, row_number() OVER (PARTITION BY kind, customer ORDER BY depth) AS k FROM audits;
SELECT is_empty($$ WITH block AS (SELECT a.kind, a.customer, a.k AS first, b.k AS last, sum(c.response * c.weight) / sum(c.weight) AS mean FROM weighed a JOIN weighed b USING (kind, customer) JOIN weighed c USING (kind, customer) WHERE a.k <= b.k AND c.k BETWEEN a.k AND b.k GROUP BY 1, 2, 3, 4)
	SELECT FROM weighed w, LATERAL (SELECT max(least) AS best FROM (SELECT min(mean) AS least FROM block b WHERE b.kind = w.kind AND b.customer = w.customer AND first <= k AND last >= k GROUP BY first) m) x WHERE w.customer::integer % 10 = 0 AND NOT abs(repaired - best) < 1e-9 * (1 + abs(best)) $$, 'repaired is isotonic regression weighted by certainty');
SELECT is_empty($$ SELECT FROM (SELECT repaired - lag(repaired) OVER (PARTITION BY kind, customer ORDER BY depth) AS rise FROM audits) x WHERE rise < 0 $$, 'repaired does not fall');
SELECT results_eq($$ SELECT customer, depth, repaired FROM models, coupon.monotonicity_audit(known, 'SELECT id AS customer, depth, x FROM depths ORDER BY md5(id::text || depth)') $$, $$ SELECT customer, depth, repaired FROM audits WHERE kind = 'known' AND falls ORDER BY customer COLLATE "C", depth $$, 'without options the rows that fall, by customer and depth, whatever the order of the query');
SELECT results_eq($$ SELECT count(*) FROM models, coupon.monotonicity_audit(known, 'SELECT id AS customer, depth, x FROM depths', '{"tolerance": 0.05}') $$, $$ SELECT count(*) FROM audits WHERE kind = 'known' AND fall > 0.05 $$, 'small falls are tolerated');
SELECT is((SELECT count(*) FROM coupon.monotonicity_audit(coupon.bayes_fit(y, x), 'SELECT 1 AS customer, 1 AS depth, NULL::float8[] AS x UNION ALL SELECT NULL, 1, ''{1}'' UNION ALL SELECT 1, NULL, ''{1}''', '{"all": true}')), 0::bigint, 'rows with nulls are left out') FROM (VALUES (1, '{1}'::float8[])) v(y, x) GROUP BY ();
SELECT is((SELECT array_agg(extrapolates ORDER BY depth) FROM models, coupon.monotonicity_audit(known, $$ SELECT 1 AS customer, d AS depth, pg_temp.design('{0,0,0}', d) AS x FROM unnest('{-0.1,0,0.25,0.5,0.6}'::float8[]) d $$, '{"all": true}')), '{t,f,t,f,t}'::boolean[], 'a depth extrapolates where a feature has never been so small or so large: 0.25 is a centre');
SELECT is((SELECT array_agg(extrapolates ORDER BY depth) FROM models, coupon.monotonicity_audit(known, $$ SELECT 1 AS customer, d AS depth, pg_temp.design('{9,9,9}', d) AS x FROM unnest('{-0.1,0,0.25,0.5,0.6}'::float8[]) d $$, '{"all": true, "trained": [0.5, 0.1, 0]}')), '{t,f,f,f,t}'::boolean[], 'or where it is beyond the depths told');
SELECT ok(bool_and(a.extrapolates), 'a model without rows knows no depth') FROM models, coupon.monotonicity_audit(coupon.bayes_unmerge(known, known), 'SELECT id AS customer, depth, x FROM depths', '{"all": true}') a;
SELECT ok(max(standard_deviation) FILTER (WHERE extrapolates) > 1.3 * max(standard_deviation) FILTER (WHERE NOT extrapolates), 'and is less certain there')
FROM models, coupon.monotonicity_audit(known, $$ SELECT 1 AS customer, d AS depth, pg_temp.design('{0,0,0}', d) AS x FROM unnest('{0,0.1,0.2,0.3,0.4,0.5,0.7,0.8}'::float8[]) d $$, '{"all": true}');

-- replay: plain SQL, partial forms
CREATE TABLE randomised AS SELECT w.customer, w.xs, 1 + (w.customer * 7919 % 6)::integer AS arm, w.baskets[1 + (w.customer * 7919 % 6)::integer] AS reward, choice, w.customer % 7 AS part, expected FROM log w;
CREATE TABLE states AS SELECT part, coupon.replay_state(reward, arm::text, choice::text) AS s, coupon.wape_state(expected[1], reward) AS e FROM randomised GROUP BY part;
SELECT is_empty($$ SELECT r, w FROM (SELECT (coupon.replay(reward, arm::text, choice::text)).* FROM randomised) r, (SELECT count(*) AS n, count(*) FILTER (WHERE arm = choice) AS m, avg(reward) FILTER (WHERE arm = choice) AS v, stddev(reward) FILTER (WHERE arm = choice) AS sd FROM randomised) w
	WHERE r.rows <> n OR r.matched <> m OR r.skipped <> 0 OR NOT abs(r.value - v) < 1e-12 OR NOT abs(r.se - sd / sqrt(m)) < 1e-12 OR NOT abs(r.high - r.value - 1.959963984540054 * r.se) < 1e-12 OR NOT abs(r.value - r.low - 1.959963984540054 * r.se) < 1e-12 $$, 'every figure of replay is that of plain SQL');
SELECT ok(abs((r).value - truth) < 4 * (r).se AND (r).matched BETWEEN 400 AND 600, 'replay of a randomised log: the value of the policy, ' || (r).value || ', ' || truth) FROM (SELECT coupon.replay(reward, arm::text, choice::text) AS r, avg(expected[choice]) AS truth FROM randomised) x;
CREATE FUNCTION pg_temp.alike(a coupon.replay, b coupon.replay) RETURNS boolean LANGUAGE sql AS $$ SELECT a.rows = b.rows AND a.matched = b.matched AND a.skipped = b.skipped AND pg_temp.near(a.value, b.value, 1e-12) AND pg_temp.near(a.se, b.se, 1e-12) AND pg_temp.near(a.low, b.low, 1e-12) $$;
SELECT ok(pg_temp.alike(coupon.replay_merge(s), (SELECT coupon.replay(reward, arm::text, choice::text) FROM randomised)), 'replay_merge = replay') FROM states;
SELECT ok(pg_temp.alike((SELECT coupon.replay_merge(s) FROM (SELECT coupon.replay_state(s) AS s FROM states GROUP BY part % 2) x), coupon.replay_merge(s)), 'rolled up and merged') FROM states;
SELECT is(coupon.replay_merge(s::text::coupon.state), coupon.replay_merge(s), 'the text form is exact') FROM states;
SELECT is(coupon.replay(r, l, c), ROW(2, 1, 4, 5, NULL, NULL, NULL)::coupon.replay, 'nulls are skipped and counted; one match has no interval') FROM (VALUES (5, 'a', 'a'), (9, 'a', 'A'), (NULL, 'a', 'a'), (1, NULL, 'a'), (1, 'a', NULL), (NULL, NULL, NULL)) v(r, l, c);
SELECT ok(coupon.replay(1, 'a', 'a') FILTER (WHERE false) IS NULL AND coupon.replay(3, 'a', 'b') = ROW(1, 0, 0, NULL, NULL, NULL, NULL)::coupon.replay, 'no row; no match') FROM (VALUES (1)) v;
SELECT throws_ok($$ SELECT coupon.replay(i * 1e200, 'a', 'a') FROM generate_series(1, 2) i $$, '22003');
SELECT throws_ok($$ SELECT coupon.replay_merge(e) FROM states $$, '42809');
SELECT ok(refused BETWEEN 100 AND 399, 'altered states of replay: what makes no sense is refused, the rest does no harm: ' || refused)
FROM (SELECT array_agg('replay:1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(s::text), n), 'base64'), E'\n', '')) AS forms FROM (SELECT s FROM states LIMIT 1) s, generate_series(1, 400) n) f, pg_temp.refused(forms, 'coupon.state', 'SELECT coupon.replay_merge($1::coupon.state)') refused;

-- wape
SELECT ok(pg_temp.near(coupon.wape(expected[1], reward), sum(abs(expected[1] - reward)) / sum(abs(expected[1])), 1e-12), 'wape as plain SQL has it') FROM randomised;
SELECT ok(pg_temp.near(coupon.wape_merge(e), (SELECT coupon.wape(expected[1], reward) FROM randomised), 1e-14), 'wape_merge = wape') FROM states;
SELECT ok(coupon.wape_merge(e::text::coupon.state) = coupon.wape_merge(e) AND pg_temp.near((SELECT coupon.wape_merge(e) FROM (SELECT coupon.wape_state(e) AS e FROM states GROUP BY part % 2) x), coupon.wape_merge(e), 1e-14), 'its text form is exact; rolled up and merged') FROM states;
SELECT ok(coupon.wape(a, p) = 0.5, 'a round number; nulls are skipped') FROM (VALUES (-2, -3), (4, 2), (NULL, 7), (7, NULL)) v(a, p);
SELECT ok(coupon.wape(0, 1) IS NULL AND coupon.wape(1, 1) = 0 AND coupon.wape(1, 1) FILTER (WHERE false) IS NULL AND coupon.wape(NULL, 1) IS NULL, 'nothing actual: null; no error: 0') FROM (VALUES (1)) v;
SELECT ok(coupon.wape(a, p) = 2 / (1e16 + 1000)::float8, 'small numbers beside large ones count') FROM (SELECT 1e16 AS a, 1e16 + 2 AS p UNION ALL SELECT 1, 1 FROM generate_series(1, 1000)) v;
SELECT throws_ok($$ SELECT coupon.wape(1e308, -1e308) $$, '22003');
SELECT throws_ok($$ SELECT coupon.wape_merge(s) FROM states $$, '42809');
SELECT ok(refused BETWEEN 100 AND 399, 'altered states of wape: ' || refused)
FROM (SELECT array_agg('wape:1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(e::text), n), 'base64'), E'\n', '')) AS forms FROM (SELECT e FROM states LIMIT 1) s, generate_series(1, 400) n) f, pg_temp.refused(forms, 'coupon.state', 'SELECT coupon.wape_merge($1::coupon.state)') refused;

-- spearman: the correlation of mean ranks
CREATE TABLE pairs AS SELECT i, round((i * 7919 % 1009) / 100.0)::float8 AS a, round(((i * 7919 % 1009) + (i * 104729 % 701)) / 50.0)::float8 AS b FROM generate_series(1, 20000) i;
SELECT ok(pg_temp.near(coupon.spearman(a, b), corr(ra, rb), 1e-12) AND corr(ra, rb) BETWEEN 0.5 AND 0.99, 'spearman: the correlation of ranks, ties share theirs: ' || corr(ra, rb))
FROM (SELECT a, b, rank() OVER (ORDER BY a) + (count(*) OVER (PARTITION BY a) - 1) / 2.0 AS ra, rank() OVER (ORDER BY b) + (count(*) OVER (PARTITION BY b) - 1) / 2.0 AS rb FROM pairs) x;
SELECT ok(coupon.spearman(i, i ^ 3) = 1 AND coupon.spearman(i, -exp(i / 10.0)) = -1, 'whatever rises or falls alone') FROM generate_series(1, 100) i;
SELECT ok(coupon.spearman(1, i) IS NULL AND coupon.spearman(i, 1) FILTER (WHERE i = 1) IS NULL AND coupon.spearman(i, i) FILTER (WHERE false) IS NULL AND coupon.spearman(NULL, i) IS NULL, 'what does not vary: null') FROM generate_series(1, 5) i;
SELECT is(coupon.spearman(a, b), 1::float8, 'nulls are skipped, -0 ties with 0') FROM (VALUES ('-0'::float8, 1), (0, 1), (NULL, 9), (3, NULL), (1, 2)) v(a, b);

-- the world
SELECT results_eq('SELECT round, context, depth, x, expected, basket FROM coupon.world_bandit(3, 2, 3) ORDER BY 1, 2, 3', 'SELECT round, context, depth, x, expected, basket FROM world WHERE (customer - 1) % 3000 < 3 ORDER BY 1, 2, 3', 'a smaller world is part of the larger');
SELECT is_empty($$ SELECT FROM world WHERE NOT pg_temp.apart(x, pg_temp.design(context, depth)) < 1e-15 $$, 'the design is 1, context, radial features, products');
CREATE TABLE truth AS SELECT coupon.bayes_fit(ln(expected) - 0.125, x, '{"prior_precision": 1e-6}') AS model FROM world;
SELECT ok(max(abs(ln(expected) - 0.125 - coupon.bayes_mean(model, x))) < 1e-6, 'the logarithm of the basket is linear in it') FROM world, truth;
SELECT ok(bool_and(rise > 0) AND count(*) = 5, 'at the average context a deeper discount makes a larger basket') FROM (SELECT r - lag(r) OVER (ORDER BY d) AS rise FROM (SELECT d, coupon.bayes_mean(model, pg_temp.design('{0,0,0}', d / 10.0)) AS r FROM truth, generate_series(0, 5) d) x) y WHERE rise IS NOT NULL;
SELECT ok(abs(avg(noise)) < 5 * 0.5 / sqrt(6000) AND abs(stddev(noise) / 0.5 - 1) < 5 / sqrt(12000) AND max(spread) < 1e-12, 'the noise has deviation 0.5 and is one for all depths') FROM (SELECT avg(ln(basket / expected) + 0.125) AS noise, max(ln(basket / expected)) - min(ln(basket / expected)) AS spread FROM world GROUP BY customer) x;
SELECT ok(max(abs(mean)) < 5 / sqrt(6000) AND max(abs(sd - 1)) < 5 / sqrt(12000), 'contexts are standard normal') FROM (SELECT j, avg(context[j]) AS mean, stddev(context[j]) AS sd FROM world, generate_series(1, 3) j WHERE depth = 0 GROUP BY j) x;
SELECT ok(abs(avg(m)) < 5 * sqrt(0.1 / 400) AND abs(var_samp(m) / 0.1 - 1) < 5 * sqrt(2 / 399.0), 'coefficients are drawn from the prior: those of the context over 400 worlds')
FROM (SELECT s, ln(max(expected)) FROM (SELECT s, w.* FROM generate_series(1, 400) s, coupon.world_bandit(1, 1, s) w WHERE depth = 0) x GROUP BY s) y, LATERAL (SELECT 0) z, LATERAL (SELECT mean AS m FROM coupon.bayes_coefficients((SELECT coupon.bayes_fit(ln(expected) - 0.125, x, '{"prior_precision": 1e-9}') FROM coupon.world_bandit(12, 1, y.s))) WHERE coefficient = 2) c;
SELECT ok((SELECT count(*) FROM coupon.world_bandit(0, 5, 1)) + (SELECT count(*) FROM coupon.world_bandit(5, 0, 1)) = 0 AND (SELECT count(*) FROM coupon.world_bandit(5, NULL, 1)) = 0, 'no customer, no round, null');

-- workers; nothing on the search_path; time limits
CREATE TABLE serial AS SELECT id, coupon.bandit_probabilities(known, xs) AS p, (coupon.bandit_choose(known, xs, id::text)).choice AS c FROM customers, models;
CREATE TABLE many AS SELECT pairs.* FROM pairs, generate_series(1, 10);
ANALYZE customers;
ANALYZE many;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.spearman(a, b), coupon.wape(a, b), coupon.replay(i, a::text, b::text) FROM many'), 'Partial Aggregate', 'workers take part');
SELECT ok(pg_temp.near(s, (SELECT coupon.spearman(a, b) FROM pairs), 1e-9) AND pg_temp.near(w, (SELECT coupon.wape(a, b) FROM pairs), 1e-12) AND (r).matched = 10 * (SELECT count(*) FROM pairs WHERE a = b), 'parallel = serial')
FROM (SELECT coupon.spearman(a, b) AS s, coupon.wape(a, b) AS w, coupon.replay(i, a::text, b::text) AS r FROM many) x;
SELECT is_empty($$ SELECT FROM serial JOIN (SELECT id, coupon.bandit_probabilities(known, xs) AS p, (coupon.bandit_choose(known, xs, id::text)).choice AS c FROM customers, models WHERE id % 3 = 1 ORDER BY id DESC) o USING (id) WHERE serial.p <> o.p OR serial.c <> o.c $$, 'choices are the same in every plan and shard');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is(pg_temp.bare(query), wanted, 'no search_path is needed: ' || left(query, 60)) FROM (VALUES
	('SELECT (coupon.bandit_choose(known, xs, ''1'', ''{"policy": "uniform"}'')).propensity < 0.2 FROM public.customers, public.models WHERE id = 1', 'true'),
	('SELECT count(*) > 0 FROM public.models, coupon.monotonicity_audit(known, ''SELECT id AS customer, depth, x FROM public.depths'')', 'true')) v(query, wanted);
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops($$ SELECT count(*) FROM coupon.world_bandit(1000000, 1000, 1) $$), 'statement_timeout: the world');
SELECT ok(pg_temp.stops($$ SELECT coupon.bandit_probabilities(m, ARRAY[array_fill(1::float8, ARRAY[900])], '{"draws": 10000}') FROM (SELECT coupon.bayes_fit(1, array_fill(1::float8, ARRAY[900])) AS m) f $$), 'statement_timeout: draws of a policy');
SELECT ok(pg_temp.stops($$ SELECT count(*) FROM models, coupon.monotonicity_audit(known, 'SELECT i AS customer, depth, x FROM depths, generate_series(1, 1000000) i') $$), 'statement_timeout: the audit');
SELECT ok(pg_temp.stops($$ SELECT coupon.spearman(i, -i) FROM generate_series(1, 100000000) i $$), 'statement_timeout: spearman');
RESET statement_timeout;

SELECT * FROM finish();
ROLLBACK;
