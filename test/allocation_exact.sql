-- Whole offers to the optimum: the Pareto dynamic programme under one rule, blocks and
-- customers who are alike under many, and rules that say the same.
\i test/prelude.psql
BEGIN;
\i test/allocation_data.psql
SELECT plan(23);

CREATE FUNCTION plan_of_rules(query text, rules coupon.rule[], options jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
$$ SELECT coupon.describe(coupon.allocation_plan(query, rules, options || '{"quiet": true}')) $$;

--
-- Budgets by region: blocks, beside glpsol
--

-- of each region a budget, and of the rest some
CREATE FUNCTION region_rules(seed text, customers integer) RETURNS coupon.rule[] LANGUAGE sql IMMUTABLE AS $$
	SELECT ARRAY[coupon.budget(customers * (8 + draw('n' || seed, 20)) / 100.0, '{"region": "north"}', 'north'),
			coupon.budget(customers * (8 + draw('s' || seed, 20)) / 100.0, '{"region": "south"}', 'south')]
		|| CASE WHEN draw('w' || seed, 2) = 0 THEN ARRAY[coupon.sum_at_most('weight', customers * (30 + draw('w' || seed, 60)) / 100.0, '{"region": "west"}', 'west')] END
		|| CASE WHEN draw('a' || seed, 2) = 0 THEN ARRAY[coupon.at_most(customers / (5 + draw('a' || seed, 10)), '{"offer": "a"}', 'a')] END
		|| CASE WHEN draw('b' || seed, 2) = 0 THEN ARRAY[coupon.at_least(customers / (6 + draw('b' || seed, 10)), '{"offer": "b"}', 'b')] END
		|| CASE WHEN draw('m' || seed, 2) = 0 THEN ARRAY[coupon.mean_at_most('weight', (430 + draw('m' || seed, 100)) / 100.0, name => 'm')] END
$$;
CREATE TABLE regional AS
SELECT seed, query, rules, plan_of_rules(query, rules) AS found, plan_of_rules(query, rules, '{"method": "dual"}') AS prices, programme(query, rules)
FROM generate_series(1, 24) seed, LATERAL (SELECT 20 + seed * 37 % 61 AS customers) c,
	LATERAL (SELECT format('SELECT * FROM random_market(%L, %s)', 'r' || seed, customers) AS query, region_rules(seed::text, customers) AS rules) r;
CREATE TABLE programmes AS SELECT seed::text AS name, programme FROM regional;
CREATE TABLE solved (name text, status text, value float8);
\copy programmes to program 'bash test/glpsol.sh >"$WORK/solved"'
\copy solved from program 'cat "$WORK/solved"'
SELECT is((SELECT count(*) FROM solved WHERE status = 'optimal')::int, 24, 'glpsol solves all of them');
SELECT is_empty($$ SELECT seed, found, value FROM regional JOIN solved ON name = seed::text
	WHERE (found->>'objective')::float8 > value + 1e-7 OR (found->>'bound')::float8 < value - 1e-7 OR (found->>'status' = 'optimal' AND abs((found->>'objective')::float8 - value) > 1e-7) $$,
	'no allocation is better than the best, and no bound below it');
SELECT cmp_ok((SELECT count(*) FROM regional WHERE found->>'status' = 'optimal')::int, '>=', 20, 'most of them are proven');
SELECT cmp_ok((SELECT sum((prices->>'bound')::float8 - (found->>'bound')::float8) FROM regional)::float8, '>', 1::float8, 'blocks prove more than the linear relaxation');

-- 1,000 customers, 8 offers, 32 rules: the linear relaxation is 2.6e-3 above the best
CREATE TABLE wide AS
SELECT i AS customer, 'offer ' || o AS offer, 'segment ' || i % 20 AS segment, draw(format('g%s,%s', i, o), 1000000) / 100000.0 AS gain, draw(format('c%s,%s', i, o), 1000) / 100.0 AS cost
FROM generate_series(0, 999) i, generate_series(0, 7) o;
CREATE FUNCTION wide_rules() RETURNS coupon.rule[] LANGUAGE sql AS $$
	SELECT ARRAY[coupon.budget(500), coupon.at_least(500, name => 'reach'), coupon.at_most(400, '{"offer": ["offer 1", "offer 2"]}', 'two of them'), coupon.roi_at_least(4.2)]
		|| (SELECT array_agg(coupon.at_most(80, jsonb_build_object('offer', 'offer ' || o), 'quota ' || o)) FROM generate_series(0, 7) o)
		|| (SELECT array_agg(coupon.budget(20 + s * 0.5, jsonb_build_object('segment', 'segment ' || s), 'segment ' || s)) FROM generate_series(0, 19) s)
$$;
CREATE TABLE wide_plan AS SELECT plan_of_rules('TABLE wide', wide_rules()) AS plan;
SELECT cmp_ok((SELECT (plan->>'gap')::float8 FROM wide_plan), '<=', 1e-4::float8, '1,000 customers under 32 rules: gap');
SELECT cmp_ok((SELECT (plan_of_rules('TABLE wide', wide_rules(), '{"method": "dual"}')->>'gap')::float8), '>', 1e-3::float8, 'which prices and repair alone do not reach');

-- the same under every order of rows and number of workers, search included
CREATE TABLE shuffled AS TABLE wide ORDER BY hashtext(customer || offer);
CREATE FUNCTION digest(query text) RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(a::text, ' ' ORDER BY customer, offer)) || (coupon.describe(coupon.last_plan()) - 'seconds')::text
	FROM coupon.allocate(query, wide_rules()) a
$$;
CREATE TABLE digests AS SELECT digest('TABLE wide') AS digest UNION ALL SELECT digest('TABLE shuffled');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
INSERT INTO digests SELECT digest('TABLE shuffled');
SELECT is((SELECT count(DISTINCT digest) FROM digests)::int, 1, 'the search depends on neither order nor workers');

--
-- One rule
--

SELECT is((SELECT string_agg(plan_of_rules(format('SELECT * FROM random_market(''one'', %s)', n), ARRAY[coupon.budget(n * 0.7)])->>'status', ' ') FROM unnest('{100,1000,5000}'::int[]) n),
	'optimal optimal optimal', 'one budget is solved to the optimum');
SELECT is(plan_of_rules('SELECT * FROM random_market(''one'', 5000)', ARRAY[coupon.budget(3500)])->'objective',
	plan_of_rules('SELECT * FROM random_market(''one'', 5000)', ARRAY[coupon.budget(3500)], '{"method": "exact"}')->'objective', 'auto finds what exact proves');
CREATE TABLE single AS
SELECT n, rule, plan_of_rules('SELECT * FROM random_market(''single'', 30)', ARRAY[rule]) AS found, programme('SELECT * FROM random_market(''single'', 30)', ARRAY[rule])
FROM unnest(ARRAY[coupon.budget(7.4), coupon.at_most(9), coupon.share_at_most(0.21, '{"offer": "c"}'), coupon.share_at_least(0.61, '{"region": "south"}'), coupon.roi_at_least(9.3),
	coupon.sum_at_most('weight', 31.4), coupon.sum_at_least('weight', 200), coupon.mean_at_most('weight', 2.1), coupon.mean_at_least('weight', 8.2)]) WITH ORDINALITY AS r(kind, bound, attribute, selection, of, name, n),
	LATERAL (SELECT (kind, bound, attribute, selection, of, name)::coupon.rule AS rule) s;
TRUNCATE programmes, solved;
INSERT INTO programmes SELECT n::text, programme FROM single;
\copy programmes to program 'bash test/glpsol.sh >"$WORK/solved"'
\copy solved from program 'cat "$WORK/solved"'
SELECT is_empty($$ SELECT n, found, value FROM single LEFT JOIN solved ON name = n::text
	WHERE found->>'status' <> 'optimal' OR solved.status IS DISTINCT FROM 'optimal' OR NOT abs((found->>'objective')::float8 - value) <= 1e-7 $$, 'one rule of each kind: the optimum of glpsol');
SELECT throws_like($$ SELECT coupon.allocation_plan('SELECT * FROM random_market(''one'', 100)', ARRAY[coupon.at_least(101)]) $$, 'no allocation keeps at_least%', 'what a single rule lacks is said');

--
-- Ties, and rules that say the same
--

SELECT is(plan_of_rules('SELECT c AS customer, ''x'' AS offer, 10 AS gain, 10 AS cost FROM generate_series(1, 100) c', ARRAY[coupon.budget(505), coupon.at_most(1000000)])->'objective', '500', 'a budget and a count of the same');
SELECT cmp_ok((plan_of_rules('SELECT c AS customer, ''x'' AS offer, 10 AS gain, 10 AS cost FROM generate_series(1, 100) c', ARRAY[coupon.budget(505), coupon.at_most(1000000)], '{"method": "dual"}')->>'bound')::float8,
	'<=', 505.0001::float8, '... and its bound');
SELECT cmp_ok((plan_of_rules('SELECT c AS customer, ''x'' AS offer, c * 7919 % 1009 / 10.0 AS gain, 10 AS cost FROM generate_series(1, 3000) c', ARRAY[coupon.budget(15005), coupon.at_most(1200)], '{"method": "dual"}')->>'gap')::float8,
	'<=', 1e-6::float8, '... where the count binds');
SET LOCAL statement_timeout = '60s';
SELECT is(plan_of_rules('SELECT c AS customer, ''x'' AS offer, c * 7919 % 1009 / 10.0 AS gain, 10 AS cost FROM generate_series(1, 3000) c', ARRAY[coupon.budget(15005), coupon.at_most(2700)])->>'objective',
	'113443.3', '... and where only half an offer more would fit the search ends');
SET LOCAL statement_timeout = 0;
SELECT is(plan_of_rules('SELECT c AS customer, ''x'' AS offer, 400 + 600 * (c % 2) AS gain, 400 + 600 * (c % 2) AS cost FROM generate_series(1, 20000) c', ARRAY[coupon.budget(5000100), coupon.at_most(1000000)])->'objective',
	'5000000', 'gain = cost, in two sizes');
SELECT is(plan_of_rules('SELECT c AS customer, o AS offer, cost + 1 AS gain, cost FROM generate_series(1, 20000) c, (VALUES (''a'', 3), (''b'', 7), (''c'', 10)) v(o, cost)',
	ARRAY[coupon.budget(50001), coupon.at_most(4000, '{"offer": "a"}'), coupon.at_least(1000, '{"offer": "c"}')])->'gap', '0', 'gain = cost + 1 under three rules');
SELECT is(plan_of_rules('SELECT c AS customer, o AS offer, gain, cost FROM generate_series(1, 30000) c, (VALUES (''a'', 3, 2), (''b'', 5, 4), (''c'', 9, 8)) v(o, gain, cost)',
	ARRAY[coupon.budget(100003), coupon.share_at_most(0.4, '{"offer": "a"}'), coupon.at_most(2000, '{"offer": "b"}')])->'status', '"optimal"', 'identical customers');
SELECT cmp_ok((plan_of_rules('SELECT c AS customer, o AS offer, gain, cost FROM generate_series(1, 3000) c, (VALUES (''a'', 3, 2), (''b'', 5, 4), (''c'', 9, 8)) v(o, gain, cost)',
	ARRAY[coupon.per_customer(2), coupon.budget(10003), coupon.at_most(700, '{"offer": "b"}')])->>'gap')::float8, '<=', 1e-4::float8, 'identical customers with two offers each');

--
-- Gain = cost + 1 and amounts of many digits: every selection is as good as any other
--

CREATE TABLE digits AS
SELECT c AS customer, o AS offer, cost, cost + 1 AS gain
FROM generate_series(1, 130) c, generate_series(1, 1000) o, LATERAL (SELECT draw(format('d%s,%s', c, o), 2000000000) / 1e6::float8 AS cost) d;
SELECT cmp_ok((plan_of_rules('TABLE digits', ARRAY[coupon.budget(123456.7)])->>'gap')::float8, '<', 1e-5::float8, 'a thousand offers a customer: auto');
CREATE TABLE digits_plan AS SELECT plan_of_rules('TABLE digits', ARRAY[coupon.budget(123456.7)], '{"method": "exact", "time_limit": 1}') AS plan;
SELECT cmp_ok((plan->>'gap')::float8, '<', 1e-5::float8, 'exact, out of time: the best found') FROM digits_plan;
SELECT cmp_ok((plan->>'seconds')::float8, '<', 4::float8, 'in time') FROM digits_plan;

-- many nodes of branch and bound are alive: to choose among them is work, too
CREATE TABLE nodes AS
SELECT c AS customer, 'o' || o AS offer, (ARRAY['n', 's', 'w'])[1 + draw('r' || c, 3)] AS region, draw(format('v%s,%s', c, o), 10) AS v, cost, cost + 1 AS gain
FROM generate_series(1, 60) c, generate_series(0, 4) o, LATERAL (SELECT 1 + draw(format('k%s,%s', c, o), 1000) AS cost) d;
SELECT cmp_ok((plan_of_rules('TABLE nodes', ARRAY[coupon.mean_at_least('v', 2, '{"offer": "o0"}'), coupon.budget(255, '{"offer": ["o0", "o1"]}', 'two'), coupon.budget(6959, '{"region": ["n", "s"]}', 'most')])
	->>'seconds')::float8, '<', 15::float8, 'auto ends');

SELECT * FROM finish();
ROLLBACK;
