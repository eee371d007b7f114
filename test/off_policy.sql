-- off_policy: the reference vectors, plain SQL, partial forms, edges.
\i test/prelude.psql
BEGIN;
SELECT plan(28);
\i test/fuzz.psql

-- sixty rounds of a logged bandit with four actions; figures of zr-obp, effective sample size and rounds included
CREATE TABLE rounds (id serial, reward float8, logged float8, target float8, model_logged float8, model_target float8);
INSERT INTO rounds (reward, logged, target, model_logged, model_target) VALUES
	(0.0, 0.2182, 0.0611, 0.321, 0.54304303),
	(0.0, 0.6104, 0.1496, 0.2165, 0.35845224000000003),
	(1.0, 0.2251, 0.2909, 0.3239, 0.39035321),
	(1.0, 0.19579999999999997, 0.6348, 0.9319, 0.72821274),
	(1.0, 0.2416, 0.5226, 0.5625, 0.40949040999999997),
	(0.0, 0.3545, 0.0934, 0.4484, 0.5679196),
	(1.0, 0.162, 0.5523, 0.5911, 0.46097036999999996),
	(1.0, 0.3889, 0.103, 0.0779, 0.51461449),
	(0.0, 0.0512, 0.002, 0.1367, 0.9447514),
	(0.0, 0.2098, 0.2367, 0.2745, 0.43186825),
	(1.0, 0.3721, 0.0029, 0.3666, 0.96944784),
	(1.0, 0.7366, 0.0038, 0.3947, 0.9862287399999999),
	(1.0, 0.2945, 0.507, 0.5099, 0.5872653999999999),
	(1.0, 0.43080000000000007, 0.07380000000000009, 0.6117, 0.53038363),
	(0.0, 0.1551, 0.0886, 0.1398, 0.57076263),
	(0.0, 0.3662, 0.2252, 0.4451, 0.43333971000000004),
	(1.0, 0.5098, 0.1769, 0.3346, 0.6818160499999999),
	(0.0, 0.2847, 0.3302, 0.5541, 0.47261529999999996),
	(0.0, 0.4256, 0.006, 0.088, 0.86950577),
	(0.0, 0.1938, 0.4634, 0.6387, 0.55612158),
	(0.0, 0.1662, 0.6919, 0.481, 0.4690499199999999),
	(0.0, 0.3943, 0.1368, 0.3422, 0.58535372),
	(1.0, 0.08, 0.0168, 0.2994, 0.53744281),
	(1.0, 0.3545, 0.0579, 0.416, 0.45250239000000003),
	(1.0, 0.4717, 0.1684, 0.2657, 0.38759828),
	(0.0, 0.17289999999999994, 0.14410000000000012, 0.6902, 0.5940005400000001),
	(1.0, 0.25880000000000003, 0.35819999999999996, 0.7359, 0.54919814),
	(0.0, 0.4586, 0.035599999999999965, 0.4814, 0.67501301),
	(0.0, 0.4516, 0.0315, 0.3931, 0.64449954),
	(0.0, 0.17819999999999991, 0.46140000000000003, 0.6498, 0.4291891300000001),
	(1.0, 0.14739999999999998, 0.7258, 0.9044, 0.78187312),
	(1.0, 0.081, 0.9642, 0.795, 0.7870168399999999),
	(1.0, 0.1149, 0.0765, 0.3138, 0.61103853),
	(0.0, 0.2786, 0.2537, 0.5014, 0.79842003),
	(0.0, 0.3809, 0.069, 0.1435, 0.65445622),
	(1.0, 0.5295, 0.2514, 0.6151, 0.61230086),
	(1.0, 0.3726, 0.1046, 0.5274, 0.8997370800000001),
	(0.0, 0.341, 0.0458, 0.1702, 0.5517159300000001),
	(0.0, 0.1622, 0.1626, 0.4092, 0.47195847999999996),
	(0.0, 0.3018, 0.0192, 0.1635, 0.7279417800000001),
	(0.0, 0.7139, 0.0807, 0.8361, 0.7761419700000001),
	(1.0, 0.5119, 0.0036, 0.2101, 0.87721244),
	(1.0, 0.2771, 0.4412, 0.7471, 0.51241741),
	(0.0, 0.1696, 0.0764, 0.1521, 0.46551992),
	(0.0, 0.3061, 0.1938, 0.3237, 0.38338094999999994),
	(0.0, 0.37339999999999995, 0.005699999999999927, 0.2471, 0.4581992200000001),
	(1.0, 0.1228, 0.3234, 0.593, 0.579885),
	(0.0, 0.4945, 0.0448, 0.262, 0.80471777),
	(0.0, 0.2681, 0.1869, 0.2313, 0.5661760199999999),
	(1.0, 0.1748, 0.7575, 0.6475, 0.6118252799999999),
	(1.0, 0.0825, 0.1861, 0.5926, 0.5334859599999999),
	(1.0, 0.6376, 0.4499, 0.573, 0.4845140600000001),
	(1.0, 0.5179, 0.2937, 0.7171, 0.6052328999999999),
	(1.0, 0.1624000000000001, 0.17769999999999997, 0.7414, 0.47479722999999996),
	(0.0, 0.4889, 0.3016, 0.4227, 0.46063522),
	(1.0, 0.5924, 0.3613, 0.4335, 0.75381857),
	(0.0, 0.3022, 0.05130000000000001, 0.4563, 0.45109217),
	(1.0, 0.2866, 0.1848, 0.1509, 0.40696924),
	(0.0, 0.5089, 0.0585, 0.3213, 0.5972263),
	(1.0, 0.12460000000000004, 0.11409999999999998, 0.4446, 0.3740303);

CREATE TABLE found AS SELECT (coupon.off_policy(reward, logged, target, model_logged, model_target, '{"clip": 1.5, "switch": 1.5}')).* FROM rounds;
SELECT ok(pg_temp.near(value, wanted, 1e-9), name || ' as zr-obp has it: ' || value)
FROM found, LATERAL (VALUES ('ips', ips, 0.8057879350198226), ('clipped', clipped, 0.41947557642427696), ('snips', snips, 0.707578245929348),
	('dm', dm, 0.5900791111666668), ('dr', dr, 0.6909516651686943), ('switch_dr', switch_dr, 0.6072036965488166),
	('effective sample size', effective_sample_size, 16.97783135682548),
	('low of ips', ips_low, 0.34167584156168557), ('high of ips', ips_high, 1.2699000284779596),
	('low of dr', dr_low, 0.5129779101480296), ('high of dr', dr_high, 0.868925420189359)) v(name, value, wanted);

-- the definitions in plain SQL, on another log
SELECT setseed(0.3) \g /dev/null
CREATE TABLE log AS
SELECT id, reward, logged, target, reward * 0.5 + noise AS model_logged, 3 * noise AS model_target
FROM (SELECT id, 1e3 * random() AS reward, 0.02 + 0.98 * random() AS logged, random() AS target, random() AS noise FROM generate_series(1, 5000) id) x;
INSERT INTO log VALUES (0, NULL, 0.5, 0.5, 1, 1), (0, 1, NULL, 0.5, 1, 1), (0, 1, 0.5, NULL, 1, 1), (0, 1, 0.5, 0.5, NULL, 1), (0, 1, 0.5, 0.5, 1, NULL);
CREATE TABLE reference AS
SELECT avg(w * reward) AS ips, stddev(w * reward) / sqrt(count(*)) AS ips_se, avg(least(w, 10) * reward) AS clipped, stddev(least(w, 10) * reward) / sqrt(count(*)) AS clipped_se,
	sum(w * reward) / sum(w) AS snips, avg(model_target) AS dm, stddev(model_target) / sqrt(count(*)) AS dm_se,
	avg(model_target + w * (reward - model_logged)) AS dr, stddev(model_target + w * (reward - model_logged)) / sqrt(count(*)) AS dr_se,
	avg(model_target + CASE WHEN w <= 10 THEN w * (reward - model_logged) ELSE 0 END) AS switch_dr, stddev(model_target + CASE WHEN w <= 10 THEN w * (reward - model_logged) ELSE 0 END) / sqrt(count(*)) AS switch_se,
	avg(w) AS mean_weight, stddev(w) / sqrt(count(*)) AS mean_weight_se, max(w) AS largest, sum(w) ^ 2 / sum(w * w) AS effective
FROM (SELECT *, target / logged AS w FROM log WHERE id > 0) x;
SELECT is_empty($$ SELECT name, value, wanted FROM reference r, (SELECT (coupon.off_policy(reward, logged, target, model_logged, model_target)).* FROM log) f,
	LATERAL (VALUES ('ips', f.ips, r.ips), ('ips_se', f.ips_se, r.ips_se), ('clipped', f.clipped, r.clipped), ('clipped_se', f.clipped_se, r.clipped_se),
		('snips', f.snips, r.snips), ('snips_se', f.snips_se, (SELECT sqrt(sum((target / logged * (reward - r.snips)) ^ 2) / 5000 / 4999) / r.mean_weight FROM log WHERE id > 0)),
		('dm', f.dm, r.dm), ('dm_se', f.dm_se, r.dm_se), ('dr', f.dr, r.dr), ('dr_se', f.dr_se, r.dr_se), ('switch_dr', f.switch_dr, r.switch_dr), ('switch_dr_se', f.switch_dr_se, r.switch_se),
		('mean_weight', f.mean_weight, r.mean_weight), ('mean_weight_se', f.mean_weight_se, r.mean_weight_se), ('largest_weight', f.largest_weight, r.largest),
		('effective_sample_size', f.effective_sample_size, r.effective), ('rows', f.rows, 5000), ('skipped', f.skipped, 5)) v(name, value, wanted)
	WHERE NOT coalesce(abs(value - wanted) <= 1e-12 * abs(wanted), false) $$, 'every figure is that of plain SQL to 1e-12 of itself');

-- partial forms
CREATE TABLE states AS SELECT id % 7 AS part, coupon.off_policy_state(reward, logged, target, model_logged, model_target) AS s FROM log GROUP BY 1;
CREATE FUNCTION pg_temp.alike(a coupon.off_policy, b coupon.off_policy) RETURNS boolean LANGUAGE sql AS
$$ SELECT a.rows = b.rows AND a.skipped = b.skipped AND pg_temp.near(a.dr, b.dr, 1e-9) AND pg_temp.near(a.dr_se, b.dr_se, 1e-9)
	AND pg_temp.near(a.snips, b.snips, 1e-9) AND pg_temp.near(a.snips_se, b.snips_se, 1e-9) AND a.largest_weight = b.largest_weight
	AND pg_temp.near(a.effective_sample_size, b.effective_sample_size, 1e-6) AND pg_temp.near(a.switch_dr_high, b.switch_dr_high, 1e-9) $$;
SELECT ok(pg_temp.alike(coupon.off_policy_merge(s), (SELECT coupon.off_policy(reward, logged, target, model_logged, model_target) FROM log)), 'off_policy_merge = off_policy') FROM states;
SELECT is(coupon.off_policy_merge(s::text::coupon.state), coupon.off_policy_merge(s), 'the text form is exact') FROM states;
SELECT ok(pg_temp.alike((SELECT coupon.off_policy_merge(s) FROM (SELECT coupon.off_policy_state(s) AS s FROM states GROUP BY part % 2) r), coupon.off_policy_merge(s)), 'rolled up and merged') FROM states;
SELECT throws_like($$ SELECT coupon.off_policy_merge(s) FROM (SELECT s FROM states UNION ALL SELECT coupon.off_policy_state(1, 1, 1, 1, 1, '{"clip": 3}')) x $$, 'states of off_policy have different options');
SELECT throws_ok('SELECT coupon.ab_test_merge(s) FROM states', '42809');
SELECT ok(refused BETWEEN 100 AND 399, 'altered states: what makes no sense is refused, the rest does no harm: ' || refused)
FROM (SELECT array_agg('off_policy:1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(s::text), n), 'base64'), E'\n', '')) AS forms FROM (SELECT s FROM states LIMIT 1) s, generate_series(1, 400) n) f,
	pg_temp.refused(forms, 'coupon.state', 'SELECT coupon.off_policy_merge($1::coupon.state)') refused;

-- workers
CREATE TABLE big AS SELECT log.* FROM log, generate_series(1, 40);
ANALYZE big;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.off_policy(reward, logged, target, model_logged, model_target) FROM big'), 'Partial Aggregate', 'workers take part');
SELECT ok(p.rows = 200000 AND pg_temp.near(p.dr, r.dr, 1e-9), 'parallel = serial') FROM (SELECT (coupon.off_policy(reward, logged, target, model_logged, model_target)).* FROM big) p, reference r;

-- edges
SELECT ok(coupon.off_policy(reward, logged, target, 1, 1) IS NULL, 'no row: null') FROM log WHERE false;
SELECT ok(f.ips = 2 AND f.snips = 4 AND f.ips_se IS NULL AND f.dr_low IS NULL AND f.effective_sample_size = 1, 'one row: no interval') FROM (SELECT (coupon.off_policy(4, 1, 0.5, 1, 1)).*) f;
SELECT ok(f.ips = 0 AND f.snips IS NULL AND f.effective_sample_size = 0 AND f.dm = 2, 'a policy that does nothing of what was done') FROM (SELECT (coupon.off_policy(i, 0.5, 0, 1, 2)).* FROM generate_series(1, 9) i) f;
SELECT is((SELECT array_agg((p).effective_sample_size ORDER BY l) FROM (SELECT l, coupon.off_policy(1, l, t, 0, 0) AS p FROM (VALUES (1e-200, 1), (1, 1e-200)) w(l, t), generate_series(1, 3) GROUP BY l) x), '{3,3}'::float8[], 'weights whose squares no number holds');
SELECT ok(f.rows = 0 AND f.skipped = 1 AND f.dm IS NULL AND f.ips IS NULL AND f.largest_weight IS NULL, 'only nulls') FROM (SELECT (coupon.off_policy(NULL, 0.5, 0, 1, 2)).*) f;
SELECT throws_ok($$ SELECT coupon.off_policy(i * 1e200, 1e-5, 1, 0, 0) FROM generate_series(1, 2) i $$, '22003');


-- an empty search_path
SELECT is(pg_temp.bare(query), '5000', 'no search_path is needed: ' || left(query, 60)) FROM unnest(ARRAY['SELECT (coupon.off_policy(reward, logged, target, model_logged, model_target, ''{"clip": 3}'')).rows FROM public.log',
	'SELECT (coupon.off_policy_merge(r)).rows FROM (SELECT coupon.off_policy_state(s) AS r FROM public.states GROUP BY part % 2) x']) query;

SELECT * FROM finish();
ROLLBACK;
