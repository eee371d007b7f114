-- Evaluation: every figure against window SQL, in any row order, with honest errors.
\i test/prelude.psql
BEGIN;
SELECT plan(66);

SELECT setseed(0.42) \g /dev/null

-- not temporary: workers cannot see temporary tables
CREATE TABLE draws AS
SELECT i AS id, random() AS s, random() AS u, random() AS v, random() < 0.6 AS treated
FROM generate_series(1, 3000) i;

CREATE TABLE trials AS
SELECT 'binary' AS name, id, s AS score, (u < 0.2 + CASE WHEN treated THEN 0.1 + 0.2 * s ELSE 0 END)::int::float8 AS outcome, treated FROM draws
UNION ALL
SELECT 'binary, ties', id, round(s::numeric, 1)::float8, (u < 0.2 + CASE WHEN treated THEN 0.1 + 0.2 * s ELSE 0 END)::int, treated FROM draws
UNION ALL
SELECT 'real', id, s - 0.5, 20 * u * v + CASE WHEN treated THEN 8 * s ELSE 0 END, treated FROM draws
UNION ALL
SELECT 'real, ties', id, floor(s * 7), 20 * u * v + CASE WHEN treated THEN 8 * s ELSE 0 END, treated FROM draws
UNION ALL
SELECT 'losses, ties', id, floor(s * 40), round((10 * v - 5)::numeric, 1)::float8 + CASE WHEN treated THEN 2 * s ELSE 0 END, treated FROM draws
UNION ALL
SELECT 'one arm on top', id, -id, (u < 0.3)::int, id <= 100 OR treated FROM draws WHERE id <= 1000;
ANALYZE trials;

--
-- the definitions in window SQL
--

CREATE VIEW ranked AS
SELECT name, false AS perfect, score, outcome, treated FROM trials
UNION ALL
SELECT name, true, CASE WHEN treated THEN outcome ELSE -outcome END, outcome, treated FROM trials;

CREATE VIEW points AS
SELECT name, perfect, score, n,
	sum(n) OVER w AS k, sum(t) OVER w AS t, sum(n - t) OVER w AS c, sum(yt) OVER w AS yt, sum(yc) OVER w AS yc
FROM (SELECT name, perfect, score, count(*)::float8 AS n, count(*) FILTER (WHERE treated)::float8 AS t,
			coalesce(sum(outcome) FILTER (WHERE treated), 0) AS yt,
			coalesce(sum(outcome) FILTER (WHERE NOT treated), 0) AS yc
		FROM ranked GROUP BY 1, 2, 3) AS scores
WINDOW w AS (PARTITION BY name, perfect ORDER BY score DESC);

CREATE VIEW heights AS
SELECT *,
	CASE WHEN t > 0 AND c > 0 THEN yt - yc * t / c WHEN perfect THEN yt ELSE 0 END AS q,
	CASE WHEN t = 0 OR c = 0 THEN 0 ELSE (yt / t - yc / c) * k END AS g
FROM points;

CREATE VIEW areas AS
SELECT name, perfect, max(k) AS n,
	sum((q + q_before) / 2 * n) AS q_area, (array_agg(q ORDER BY k DESC))[1] AS q_end,
	sum((g + g_before) / 2 * n) AS g_area, (array_agg(g ORDER BY k DESC))[1] AS g_end
FROM (SELECT *, lag(q, 1, 0::float8) OVER w AS q_before, lag(g, 1, 0::float8) OVER w AS g_before
		FROM heights WINDOW w AS (PARTITION BY name, perfect ORDER BY k)) AS steps
GROUP BY name, perfect;

CREATE VIEW reference AS
SELECT m.name, (m.q_area - m.q_end * m.n / 2) / (p.q_area - m.q_end * m.n / 2) AS qini_auc,
	m.g_area / (m.n * m.g_end) AS auuc
FROM areas m JOIN areas p ON p.name = m.name AND p.perfect AND NOT m.perfect;

CREATE FUNCTION reference_uplift_at(of text, share float8) RETURNS float8 LANGUAGE sql AS $$
	SELECT sum(weight * outcome) FILTER (WHERE treated) / nullif(sum(weight) FILTER (WHERE treated), 0)
		- sum(weight * outcome) FILTER (WHERE NOT treated) / nullif(sum(weight) FILTER (WHERE NOT treated), 0)
	FROM (SELECT outcome, treated, least(1, greatest(0, (share * count(*) OVER () - (rank() OVER w - 1))
				/ count(*) OVER (PARTITION BY score))) AS weight
			FROM trials WHERE name = of WINDOW w AS (ORDER BY score DESC)) AS weighted
$$;

CREATE VIEW figures AS
SELECT name, (coupon.uplift_summary(score, outcome, treated)).* FROM trials GROUP BY name;

SELECT ok(abs(f.qini_auc - r.qini_auc) <= 1e-12, 'qini_auc is that of window SQL: ' || name)
FROM figures f JOIN reference r USING (name) ORDER BY name;

SELECT ok(abs(f.auuc - r.auuc) <= 1e-12 * greatest(1, abs(r.auuc)), 'auuc is that of window SQL: ' || name)
FROM figures f JOIN reference r USING (name) ORDER BY name;

SELECT is((SELECT count(*)::int FROM trials t JOIN generate_series(1, 20) s ON t.id = 1
			WHERE abs((SELECT coupon.uplift_at(score, outcome, treated, s / 20.0) FROM trials x WHERE x.name = t.name)
				- reference_uplift_at(t.name, s / 20.0)) <= 1e-12 * 20),
	(SELECT 20 * 6 - count(*)::int FROM trials t JOIN generate_series(1, 20) s ON t.id = 1
		WHERE reference_uplift_at(t.name, s / 20.0) IS NULL),
	'uplift_at is that of window SQL at twenty shares of each trial');

SELECT is_empty($$ SELECT name FROM figures f JOIN LATERAL (
		SELECT coupon.qini_auc(score, outcome, treated) AS q, coupon.auuc(score, outcome, treated) AS a,
			coupon.uplift_at(score, outcome, treated, 0.1) AS u1, coupon.uplift_at(score, outcome, treated, 0.2) AS u2,
			coupon.uplift_at(score, outcome, treated, 0.3) AS u3
		FROM trials t WHERE t.name = f.name) AS one ON true
	WHERE (q, a, u1, u2, u3) IS DISTINCT FROM (f.qini_auc, f.auuc, f.uplift_10, f.uplift_20, f.uplift_30) $$,
	'uplift_summary gives the same figures as the aggregates of one figure');

SELECT ok(bool_and(abs(f.ate - r.ate) < 1e-12 AND abs(f.ate_se - r.ate_se) < 1e-12 AND f.rows = r.n AND f.treated = r.t AND f.control = r.n - r.t),
	'rows, average effect and its standard error are those of plain SQL')
FROM figures f JOIN (
	SELECT name, count(*) AS n, count(*) FILTER (WHERE treated) AS t,
		avg(outcome) FILTER (WHERE treated) - avg(outcome) FILTER (WHERE NOT treated) AS ate,
		sqrt(var_samp(outcome) FILTER (WHERE treated) / count(*) FILTER (WHERE treated)
			+ var_samp(outcome) FILTER (WHERE NOT treated) / count(*) FILTER (WHERE NOT treated)) AS ate_se
	FROM trials GROUP BY name) r USING (name);

-- ten rows, computed by numpy from the definitions
CREATE TABLE ten AS
SELECT * FROM unnest('{.1,-.1,.2,.5,.55,.13,-.2,.11,.3,.9}'::float8[], '{0,0,0,1,1,0,0,0,1,1}'::float8[],
	'{0,12.5,3,40,25,0,7.5,0,30,61}'::float8[], '{f,f,f,f,t,t,t,t,t,t}'::bool[]) AS trial(score, bought, spent, treated);
SELECT ok(abs(coupon.qini_auc(score, bought, treated) - -0.0386473429951691) < 1e-12
	AND abs(coupon.auuc(score, bought, treated) - 0.44933333333333336) < 1e-12, 'ten rows as numpy has them') FROM ten;
SELECT ok(abs(coupon.qini_auc(round(score::numeric, 1), spent, treated) - 0.07509651488709075) < 1e-12
	AND abs(coupon.auuc(round(score::numeric, 1), spent, treated) - 0.6479503105590063) < 1e-12, 'the same with ties and amounts') FROM ten;

--
-- special scores
--

SELECT ok(bool_and(q = 0 AND a = 0.5), 'a constant score has qini_auc 0 and auuc 1/2, exactly')
FROM (SELECT coupon.qini_auc(7, outcome, treated) AS q, coupon.auuc(7, outcome, treated) AS a FROM trials GROUP BY name) AS constant;

SELECT ok(bool_and(qini_auc_se = 0 AND auuc_se = 0 AND abs(uplift_10 - ate) < 1e-12 AND abs(uplift_30_se / ate_se - 1) < 0.01),
	'a constant score has no error in either, and everywhere the average effect with its error')
FROM (SELECT (coupon.uplift_summary(7, outcome, treated)).* FROM trials GROUP BY name) AS constant;

SELECT ok(bool_and(q > other AND q <= 1 + 1e-12), 'the perfect score has the best qini_auc, at most 1')
FROM (SELECT coupon.qini_auc(CASE WHEN treated THEN outcome ELSE -outcome END, outcome, treated) AS q, coupon.qini_auc(score, outcome, treated) AS other FROM trials GROUP BY name) AS perfect;

SELECT is_empty($$ SELECT name FROM figures EXCEPT ALL
	SELECT name FROM (SELECT name, coupon.uplift_summary(exp(3 * score / 3000) - 5, outcome, treated) AS s FROM trials GROUP BY name) AS bent
		JOIN (SELECT name, coupon.uplift_summary(score, outcome, treated) AS t FROM trials GROUP BY name) AS straight USING (name)
	WHERE s = t $$, 'a monotone transformation of the score changes no bit');

SELECT ok(bool_and(abs(q + r) < 1e-12), 'turning the score around turns the sign of qini_auc where both arms are always there')
FROM (SELECT coupon.qini_auc(sign * score, outcome, treated) AS q, lag(coupon.qini_auc(sign * score, outcome, treated)) OVER (ORDER BY sign) AS r
	FROM (VALUES (0.0, 1.0, true), (0, 0, true), (0, 1, false), (0, 0, false), (1, 1, true), (1, 0, false)) t(score, outcome, treated), (VALUES (1), (-1)) s(sign)
	GROUP BY sign) AS turned;

SELECT is(coupon.uplift_summary(score, outcome, treated), coupon.uplift_summary(score, outcome, treated) FILTER (WHERE zero <> 1),
	'0 and -0 are one score')
FROM (SELECT zero, CASE WHEN zero = 2 AND id % 2 = 0 THEN '-0'::float8 ELSE 0 END AS score, outcome, treated
		FROM trials, (VALUES (2)) z(zero) WHERE name = 'real') AS zeros;

--
-- row order, workers, shared states
--

CREATE TABLE shuffled AS SELECT * FROM trials ORDER BY md5(id::text || name);
CREATE TABLE reversed AS SELECT * FROM trials ORDER BY name, id DESC;

CREATE FUNCTION all_figures(rel text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT (name, coupon.uplift_summary(score, outcome, treated), coupon.qini_auc(score, outcome, treated),
		coupon.auuc(score, outcome, treated), coupon.uplift_at(score, outcome, treated, 0.37))::text FROM %I GROUP BY name', rel);
END $$;

CREATE FUNCTION explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ' || query; END $$;

SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT all_figures('trials') AS figures;
SELECT set_eq($$ SELECT all_figures('shuffled') $$, 'TABLE serial', 'shuffled rows give the same bits');
SELECT set_eq($$ SELECT all_figures('reversed') $$, 'TABLE serial', 'reversed rows give the same bits');

SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL enable_sort = off;
SELECT ok(bool_or(line ~ 'Partial (Hash|Group)?Aggregate'), 'the aggregates are computed in parts') FROM explain(
	'SELECT coupon.uplift_summary(score, outcome, treated), coupon.uplift_at(score, outcome, treated, 0.37) FROM shuffled GROUP BY name') line;
SELECT ok(bool_or(line ~ 'Workers Launched: [1-9]'), 'workers take part') FROM explain(
	'SELECT coupon.uplift_summary(score, outcome, treated), coupon.uplift_at(score, outcome, treated, 0.37) FROM shuffled GROUP BY name') line;
SELECT set_eq($$ SELECT all_figures('trials') $$, 'TABLE serial', 'parallel = serial');
SELECT set_eq($$ SELECT all_figures('shuffled') $$, 'TABLE serial', 'parallel and shuffled = serial');
SELECT is((SELECT coupon.uplift_summary(score, outcome, treated)::text FROM trials WHERE name = 'nothing'), NULL,
	'parallel over no rows is null');
SET LOCAL max_parallel_workers_per_gather = 0;

SELECT is((SELECT count(DISTINCT (aggtransfn, aggcombinefn, aggserialfn, aggdeserialfn, agginitval, aggfinalmodify))::int FROM pg_aggregate
	WHERE aggfnoid IN ('coupon.qini_auc(float8,float8,bool)'::regprocedure, 'coupon.auuc(float8,float8,bool)'::regprocedure,
		'coupon.uplift_summary(float8,float8,bool)'::regprocedure) AND aggfinalmodify = 'r'), 1,
	'qini_auc, auuc and uplift_summary may share one state');
SELECT is(max(qini_auc), (SELECT coupon.qini_auc(score, outcome, treated) FROM trials WHERE name = 'real, ties'), 'a moving frame sees the rows added since')
FROM (SELECT coupon.qini_auc(score, outcome, treated) OVER (ORDER BY id) AS qini_auc, id FROM trials WHERE name = 'real, ties') AS moving
WHERE id = 3000;

--
-- standard errors against the bootstrap
--

CREATE TABLE resamples AS
SELECT b, 1 + floor(random() * 3000)::int AS id FROM generate_series(1, 200) b, generate_series(1, 3000);

CREATE TABLE bootstrap AS
SELECT name, stddev(qini_auc) AS qini_auc_se, stddev(auuc) AS auuc_se, stddev(uplift_10) AS uplift_10_se, stddev(uplift_30) AS uplift_30_se
FROM (SELECT name, b, (coupon.uplift_summary(score, outcome, treated)).* FROM resamples JOIN trials USING (id) GROUP BY name, b) AS replicates
GROUP BY name;

SELECT ok(abs(f.qini_auc_se / b.qini_auc_se - 1) < 0.15 AND abs(f.auuc_se / b.auuc_se - 1) < 0.15
	AND abs(f.uplift_10_se / b.uplift_10_se - 1) < 0.15 AND abs(f.uplift_30_se / b.uplift_30_se - 1) < 0.15,
	format('standard errors are those of the bootstrap: %s (ratios %s %s %s %s)', name, round((f.qini_auc_se / b.qini_auc_se)::numeric, 2),
		round((f.auuc_se / b.auuc_se)::numeric, 2), round((f.uplift_10_se / b.uplift_10_se)::numeric, 2), round((f.uplift_30_se / b.uplift_30_se)::numeric, 2)))
FROM figures f JOIN bootstrap b USING (name) WHERE name <> 'one arm on top' ORDER BY name;

--
-- the curve
--

CREATE VIEW curve AS
SELECT * FROM coupon.uplift_curve($$ SELECT * FROM trials WHERE name = 'binary, ties' $$, 20);

SELECT results_eq('SELECT count(*)::int, min(share), max(share), max(customers) FROM curve', $$ VALUES (21, 0::float8, 1::float8, 3000::float8) $$,
	'a curve has the points asked for and the origin');
SELECT ok(bool_and(abs(gain - h.g) < 1e-9 AND abs(qini - h.q) < 1e-9), 'at a distinct score the curve has the heights of window SQL')
FROM coupon.uplift_curve($$ SELECT * FROM trials WHERE name = 'binary, ties' $$, 3000) c
JOIN heights h ON h.k = round(c.customers) AND h.name = 'binary, ties' AND NOT h.perfect;
SELECT ok(abs(gain / 3000 - ate) < 1e-12 AND abs(gain_se / 3000 / ate_se - 1) < 0.01 AND gain = random AND qini = qini_random AND abs(qini_perfect - qini) < 1e-9,
	'the curve ends with the average effect and its error')
FROM curve, figures WHERE share = 1 AND name = 'binary, ties';
SELECT ok(abs((2 * sum(gain) - max(gain) FILTER (WHERE share = 1)) / 2 / 3000 / max(gain) FILTER (WHERE share = 1) - f.auuc) < 1e-9
	AND abs((sum(qini) - sum(qini_random)) / (sum(qini_perfect) - sum(qini_random)) - f.qini_auc) < 1e-9,
	'auuc and qini_auc are areas of the curve')
FROM coupon.uplift_curve($$ SELECT * FROM trials WHERE name = 'binary, ties' $$, 3000), figures f WHERE name = 'binary, ties' GROUP BY f.auuc, f.qini_auc;
CREATE INDEX ON resamples (b);
SELECT ok(bool_and(abs(c.gain_se / b.gain_se - 1) < 0.15), 'the errors of the gain curve are those of the bootstrap: ' || name ||
	' (ratios ' || string_agg(round((c.gain_se / b.gain_se)::numeric, 2)::text, ' ' ORDER BY share) || ')')
FROM (VALUES ('binary'), ('losses, ties')) t(name),
	LATERAL coupon.uplift_curve(format('SELECT * FROM trials WHERE name = %L', name), 4) c JOIN LATERAL (
		SELECT share, stddev(gain) AS gain_se FROM generate_series(1, 200) b, LATERAL coupon.uplift_curve(
			format('SELECT score, outcome, treated FROM resamples JOIN trials USING (id) WHERE name = %L AND b = %s', name, b), 4) r
		GROUP BY share) b USING (share)
WHERE share > 0
GROUP BY name ORDER BY name;
SELECT ok(bool_and(gain_se > 0 AND qini_perfect >= qini - 1e-9), 'the perfect curve lies above') FROM curve WHERE share > 0;
SELECT throws_ok($$ SELECT * FROM coupon.uplift_curve('WITH d AS (DELETE FROM trials RETURNING *) SELECT * FROM d') $$, '0A000', NULL,
	'the inner query cannot change data');

--
-- the band: 300 trials of 500 rows whose true curve is known
--

CREATE FUNCTION pg_temp.u(i bigint, draw integer) RETURNS float8 LANGUAGE sql AS
$$ SELECT ((hashint8extended(i, 7919 * draw) >> 11) & 4503599627370495)::float8 / 4503599627370496 $$;
CREATE TABLE known AS
SELECT i % 300 AS trial, s AS score, (u < 0.2 + CASE WHEN treated THEN 0.3 * s ELSE 0 END)::int AS outcome, treated
FROM (SELECT i, pg_temp.u(i, 1) AS s, pg_temp.u(i, 2) AS u, pg_temp.u(i, 3) < 0.5 AS treated FROM generate_series(1::bigint, 150000) i) x;
CREATE INDEX ON known (trial);
CREATE FUNCTION pg_temp.holds(score text, points integer, options jsonb) RETURNS float8 LANGUAGE sql AS
$$ SELECT avg(holds::int) FROM (SELECT bool_and(500 * 0.15 * (1 - (1 - share) ^ 2) BETWEEN gain_low - 1e-9 AND gain_high + 1e-9) AS holds FROM generate_series(0, 299) trial,
	coupon.uplift_curve(format('SELECT %s AS score, outcome, treated FROM known WHERE trial = %s', score, trial), points, options) WHERE gain_se IS NOT NULL GROUP BY trial) x $$;
-- 95 %, within three standard deviations of 300 trials
SELECT ok(h BETWEEN 0.912 AND 0.988, 'a simultaneous band holds the whole true curve in 95 % of trials: ' || h) FROM pg_temp.holds('score', 20, '{"band": "simultaneous"}') h;
SELECT ok(h BETWEEN 0.912 AND 0.988, 'with ties at the cuts: ' || h) FROM pg_temp.holds('ceil(score * 5)', 5, '{"band": "simultaneous"}') h;
SELECT ok(h < 0.88, 'a pointwise one more seldom: ' || h) FROM pg_temp.holds('score', 20, '{}') h;
SELECT ok(abs(max((gain_high - gain) / nullif(gain_se, 0)) - 1.96) < 0.12, 'one point has the usual 1.96, by draws: ' || max((gain_high - gain) / nullif(gain_se, 0)))
FROM coupon.uplift_curve('SELECT * FROM known', 1, '{"band": "simultaneous"}');
SELECT is((SELECT array_agg(c::text) FROM coupon.uplift_curve('SELECT score, outcome, treated FROM known ORDER BY trial, score', 30, '{"band": "simultaneous", "seed": 3}') c),
	(SELECT array_agg(c::text) FROM coupon.uplift_curve('SELECT score, outcome, treated FROM known ORDER BY outcome, score DESC', 30, '{"band": "simultaneous", "seed": 3}') c), 'the order of rows changes no bit of it');
SELECT ok(max(abs(ln((a.gain_high - a.gain) / (b.gain_high - b.gain)))) BETWEEN 1e-9 AND 0.1, 'another seed, another width, but not by much') FROM coupon.uplift_curve('SELECT * FROM known', 30, '{"band": "simultaneous"}') a JOIN coupon.uplift_curve('SELECT * FROM known', 30, '{"band": "simultaneous", "seed": 4}') b USING (share) WHERE share > 0;
SELECT is((SELECT array_agg(a::text) FROM coupon.uplift_curve('SELECT * FROM known', 7, '{"band": "pointwise"}') a), (SELECT array_agg(a::text) FROM coupon.uplift_curve('SELECT * FROM known', 7) a), 'pointwise unless asked');
-- an arm of one row tells nothing of its spread; where one is empty the curve is 0 by definition
SELECT is((SELECT string_agg(share || ' ' || round(gain::numeric, 9)::float8 || ' ' || coalesce(gain_se::text, 'null') || ' ' || coalesce(gain_low::text, 'null'), ', ' ORDER BY share) FROM coupon.uplift_curve('SELECT * FROM (VALUES (9, 1, true), (8, 3, false), (7, 5, true), (6, 4, true)) t(score, outcome, treated)', 4)),
	'0 0 0 0, 0.25 0 null null, 0.5 -4 null null, 0.75 0 null null, 1 1.333333333 null null', 'one control: no error, no band');
SELECT ok(bool_and((gain_se IS NULL) = (share < 0.9) OR share = 0), 'a band as soon as both arms have two') FROM coupon.uplift_curve('SELECT i AS score, i * i AS outcome, i <= 2 OR i = 4 AS treated FROM generate_series(1, 10) i', 10, '{"band": "simultaneous"}');
SELECT unalike(string_agg(c::text, ' '), '%-0,%', 'no -0') FROM (SELECT coupon.uplift_curve('SELECT i % 3 AS score, -0.0::float8 AS outcome, i % 2 = 0 AS treated FROM generate_series(1, 20) i', 4)::text AS c UNION ALL SELECT coupon.uplift_curve('SELECT i AS score, -1 AS outcome, i % 2 = 0 AS treated FROM generate_series(1, 20) i', 4)::text) c;

--
-- little and bad data
--

CREATE TABLE few (score float8, outcome float8, treated boolean);
SELECT results_eq('SELECT coupon.uplift_summary(score, outcome, treated)::text, coupon.qini_auc(score, outcome, treated), coupon.uplift_at(score, outcome, treated, 0.5) FROM few',
	'SELECT NULL::text, NULL::float8, NULL::float8', 'no rows: null');
INSERT INTO few VALUES (1, 1, true);
SELECT is(coupon.uplift_summary(score, outcome, treated)::text, '(1,1,0,0,,,,,,,,,,,,)', 'one row: one arm') FROM few;
INSERT INTO few VALUES (0, 0, false);
SELECT is(coupon.uplift_summary(score, outcome, treated)::text, '(2,1,1,0,1,,-1,,0.25,,,,,,,)', 'two rows: no spread within the arms') FROM few;
INSERT INTO few VALUES (NULL, 1, true), (1, NULL, true), (1, 1, NULL), (NULL, NULL, NULL);
SELECT is((coupon.uplift_summary(score, outcome, treated)).skipped, 4::bigint, 'nulls are skipped and counted') FROM few;
SELECT is((coupon.uplift_summary(NULL, outcome, treated))::text, '(0,0,0,6,,,,,,,,,,,,)', 'all null: counts only') FROM few;
SELECT ok(coupon.qini_auc(score, 3, treated) IS NOT NULL AND coupon.auuc(score, 0.1, treated) IS NULL AND coupon.qini_auc(score, 0, treated) IS NULL
	AND coupon.auuc(score, outcome, true) IS NULL AND coupon.qini_auc(score, outcome, false) IS NULL, 'what has no denominator is null')
FROM trials WHERE name = 'real';

SELECT is(pg_temp.bare('SELECT (coupon.uplift_summary(score, outcome, treated)).rows FROM public.trials'), '16000',
	'aggregates need no search_path');
SELECT is(pg_temp.bare($$ SELECT pg_catalog.count(*) FROM coupon.uplift_curve('SELECT * FROM public.trials') $$), '101',
	'nor does the curve');

--
-- interrupts
--

CREATE TABLE many AS SELECT random() AS score, random() AS outcome, i % 2 = 0 AS treated FROM generate_series(1, 2000000) i;

SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops('SELECT coupon.uplift_summary(score, outcome, treated) FROM many, generate_series(1, 4)'), 'statement_timeout stops an evaluation');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.uplift_curve('SELECT many.* FROM many, generate_series(1, 4)') $$), 'and a curve');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.uplift_curve('SELECT * FROM many LIMIT 30000', 10000, '{"band": "simultaneous"}') $$), 'and the draws of its band');
SET LOCAL statement_timeout = 0;

SELECT * FROM finish();
ROLLBACK;
