-- One customer's offer by the prices of a plan.
\i test/prelude.psql
BEGIN;
\i test/allocation_data.psql
SELECT plan(14);

CREATE TABLE market AS SELECT * FROM random_market('offer', 3000);
CREATE TABLE rules AS SELECT ARRAY[coupon.budget(2000), coupon.budget(300, '{"region": ["north", "west"]}', 'two'), coupon.at_most(300, '{"offer": "a"}', 'few'),
	coupon.share_at_least(0.4, '{"region": "south"}', name => 'share'), coupon.mean_at_most('weight', 4.8, name => 'light'), coupon.roi_at_least(5, '{"offer": ["b", "c"]}', 'return'),
	coupon.sum_at_most('weight', 4000, '{"offer": "d"}', 'load')] AS rules;
CREATE TABLE allocated AS SELECT a.* FROM rules, coupon.allocate('TABLE market', rules) a;
CREATE TABLE plans AS SELECT coupon.last_plan() AS plan;
CREATE TABLE offered AS
SELECT customer, coupon.plan_offer((SELECT plan FROM plans), array_agg(offer), array_agg(gain), array_agg(cost),
	jsonb_build_object('region', min(region), 'weight', array_agg(weight))) AS offer
FROM market GROUP BY customer;

SELECT cmp_ok((SELECT count(*) FROM offered LEFT JOIN allocated USING (customer) WHERE offered.offer IS DISTINCT FROM allocated.offer)::int, '<=', 12,
	'nearly everybody gets what allocate gave, the exceptions are between offers');
SELECT cmp_ok((SELECT sum(gain) FROM offered JOIN market USING (customer, offer))::float8, '>', (SELECT 0.99 * sum(gain) FROM allocated)::float8, '... and gains as much');

-- the same by the rows of the rules
CREATE TABLE values_of AS
SELECT t.customer::bigint AS customer, t.x, max(t.gain) - sum(t.a * coalesce(p.price, 0)::numeric) AS value
FROM rules, terms('SELECT * FROM market ORDER BY customer, offer', rules) t LEFT JOIN (SELECT row_number() OVER () AS n, price FROM plans, coupon.plan_rules(plan)) p ON p.n = t.n
GROUP BY t.customer, t.x;
CREATE TABLE numbered AS SELECT row_number() OVER () AS x, customer, offer FROM (SELECT * FROM market ORDER BY customer, offer) m;
SELECT is_empty($$ SELECT customer, o.offer, best.offer FROM offered o
	LEFT JOIN (SELECT DISTINCT ON (customer) customer, offer, value FROM values_of JOIN numbered USING (x, customer) WHERE value > 1e-9 ORDER BY customer, value DESC) best USING (customer)
	WHERE o.offer IS DISTINCT FROM best.offer
		AND NOT EXISTS (SELECT FROM values_of v WHERE v.customer = o.customer AND abs(v.value - coalesce(best.value, 0)) < 1e-7 AND abs(v.value) > 1e-12 HAVING count(*) > 1) $$,
	'it is the best value at the prices, computed from the rows of the rules');

CREATE TABLE simple AS SELECT coupon.allocation_plan('SELECT i AS customer, ''x'' AS offer, i AS gain, 1 AS cost, i % 2 = 0 AS vip FROM generate_series(1, 10) i', ARRAY[coupon.budget(3, '{"vip": true}')]) AS plan;
SELECT is((SELECT coupon.plan_offer(plan, '{x}', '{2}', '{1}', '{"vip": false}') FROM simple), 'x', 'who is in no selection pays nothing');
SELECT is((SELECT coupon.plan_offer(plan, '{x}', '{2}', '{1}', '{"vip": true}') FROM simple), NULL, 'and who is pays the price');
SELECT is((SELECT coupon.plan_offer(plan, '{x,y}', '{9,9}', '{1,0.5}', '{"vip": [true, false]}') FROM simple), 'y', 'attributes of each offer');
SELECT is((SELECT coupon.plan_offer(plan, '{x,y}', '{9,9}', '{1,0.5}', '{"vip": false}') FROM simple), 'y', 'the cheaper of equals');
SELECT is((SELECT coupon.plan_offer(plan, '{}', '{}', '{}', '{}') FROM simple), NULL, 'no offers, no offer');
SELECT is((SELECT coupon.plan_offer(plan, '{x}', NULL, '{1}', '{}') FROM simple), NULL, 'strict');
SELECT throws_ok($$ SELECT coupon.plan_offer(plan, '{x}', '{1}', '{1}') FROM simple $$, 'attributes lack column "vip", which budget names');
SELECT throws_ok($$ SELECT coupon.plan_offer(plan, '{x}', '{1,2}', '{1}') FROM simple $$, 'gains has 2 elements, but offers has 1');
SELECT throws_ok($$ SELECT coupon.plan_offer(plan, '{x}', '{NaN}', '{1}') FROM simple $$, 'gains must be finite, but element 1 is NaN');
SELECT throws_ok($$ SELECT coupon.plan_offer(plan, '{x,y}', '{1,1}', '{1,1}', '{"vip": [true]}') FROM simple $$, 'attribute "vip" has 1 elements, but offers has 2');
SELECT throws_like($$ SELECT coupon.plan_offer(coupon.linear_fit(1.0, ARRAY[1.0::float8]), '{x}', '{1}', '{1}') $$, '%plan%', 'other models have no prices');

SELECT * FROM finish();
ROLLBACK;
