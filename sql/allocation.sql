-- What docs/allocation.md shows, then every error message.

CREATE TABLE candidates (customer bigint, offer text, gain float8, cost float8);
INSERT INTO candidates VALUES
	(1, '5 EUR', 3, 5), (1, '10 EUR', 5, 10),
	(2, '5 EUR', 4, 5), (2, '10 EUR', 4.5, 10),
	(3, '5 EUR', -1, 5), (3, '10 EUR', 2, 10),
	(4, 'newsletter', 0.5, 0), (4, '5 EUR', 1, 5);

SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(15)]) ORDER BY customer;

SELECT plan->>'status' AS status, plan->'objective' AS objective, plan->'bound' AS bound, plan->'gap' AS gap,
	plan->'spent' AS spent, plan->'allocated' AS allocated, plan->'customers' AS customers
FROM coupon.describe(coupon.last_plan()) plan;

SELECT * FROM coupon.plan_rules(coupon.last_plan());

SELECT budget, round(gain::numeric, 3) AS gain, cost, customers, price
FROM coupon.frontier('TABLE candidates', 7);

SELECT sum(best) + 15 * 0.2 AS bound
FROM (SELECT greatest(0, max(gain - 0.2 * cost)) AS best FROM candidates GROUP BY customer) c;

SELECT * FROM coupon.allocate(
	$$ SELECT customer, array_agg(offer) AS offers, array_agg(gain) AS gains, array_agg(cost) AS costs
	   FROM candidates GROUP BY customer $$,
	ARRAY[coupon.budget(15)], '{"seed": 7}') ORDER BY customer;

SELECT customer, offer FROM coupon.allocate(
	'SELECT ''C-'' || customer AS customer, offer, gain, cost FROM candidates',
	NULL::text, ARRAY[coupon.budget(15)]) ORDER BY customer;

SELECT budget, describe->'objective' AS objective, describe->'rules'->0->'price' AS price
FROM (VALUES (5), (10), (20)) b(budget),
	coupon.describe(coupon.allocation_plan('TABLE candidates', ARRAY[coupon.budget(budget)])) describe;

-- every message

-- arguments
SELECT * FROM coupon.allocate(NULL, ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('TABLE candidates', NULL::coupon.rule[]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(1)], NULL);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(1)], '{"sed": 1}');
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(1)], '{"seed": "x"}');
SELECT * FROM coupon.frontier(NULL, 5);
SELECT * FROM coupon.frontier('TABLE candidates', NULL);
SELECT * FROM coupon.frontier('TABLE candidates', 1);
SELECT * FROM coupon.plan_rules(NULL);

-- rules
SELECT coupon.budget(-1);
SELECT coupon.budget('NaN');
SELECT coupon.budget('Infinity', name => 'spring');
SELECT coupon.budget(1, '[]');
SELECT coupon.budget(100, name => 'spring');
SELECT * FROM coupon.allocate('TABLE candidates', '{}'::coupon.rule[]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(NULL)]);
SELECT coupon.at_most(-1, name => 'none');
SELECT coupon.at_least(3, '{"offer": ["a", null]}');
SELECT coupon.at_least(3, '{"offer": {"like": "a"}}');
SELECT coupon.share_at_most(1.5, name => 'half');
SELECT coupon.share_at_least(-0.1);
SELECT coupon.share_at_least(0.1, '{}', '[]');
SELECT coupon.roi_at_least('NaN');
SELECT coupon.sum_at_most('weight', 'Infinity');
SELECT coupon.mean_at_least('weight', 1e13);
SELECT coupon.per_customer(0);
SELECT coupon.per_customer(2, '{"offer": "5 EUR"}');
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(1, '{"shop": "north"}', 'northern')]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.at_most(1, '{"customer": "1"}', 'first')]);
SELECT * FROM coupon.allocate('SELECT *, now() AS at FROM candidates', ARRAY[coupon.budget(1), coupon.sum_at_most('at', 1, name => 'time')]);
SELECT * FROM coupon.allocate('SELECT *, NULL::int AS stars FROM candidates', ARRAY[coupon.budget(1), coupon.mean_at_least('stars', 1)]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(1, name => 'x'), coupon.at_most(2, name => 'x')]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.at_most(1, '{"offer": "5 EUR"}'), coupon.at_least(2, '{"offer": "5 EUR"}', 'few')]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.at_most(1, '{"offer": "5 EUR"}'), coupon.at_least(2, '{"offer": "5 EUR"}', 'few')], '{"relax": true}') ORDER BY customer;
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.per_customer(1), coupon.per_customer(2)]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(5), coupon.at_most(1, '{"offer": "20 EUR"}', 'large ones')]) ORDER BY customer;
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(12, name => 'spring'), coupon.at_least(2, '{"offer": "10 EUR"}', 'large')]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(12, name => 'spring'), coupon.at_least(2, '{"offer": "10 EUR"}', 'large')], '{"relax": true}') ORDER BY customer;
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(100), coupon.at_least(7, name => 'reach')]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(100), coupon.at_least(7, name => 'reach'), coupon.share_at_most(0.25, '{"offer": "10 EUR"}', name => 'large')], '{"relax": true}') ORDER BY customer;
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[coupon.budget(1)], '{"relax": 1}');
SELECT * FROM coupon.allocate('SELECT 1 AS customer, ARRAY[''a'', ''b''] AS offers, 1 AS gain, 1 AS cost, ARRAY[''x''] AS kind', ARRAY[coupon.at_most(1, '{"kind": "x"}')]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[ROW('quota', 1, NULL, '{}', NULL, '')::coupon.rule]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[ROW('budget', -1, NULL, '{}', NULL, 'forged')::coupon.rule]);
SELECT * FROM coupon.allocate('TABLE candidates', ARRAY[ROW('budget', NULL, NULL, '{}', NULL, '')::coupon.rule]);

-- columns
SELECT * FROM coupon.allocate('SELECT customer, offer, gain FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT md5(customer::text)::uuid AS customer, offer, gain, cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT point(1, 2) AS customer, offer, gain, cost FROM candidates', NULL::point, ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer AS offers, gain, cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer, now() AS gain, cost FROM candidates', ARRAY[coupon.budget(1)]);

-- values
SELECT * FROM coupon.allocate('SELECT NULL::int AS customer, offer, gain, cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, nullif(offer, ''newsletter'') AS offer, gain, cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer, gain, nullif(cost, 0) AS cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer, ''NaN''::float8 AS gain, cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer, gain, ''-Infinity''::float8 AS cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer, gain, 4000000000001 AS cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer, 1e281 AS gain, cost FROM candidates', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT * FROM candidates UNION ALL SELECT * FROM candidates WHERE customer = 2', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT customer, offer, gain, cost FROM candidates UNION ALL SELECT 4, offer, -5, 5 FROM candidates WHERE customer = 4 AND cost > 0', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT ''C'' || customer AS customer, ''x'' AS offer, gain, cost FROM candidates', NULL::text, ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT 1 AS customer, ARRAY[''a'', ''b''] AS offers, ARRAY[1, 2] AS gains, ARRAY[1] AS costs', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT 1 AS customer, ARRAY[''a'', NULL] AS offers, ARRAY[1, 2] AS gains, ARRAY[1, 2] AS costs', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT 1 AS customer, ARRAY[ARRAY[''a'', ''b'']] AS offers, 1 AS gain, 1 AS cost', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT 1 AS customer, ARRAY[]::text[] AS offers, ARRAY[]::float8[] AS gains, 1 AS cost', ARRAY[coupon.budget(1)]);

-- queries that are no single SELECT
SELECT * FROM coupon.allocate('DELETE FROM candidates RETURNING *', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('WITH d AS (DELETE FROM candidates RETURNING *) SELECT * FROM d', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT * FROM candidates) q; DROP TABLE candidates; --', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.allocate('SELECT * FROM candidates) q; DROP TABLE candidates; SELECT * FROM (SELECT 1', ARRAY[coupon.budget(1)]);
SELECT * FROM coupon.frontier('DROP TABLE candidates', 2);
SELECT count(*) FROM candidates;
-- a closing semicolon does no harm
SELECT count(*) FROM coupon.frontier('TABLE candidates; 
', 2);

-- the last plan
\c -
SELECT coupon.last_plan();
