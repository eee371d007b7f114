-- Laws of allocations under many rules: the same under every order of rows and number of
-- workers, in proportion to the market, no worse with more money, never above the bound.
\i test/prelude.psql
BEGIN;
\i test/allocation_data.psql
SELECT plan(24);

--
-- The same candidates in any order, from any number of workers, in arrays
--

CREATE TABLE market AS SELECT * FROM random_market('market', 9000);
CREATE TABLE shuffled AS TABLE market ORDER BY hashtext(customer || offer);
CREATE VIEW arrays AS
SELECT customer, region, array_agg(offer ORDER BY md5(offer || customer)) AS offers, array_agg(gain ORDER BY md5(offer || customer)) AS gains,
	array_agg(cost ORDER BY md5(offer || customer)) AS costs, array_agg(weight ORDER BY md5(offer || customer)) AS weight
FROM market GROUP BY customer, region ORDER BY hashint8(customer);
ANALYZE market, shuffled;

CREATE FUNCTION many() RETURNS coupon.rule[] LANGUAGE sql AS $$
	SELECT ARRAY[coupon.budget(9000), coupon.budget(2000, '{"region": "north"}', 'north'), coupon.at_most(1500, '{"offer": "a"}', 'few'),
		coupon.at_least(2500, '{"offer": "b"}', 'reach'), coupon.share_at_least(0.38, '{"region": "west"}', name => 'west'),
		coupon.mean_at_most('weight', 4.8, name => 'light'), coupon.roi_at_least(6.5, '{"offer": ["b", "c"]}', 'return')]
$$;

-- rows and plan, without what differs for good reason, as one digest
CREATE FUNCTION digest(query text, seed integer) RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(a::text, ' ' ORDER BY customer, offer)) || (coupon.describe(coupon.last_plan()) - 'seconds')::text
	FROM coupon.allocate(query, many(), jsonb_build_object('method', 'dual', 'seed', seed)) a
$$;

SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT seed, digest('TABLE market', seed) FROM generate_series(1, 2) seed;
SELECT isnt(min(digest), max(digest), 'seeds tell allocations apart') FROM serial;
SELECT is(digest(query, seed), digest, format('%s, seed %s: the same', what, seed))
FROM serial, (VALUES ('shuffled', 'TABLE shuffled'), ('offer by offer', 'SELECT * FROM market ORDER BY offer DESC, customer DESC'), ('arrays', 'TABLE arrays')) q(what, query);

-- whether a worker reads the row; the server's own pg_backend_pid() keeps workers away
CREATE FUNCTION in_worker(leader integer) RETURNS integer LANGUAGE plpgsql PARALLEL SAFE AS
$$ BEGIN RETURN (pg_backend_pid() <> leader)::integer; END $$;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT * FROM (TABLE shuffled) q'), 'Gather', 'the inner query is planned with workers');
SELECT coupon.allocation_plan(format('SELECT *, in_worker(%s) AS foreign_row FROM shuffled', pg_backend_pid()),
	ARRAY[coupon.budget(9000), coupon.sum_at_most('foreign_row', 1e6, name => 'workers')]) AS plan \gset
SELECT cmp_ok(used, '>', 100::float8, 'and workers read it') FROM coupon.plan_rules(:'plan') WHERE rule = 'workers';
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is(digest('TABLE shuffled', seed), digest, format('2 workers, seed %s: the same', seed)) FROM serial;
SET LOCAL max_parallel_workers_per_gather = 4;
SELECT is(digest('TABLE shuffled', seed), digest, format('4 workers, seed %s: the same', seed)) FROM serial;
SET LOCAL max_parallel_workers_per_gather = 0;

--
-- k copies of the market, with k times all amounts and counts
--

CREATE FUNCTION scaled(rules coupon.rule[], k integer) RETURNS coupon.rule[] LANGUAGE sql AS $$
	SELECT array_agg(ROW(kind, CASE WHEN kind ~ '^(budget|at|sum)' THEN bound * k ELSE bound END, attribute, selection, of, name)::coupon.rule)
	FROM unnest(rules)
$$;
CREATE FUNCTION copies(seed integer, k integer) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT customer * %1$s + copy AS customer, offer, region, gain, cost, weight FROM random_market(''%2$s'', 250), generate_series(1, %1$s) copy', k, seed)
$$;
CREATE TABLE multiples AS
SELECT seed, k, coupon.describe(coupon.allocation_plan(copies(seed, k), scaled(random_rules(seed::text, 250), k), '{"method": "dual"}')) AS plan
FROM generate_series(1, 10) seed, unnest('{1,3,7}'::int[]) k;
SELECT is_empty($$ SELECT * FROM multiples m JOIN multiples one USING (seed)
	WHERE one.k = 1 AND NOT pg_temp.near((m.plan->>'bound')::float8 / (one.plan->>'bound')::float8 / m.k, 1, 1e-12) $$, 'k markets have k times the bound');
SELECT is_empty($$ SELECT * FROM multiples m JOIN multiples one USING (seed)
	WHERE one.k = 1 AND (m.plan->>'objective')::float8 < m.k * (one.plan->>'bound')::float8 * (1 - 2 * (one.plan->>'gap')::float8) $$, 'and k times the gain, within the gaps');

--
-- More and more money, while other rules stay
--

CREATE TABLE by_budget AS
SELECT seed, b * 20 AS budget, coupon.describe(coupon.allocation_plan(format('SELECT * FROM random_market(''%s'', 250)', seed),
	ARRAY[coupon.budget(b * 20)] || (random_rules(seed::text, 250))[2:], '{"method": "dual"}')) AS plan
FROM generate_series(1, 8) seed, generate_series(5, 30) b;
CREATE TABLE steps AS
SELECT seed, budget, (plan->>'bound')::float8 AS bound, (plan->'rules'->0->>'price')::float8 AS price,
	lag((plan->>'bound')::float8) OVER w AS bound_before, lag((plan->'rules'->0->>'price')::float8) OVER w AS price_before,
	lag((plan->>'bound')::float8, 2) OVER w AS bound_before_that
FROM by_budget WINDOW w AS (PARTITION BY seed ORDER BY budget);
SELECT is_empty($$ SELECT * FROM steps WHERE bound < bound_before * (1 - 1e-12) $$, 'more money, no lower bound');
SELECT is_empty($$ SELECT * FROM steps WHERE bound + bound_before_that - 2 * bound_before > 1e-9 * bound $$, 'the bound is concave in the budget');
SELECT is_empty($$ SELECT * FROM steps WHERE price > price_before + 1e-9 $$, 'more money, no higher price of it');
SELECT cmp_ok((SELECT count(DISTINCT seed) FROM steps WHERE price BETWEEN 0.1 AND price_before - 0.1)::int, '>', 6, 'and prices do fall');

--
-- Weak duality.  At prices, everyone takes the best offer, and rules allow just what that
-- comes to: it is the best there is, of whole offers and of parts.  No bound is below it.
--

-- the plan, or what is wrong
CREATE FUNCTION outcome(query text, rules coupon.rule[], options jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN coupon.describe(coupon.allocation_plan(query, rules, options || '{"quiet": true}'));
EXCEPTION WHEN check_violation OR program_limit_exceeded THEN
	RETURN jsonb_build_object('error', sqlerrm);
END $$;
CREATE TABLE best AS
SELECT trial, format('SELECT * FROM random_market(''best %s'', 150)', trial) AS query, sum(gain) AS gain,
	ARRAY[coupon.budget(sum(cost::numeric)::float8), coupon.budget(sum(cost::numeric) FILTER (WHERE region = 'south')::float8, '{"region": "south"}', 'south'),
		coupon.at_most(count(*) FILTER (WHERE offer = 'a'), '{"offer": "a"}'), coupon.at_least(count(*) FILTER (WHERE offer IN ('c', 'd')), '{"offer": ["c", "d"]}'),
		coupon.sum_at_most('weight', sum(weight::numeric) FILTER (WHERE offer > 'a')::float8, '{"offer": ["b", "c", "d"]}')] AS rules
FROM (SELECT *, row_number() OVER (PARTITION BY trial, customer ORDER BY value DESC) AS place
	FROM (SELECT trial, m.*, gain - cost * (p[1] + p[2] * (region = 'south')::int) - p[3] * (offer = 'a')::int + p[4] * (offer IN ('c', 'd'))::int - p[5] * weight * (offer > 'a')::int AS value
		FROM generate_series(1, 40) trial, random_market('best ' || trial, 150) m,
			LATERAL (SELECT array_agg(draw(concat_ws(',', 'price', trial, n), 100) / 100.0) AS p FROM generate_series(1, 5) n) p) v) x
WHERE place = 1 AND value > 0 GROUP BY trial;
CREATE TABLE trials AS
SELECT trial, gain, outcome(query, rules, '{"method": "dual"}') AS dual, outcome(query, rules, '{"method": "exact", "gap": 0}') AS exact FROM best;
SELECT is_empty($$ SELECT * FROM trials WHERE dual ? 'error' OR exact ? 'error' $$, 'what can be kept is neither given up nor proven impossible');
SELECT is_empty($$ SELECT * FROM trials, unnest(ARRAY[dual, exact]) p WHERE (p->>'bound')::float8 < gain * (1 - 1e-12) $$, 'no bound is below the best');
SELECT is_empty($$ SELECT * FROM trials, unnest(ARRAY[dual, exact]) p WHERE (p->>'objective')::float8 > gain * (1 + 1e-12) $$, 'nothing is above it');
SELECT is((SELECT count(*) FROM trials WHERE exact->>'status' = 'optimal')::int, 40, 'exact finds it');
SELECT cmp_ok((SELECT count(*) FROM trials WHERE dual->>'status' = 'optimal')::int, '>=', 35, 'and prices and repair mostly do');

SELECT * FROM finish();
ROLLBACK;
