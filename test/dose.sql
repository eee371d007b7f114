-- Dose response: known curves, monotone projection, doses outside of those seen, bad inputs, bytes from outside.
\i test/prelude.psql
BEGIN;
SELECT plan(49);
\i test/fuzz.psql
SET client_min_messages = error;

CREATE FUNCTION pg_temp.u(i bigint, draw integer) RETURNS float8 LANGUAGE sql AS
$$ SELECT ((hashint8extended(i, 7919 * draw) >> 11) & 4503599627370495)::float8 / 4503599627370496 $$;
-- spend rises with the square root of the discount, more so for x of 1; the deeper discounts went to customers of x 1
CREATE TABLE world AS
SELECT i, x, 5 * floor(7 * power(pg_temp.u(i, 1), 1.5 - x)) AS step, 30 * power(pg_temp.u(i, 1), 1.5 - x) AS depth, pg_temp.u(i, 2) + pg_temp.u(i, 3) - 1 AS noise, (ARRAY['p', 'q'])[1 + (pg_temp.u(i, 4) < 0.5)::int] AS c
FROM (SELECT i, (pg_temp.u(i, 0) < 0.5)::int AS x FROM generate_series(1::bigint, 8000) i) r;
CREATE TABLE models AS SELECT
	coupon.dose_fit(10 + 3 * w.x + (1 + w.x) * sqrt(step) + noise, step, f) AS steps,
	coupon.dose_fit(10 + 3 * w.x + (1 + w.x) * sqrt(depth) + noise, depth, f, '{"knots": 12}') AS depths,
	coupon.dose_fit(10 + 3 * w.x + (1 + w.x) * sqrt(depth) + noise, depth, f, '{"knots": 12, "monotone": true}') AS monotone
FROM world w, LATERAL (SELECT w.x, w.c) f;
SELECT ok(max(abs(response - truth) / standard_error) < 4 AND max(standard_error) < 0.1, 'seven depths: the square root within its error, at most ' || round(max(abs(response - truth))::numeric, 3))
FROM models, (VALUES (0), (1)) v(x), LATERAL (SELECT v.x, 'p' AS c) f, coupon.dose_responses(steps, f, '{0,5,10,15,20,25,30}') r, LATERAL (SELECT 10 + 3 * v.x + (1 + v.x) * sqrt(dose) AS truth) t;
SELECT ok(max(abs(response - truth)) < 0.15, 'depths of any size: the square root, at most off by ' || round(max(abs(response - truth))::numeric, 3))
FROM models, (VALUES (0), (1)) v(x), LATERAL (SELECT v.x, 'p' AS c) f, coupon.dose_responses(depths, f, '{1,3,5,8,12,16,20,25,29}') r, LATERAL (SELECT 10 + 3 * v.x + (1 + v.x) * sqrt(dose) AS truth) t;
SELECT is(coupon.dose_response(steps, f, '{0,5,30}'), (SELECT array_agg(response ORDER BY dose) FROM coupon.dose_responses(steps, f, '{0,5,30}')), 'dose_response = dose_responses') FROM models, LATERAL (SELECT 1 AS x, 'q' AS c) f;
SELECT is(coupon.dose_response(steps, f, '{30,0,5,0}'), ARRAY[r[4], r[1], r[2], r[1]], 'a response does not depend on the others') FROM models, LATERAL (SELECT 1 AS x, 'q' AS c) f, LATERAL (SELECT coupon.dose_response(steps, f, '{0,5,15,30}') AS r) r;
-- saturated: few depths are the cell means
SELECT ok(bool_and(abs(r[1 + d / 5] - mean) < 1e-9), 'without a feature that matters, the mean of each depth')
FROM (SELECT coupon.dose_fit(noise + step, step, f) AS m FROM world, LATERAL (SELECT 1 AS one) f) m, LATERAL (SELECT 1 AS one) f, LATERAL (SELECT coupon.dose_response(m, f, '{0,5,10,15,20,25,30}') AS r) r, (SELECT step::int AS d, avg(noise + step) AS mean FROM world GROUP BY step) w;
SELECT ok(abs(u.response - l.p) < 1e-6, 'two depths: linear_fit with an interaction') FROM
	(SELECT coupon.dose_fit(noise + i % 2 * w.x, i % 2, f) AS m FROM world w, LATERAL (SELECT w.x) f) m, (SELECT coupon.linear_fit(noise + i % 2 * w.x, f) AS m FROM world w, LATERAL (SELECT w.x, i % 2 AS d, i % 2 * w.x AS xd) f) l0,
	LATERAL (SELECT 1 AS x) f, LATERAL (SELECT 1 AS x, 0.5 AS d, 0.5 AS xd) g, coupon.dose_responses(m.m, f, '{0.5}') u, LATERAL (SELECT coupon.predict(l0.m, g) AS p) l;

-- monotone on request
CREATE TABLE humps AS SELECT coupon.dose_fit(noise * 6 + sin(depth / 4), depth, f) AS free, coupon.dose_fit(noise * 6 + sin(depth / 4), depth, f, '{"monotone": true}') AS monotone FROM world, LATERAL (SELECT x) f;
SELECT ok(bool_or(r < before), 'a response may fall') FROM (SELECT r, lag(r) OVER (ORDER BY n) AS before FROM humps, LATERAL (SELECT 1 AS x) f, unnest(coupon.dose_response(free, f, ARRAY(SELECT g * 0.1 FROM generate_series(1, 299) g))) WITH ORDINALITY o(r, n)) s;
SELECT ok(bool_and(r >= before - 1e-12) AND max(r) > min(r), 'a monotone one does not, x = ' || v.x) FROM (VALUES (0), (1), (-3)) v(x), LATERAL (SELECT r, lag(r) OVER (ORDER BY n) AS before FROM humps, LATERAL (SELECT v.x) f, unnest(coupon.dose_response(monotone, f, ARRAY(SELECT g * 0.1 FROM generate_series(1, 299) g))) WITH ORDINALITY o(r, n)) s GROUP BY v.x ORDER BY v.x;
SELECT ok(max(abs(a - b)) < 0.15, 'where the response rises anyway, it stays') FROM models, LATERAL (SELECT 1 AS x, 'p' AS c) f, unnest(coupon.dose_response(depths, f, '{1,2,5,9,20,28}'), coupon.dose_response(monotone, f, '{1,2,5,9,20,28}')) r(a, b);

-- outside of the doses seen
SELECT is(coupon.dose_response(steps, f, '{-1,30.5}'), '{NULL,NULL}', 'outside of the doses seen: NULL') FROM models, LATERAL (SELECT 1 AS x, 'q' AS c) f;
SELECT results_eq($$ SELECT dose, response IS NULL, standard_error IS NULL, extrapolated FROM models, LATERAL (SELECT 1 AS x, 'q' AS c) f, coupon.dose_responses(steps, f, '{30,31}') $$, $$ VALUES (30::float8, false, false, false), (31, true, true, true) $$, 'and flagged');
CREATE TABLE outside AS SELECT o, coupon.dose_fit(noise + step, step, f, jsonb_build_object('outside', o)) AS m FROM world, LATERAL (SELECT x) f, unnest('{nearest,error}'::text[]) o GROUP BY o;
SELECT ok(r[1] = r[2] AND (SELECT extrapolated FROM coupon.dose_responses(m, f, '{99}')), 'nearest: the response to the greatest dose, flagged') FROM outside, LATERAL (SELECT 1 AS x) f, LATERAL (SELECT coupon.dose_response(m, f, '{99,30}') AS r) r WHERE o = 'nearest';
SELECT throws_ok($$ SELECT coupon.dose_response(m, f, '{99}') FROM outside, LATERAL (SELECT 1 AS x) f WHERE o = 'error' $$, '22023', 'dose 99 is outside of those seen, 0 to 30', 'error: an error');

-- a function of what rows there are
CREATE TABLE pure AS SELECT 10 + 3 * x + (1 + x) * sqrt(depth) + noise AS y, depth AS d, x, c, noise FROM world;
ANALYZE pure;
SELECT is(md5(coupon.dose_fit(y, d, f ORDER BY w.noise)::text), md5(coupon.dose_fit(y, d, f ORDER BY w.d)::text), 'the order of rows changes no bit') FROM pure w, LATERAL (SELECT w.x, w.c) f;
SELECT is(md5(coupon.dose_fit(y, d, f ORDER BY w.c DESC)::text), md5(coupon.dose_fit(y, d, f ORDER BY w.c)::text), 'nor does which category comes first, nor do ties') FROM (SELECT round(y) AS y, round(d) AS d, x, c FROM pure) w, LATERAL (SELECT w.x, w.c) f;
CREATE TABLE serial AS SELECT coupon.dose_fit(y, d, ARRAY[x, noise]) AS m FROM pure;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.dose_fit(y, d, ARRAY[x, noise]) FROM pure'), 'Partial Aggregate', 'workers take part');
SELECT is(md5(coupon.dose_fit(y, d, ARRAY[x, noise])::text), (SELECT md5(m::text) FROM serial), 'and give the same bits') FROM pure;
RESET max_parallel_workers_per_gather;
SELECT is(coupon.dose_response(steps, f, '{1,2}'), coupon.dose_response(steps::text::coupon.model, f, '{1,2}'), 'the text form loses nothing') FROM models, LATERAL (SELECT 1 AS x, 'q' AS c) f;
SELECT is(coupon.describe(steps) -> 'doses', '{"least": 0, "most": 30, "knots": [0, 5, 10, 15, 20, 25, 30]}', 'describe has the doses') FROM models;

-- the intervals hold the truth as often as they say: 300 trials of 300 rows, noise that grows with the dose
CREATE TABLE trials AS
SELECT i % 300 AS trial, x, 5 * floor(7 * v) AS step, (1 + x) * sqrt(5 * floor(7 * v)) + 2 * (1 + v) * (pg_temp.u(i, 7) + pg_temp.u(i, 8) + pg_temp.u(i, 9) - 1.5) AS y, (1 + x) * ln(1 + 30 * v) + 2 * (1 + v) * (pg_temp.u(i, 7) + pg_temp.u(i, 8) + pg_temp.u(i, 9) - 1.5) AS smooth, 30 * v AS depth
FROM (SELECT i, (pg_temp.u(i, 5) < 0.5)::int AS x, pg_temp.u(i, 6) AS v FROM generate_series(1::bigint, 90000) i) r;
-- of 4,200 intervals, seven of each trial nearly independent, 95 % and three standard deviations: +- 1.9 %, the normal quantile at 20 rows a cell takes one more
SELECT ok(covers BETWEEN 0.92 AND 0.965 AND ratio BETWEEN 0.93 AND 1.05, format('square root at seven doses: %s %% of the intervals hold it, mean error / spread %s', round(100 * covers, 1), round(ratio::numeric, 2)))
FROM (SELECT avg((abs(response - truth) < 1.96 * standard_error)::int) AS covers, avg(standard_error) / avg(spread) AS ratio
	FROM (SELECT *, stddev(response) OVER (PARTITION BY v.x, dose) AS spread FROM (SELECT trial, coupon.dose_fit(y, step, ARRAY[x]::float8[]) AS m FROM trials GROUP BY trial) t, (VALUES (0), (1)) v(x),
		coupon.dose_responses(m, ARRAY[v.x]::float8[], '{0,5,10,15,20,25,30}') r, LATERAL (SELECT (1 + v.x) * sqrt(dose) AS truth) w) e) f;
SELECT ok(covers BETWEEN 0.90 AND 0.965 AND ratio BETWEEN 0.88 AND 1.08, format('a logarithm at any dose, five knots: %s %% of the intervals hold it, mean error / spread %s', round(100 * covers, 1), round(ratio::numeric, 2)))
FROM (SELECT avg((abs(response - truth) < 1.96 * standard_error)::int) AS covers, avg(standard_error) / avg(spread) AS ratio
	FROM (SELECT *, stddev(response) OVER (PARTITION BY v.x, dose) AS spread FROM (SELECT trial, coupon.dose_fit(smooth, depth, ARRAY[x]::float8[], '{"knots": 5}') AS m FROM trials GROUP BY trial) t, (VALUES (0), (1)) v(x),
		coupon.dose_responses(m, ARRAY[v.x]::float8[], '{3,8,13,18,23,28}') r, LATERAL (SELECT (1 + v.x) * ln(1 + dose) AS truth) w) e) f;

SELECT ok(covers BETWEEN 0.91 AND 0.97, format('steep and bent at the least doses, eight knots: %s %% of the intervals hold it', round(100 * covers, 1)))
FROM (SELECT avg((abs(response - truth) < 1.96 * standard_error)::int) AS covers
	FROM (SELECT coupon.dose_fit(y + (1 + x) * (5 - 5 * exp(-depth / 4) - sqrt(step)), depth, ARRAY[x]::float8[], '{"outside": "nearest"}') AS m FROM trials GROUP BY trial % 30) t, (VALUES (0), (1)) v(x),
		coupon.dose_responses(m, ARRAY[v.x]::float8[], '{0.5,1,2,3}') r, LATERAL (SELECT (1 + v.x) * (5 - 5 * exp(-dose / 4)) AS truth) w) e;

-- the basis: natural cubic splines through the knots, by scipy: CubicSpline(knots, values, bc_type='natural')
SELECT ok(max(abs(r - w)) < 1e-12, 'interpolates as scipy does: ' || max(abs(r - w)))
FROM (SELECT coupon.dose_fit(y, d, '{}'::float8[]) AS m FROM (VALUES (1::float8, 0::float8), (4, 1), (2, 3), (7, 4), (0, 10)) v(y, d)) m,
	unnest(coupon.dose_response(m, '{}'::float8[], '{0.5,2,3.25,4,6,9.5}'), '{2.934671945701357,2.5226244343891406,2.893205599547511,7.0,11.946706887883359,2.2099673202614376}'::float8[]) o(r, w);

-- with doses between the knots, of CubicSpline(knots, values, bc_type=('not-a-knot', (2, 0))): least squares on that basis and its products, and HC1, by numpy and scipy
SELECT ok(max(abs(r.response - w.response)) < 1e-10 AND max(abs(r.standard_error - w.error)) < 1e-10, 'responses and errors as numpy has them')
FROM (SELECT coupon.dose_fit(sqrt(d) * (1 + x) + (i * 7919 % 1000) / 1000.0 * (1 + d / 5), d, ARRAY[x], '{"knots": 5}') AS m FROM (SELECT i, (i * 37 % 101) / 10.0::float8 AS d, (i % 3)::float8 AS x FROM generate_series(1, 200) i) t) m,
	coupon.dose_responses(m, '{2}'::float8[], '{0,1.5,5,9.9}') r JOIN (VALUES (0, 1.21439665065148, 0.17652176136567974), (1.5, 4.251835466337889, 0.10243054787380002), (5, 7.698347014325224, 0.13980646195103147), (9.9, 10.99116608236422, 0.32698000648245323)) w(dose, response, error) USING (dose);

-- models of layout 1, which pg_temp.forge writes, are straight at the least dose: the same at the knots, no second derivative there
CREATE TABLE layouts AS SELECT m, pg_temp.forge('dose', 7, substring(pg_temp.bytes_of(m::text) FROM 17))::coupon.model AS older FROM (SELECT coupon.dose_fit(sqrt(i % 1000), i % 1000, '{}'::float8[], '{"knots": 6}') AS m FROM generate_series(1, 5000) i) q;
SELECT ok(max(abs(a - b)) < 1e-9, 'both layouts say the same at the knots') FROM layouts, LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(coupon.describe(m) #> '{doses,knots}')::float8) AS knots) k, unnest(coupon.dose_response(m, '{}'::float8[], knots), coupon.dose_response(older, '{}'::float8[], knots)) r(a, b);
SELECT ok(abs(a[1] - 2 * a[2] + a[3]) > 1e-4 AND abs(b[1] - 2 * b[2] + b[3] - (b[2] - 2 * b[3] + b[4]) / 2) < 1e-9, 'layout 1 is straight at the least dose')
FROM layouts, LATERAL (SELECT coupon.dose_response(m, '{}'::float8[], '{0,1,2,3}') AS a, coupon.dose_response(older, '{}'::float8[], '{0,1,2,3}') AS b) r;

-- one dose far from all others
SET client_min_messages = error;
SELECT ok(max(abs(a - b)) < 0.03, format('a dose of %s among those up to 30 leaves the responses to these where they are: %s', far, round(max(abs(a - b))::numeric, 4)))
FROM unnest('{1e3,1e6,1e12}'::float8[]) far, LATERAL (SELECT coupon.dose_fit(y, d, ARRAY[x]::float8[]) AS m FROM (SELECT y, d, x FROM pure UNION ALL SELECT 20, far, 1) p) m, (SELECT coupon.dose_fit(y, d, ARRAY[x]::float8[]) AS m FROM pure) n,
	unnest(coupon.dose_response(m.m, '{1}'::float8[], '{3,5,9,15,22,28}'), coupon.dose_response(n.m, '{1}'::float8[], '{3,5,9,15,22,28}')) r(a, b) GROUP BY far ORDER BY far;
SELECT is(coupon.describe(coupon.dose_fit(i % 3, greatest(i - 500, 0), ARRAY[i % 5]::float8[])) #>> '{doses,knots}', '[0, 72, 144, 216, 288, 359, 430, 500]', 'that half have no offer costs no knots') FROM generate_series(1, 1000) i;

-- edge cases
SELECT is(coupon.dose_fit(1, 1, ARRAY[1]::float8[])::text, NULL, 'no row, no model') FROM world WHERE false;
SELECT throws_ok(format('SELECT coupon.dose_fit(y, d, ARRAY[a]) FROM (VALUES %s) v(y, d, a)', rows), '22023', NULL, 'refused: ' || rows) FROM unnest(ARRAY['(1::float8, 2::float8, 3::float8)', '(1, ''NaN''::float8, 1::float8)']) rows;
CREATE TABLE tiny AS SELECT * FROM (VALUES ('two rows', '(2::float8, 0::float8, 1::float8), (4, 1, 1)'), ('two rows of other features', '(2::float8, 0::float8, 1::float8), (4, 1, 5)'), ('three rows', '(2::float8, 0::float8, 1::float8), (4, 1, 1), (2, 0, 3)'),
	('a constant outcome', '(3::float8, 0::float8, 1::float8), (3, 1, 1), (3, 2, 5), (3, 5, 0), (3, 0, 9), (3, 1, 4)'), ('a constant feature', '(2::float8, 0::float8, 1::float8), (4, 1, 1), (2, 0, 1), (4, 1, 1)')) v(name, rows);
CREATE FUNCTION pg_temp.tiny(rows text) RETURNS float8[] LANGUAGE plpgsql AS $$ DECLARE r float8[]; BEGIN
	EXECUTE format('SELECT coupon.dose_response(coupon.dose_fit(y, d, ARRAY[a]), ARRAY[1]::float8[], ''{0,1}'') FROM (VALUES %s) v(y, d, a)', rows) INTO r; RETURN r; END $$;
SELECT is((SELECT string_agg(name || ' ' || array_to_string(ARRAY(SELECT round(r::numeric, 9)::float8 FROM unnest(pg_temp.tiny(rows)) r), ' '), ', ' ORDER BY name) FROM tiny), 'a constant feature 2 4, a constant outcome 3 3, three rows 2 4, two rows 2 4, two rows of other features 2 2', 'few rows, nothing that varies');
SELECT throws_ok('SELECT coupon.dose_fit(y, 5, ARRAY[a]) FROM (VALUES (1::float8, 1::float8), (2, 2), (3, 3)) v(y, a)', '22023', 'all doses are 5', 'one dose');
SELECT ok(bool_and(standard_error IS NULL AND response IS NOT NULL), 'fewer rows than columns: no standard error') FROM (SELECT coupon.dose_fit(y, d, ARRAY[a]) AS m FROM (VALUES (1::float8, 2::float8, 3::float8), (4, 3, 2)) v(y, d, a)) m, coupon.dose_responses(m, '{3}'::float8[], '{2,3}');
SELECT ok(max(abs(a - b)) < 1e-9, 'columns that say the same twice') FROM (SELECT coupon.dose_fit(y, d, ARRAY[x, 2 * x, 7, noise, noise + x]) AS m, coupon.dose_fit(y, d, ARRAY[x, noise]) AS n FROM pure) m, unnest(coupon.dose_response(m, '{1,2,7,0.5,1.5}'::float8[], '{4,9,20}'), coupon.dose_response(n, '{1,0.5}'::float8[], '{4,9,20}')) r(a, b);
SELECT throws_ok(format('SELECT coupon.dose_fit(y, d, ARRAY[a]) FROM (VALUES (1::float8, 2::float8, 3::float8), %s) v(y, d, a)', rows), code, message) FROM (VALUES
	('(1, 1e99, 1), (2, -2e100, 3)', '22003', 'dose is -2e+100, out of the range of -1e+100 to 1e+100'), ('(1, ''inf'', 1)', '22023', 'dose is infinite, not a finite number'), ('(''NaN'', 1, 1)', '22023', 'outcome is NaN, not a finite number')) v(rows, code, message);
SELECT throws_ok($$ SELECT coupon.dose_response(coupon.dose_fit(1e6 * (i % 3), i % 5, ARRAY[i % 3]::float8[]), '{1.7e308}'::float8[], '{1,2}') FROM generate_series(1, 50) i $$, '22003', 'the response to dose 1 is out of range');
SELECT ok(bool_and(r IS NULL), 'doses of any size are outside') FROM serial, unnest(coupon.dose_response(m, '{1,1}'::float8[], '{1e99,-1e300,1.7e308}')) r;
SELECT ok(pg_temp.bare($$ SELECT r.response + (coupon.dose_response(m, f, '{5}'))[1] FROM (SELECT coupon.dose_fit(w.y, w.d, f, '{"monotone": true}') AS m FROM public.pure w, LATERAL (SELECT w.x, w.c) f) m, LATERAL (SELECT 1 AS x, 'p' AS c) f, coupon.dose_responses(m, f, '{5}') r $$)::float8 > 0, 'no search_path is needed');
SELECT ok(abs((coupon.dose_response(coupon.dose_fit(y, d, ARRAY[a]), '{3}'::float8[], '{2}'))[1] - 1) < 1e-9, 'two rows') FROM (VALUES (1::float8, 2::float8, 3::float8), (4, 3, 2)) v(y, d, a);
SELECT is((coupon.describe(coupon.dose_fit(y, d, ARRAY[a])) ->> 'skipped')::int, 2, 'rows without a dose or outcome are counted') FROM (VALUES (1::float8, 2::float8, 3::float8), (4, 3, 2), (NULL, 3, 2), (1, NULL, 2)) v(y, d, a);
SELECT cmp_ok(pg_temp.refused(array_agg(pg_temp.forge('dose', 7, pg_temp.alter_bytes(substring(pg_temp.bytes_of(m::text) FROM 17), n))), 'coupon.model',
	$$ SELECT coupon.describe($1::coupon.model), coupon.dose_responses($1::coupon.model, f, '{0,1,5}') FROM LATERAL (SELECT 1 AS x, 'p' AS c) f $$), '>=', 200, 'forged models are refused or do no harm')
FROM (SELECT coupon.dose_fit(noise, step, f, '{"monotone": true, "outside": "nearest"}') AS m FROM world, LATERAL (SELECT x, c) f) t, generate_series(1, 800) n;

-- interrupts
CREATE TABLE many AS SELECT w.* FROM pure w, generate_series(1, 150);
SET LOCAL statement_timeout = '400ms';
SELECT ok(pg_temp.stops('SELECT coupon.dose_fit(y, d, ARRAY[x, noise], ''{"knots": 30}'') FROM many'), 'statement_timeout stops a fit');
SET LOCAL statement_timeout = 0;

SELECT * FROM finish();
ROLLBACK;
