-- Dose response: known curves, monotone projection, doses outside of those seen, bad inputs, bytes from outside.
\i test/prelude.psql
BEGIN;
SELECT plan(25);
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
SELECT ok(max(abs(a - b)) < 1e-9, 'the order of rows does not matter') FROM (SELECT coupon.dose_fit(10 + 3 * w.x + (1 + w.x) * sqrt(step) + noise, step, f ORDER BY noise) AS m FROM world w, LATERAL (SELECT w.x, w.c) f) m, models, LATERAL (SELECT 1 AS x, 'q' AS c) f, unnest(coupon.dose_response(m, f, '{0,7,30}'), coupon.dose_response(steps, f, '{0,7,30}')) r(a, b);
SELECT pg_temp.go_parallel() \g /dev/null
SELECT ok(max(abs(a - b)) < 1e-9, 'parallel = serial') FROM (SELECT coupon.dose_fit(10 + 3 * w.x + (1 + w.x) * sqrt(step) + noise, step, f) AS m FROM world w, LATERAL (SELECT w.x, w.c) f) m, models, LATERAL (SELECT 1 AS x, 'q' AS c) f, unnest(coupon.dose_response(m, f, '{0,7,30}'), coupon.dose_response(steps, f, '{0,7,30}')) r(a, b);
RESET max_parallel_workers_per_gather;
SELECT is(coupon.dose_response(steps, f, '{1,2}'), coupon.dose_response(steps::text::coupon.model, f, '{1,2}'), 'the text form loses nothing') FROM models, LATERAL (SELECT 1 AS x, 'q' AS c) f;
SELECT is(coupon.describe(steps) -> 'doses', '{"least": 0, "most": 30, "knots": [0, 5, 10, 15, 20, 25, 30]}', 'describe has the doses') FROM models;

-- edge cases
SELECT is(coupon.dose_fit(1, 1, ARRAY[1]::float8[])::text, NULL, 'no row, no model') FROM world WHERE false;
SELECT throws_ok(format('SELECT coupon.dose_fit(y, d, ARRAY[a]) FROM (VALUES %s) v(y, d, a)', rows), '22023', NULL, 'refused: ' || rows) FROM unnest(ARRAY['(1::float8, 2::float8, 3::float8)', '(1, ''NaN''::float8, 1::float8)']) rows;
SELECT ok(abs((coupon.dose_response(coupon.dose_fit(y, d, ARRAY[a]), '{3}'::float8[], '{2}'))[1] - 1) < 1e-9, 'two rows') FROM (VALUES (1::float8, 2::float8, 3::float8), (4, 3, 2)) v(y, d, a);
SELECT is((coupon.describe(coupon.dose_fit(y, d, ARRAY[a])) ->> 'skipped')::int, 2, 'rows without a dose or outcome are counted') FROM (VALUES (1::float8, 2::float8, 3::float8), (4, 3, 2), (NULL, 3, 2), (1, NULL, 2)) v(y, d, a);
SELECT cmp_ok(pg_temp.refused(array_agg(pg_temp.forge('dose', 7, pg_temp.alter_bytes(substring(pg_temp.bytes_of(m::text) FROM 17), n))), 'coupon.model',
	$$ SELECT coupon.describe($1::coupon.model), coupon.dose_responses($1::coupon.model, f, '{0,1,5}') FROM LATERAL (SELECT 1 AS x, 'p' AS c) f $$), '>=', 200, 'forged models are refused or do no harm')
FROM (SELECT coupon.dose_fit(noise, step, f, '{"monotone": true, "outside": "nearest"}') AS m FROM world, LATERAL (SELECT x, c) f) t, generate_series(1, 800) n;

SELECT * FROM finish();
ROLLBACK;
