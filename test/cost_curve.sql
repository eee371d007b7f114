-- aucc, uplift_calibration, the band of uplift_curve and sample sizes: plain SQL, ties, errors, edges.
\i test/prelude.psql
BEGIN;
SELECT plan(36);

SELECT setseed(0.42) \g /dev/null
CREATE TABLE draws AS
SELECT i AS id, random() AS s, random() AS u, random() AS v, random() < 0.6 AS treated FROM generate_series(1, 3000) i;
CREATE TABLE trials AS
SELECT 'no ties' AS name, id, s AS score, 20 * u + CASE WHEN treated THEN 8 * s ELSE 0 END AS gain, v + CASE WHEN treated THEN 1 + u ELSE 0 END AS cost, treated FROM draws
UNION ALL
SELECT 'ties', id, floor(s * 7), 20 * u + CASE WHEN treated THEN 8 * s ELSE 0 END, v + CASE WHEN treated THEN 1 + u ELSE 0 END, treated FROM draws
UNION ALL
SELECT 'binary, ties', id, floor(s * 40), (u < 0.2 + CASE WHEN treated THEN 0.4 * s ELSE 0 END)::int, CASE WHEN treated AND v < 0.7 THEN 2 ELSE 0 END, treated FROM draws;

--
-- the cost curve in window SQL
--

CREATE VIEW reference AS
SELECT name, sum((g + g_before) / 2 * (c - c_before)) / max(g_end) / max(c_end) AS aucc
FROM (SELECT name, g, c, lag(g, 1, 0::float8) OVER w AS g_before, lag(c, 1, 0::float8) OVER w AS c_before,
			first_value(g) OVER last AS g_end, first_value(c) OVER last AS c_end
		FROM (SELECT name, k, CASE WHEN t = 0 OR k = t THEN 0 ELSE (gt / t - gc / (k - t)) * k END AS g,
					CASE WHEN t = 0 OR k = t THEN 0 ELSE (ct / t - cc / (k - t)) * k END AS c
				FROM (SELECT name, score, sum(n) OVER w AS k, sum(t) OVER w AS t, sum(gt) OVER w AS gt, sum(gc) OVER w AS gc, sum(ct) OVER w AS ct, sum(cc) OVER w AS cc
						FROM (SELECT name, score, count(*)::float8 AS n, count(*) FILTER (WHERE treated)::float8 AS t,
								coalesce(sum(gain) FILTER (WHERE treated), 0) AS gt, coalesce(sum(gain) FILTER (WHERE NOT treated), 0) AS gc,
								coalesce(sum(cost) FILTER (WHERE treated), 0) AS ct, coalesce(sum(cost) FILTER (WHERE NOT treated), 0) AS cc
							FROM trials GROUP BY 1, 2) scores
						WINDOW w AS (PARTITION BY name ORDER BY score DESC)) sums) points
		WINDOW w AS (PARTITION BY name ORDER BY k), last AS (PARTITION BY name ORDER BY k DESC)) steps
GROUP BY name;

SELECT ok(abs(coupon.aucc(score, gain, cost, treated) - max(r.aucc)) <= 1e-12, 'aucc is that of window SQL: ' || name)
FROM trials JOIN reference r USING (name) GROUP BY name ORDER BY name;
SELECT is((SELECT array_agg(s::text ORDER BY name) FROM (SELECT name, coupon.cost_summary(score, gain, cost, treated ORDER BY v) AS s FROM trials JOIN draws USING (id, treated) GROUP BY name) x),
	(SELECT array_agg(s::text ORDER BY name) FROM (SELECT name, coupon.cost_summary(score, gain, cost, treated ORDER BY id) AS s FROM trials GROUP BY name) x), 'another order of rows changes no bit');
SELECT ok(bool_and(abs((s).gain - (t).difference) < 1e-12 AND abs((s).gain_se - (t).standard_error) < 1e-12 AND abs((s).cost - (u).difference) < 1e-12 AND abs((s).cost_se - (u).standard_error) < 1e-12),
	'averages and their errors as ab_test has them')
FROM (SELECT coupon.cost_summary(score, gain, cost, treated) AS s, coupon.ab_test(gain, treated) AS t, coupon.ab_test(cost, treated) AS u FROM trials GROUP BY name) x;
SELECT ok(bool_and(abs((s).aucc - 0.5) < 1e-15 AND (s).aucc_se = 0), 'a constant score has 1/2, in every sample') FROM (SELECT coupon.cost_summary(1, gain, cost, treated) AS s FROM trials GROUP BY name) x;
SELECT ok(bool_and(abs(coupon.aucc - 0.5) < 0.06), 'a random score has about 1/2') FROM (SELECT coupon.aucc(v, gain, cost, trials.treated) FROM trials JOIN draws USING (id) WHERE name <> 'binary, ties' GROUP BY name) coupon;

-- the errors against a bootstrap
CREATE TABLE resamples AS SELECT b, 1 + floor(random() * 3000)::int AS id FROM generate_series(1, 400) b, generate_series(1, 3000);
SELECT ok(abs(ln(s.aucc_se / b.sd)) < ln(1.15), format('%s: error of aucc %s, by bootstrap %s', name, round(s.aucc_se::numeric, 4), round(b.sd::numeric, 4)))
FROM (SELECT name, (coupon.cost_summary(score, gain, cost, treated)).* FROM trials GROUP BY name) s
JOIN (SELECT name, stddev(aucc) AS sd FROM (SELECT name, b, coupon.aucc(score, gain, cost, treated) FROM resamples JOIN trials USING (id) GROUP BY 1, 2) x GROUP BY name) b USING (name) ORDER BY name;

-- workers, nulls, what has no value
ANALYZE trials;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.aucc(score, gain, cost, treated) FROM trials'), 'Partial Aggregate', 'workers take part');
SELECT is((SELECT coupon.cost_summary(score, gain, cost, treated)::text FROM trials), (SELECT coupon.cost_summary(score, gain, cost, treated ORDER BY id)::text FROM trials), 'and give the same bits');
RESET max_parallel_workers_per_gather;
SELECT ok(coupon.aucc(score, gain, cost, treated) IS NULL AND coupon.cost_summary(score, gain, cost, treated) IS NULL, 'no rows: null') FROM trials WHERE false;
SELECT is(array_agg(s::text), '{"(1,1,0,0,,,,,,)","(0,0,0,1,,,,,,)"}', 'one row, one null') FROM (SELECT coupon.cost_summary(1, 2, n, true) AS s FROM (VALUES (1), (NULL)) v(n) GROUP BY n ORDER BY n) x;
SELECT ok(coupon.aucc(score, 0.1, cost, treated) IS NULL AND coupon.aucc(score, gain, 1, treated) IS NULL AND coupon.aucc(score, gain, cost, true) IS NULL, 'what has no denominator is null') FROM trials;

--
-- calibration
--

CREATE FUNCTION reference_calibration(of text) RETURNS TABLE (bin integer, customers bigint, treated bigint, control bigint, predicted float8, observed float8, standard_error float8, low float8, high float8)
LANGUAGE sql AS $$
	SELECT b::int, count(*), count(*) FILTER (WHERE treated), count(*) FILTER (WHERE NOT treated), avg(score), (t).difference, (t).standard_error, (t).low, (t).high
	FROM (SELECT *, coupon.ab_test(gain, treated) OVER (PARTITION BY b) AS t
		FROM (SELECT *, 1 + least(9, floor((above - tied / 2.0) / 3000 * 10)) AS b
			FROM (SELECT *, count(*) OVER (ORDER BY score DESC) AS above, count(*) OVER (PARTITION BY score) AS tied FROM trials WHERE name = of) x) x) x
	GROUP BY b, t
$$;
SELECT is((SELECT count(*) FROM coupon.uplift_calibration(format('SELECT score, gain AS outcome, treated FROM trials WHERE name = %L', name)) c
		JOIN reference_calibration(name) r USING (bin, customers, treated, control)
		WHERE abs(c.predicted - r.predicted) + abs(c.observed - r.observed) + abs(c.standard_error - r.standard_error) + abs(c.low - r.low) + abs(c.high - r.high) < 1e-9),
	(SELECT count(*) FROM reference_calibration(name)), 'calibration is that of plain SQL: ' || name)
FROM (SELECT DISTINCT name FROM trials) n ORDER BY name;
SELECT is((SELECT array_agg(c::text) FROM coupon.uplift_calibration('SELECT score, gain AS outcome, treated FROM trials WHERE name = ''ties'' ORDER BY id') c),
	(SELECT array_agg(c::text) FROM coupon.uplift_calibration('SELECT score, gain AS outcome, treated FROM trials WHERE name = ''ties'' ORDER BY cost') c), 'in any order of rows');
SELECT is((SELECT array_agg(c::text) FROM coupon.uplift_calibration('SELECT 3 AS score, 2 AS outcome, true AS treated', 4) c), '{"(3,1,1,0,3,,,,)"}', 'one row');
SELECT ok((SELECT abs(predicted / 1.7e308 - 1) < 1e-14 FROM coupon.uplift_calibration('SELECT 1.7e308::float8 AS score, i AS outcome, i % 2 = 0 AS treated FROM generate_series(1, 9) i', 1)), 'the mean of scores whose sum no number holds');
SELECT is_empty($$ SELECT * FROM coupon.uplift_calibration('SELECT 3 AS score, NULL AS outcome, true AS treated') $$, 'no rows');

-- the band
SELECT ok(bool_and(abs(gain_high - gain - 1.959963984540054 * gain_se) < 1e-9 AND abs(gain - gain_low - 1.959963984540054 * gain_se) < 1e-9), 'the band is 1.96 standard errors wide')
FROM coupon.uplift_curve('SELECT score, gain AS outcome, treated FROM trials');

--
-- sample sizes: power.t.test(power = 0.8, delta = 0.5), (power = 0.9, delta = 1) of R; scipy's noncentral t
--

SELECT ok(rows = 128 AND treated = 64 AND pg_temp.near(power, 0.8014596, 1e-7), 'as R has it') FROM coupon.sample_size(0.5, 1);
SELECT is((coupon.sample_size(-1, 1, '{"power": 0.9}')).rows, 46::bigint, 'the sign does not matter');
SELECT ok(s.treated = 2 * s.control AND abs(s.rows / ((1.959963984540054 + 0.8416212335729143) ^ 2 * (0.1 * 0.9 * 3 + 0.11 * 0.89 * 1.5) / 0.0001) - 1) < 0.001, 'large samples: the normal formula')
FROM coupon.sample_size_rates(0.1, 0.11, '{"treated_share": 0.666666666666}') s;
SELECT ok(abs((coupon.sample_size(0.1, 1, '{"variance_reduction": 0.5}')).rows / (coupon.sample_size(0.1, 1)).rows::float8 - 0.5) < 0.01, 'a covariate saves rows');
-- simulated: the trials that were planned find the difference as often as was said
SELECT ok(abs(avg((p < 0.05)::int) - 0.8) < 0.04, 'simulated power: ' || avg((p < 0.05)::int))
FROM (SELECT (coupon.ab_test(sqrt(-2 * ln(random())) * cos(2 * pi() * random()) + (i % 2)::float8, i % 2 = 1)).p_value AS p
	FROM generate_series(1, 2000) r, generate_series(1, (coupon.sample_size(1, 1)).rows) i GROUP BY r) x;
-- one row of an arm tells nothing of its spread
SELECT is(coupon.cost_summary(i, i, i, i = 1)::text, '(2,1,1,0,-1,,-1,,0.5,)', 'two rows: no error') FROM generate_series(1, 2) i;

-- interrupts
CREATE TABLE many AS SELECT s + n AS score, u AS gain, v AS cost, treated FROM draws, generate_series(1, 500) n;
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops('SELECT coupon.cost_summary(score, gain, cost, treated) FROM many, generate_series(1, 8)'), 'statement_timeout stops a cost curve');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.uplift_calibration('SELECT score, gain AS outcome, treated FROM many, generate_series(1, 8)') $$), 'and a calibration');
SET LOCAL statement_timeout = 0;

-- an empty search_path
SELECT is(pg_temp.bare(query) IS NOT NULL, true, 'no search_path is needed: ' || left(query, 60)) FROM unnest(ARRAY[
	'SELECT coupon.aucc(score, gain, cost, treated) FROM public.trials', 'SELECT (coupon.cost_summary(score, gain, cost, treated)).aucc_se FROM public.trials',
	$$ SELECT pg_catalog.sum(observed) FROM coupon.uplift_calibration('SELECT score, gain AS outcome, treated FROM public.trials') $$, 'SELECT s.rows FROM coupon.sample_size(1, 1, ''{"power": 0.9}'') s', 'SELECT (coupon.sample_size_rates(0.1, 0.2)).rows']) query;

SELECT * FROM finish();
ROLLBACK;
