-- What must be true of allocations under many rules: every kind of rule against
-- brute force, proven bounds, proofs that there is none, the same under every order of rows.
\i test/prelude.psql
BEGIN;
\i test/allocation_data.psql
SELECT plan(35);

--
-- Brute force: 440 instances, 40 of each kind of rule, each with a budget besides
--

CREATE TABLE instances AS
SELECT row_number() OVER (ORDER BY kind, i)::int AS instance, kind, 2 + draw('n' || kind || i, 4) AS customers,
	2 + draw('b' || kind || i, 16) * 0.5 AS budget,
	CASE WHEN kind ~ 'share' THEN draw('v' || kind || i, 11) / 10.0
		WHEN kind ~ 'roi' THEN draw('v' || kind || i, 8) / 2.0
		WHEN kind ~ 'mean' THEN draw('v' || kind || i, 13) / 2.0
		WHEN kind ~ 'sum' THEN draw('v' || kind || i, 20)
		WHEN kind = 'per_customer' THEN 2
		ELSE draw('v' || kind || i, 5) END AS value
FROM unnest(ARRAY['budget', 'at_most', 'at_least', 'share_at_most', 'share_at_least', 'roi_at_least',
	'sum_at_most', 'sum_at_least', 'mean_at_most', 'mean_at_least', 'per_customer']) kind, generate_series(1, 40) i;

CREATE TABLE candidates AS
SELECT instance, customer, offer,
	(draw(format('g%s,%s,%s', instance, customer, offer), 13) - 2)::numeric AS gain,
	draw(format('c%s,%s,%s', instance, customer, offer), 11) * 0.5 AS cost,
	draw(format('w%s,%s,%s', instance, customer, offer), 10)::numeric AS weight
FROM instances, generate_series(1, customers) customer, unnest(ARRAY['a', 'b']) offer;
ANALYZE candidates;

\i test/allocation_choices.psql

CREATE TABLE optima AS
WITH RECURSIVE partial AS (
	SELECT instance, 0 AS customer, 0::numeric AS gain, 0::numeric AS cost, 0::numeric AS weight, 0 AS n, 0 AS na, 0::numeric AS ca FROM instances
	UNION ALL
	SELECT p.instance, c.customer, p.gain + c.gain, p.cost + c.cost, p.weight + c.weight, p.n + c.n, p.na + c.na, p.ca + c.ca
	FROM partial p JOIN choices c ON c.instance = p.instance AND c.customer = p.customer + 1
)
SELECT i.instance, max(p.gain) AS gain
FROM partial p JOIN instances i USING (instance)
WHERE p.customer = i.customers AND p.cost <= i.budget AND CASE i.kind
	WHEN 'budget' THEN ca <= value
	WHEN 'at_most' THEN na <= value WHEN 'at_least' THEN na >= value
	WHEN 'share_at_most' THEN na <= value * n WHEN 'share_at_least' THEN na >= value * n
	WHEN 'roi_at_least' THEN p.gain >= value * p.cost
	WHEN 'sum_at_most' THEN weight <= value WHEN 'sum_at_least' THEN weight >= value
	WHEN 'mean_at_most' THEN weight <= value * n WHEN 'mean_at_least' THEN weight >= value * n
	ELSE true END
GROUP BY i.instance;

CREATE FUNCTION rules_of(kind text, budget float8, value float8) RETURNS coupon.rule[] LANGUAGE sql AS
$$ SELECT ARRAY[coupon.budget(budget, name => 'all'), rule_of(kind, value)] $$;

-- the plan, or null where it is proven that there is none
CREATE FUNCTION plan_or_null(query text, rules coupon.rule[], options jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN coupon.describe(coupon.allocation_plan(query, rules, options));
EXCEPTION WHEN check_violation THEN
	RETURN NULL;
END $$;

CREATE TABLE plans AS
SELECT i.*, o.gain AS optimum, plan_or_null(of_instance(instance), rules_of(kind, budget, value), '{"gap": 0}') AS plan
FROM instances i LEFT JOIN optima o USING (instance);

SELECT is_empty($$ SELECT kind, optimum, plan->'objective' FROM plans WHERE kind = '$$ || kind || $$'
	AND (plan->>'objective')::numeric IS DISTINCT FROM optimum $$, kind || ': as good as brute force, and none where there is none')
FROM (SELECT DISTINCT kind FROM instances) k ORDER BY kind;
SELECT cmp_ok((SELECT count(*) FROM plans WHERE optimum IS NULL)::int, '>', 10, 'some of them have no allocation');
SELECT is_empty($$ SELECT * FROM plans WHERE plan->>'status' <> 'optimal' $$, 'all of them are proven');

-- prices and repair alone: feasible and below the bound, which is above the optimum
CREATE TABLE quick AS
SELECT instance, optimum, coupon.describe(coupon.allocation_plan(of_instance(instance), rules_of(kind, budget, value), '{"method": "dual"}')) AS plan
FROM plans WHERE kind IN ('budget', 'at_most', 'share_at_most', 'sum_at_most', 'per_customer');
SELECT is_empty($$ SELECT * FROM quick WHERE (plan->>'objective')::float8 > optimum + 1e-9 $$, 'no allocation beats the optimum');
SELECT is_empty($$ SELECT * FROM quick WHERE (plan->>'bound')::float8 < optimum - 1e-9 $$, 'the bound is above the optimum');

--
-- A larger table
--

CREATE TABLE market AS
SELECT i / 5 + 1 AS customer, 'offer ' || i % 5 AS offer, (ARRAY['north', 'south', 'west'])[1 + (i / 5) % 3] AS region, i / 5 % 7 AS age,
	draw('mg' || i, 1000) / 100.0::float8 AS gain, draw('mc' || i, 500) / 100.0::float8 AS cost
FROM generate_series(0, 9999) i;
ANALYZE market;

CREATE FUNCTION many() RETURNS coupon.rule[] LANGUAGE sql AS $$
	SELECT ARRAY[coupon.budget(1000), coupon.budget(300, '{"region": "north"}', 'north'), coupon.budget(250, '{"region": ["south"]}', 'south'),
		coupon.at_most(200, '{"offer": "offer 1"}', 'few'), coupon.at_least(300, '{"offer": "offer 2"}', 'many'),
		coupon.share_at_least(0.3, '{"region": "west"}', name => 'west'), coupon.mean_at_most('age', 2.9, name => 'young')]
$$;
-- prices and repair alone: branch and bound would end by the clock
CREATE TABLE expected AS SELECT * FROM coupon.allocate('TABLE market', many(), '{"method": "dual"}');
CREATE TABLE plan AS SELECT coupon.last_plan() AS plan;
CREATE TABLE allocated AS SELECT * FROM expected JOIN market USING (customer, offer, gain, cost);

SELECT is((SELECT count(*) FROM allocated), (SELECT count(*) FROM expected), 'every row is a candidate');
SELECT ok(sum(cost) <= 1000.000001 AND sum(cost) FILTER (WHERE region = 'north') <= 300.000001 AND sum(cost) FILTER (WHERE region = 'south') <= 250.000001,
	'budgets are kept') FROM allocated;
SELECT ok(count(*) FILTER (WHERE offer = 'offer 1') <= 200 AND count(*) FILTER (WHERE offer = 'offer 2') >= 300, 'counts are kept') FROM allocated;
SELECT ok(count(*) FILTER (WHERE region = 'west') >= 0.3 * count(*) AND avg(age) <= 2.9, 'shares and means are kept') FROM allocated;
SELECT cmp_ok((d->>'gap')::float8, '<', 1e-3::float8, 'the gap is small') FROM plan, coupon.describe(plan) d;
SELECT ok(abs(p.used - a.used) < 1e-6, 'used is what the rows say: ' || rule)
FROM plan, coupon.plan_rules(plan) p, LATERAL (SELECT CASE rule WHEN 'budget' THEN sum(cost) WHEN 'many' THEN count(*) FILTER (WHERE offer = 'offer 2')
	WHEN 'west' THEN avg((region = 'west')::int) WHEN 'young' THEN avg(age) END AS used FROM allocated) a WHERE rule IN ('budget', 'many', 'west', 'young');

SELECT set_eq($$ SELECT * FROM coupon.allocate('SELECT * FROM market ORDER BY md5(customer || offer)', many(), '{"method": "dual"}') $$, 'TABLE expected',
	'shuffled rows give the same allocation');
SELECT set_eq($$ SELECT * FROM coupon.allocate('SELECT customer, region, age, array_agg(offer ORDER BY md5(offer || customer)) AS offers,
	array_agg(gain ORDER BY md5(offer || customer)) AS gains, array_agg(cost ORDER BY md5(offer || customer)) AS costs
	FROM market GROUP BY customer, region, age', many(), '{"method": "dual"}') $$, 'TABLE expected', 'array rows give the same allocation');

-- thousands of equals, under two rules
SELECT cmp_ok((d->>'bound')::float8 - (d->>'objective')::float8, '<=', 5::float8, 'identical customers: within one offer')
FROM coupon.describe(coupon.allocation_plan('SELECT c AS customer, o AS offer, g AS gain, p AS cost
	FROM generate_series(1, 3000) c, (VALUES (''a'', 3, 2), (''b'', 5, 5)) v(o, g, p)', ARRAY[coupon.budget(7001), coupon.at_most(901, '{"offer": "b"}')])) d;

SELECT cmp_ok((d->>'gap')::float8, '<', 1e-4::float8, 'gain = cost + 1: ties everywhere, and a small gap all the same')
FROM coupon.describe(coupon.allocation_plan('SELECT c AS customer, o AS offer, o + 1 AS gain, o AS cost FROM generate_series(1, 10000) c, generate_series(1, 10) o',
	ARRAY[coupon.budget(25003), coupon.at_most(4000, '{"offer": "3"}')])) d;
SELECT throws_ok($$ SELECT * FROM coupon.allocate('SELECT 1 AS customer, ''a'' AS offer, 1e270 AS gain, 1 AS cost', ARRAY[coupon.roi_at_least(1)]) $$, '22023', NULL,
	'under a return, gains are money');
SELECT throws_ok($$ SELECT * FROM coupon.allocate('TABLE market', many() || ARRAY[coupon.at_least(1900, name => 'reach')]) $$, '23514', NULL,
	'a contradiction is proven');

-- every customer twice, and all amounts: twice the bound, and the gain up to the gaps
SELECT ok(abs((b->>'bound')::float8 - 2 * (a->>'bound')::float8) < 1e-5 * (a->>'bound')::float8 AND (b->>'gap')::float8 < 1e-3, 'duplicated customers double the bound')
FROM coupon.describe(coupon.allocation_plan('TABLE market', ARRAY[coupon.budget(1000), coupon.at_most(200, '{"offer": "offer 1"}'), coupon.share_at_least(0.4, '{"region": "west"}')], '{"method": "dual"}')) a,
	coupon.describe(coupon.allocation_plan('SELECT * FROM market UNION ALL SELECT customer + 5000, offer, region, age, gain, cost FROM market',
		ARRAY[coupon.budget(2000), coupon.at_most(400, '{"offer": "offer 1"}'), coupon.share_at_least(0.4, '{"region": "west"}')], '{"method": "dual"}')) b;

--
-- Cancel: reading, prices, repair, branch and bound
--

CREATE TABLE crowd AS
SELECT i / 8 AS customer, 'o' || i % 8 AS offer, 's' || i / 8 % 20 AS segment, draw('cg' || i, 1000) / 100.0::float8 AS gain, draw('cc' || i, 1000) / 100.0::float8 AS cost
FROM generate_series(0, 79999) i;
CREATE FUNCTION crowd_rules() RETURNS coupon.rule[] LANGUAGE sql AS $$
	SELECT array_agg(coupon.budget(200 + s, jsonb_build_object('segment', 's' || s), 'budget ' || s)) || ARRAY[coupon.at_most(800, '{"offer": "o1"}')]
	FROM generate_series(0, 19) s
$$;
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.allocate('SELECT i / 8 AS customer, (i % 8)::text AS offer, 1 AS gain, 1 AS cost
	FROM (SELECT generate_series(1, 1000000000) AS i) s', ARRAY[coupon.at_most(1)], '{"quiet": true}') $$), 'reading can be stopped');
SET LOCAL statement_timeout = '400ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.allocate('TABLE crowd', crowd_rules(), '{"method": "exact", "gap": 0}') $$), 'branch and bound can be stopped');
SET LOCAL statement_timeout = '60ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.allocate('TABLE crowd', crowd_rules(), '{"method": "dual", "gap": 0}') $$), 'the search for prices can be stopped');
SET LOCAL statement_timeout = 0;

-- the best of 60 customers, whole, is what branch and bound on what is open says
SELECT ok((a->>'status') = 'optimal' AND abs((a->>'objective')::float8 - (b->>'objective')::float8) < 1e-6, 'exact = auto on few customers, both proven')
FROM coupon.describe(coupon.allocation_plan('SELECT * FROM market WHERE customer <= 60', ARRAY[coupon.budget(40), coupon.at_most(9, '{"offer": "offer 1"}'), coupon.share_at_least(0.4, '{"region": "west"}')], '{"method": "exact", "gap": 0}')) a,
	coupon.describe(coupon.allocation_plan('SELECT * FROM market WHERE customer <= 60', ARRAY[coupon.budget(40), coupon.at_most(9, '{"offer": "offer 1"}'), coupon.share_at_least(0.4, '{"region": "west"}')], '{"gap": 0}')) b;

SELECT * FROM finish();
ROLLBACK;
