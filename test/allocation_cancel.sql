-- statement_timeout takes effect within a second in every phase of an allocation under many rules.
\i test/prelude.psql
BEGIN;
\i test/allocation_data.psql
SELECT plan(6);

-- reading takes long, customers come back so that they are put together, and prices need many scans
CREATE VIEW shuffled AS
SELECT i * 7919 % 100003 AS customer, 'o' || i / 100003 AS offer, 's' || i * 7919 % 100003 % 40 AS segment,
	(i * 104729 % 9973 + 1) / 1000.0::float8 AS gain, i * 611953 % 997 / 100.0 AS cost
FROM generate_series(0::bigint, 399999) i;
-- narrow rules over few customers: two thirds of the time go into repair
CREATE TABLE narrow AS SELECT *, 's' || customer % 100 AS segment FROM random_market('narrow', 6000);
-- branch and bound without an end
CREATE TABLE endless AS SELECT *, 's' || customer % 20 AS segment FROM random_market('endless', 20000);
ANALYZE narrow, endless;

CREATE FUNCTION segments(n integer, amount float8) RETURNS coupon.rule[] LANGUAGE sql AS $$
	SELECT array_agg(coupon.budget(amount + s % 7 * 0.01, jsonb_build_object('segment', 's' || s), 's' || s)) FROM generate_series(0, n - 1) s
$$;
CREATE TABLE work AS
SELECT name, query, rules, options || '{"gap": 0, "quiet": true}' AS options FROM (VALUES
	('shuffled', 'TABLE shuffled', segments(40, 1600) || ARRAY[coupon.at_most(12000, '{"offer": "o1"}'), coupon.share_at_least(0.3, '{"offer": "o2"}'), coupon.roi_at_least(2.5)], '{"method": "dual"}'::jsonb),
	('narrow', 'TABLE narrow', segments(100, 30) || ARRAY[coupon.sum_at_least('weight', 18000), coupon.share_at_least(0.4, '{"region": "west"}'), coupon.mean_at_most('weight', 4.5)], '{"method": "dual"}'),
	('endless', 'TABLE endless', segments(20, 300) || ARRAY[coupon.at_most(2000, '{"offer": "a"}')], '{"method": "exact"}')
) w(name, query, rules, options);

-- how long prices and repair take, phase by phase, when nothing stops them
CREATE TABLE phases AS
SELECT name, part, value AS seconds, sum(value) OVER (PARTITION BY name ORDER BY step) - value AS began
FROM work, coupon.model_trace(coupon.allocation_plan(query, rules, options || '{"method": "dual"}')) WHERE measure = 'seconds';

-- moments in the midst of each; in "solve" prices come first and repair last
CREATE TABLE moments AS
SELECT name, part, greatest(1, round((began + share * seconds) * 1000)) AS ms
FROM phases JOIN (VALUES ('shuffled', 'read', 0.5), ('shuffled', 'group', 0.5), ('shuffled', 'solve', 0.05), ('shuffled', 'solve', 0.2), ('shuffled', 'solve', 0.5), ('shuffled', 'solve', 0.8),
	('narrow', 'solve', 0.4), ('narrow', 'solve', 0.6), ('narrow', 'solve', 0.8)) m(name, part, share) USING (name, part)
UNION ALL SELECT name, 'branch and bound', round((began + seconds) * 1000) + after
FROM phases, unnest('{10,50,200,500,1000}'::int[]) after WHERE name = 'endless' AND part = 'solve';

CREATE TABLE stopped (name text, part text, ms float8, ending text);
SELECT format('SET LOCAL statement_timeout = %s', ms), format('INSERT INTO stopped SELECT name, %L, %s, pg_temp.ending(format(
	''SELECT coupon.allocation_plan(%%L, %%L, %%L)'', query, rules, options)) FROM work WHERE name = %L', part, ms, name)
FROM moments \gexec
SET LOCAL statement_timeout = 0;

SELECT is((SELECT count(*) FROM stopped)::int, 14, 'all were tried');
SELECT is_empty($$ SELECT * FROM stopped WHERE ending = 'stopped late' $$, 'none took more than a second to stop');
-- what was fast enough this time to end before its moment has not been stopped
SELECT cmp_ok((SELECT count(*) FROM stopped WHERE part = p AND ending = 'stopped')::int, '>', 0, p || ': stopped') FROM unnest('{read,group,solve,branch and bound}'::text[]) p;

SELECT * FROM finish();
ROLLBACK;
