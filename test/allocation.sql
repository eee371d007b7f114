-- What must be true of allocations: feasible, within one increment of the
-- proven bound, the same under every order of rows, safe against misuse.
\i test/prelude.psql
BEGIN;
\i test/allocation_data.psql
SELECT plan(77);

--
-- Brute force: 300 instances of up to 8 customers, with negative and zero gains and costs
--

CREATE TABLE instances AS
SELECT i AS instance, 1 + draw('n' || i, 8) AS customers, draw('b' || i, 12) * 0.5 AS budget
FROM generate_series(1, 300) i;

CREATE TABLE candidates AS
SELECT instance, customer, 'offer ' || o AS offer,
	(draw(format('g%s,%s,%s', instance, customer, o), 13) - 2)::float8 AS gain,
	(draw(format('c%s,%s,%s', instance, customer, o), 11) - 1) * 0.5::float8 AS cost
FROM instances, generate_series(1, customers) customer,
	generate_series(1, CASE WHEN customers > 6 THEN 2 ELSE 3 END) o;
ANALYZE candidates;

CREATE TABLE optima AS
WITH RECURSIVE choices AS (
	SELECT instance, customer, gain, cost FROM candidates
	UNION ALL SELECT DISTINCT instance, customer, 0::float8, 0::float8 FROM candidates
), partial AS (
	SELECT instance, 0 AS customer, 0::float8 AS gain, 0::float8 AS cost FROM instances
	UNION ALL
	SELECT p.instance, c.customer, p.gain + c.gain, p.cost + c.cost
	FROM partial p JOIN choices c ON c.instance = p.instance AND c.customer = p.customer + 1
)
SELECT i.instance, i.budget, max(p.gain) AS gain
FROM partial p JOIN instances i USING (instance)
WHERE p.customer = i.customers AND p.cost <= i.budget
GROUP BY i.instance, i.budget;

CREATE FUNCTION of_instance(i integer) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('SELECT customer, offer, gain, cost FROM candidates WHERE instance = %s', i) $$;

CREATE TABLE plans AS
SELECT instance, gain AS optimum, budget,
	coupon.describe(coupon.allocation_plan(of_instance(instance), ARRAY[coupon.budget(budget)])) AS plan
FROM optima;

CREATE TABLE allocations AS
SELECT o.instance, a.* FROM optima o,
	LATERAL coupon.allocate(of_instance(o.instance), ARRAY[coupon.budget(o.budget)]) a;

SELECT is((SELECT count(*) FROM plans)::int, 300, 'every instance is feasible');
SELECT is_empty($$ SELECT * FROM plans WHERE (plan->>'objective')::float8 > optimum + 1e-9 $$,
	'no allocation beats the optimum');
SELECT is_empty($$ SELECT * FROM plans WHERE (plan->>'bound')::float8 < optimum - 1e-9 $$,
	'the bound is above the optimum');
SELECT is_empty($$ SELECT * FROM plans p
	WHERE (plan->>'bound')::float8 - (plan->>'objective')::float8 >
		(SELECT max(c.gain) - least(min(c.gain), 0) FROM candidates c WHERE c.instance = p.instance) + 1e-9 $$,
	'the loss is at most one increment');
SELECT is_empty($$ SELECT * FROM plans WHERE plan->>'status' = 'optimal' AND (plan->>'objective')::float8 <> optimum $$,
	'what is called optimal is optimal');
SELECT is((SELECT count(*) FROM plans WHERE (plan->>'objective')::float8 = optimum AND plan->>'status' = 'optimal')::int, 300,
	'all of these small instances are solved to the optimum, and known to be');
SELECT is_empty($$ SELECT instance FROM allocations JOIN optima USING (instance)
	GROUP BY instance, optima.budget HAVING sum(cost) > optima.budget $$, 'no budget is exceeded');
SELECT is_empty($$ SELECT instance, customer FROM allocations GROUP BY 1, 2 HAVING count(*) > 1 $$,
	'at most one offer a customer');
SELECT is_empty($$ SELECT instance, customer, offer, gain, cost FROM allocations
	EXCEPT SELECT instance, customer, offer, gain, cost FROM candidates $$, 'every row is a candidate');
SELECT is_empty($$ SELECT instance FROM plans LEFT JOIN allocations a USING (instance)
	GROUP BY instance, plan HAVING coalesce(sum(a.gain), 0) <> (plan->>'objective')::float8
		OR coalesce(sum(a.cost), 0) <> (plan->>'spent')::float8 OR count(a.customer) <> (plan->>'allocated')::int $$,
	'the plan says what the rows say');
SELECT is_empty($$ SELECT * FROM plans WHERE (plan->>'objective')::float8 < 0 $$,
	'offering nothing is never better');

--
-- A larger table: budgets, orders of rows, keys
--

CREATE TABLE market AS
SELECT i / 5 + 1 AS customer, 'offer ' || i % 5 AS offer,
	draw('mg' || i, 1000) / 100.0::float8 AS gain, draw('mc' || i, 500) / 100.0::float8 AS cost
FROM generate_series(0, 9999) i;
ANALYZE market;

CREATE VIEW shuffled AS TABLE market ORDER BY md5(customer || offer);
CREATE VIEW arrays AS
SELECT customer, array_agg(offer ORDER BY md5(offer || customer)) AS offers,
	array_agg(gain ORDER BY md5(offer || customer)) AS gains, array_agg(cost ORDER BY md5(offer || customer)) AS costs
FROM market GROUP BY customer ORDER BY md5(customer::text);

CREATE TABLE expected AS SELECT * FROM coupon.allocate('TABLE market', ARRAY[coupon.budget(1000)]);

SELECT ok(sum(cost) <= 1000.000001 AND count(*) > 500, 'the allocation spends within the budget') FROM expected;
SELECT set_eq($$ SELECT * FROM coupon.allocate('TABLE shuffled', ARRAY[coupon.budget(1000)]) $$, 'TABLE expected',
	'shuffled rows give the same allocation');
SELECT set_eq($$ SELECT * FROM coupon.allocate('TABLE arrays', ARRAY[coupon.budget(1000)]) $$, 'TABLE expected',
	'array rows give the same allocation');
SELECT set_eq($$ SELECT * FROM coupon.allocate('SELECT * FROM market ORDER BY customer DESC', ARRAY[coupon.budget(1000)]) $$,
	'TABLE expected', 'descending customers give the same allocation');
SELECT set_eq($$ SELECT * FROM coupon.allocate('(SELECT * FROM market WHERE offer < ''offer 2'' ORDER BY customer)
	UNION ALL (SELECT * FROM market WHERE offer >= ''offer 2'' ORDER BY customer)', ARRAY[coupon.budget(1000)]) $$,
	'TABLE expected', 'customers that come back after all others give the same allocation');
SELECT set_eq($$ SELECT customer::bigint, offer, gain, cost FROM coupon.allocate('SELECT customer::text, offer, gain, cost FROM shuffled',
	NULL::text, ARRAY[coupon.budget(1000)]) $$, 'TABLE expected', 'customers may be texts');
SELECT set_eq($$ SELECT customer, offer, gain, cost FROM coupon.allocate('SELECT md5(customer::text)::uuid AS customer, offer, gain, cost FROM shuffled',
	NULL::uuid, ARRAY[coupon.budget(1000)]) $$,
	$$ SELECT md5(customer::text)::uuid, offer, gain, cost FROM expected $$, 'customers may be uuids');
SELECT set_eq($$ SELECT customer::bigint, offer, gain, cost FROM coupon.allocate('SELECT CASE WHEN offer > ''offer 2'' THEN customer::numeric ELSE customer::numeric(20,3) END AS customer, offer, gain, cost FROM shuffled',
	NULL::numeric, ARRAY[coupon.budget(1000)]) $$, 'TABLE expected', 'numerics of another scale are the same customer');
SELECT set_eq($$ SELECT * FROM coupon.allocate('SELECT customer::integer, offer::varchar, gain::numeric, cost::numeric FROM market', ARRAY[coupon.budget(1000)]) $$,
	'TABLE expected', 'columns are cast');
SELECT set_eq($$ SELECT * FROM coupon.allocate('SELECT customer, offers, gains, costs[1:array_length(offers, 1)] FROM arrays -- comment', ARRAY[coupon.budget(1000)]) $$,
	'TABLE expected', 'a trailing comment does no harm');
SELECT is((SELECT sum(cost) FROM coupon.allocate('SELECT customer, offers, gains, 2 AS cost FROM arrays', ARRAY[coupon.budget(100)])), 100::float8,
	'a scalar beside arrays holds for all offers of the row');
SELECT is(coupon.describe(coupon.allocation_plan('SELECT md5(customer::text)::uuid AS customer, offer, gain, cost FROM market', ARRAY[coupon.budget(1000)]))->'objective',
	coupon.describe(coupon.allocation_plan('TABLE market', ARRAY[coupon.budget(1000)]))->'objective', 'plans take any key type');

CREATE TABLE by_budget AS
SELECT b AS budget, coupon.describe(coupon.allocation_plan('TABLE market', ARRAY[coupon.budget(b)])) AS plan
FROM generate_series(0, 6000, 250) b;
SELECT is_empty($$ SELECT * FROM (SELECT (plan->'rules'->0->>'price')::float8 AS price,
		lag((plan->'rules'->0->>'price')::float8) OVER (ORDER BY budget) AS before FROM by_budget) p WHERE price > before $$,
	'the price does not rise with the budget');
SELECT is_empty($$ SELECT * FROM (SELECT (plan->>'bound')::float8 AS bound,
		lag((plan->>'bound')::float8) OVER (ORDER BY budget) AS before FROM by_budget) p WHERE bound < before $$,
	'the bound does not fall with the budget');
SELECT is((SELECT (plan->>'spent')::float8 FROM by_budget WHERE budget = 0), 0::float8, 'a budget of 0 spends nothing');
SELECT is((SELECT (plan->>'objective')::float8 FROM by_budget WHERE budget = 6000),
	(SELECT sum(best) FROM (SELECT max(gain) AS best FROM market GROUP BY customer) b)::numeric::float8,
	'a large budget buys the best offer of everyone');
SELECT is((SELECT count(*) FROM coupon.allocate('TABLE market', ARRAY[coupon.budget(1e300)]))::int,
	(SELECT count(DISTINCT customer) FROM market WHERE gain > 0)::int, 'a huge budget overflows nothing');

CREATE TABLE curve AS SELECT row_number() OVER () AS point, * FROM coupon.frontier('TABLE shuffled', 25);
SELECT is((SELECT count(*) FROM curve)::int, 25, 'frontier has as many points as asked for');
SELECT is_empty($$ SELECT * FROM (SELECT price, lag(price) OVER w AS before, gain - lag(gain) OVER w AS step,
		lag(gain) OVER w - lag(gain, 2) OVER w AS step_before FROM curve WINDOW w AS (ORDER BY point)) f
	WHERE price > before OR step < -1e-9 OR step > step_before + 1e-6 $$, 'the frontier rises and is concave');
SELECT is_empty($$ SELECT * FROM curve, LATERAL (SELECT coupon.describe(coupon.allocation_plan('TABLE market', ARRAY[coupon.budget(budget)], '{"method": "dual"}')) AS plan) p
	WHERE abs((plan->>'bound')::float8 - gain) > 1e-6 OR abs((plan->'rules'->0->>'price')::float8 - price) > 1e-9 $$,
	'the frontier is the bound of allocate at each budget');
SELECT is((SELECT price FROM curve WHERE point = 25), 0::float8, 'money has no price where all is bought');

--
-- Ties
--

CREATE TABLE identical AS
SELECT c AS customer, o AS offer, CASE o WHEN 'a' THEN 3 WHEN 'b' THEN 5 END::float8 AS gain, CASE o WHEN 'a' THEN 2 ELSE 5 END::float8 AS cost
FROM generate_series(1, 3000) c, (VALUES ('a'), ('b')) v(o);
SELECT cmp_ok((d->>'bound')::float8 - (d->>'objective')::float8, '<=', 5::float8, 'identical customers: within one increment')
FROM coupon.describe(coupon.allocation_plan('TABLE identical', ARRAY[coupon.budget(1001)])) d;
SELECT set_eq($$ SELECT * FROM coupon.allocate('SELECT * FROM identical ORDER BY md5(customer || offer)', ARRAY[coupon.budget(1001)]) $$,
	$$ SELECT * FROM coupon.allocate('TABLE identical', ARRAY[coupon.budget(1001)]) $$, 'ties do not depend on the order of rows');
SELECT isnt((SELECT array_agg(customer ORDER BY customer) FROM coupon.allocate('TABLE identical', ARRAY[coupon.budget(1001)], '{"seed": 1}')),
	(SELECT array_agg(customer ORDER BY customer) FROM coupon.allocate('TABLE identical', ARRAY[coupon.budget(1001)], '{"seed": 2}')),
	'another seed, another choice among equals');
SELECT is((SELECT count(*) FROM coupon.allocate('TABLE identical', ARRAY[coupon.budget(1001)]) WHERE customer <= 1500)::int BETWEEN 180 AND 320, true,
	'the choice among equals favours no end of the table');
SELECT cmp_ok((d->>'bound')::float8 - (d->>'objective')::float8, '<=', 11::float8, 'gain = cost + 1: within one increment')
FROM coupon.describe(coupon.allocation_plan('SELECT c AS customer, o AS offer, o + 1 AS gain, o AS cost FROM generate_series(1, 2000) c, generate_series(1, 10) o',
	ARRAY[coupon.budget(5003)])) d;

--
-- Edges
--

SELECT is_empty($$ SELECT * FROM coupon.allocate('SELECT * FROM market WHERE false', ARRAY[coupon.budget(10)]) $$, 'no candidates, no rows');
SELECT is(coupon.describe(coupon.last_plan())->>'status', 'optimal', 'nothing is the best of nothing');
SELECT is((SELECT max(gain) FROM coupon.frontier('SELECT * FROM market WHERE false', 3)), 0::float8, 'the frontier of nothing is 0');
SELECT results_eq($$ SELECT offer, gain, cost FROM coupon.allocate('SELECT * FROM (VALUES (1, ''free'', 1, 0), (1, ''paid'', 3, 2)) v(customer, offer, gain, cost)',
	ARRAY[coupon.budget(1)]) $$, $$ VALUES ('free'::text, 1::float8, 0::float8) $$, 'what is free needs no budget');
SELECT results_eq($$ SELECT customer, offer FROM coupon.allocate('SELECT * FROM (VALUES (1, ''fee'', -1, -5), (2, ''gift'', 10, 5)) v(customer, offer, gain, cost)',
	ARRAY[coupon.budget(0)]) ORDER BY 1 $$, $$ VALUES (1::bigint, 'fee'::text), (2, 'gift') $$, 'money brought back is spent');
SELECT is_empty($$ SELECT * FROM coupon.allocate('SELECT 1 AS customer, ''x'' AS offer, -1 AS gain, 0 AS cost UNION ALL SELECT 1, ''y'', 0, 0', ARRAY[coupon.budget(9)]) $$,
	'what gains nothing is not given');
SELECT is((SELECT count(*) FROM coupon.allocate('SELECT i AS customer, ''x'' AS offer, 1 AS gain, 0.1 AS cost FROM generate_series(1, 100) i', ARRAY[coupon.budget(0.3)]))::int, 3,
	'multiples of a millionth are exact');
SELECT is((SELECT count(*) FROM coupon.allocate('SELECT i AS customer, ''x'' AS offer, 1 AS gain, 0.1000001 AS cost FROM generate_series(1, 100) i', ARRAY[coupon.budget(0.3)]))::int, 2,
	'what is finer is rounded against overspending');

-- a duplicate is found wherever its rows are, though neither would be chosen
CREATE TABLE doubles AS SELECT * FROM (VALUES (1, 'a', 1, 10), (1, 'b', 5, 1), (2, 'b', 5, 1), (3, 'a', 1, 1)) v(customer, offer, gain, cost);
SELECT throws_ok(format('SELECT * FROM coupon.allocate(%L, ARRAY[coupon.budget(10)])', q), '21000',
	'customer 1 has more than one candidate for offer "a"', 'duplicate: ' || what)
FROM (VALUES ('side by side', 'SELECT 1 AS customer, ''a'' AS offer, 0 AS gain, 3 AS cost UNION ALL TABLE doubles'),
	('the customer comes back', 'TABLE doubles UNION ALL SELECT 1, ''a'', 0, 3'),
	('shuffled', 'SELECT * FROM (SELECT 1 AS customer, ''a'' AS offer, 0 AS gain, 3 AS cost UNION ALL TABLE doubles) d ORDER BY cost, customer DESC')) v(what, q);
SELECT lives_ok($$ SELECT * FROM coupon.allocate('SELECT * FROM (TABLE doubles) d ORDER BY cost, customer DESC', ARRAY[coupon.budget(10)]) $$,
	'without a duplicate the same rows are fine');

-- the largest numbers allowed: exact sums, no overflow
SELECT is((d->>'spent')::float8, 4e16::float8, 'costs of the largest size add up exactly')
FROM coupon.describe(coupon.allocation_plan('SELECT i AS customer, ''x'' AS offer, 1e280 AS gain, 4e12 AS cost FROM generate_series(1, 20000) i',
	ARRAY[coupon.budget(4e16 + 1e12)])) d;
SELECT is((d->>'spent')::float8, 0::float8, 'the most negative cost pays for the largest')
FROM coupon.describe(coupon.allocation_plan('SELECT * FROM (VALUES (1, ''x'', -1e-300, -4e12), (2, ''y'', 1e280, 4e12)) v(customer, offer, gain, cost)', ARRAY[coupon.budget(0)])) d;

SELECT is((SELECT count(*) FROM coupon.allocate('SELECT i AS customer, ''x'' AS offer, 1 AS gain, 3999999999999 AS cost FROM generate_series(1, 3) i',
	ARRAY[coupon.budget(3 * 3999999999999)]))::int, 3, 'large whole amounts are exact');
SELECT is((SELECT count(*) FROM coupon.allocate('SELECT i AS customer, ''x'' AS offer, 1 AS gain, 3999999999988 AS cost FROM generate_series(1, 2) i',
	ARRAY[coupon.budget(2 * 3999999999988 - 0.001)]))::int, 1, 'a thousandth less than two large amounts buys one');
SELECT is((d->>'spent')::float8, 4e17::float8, 'a large budget is spent to the end')
FROM coupon.describe(coupon.allocation_plan('SELECT i AS customer, ''x'' AS offer, 1 AS gain, 4e12 AS cost FROM generate_series(1, 100001) i',
	ARRAY[coupon.budget(4e17)])) d;

-- workers hand over rows in any order
CREATE TABLE parallel_market AS SELECT c AS customer, 'offer ' || o AS offer, draw('pg' || c || o, 900)::float8 AS gain, draw('pc' || c || o, 90)::float8 AS cost
FROM generate_series(1, 4000) c, generate_series(1, 5) o ORDER BY o;
ANALYZE parallel_market;
CREATE TABLE serial AS SELECT * FROM coupon.allocate('TABLE parallel_market', ARRAY[coupon.budget(9000)]);
SET LOCAL max_parallel_workers_per_gather = 4;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SELECT set_eq($$ SELECT * FROM coupon.allocate('TABLE parallel_market', ARRAY[coupon.budget(9000)]) $$, 'TABLE serial', 'parallel = serial');
SET LOCAL max_parallel_workers_per_gather = 0;

--
-- Misuse
--

CREATE TABLE victim AS SELECT 1 AS customer, 'x'::text AS offer, 1::float8 AS gain, 1::float8 AS cost;
SELECT throws_ok($$ SELECT * FROM coupon.allocate('DELETE FROM victim RETURNING *', ARRAY[coupon.budget(1)]) $$, '42601', NULL, 'no DELETE');
SELECT throws_ok($$ SELECT * FROM coupon.allocate('WITH d AS (DELETE FROM victim RETURNING *) SELECT * FROM d', ARRAY[coupon.budget(1)]) $$, '0A000', NULL, 'no WITH that writes');
SELECT throws_ok($$ SELECT * FROM coupon.allocate('SELECT * FROM victim) q; DROP TABLE victim; SELECT * FROM (SELECT * FROM victim', ARRAY[coupon.budget(1)]) $$, '42601', NULL, 'no several statements');
SELECT throws_ok($$ SELECT * FROM coupon.allocate('DROP TABLE victim', ARRAY[coupon.budget(1)]) $$, '42601', NULL, 'no DDL');
SELECT throws_ok($$ SELECT * FROM coupon.allocate('SELECT * FROM victim FOR UPDATE', ARRAY[coupon.budget(1)]) $$, '0A000', NULL, 'no locks');
SELECT is((SELECT count(*) FROM victim)::int, 1, 'nothing was written');

-- inner queries have the rights of the caller, here of a function's owner
CREATE ROLE coupon_reader;
GRANT USAGE ON SCHEMA coupon TO coupon_reader;
CREATE FUNCTION read_by_reader(query text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN RETURN (SELECT count(*) FROM coupon.allocate(query, ARRAY[coupon.budget(9)])); END $$;
ALTER FUNCTION read_by_reader(text) OWNER TO coupon_reader;
CREATE VIEW window_on_victim AS TABLE victim;
CREATE TABLE guarded AS SELECT i AS customer, 'x' AS offer, 1 AS gain, 1 AS cost FROM generate_series(1, 5) i;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY first_two ON guarded USING (customer <= 2);
GRANT SELECT ON window_on_victim, guarded TO coupon_reader;
SELECT throws_ok($$ SELECT read_by_reader('TABLE victim') $$, '42501', 'permission denied for table victim', 'no rights, no rows');
SELECT is(read_by_reader('TABLE window_on_victim'), 1::bigint, 'rights on a view will do');
SELECT is(read_by_reader('TABLE guarded'), 2::bigint, 'row security holds');

SET LOCAL search_path = '';
CREATE TABLE public.found AS SELECT * FROM coupon.allocate('SELECT * FROM public.victim', ARRAY[coupon.budget(1)]);
SET LOCAL search_path TO DEFAULT;
SELECT is((SELECT count(*) FROM found)::int, 1, 'an empty search_path will do');

-- a limit of 300 ms stops it within a second, reading as well as calculating
CREATE TABLE crowd AS
SELECT 1 AS customer, array_agg('o' || i) AS offers, array_agg(sqrt(i)) AS gains, array_agg(i::float8) AS costs
FROM generate_series(1, 1000000) i;
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.allocate('SELECT i / 8 AS customer, (i % 8)::text AS offer, 1::float8 AS gain, 1::float8 AS cost
	FROM (SELECT generate_series(1, 1000000000) AS i) s', ARRAY[coupon.budget(1)], '{"quiet": true}') $$), 'reading can be stopped');
SET LOCAL statement_timeout = '50ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.allocate('TABLE crowd', ARRAY[coupon.budget(1)]) $$), 'one customer with a million offers can be stopped');
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.frontier('SELECT -i AS customer, ''x'' AS offer, 1::float8 AS gain, 1::float8 AS cost
	FROM (SELECT generate_series(1, 1000000000) AS i) s', 10) $$), 'the frontier can be stopped');
SET LOCAL statement_timeout = 0;

--
-- last_plan and plan values
--

CREATE TABLE kept AS SELECT coupon.allocation_plan('TABLE market', ARRAY[coupon.budget(1000, name => 'spring')])::text AS form;
SELECT is(form::coupon.model::text, form, 'a plan survives its text form') FROM kept;
\i test/allocation_forged.psql
SELECT is(fate('plan:1:' || encode('\x00112233445566778899aabbccddeeff0011', 'base64')), 'refused', 'bytes without the right checksum are refused');

SELECT lives_ok($$ SELECT * FROM coupon.allocate('TABLE victim', ARRAY[coupon.budget(7, name => 'kept')]) $$, 'an allocation');
SELECT throws_ok($$ SELECT * FROM coupon.allocate('SELECT 1', ARRAY[coupon.budget(8)]) $$, '42703', NULL, 'one that fails');
SELECT is((SELECT array_agg(rule || ' ' || bound) FROM coupon.plan_rules(coupon.last_plan())), ARRAY['kept 7'], 'last_plan() is of the last one that did not fail');

-- per-row calls leave nothing behind until the query ends
WITH plan AS MATERIALIZED (SELECT coupon.allocation_plan('SELECT 1 AS customer, ''a'' AS offer, 2.0 AS gain, 1.0 AS cost', ARRAY[coupon.budget(5)]) AS m),
	rows AS MATERIALIZED (SELECT count(*) AS n FROM plan, generate_series(1, 50000) k, coupon.plan_rules(CASE WHEN k > 0 THEN m END))
SELECT cmp_ok((SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name = 'ExecutorState' AND n > 0), '<', 5000000::numeric, 'plan_rules of 50,000 rows in little memory') FROM rows;

SELECT * FROM finish();
ROLLBACK;
