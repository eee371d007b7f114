-- Allocations beside glpsol, which solves the same programmes from files: whole
-- offers, offers in parts, and the least by which a rule has to give way.
\i test/prelude.psql
BEGIN;
\i test/allocation_data.psql
SELECT plan(16);

-- the plan, or what is wrong
CREATE FUNCTION outcome(query text, rules coupon.rule[], options jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	RETURN coupon.describe(coupon.allocation_plan(query, rules, options || '{"quiet": true}'));
EXCEPTION WHEN check_violation OR program_limit_exceeded THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN jsonb_build_object('status', CASE WHEN sqlerrm ~ 'not converged' THEN 'not converged' ELSE 'none' END, 'error', sqlerrm, 'detail', detail);
END $$;

-- 64 to 395 customers with a budget and one to eight other rules; glpsol takes less than a second for each of these
CREATE TABLE instances AS
SELECT seed, customers, format('SELECT * FROM random_market(%L, %s)', seed, customers) AS query, random_rules(seed::text, customers) AS rules
FROM unnest('{4,9,11,15,22,23,24,26,29,30,31,33,40,44,48,51,52,58,59,62,65,68,73,76,80}'::int[]) seed, LATERAL (SELECT 50 + seed * 97 % 351 AS customers) c;

CREATE TABLE plans AS
SELECT seed, programme(query, rules) AS programme, outcome(query, rules, '{"method": "exact", "gap": 0}') AS exact,
	outcome(query, rules, '{"method": "dual"}') AS dual FROM instances;

-- one budget alone: five points of the frontier
CREATE TABLE frontiers AS
SELECT seed, point, budget, gain, price, programme(query, ARRAY[coupon.budget(budget)]) AS programme
FROM instances, LATERAL (SELECT row_number() OVER () AS point, * FROM coupon.frontier(query, 5)) f WHERE seed IN (4, 22, 40, 58, 76);

CREATE TABLE budgets AS
SELECT budget, programme(query, ARRAY[coupon.budget(budget)]), (coupon.describe(coupon.allocation_plan(query, ARRAY[coupon.budget(budget)], '{"method": "dual"}'))->>'bound')::float8 AS bound
FROM (VALUES ('SELECT * FROM random_market(''large'', 600)')) q(query), unnest('{20.07,200.1,400.04,700.55}'::numeric[]) budget;

--
-- Contradictions
--

CREATE TABLE contradictions AS
SELECT seed, customers, format('SELECT * FROM random_market(%L, %s)', 'x' || seed, customers) AS query, rules
FROM (SELECT seed, 40 + seed * 7 AS customers FROM generate_series(1, 12) seed) c, LATERAL (VALUES
	(0, ARRAY[coupon.budget(customers * 0.3, name => 'money'), coupon.sum_at_least('weight', customers * 9.5, name => 'load'), coupon.at_most(customers / 2, '{"offer": "a"}', 'few')]),
	(1, ARRAY[coupon.budget(customers * 0.2, '{"region": "south"}', 'money'), coupon.at_least(customers / 2, '{"offer": "b"}', 'many'), coupon.share_at_least(0.9, '{"region": "south"}', name => 'share')]),
	(2, ARRAY[coupon.roi_at_least(6, name => 'return'), coupon.sum_at_least('gain', customers * 7, name => 'gains'), coupon.budget(customers, name => 'money')]),
	(3, ARRAY[coupon.mean_at_most('weight', 2, name => 'light'), coupon.sum_at_least('weight', customers * 4, name => 'load'), coupon.per_customer(2, name => 'two'), coupon.budget(customers, name => 'money')])
) v(kind, rules) WHERE kind = seed % 4;

CREATE TABLE complaints AS
SELECT seed, query, rules, complaint->>'status' AS status, complaint->>'detail' AS detail, n::integer AS n, amount::float8
FROM (SELECT *, outcome(query, rules, '{}') AS complaint FROM contradictions) c
	LEFT JOIN LATERAL regexp_matches(complaint->>'detail', '"(\w+)" by (\S+?)[.,]?(?: |$)', 'g') m ON true
	LEFT JOIN LATERAL (SELECT n, m[2] AS amount FROM unnest(rules) WITH ORDINALITY AS r(kind, bound, attribute, selection, of, name, n) WHERE name = m[1]) named ON true;

--
-- glpsol
--

CREATE TABLE programmes AS
SELECT 'whole ' || seed AS name, programme FROM plans
UNION ALL SELECT 'parts ' || seed, relaxed(programme) FROM plans
UNION ALL SELECT format('budget %s point %s', seed, point), relaxed(programme) FROM frontiers
UNION ALL SELECT 'large ' || budget, relaxed(programme) FROM budgets
UNION ALL SELECT 'contradiction ' || seed, relaxed(programme(query, rules)) FROM contradictions
UNION ALL SELECT format('way %s %s', seed, n), relaxed(programme(query, rules, n)) FROM complaints WHERE n IS NOT NULL;
CREATE TABLE solved (name text, status text, value float8);
\copy programmes to program 'bash test/glpsol.sh >"$WORK/solved"'
\copy solved from program 'cat "$WORK/solved"'

CREATE FUNCTION value_of(name text) RETURNS float8 LANGUAGE sql STABLE AS $$ SELECT value FROM solved s WHERE s.name = value_of.name AND status = 'optimal' $$;

SELECT is_empty($$ SELECT * FROM solved WHERE status = 'failed' $$, 'glpsol reads and solves all programmes');

--
-- Whole offers and offers in parts
--

SELECT is((SELECT array_agg(DISTINCT (r).kind ORDER BY (r).kind) FROM (SELECT unnest(rules) AS r FROM instances) i),
	'{at_least,at_most,budget,mean_at_least,mean_at_most,per_customer,roi_at_least,share_at_least,share_at_most,sum_at_least,sum_at_most}'::text[],
	'the instances have rules of all kinds');
SELECT is((SELECT count(*) FROM plans WHERE exact->>'status' = 'optimal' AND pg_temp.near((exact->>'objective')::float8 / value_of('whole ' || seed), 1, 1e-9))::int,
	(SELECT count(*) FROM instances)::int, 'exact is as good as glpsol on the whole programme, to 9 digits');
SELECT is_empty($$ SELECT seed FROM plans WHERE (dual->>'bound')::float8 < value_of('parts ' || seed) * (1 - 1e-12) $$, 'no bound is below the linear programme');
SELECT is((SELECT count(*) FROM plans WHERE (dual->>'bound')::float8 <= value_of('parts ' || seed) * (1 + 5e-5))::int, (SELECT count(*) FROM instances)::int,
	'all bounds are within 5e-5 of it');
SELECT cmp_ok((SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY (dual->>'bound')::float8 / value_of('parts ' || seed) - 1) FROM plans), '<=', 1e-9::float8,
	'and half of them within 1e-9');
SELECT is((SELECT count(*) FROM plans JOIN instances USING (seed), LATERAL (SELECT array_agg((r->>'price')::float8) AS prices FROM jsonb_array_elements(dual->'rules') r) p
	WHERE pg_temp.near((dual->>'bound')::float8 / bound_at(query, rules, prices)::float8, 1, 1e-12) AND dual->>'status' = 'feasible')::int,
	(SELECT count(*) FROM plans WHERE dual->>'status' = 'feasible')::int, 'prices give the bound, to 12 digits');

SELECT is((SELECT count(*) FROM frontiers WHERE pg_temp.near(gain / value_of(format('budget %s point %s', seed, point)), 1, 1e-12))::int, 25,
	'the frontier is the linear programme at each budget, to 12 digits');
SELECT is((SELECT count(*) FROM budgets WHERE pg_temp.near(bound / value_of('large ' || budget), 1, 1e-12))::int, 4,
	'under one budget the bound is the linear programme, to 12 digits');

--
-- Contradictions
--

SELECT is((SELECT count(DISTINCT seed) FROM complaints JOIN solved ON name = 'contradiction ' || seed WHERE complaints.status = 'none' AND solved.status = 'none' AND n IS NOT NULL)::int, 12,
	'contradictions are proven, as glpsol does');
SELECT is_empty($$ SELECT seed, n, amount, value_of(format('way %s %s', seed, n)) FROM complaints WHERE amount > value_of(format('way %s %s', seed, n)) * (1 + 5e-4) $$,
	'no rule alone may give way by less than is named (in four digits)');
SELECT is_empty($$ SELECT seed FROM complaints GROUP BY seed HAVING coalesce(max(amount / value_of(format('way %s %s', seed, n))), 0) < 0.8 $$, 'of each contradiction a rule is named with at least 0.8 of what it would take');

-- the rules with one of them loosened by an amount; counts by whole numbers, up or down
CREATE FUNCTION loosened(rules coupon.rule[], n integer, amount float8) RETURNS coupon.rule[] LANGUAGE sql AS $$
	SELECT array_agg(CASE WHEN ord <> n THEN rules[ord] ELSE ROW((rules[ord]).kind,
			(rules[ord]).bound + CASE WHEN (rules[ord]).kind ~ 'least$' THEN -amount ELSE amount END,
			(rules[ord]).attribute, (rules[ord]).selection, (rules[ord]).of, (rules[ord]).name)::coupon.rule END ORDER BY ord)
	FROM generate_subscripts(rules, 1) ord
$$;
CREATE TABLE looser AS
SELECT seed, n, outcome(query, loosened(rules, n, CASE WHEN kind ~ '^at' THEN floor(amount * 0.99) ELSE amount * 0.99 END), '{"method": "dual"}') AS less,
	CASE WHEN least IS NOT NULL THEN outcome(query, loosened(rules, n, CASE WHEN kind ~ '^at' THEN ceil(least) ELSE least * 1.01 END), '{"method": "dual"}') END AS more
FROM complaints, LATERAL (SELECT (rules[n]).kind AS kind, value_of(format('way %s %s', seed, n)) AS least) w
WHERE kind ~ '^(budget|at|sum)';
SELECT cmp_ok((SELECT count(*) FROM looser)::int, '>', 15, 'rules of sums and counts are named');
SELECT is_empty($$ SELECT * FROM looser WHERE less->>'status' <> 'none' $$, 'loosened by less than is named, it is a contradiction still');
SELECT is_empty($$ SELECT * FROM looser WHERE more->>'error' ~ '^no allocation keeps' $$, 'loosened by what glpsol says, it is none');
SELECT cmp_ok((SELECT count(*) FROM looser WHERE more ? 'objective')::int, '>', 4, 'and often there is an allocation');

SELECT * FROM finish();
ROLLBACK;
