-- Trajectories as values: what is to go against window functions, order and workers, text and bytes from outside, parts and wholes.
\i test/prelude.psql
BEGIN;
SELECT plan(68);
\i test/fuzz.psql

CREATE FUNCTION pg_temp.u(i bigint, draw integer) RETURNS float8 LANGUAGE sql AS
$$ SELECT ((hashint8extended(i, 7919 * draw) >> 11) & 4503599627370495)::float8 / 4503599627370496 $$;
-- 300 customers of 1 to 60 steps, many of them at equal times, some twice the same; every third customer has a present state
CREATE TABLE events AS
SELECT i % 300 AS customer, timestamptz '2026-03-28 20:00+00' + floor(40 * pg_temp.u(i, 1)) * interval '1 hour 0.000001 s' AS at,
	ARRAY[floor(3 * pg_temp.u(i, 2)), pg_temp.u(i, 3) * 1e-7]::float8[] AS state, (ARRAY['none', 'é "5 off"', 'B', 'a'])[1 + floor(4 * pg_temp.u(i, 4))::int] AS offer,
	floor(9 * pg_temp.u(i, 5)) AS reward, pg_temp.u(i, 6) AS cost, 1 - pg_temp.u(i, 7) AS propensity
FROM generate_series(1::bigint, 9000) i WHERE i / 300 <= i % 300;
INSERT INTO events SELECT * FROM events WHERE customer % 7 = 0;
INSERT INTO events SELECT customer, max(at), '{7,7}', NULL, NULL, NULL, NULL FROM events WHERE customer % 3 = 0 GROUP BY customer;
INSERT INTO events VALUES (300, '2026-01-01', '{1,1}', NULL, 0, 0, NULL), (301, NULL, NULL, NULL, NULL, NULL, NULL), (302, '2026-01-01', '{1,1}', 'x', 1, 2, 1), (302, NULL, NULL, 'x', NULL, 2, 1);
ANALYZE events;
CREATE VIEW aggregated AS SELECT customer, coupon.trajectory(at, state, offer, reward, cost) AS t, coupon.trajectory(at, state, offer, reward, cost, propensity) AS p FROM events GROUP BY customer;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE trajectories AS SELECT * FROM aggregated;
-- the same in plain SQL: the order is that of time, then offer (none last), reward, cost, propensity and state
CREATE TABLE reference AS
SELECT *, CASE WHEN offer IS NOT NULL THEN sum(reward) OVER back END AS return_to_go, CASE WHEN offer IS NOT NULL THEN sum(cost) OVER back END AS cost_to_go
FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY at, offer COLLATE "C" NULLS LAST, reward, cost, propensity, state) AS step FROM events WHERE at IS NOT NULL) e
WINDOW back AS (PARTITION BY customer ORDER BY step DESC);

SELECT cmp_ok(count(*), '>', 5000::bigint, 'there are ' || count(*) || ' steps') FROM reference;
SELECT cmp_ok(count(*), '>', 300::bigint, 'of which ' || count(*) || ' share time, offer and reward with another') FROM (SELECT row_number() OVER (PARTITION BY customer, at, offer, reward) AS n FROM reference) r WHERE n > 1;

-- steps, and what is to go
SELECT results_eq('SELECT customer, s.* FROM trajectories, coupon.steps(p) s ORDER BY customer, step', 'SELECT customer, step::int, at, state, offer, CASE WHEN offer IS NOT NULL THEN reward END, CASE WHEN offer IS NOT NULL THEN cost END, propensity, return_to_go, cost_to_go FROM reference ORDER BY customer, step',
	'steps are the rows in order, and what is to go that of a window');
SELECT is(max(greatest(abs(return_to_go - r / 0.9 ^ step), abs(cost_to_go - c / 0.9 ^ step))) < 1e-9, true, 'discounted as well') FROM
	(SELECT customer, s.*, sum(reward * 0.9 ^ step) OVER w AS r, sum(cost * 0.9 ^ step) OVER w AS c FROM trajectories, coupon.steps(p, 0.9) s WINDOW w AS (PARTITION BY customer ORDER BY step DESC)) d;
SELECT results_eq('SELECT customer, coupon.returns_to_go(t), coupon.costs_to_go(t, 0.75) FROM trajectories WHERE t IS NOT NULL ORDER BY customer',
	$$ SELECT customer, coalesce(array_agg(s.return_to_go ORDER BY step) FILTER (WHERE offer IS NOT NULL), '{}'), coalesce(array_agg(s.cost_to_go ORDER BY step) FILTER (WHERE offer IS NOT NULL), '{}')
	FROM (SELECT customer, s.step, s.offer, s.return_to_go, d.cost_to_go FROM trajectories, coupon.steps(t) s, coupon.steps(t, 0.75) d WHERE s.step = d.step) s GROUP BY customer ORDER BY customer $$, 'returns_to_go and costs_to_go are the columns of steps');
SELECT results_eq('SELECT coupon.returns_to_go(t, 0), coupon.costs_to_go(t, 0) FROM trajectories WHERE customer = 299', 'SELECT array_agg(s.reward ORDER BY step), array_agg(s.cost ORDER BY step) FROM trajectories, coupon.steps(t) s WHERE customer = 299', 'discount 0 looks no step ahead');
SELECT results_eq('SELECT customer, propensity IS NULL FROM trajectories, coupon.steps(t) s WHERE step = 1 ORDER BY 1', 'SELECT DISTINCT customer, true FROM reference ORDER BY 1', 'without propensities they are null');
SELECT results_eq('SELECT customer, coupon.length(t), coupon.length(p) FROM trajectories WHERE t IS NOT NULL ORDER BY 1', 'SELECT customer, count(*)::int, count(*)::int FROM reference GROUP BY 1 ORDER BY 1', 'length counts the rows');
SELECT results_eq('SELECT customer, coupon.present_state(t) FROM trajectories WHERE t IS NOT NULL ORDER BY 1', 'SELECT customer, max(state) FILTER (WHERE offer IS NULL) FROM reference GROUP BY 1 ORDER BY 1', 'present_state is that without an offer');
SELECT is(t::text, NULL, 'rows without a time are skipped: none, no trajectory') FROM trajectories WHERE customer = 301;
SELECT is(t::text, '[{"at": "2026-01-01T00:00:00Z", "state": [1, 1], "offer": "x", "reward": 1, "cost": 2}]', 'one row') FROM trajectories WHERE customer = 302;
SELECT is(coupon.returns_to_go(t), '{}', 'a present state alone has nothing to go') FROM trajectories WHERE customer = 300;
SELECT is(coupon.trajectory(at, state, offer, reward, cost)::text, NULL, 'no row, no trajectory') FROM events WHERE false;

-- a function of what rows there are
SELECT results_eq('SELECT customer, t::text, p::text FROM trajectories ORDER BY 1', 'SELECT customer, coupon.trajectory(at, state, offer, reward, cost)::text, coupon.trajectory(at, state, offer, reward, cost, propensity)::text FROM (SELECT * FROM events ORDER BY md5(events::text)) e GROUP BY customer ORDER BY 1', 'the order of rows does not matter');
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT * FROM aggregated'), 'Partial', 'workers take part');
SELECT results_eq('SELECT customer, t::text, p::text FROM trajectories ORDER BY 1', 'SELECT customer, t::text, p::text FROM aggregated ORDER BY 1', 'parallel = serial');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is(coupon.trajectory(at, state, offer, reward, cost)::text, t::text, 'the rows of steps make the trajectory again') FROM trajectories, coupon.steps(t) s WHERE customer = 0 GROUP BY t::text;

-- parts and wholes
SELECT ok(bool_and(coalesce(coupon.append(a, b), a, b)::text = w::text) AND count(coupon.append(a, b)) > 200, 'what is split by time and appended is whole again') FROM
	(SELECT coupon.trajectory(at, state, offer, reward, cost, propensity) FILTER (WHERE at < '2026-03-29 12:00+00') AS a, coupon.trajectory(at, state, offer, reward, cost, propensity) FILTER (WHERE at >= '2026-03-29 12:00+00') AS b,
	coupon.trajectory(at, state, offer, reward, cost, propensity) AS w FROM events GROUP BY customer) s WHERE w IS NOT NULL;
SELECT is(coupon.append(p, later)::text, coupon.append(coupon.last_steps(p, 1), later)::text, 'a present state gives way') FROM trajectories, LATERAL (SELECT coupon.last_steps(p, 1) AS later) l WHERE customer = 300;
SELECT is(coupon.length(coupon.append(p, p)), 1, 'to another as well') FROM trajectories WHERE customer = 300;
SELECT results_eq($$ SELECT s.offer, s.propensity FROM trajectories, coupon.steps(coupon.append(p, '[{"at": "2027-01-01", "state": [0, 0]}]')) s WHERE customer = 299 $$, $$ SELECT s.offer, s.propensity FROM trajectories, coupon.steps(p) s WHERE customer = 299 UNION ALL SELECT NULL, NULL $$,
	'a present state without propensities goes behind steps that have them');
SELECT is(coupon.append(coupon.append(t, '[{"at": "2026-01-01", "state": [1, 1]}]'), p)::text, p::text, 'and steps that have them behind one') FROM (SELECT customer, p, '[{"at": "2026-01-01", "state": [0, 0]}]'::coupon.trajectory AS t FROM trajectories) o WHERE customer = 299;
SELECT is(coupon.append(p, coupon.append(l, l))::text, coupon.append(coupon.append(p, l), l)::text, 'append is associative') FROM trajectories, LATERAL (SELECT coupon.last_steps(p, 1) AS l) l WHERE customer = 299;
SELECT results_eq('SELECT customer, k, s.* FROM trajectories, unnest(ARRAY[1, 2, 7, 1000]) k, coupon.steps(coupon.last_steps(p, k)) s ORDER BY 1, 2, step',
	'SELECT customer, k, (step - greatest(n - k, 0))::int, at, state, offer, CASE WHEN offer IS NOT NULL THEN reward END, CASE WHEN offer IS NOT NULL THEN cost END, propensity, return_to_go, cost_to_go FROM (SELECT *, count(*) OVER (PARTITION BY customer) AS n FROM reference) r, unnest(ARRAY[1, 2, 7, 1000]) k WHERE step > n - k ORDER BY 1, 2, step',
	'last_steps are the last steps, with what is to go from them');
SELECT is(coupon.last_steps(t, 2)::text, coupon.trajectory(s.at, s.state, s.offer, s.reward, s.cost)::text, 'offers that are not left are forgotten: equal trajectories have equal bytes') FROM trajectories, coupon.steps(t) s WHERE customer = 299 AND step > coupon.length(t) - 2 GROUP BY t::text, coupon.last_steps(t, 2)::text;
SELECT is(count(*), 0::bigint, 'as they are sent, too') FROM trajectories, LATERAL (SELECT coupon.last_steps(p, 3) AS l) l, LATERAL (SELECT coupon.trajectory(at, state, offer, reward, cost, propensity) AS again FROM coupon.steps(l)) a WHERE coupon.trajectory_send(l) <> coupon.trajectory_send(again);

-- text and bytes
SELECT is(bool_and(t::text::coupon.trajectory::text = t::text AND coupon.trajectory_send(p::text::coupon.trajectory) = coupon.trajectory_send(p)), true, 'the text form loses nothing') FROM trajectories;
SELECT results_eq($$ SELECT customer, (step ->> 'at')::timestamptz, ARRAY(SELECT x::float8 FROM jsonb_array_elements_text(step -> 'state') x), step ->> 'offer', (step ->> 'reward')::float8, (step ->> 'propensity')::float8 FROM trajectories, jsonb_array_elements(p::text::jsonb) WITH ORDINALITY e(step, n) ORDER BY customer, n $$,
	'SELECT customer, at, state, offer, CASE WHEN offer IS NOT NULL THEN reward END, propensity FROM reference ORDER BY customer, step', 'it is JSON, each number exact');
CREATE TABLE extremes AS SELECT coupon.trajectory(at, ARRAY[x, -x, 0, '-0'], offer, x, x) AS t FROM (VALUES ('4714-11-24 00:00:00+00 BC'::timestamptz, 5e-324::float8, ''), ('0001-12-31 23:59:59.999999+00 BC', 0.1, E'\t"\\\n\x01'), ('0001-01-01 00:00+00', 1.7976931348623157e308, 'ü😀'), ('294276-12-31 23:59:59.999999+00', 1e-17, '/')) v(at, x, offer);
SELECT results_eq('SELECT at, state, offer, cost FROM extremes, coupon.steps(t::text::coupon.trajectory, 0)',
	$$ SELECT at::timestamptz, ARRAY[x, -x, 0, 0], offer, x FROM (VALUES ('4714-11-24 00:00:00+00 BC', 5e-324::float8, ''), ('0001-12-31 23:59:59.999999+00 BC', 0.1, E'\t"\\\n\x01'), ('0001-01-01 00:00+00', 1.7976931348623157e308, 'ü😀'), ('294276-12-31 23:59:59.999999+00', 1e-17, '/')) v(at, x, offer) $$, 'the ends of all ranges');
SET LOCAL extra_float_digits = -10; SET LOCAL timezone = 'Asia/Kathmandu'; SET LOCAL datestyle = 'German, DMY';
SELECT is(t::text::coupon.trajectory::text, '[{"at": "2026-03-29T01:30:00.000001Z", "state": [0.30000000000000004], "offer": "x", "reward": 0, "cost": 0}]', 'no setting has a say in it') FROM (SELECT coupon.trajectory('2026-03-29 01:30:00.000001+00', ARRAY[0.1::float8 + 0.2], 'x', '-0', 0) AS t) t;
RESET extra_float_digits; RESET timezone; RESET datestyle;
SELECT is(' [ {"reward":1e0,"cost":2.50,"offer":"\u0061","state":[ 1 ],"at":"2026-01-05"} ] '::coupon.trajectory::text, '[{"at": "2026-01-05T00:00:00Z", "state": [1], "offer": "a", "reward": 1, "cost": 2.5}]', 'by hand: any order, blanks, days');

-- stored out of line, compressed, with a short header; COPY and its bytes
CREATE TABLE stored (id int, t coupon.trajectory);
INSERT INTO stored SELECT customer, p FROM trajectories WHERE t IS NOT NULL;
INSERT INTO stored SELECT -1, coupon.trajectory(timestamptz '2026-01-01' + i * interval '1 s', ARRAY[i, sin(i), cos(i)], 'o' || i % 7, sqrt(i), i % 3) FROM generate_series(1, 100000) i;
SELECT ok(pg_column_size(t) > 2000000 AND coupon.length(t) = 100000, 'a trajectory of 100,000 steps') FROM stored WHERE id = -1;
SELECT ok(abs((coupon.returns_to_go(t))[1] - r) < 1e-6 AND (coupon.costs_to_go(t))[2] = 99999, 'and what is to go there') FROM stored, (SELECT sum(sqrt(i)) AS r FROM generate_series(1, 100000) i) r WHERE id = -1;
SELECT is(coupon.trajectory_send(coupon.append(t, coupon.last_steps(t, 1))), coupon.trajectory_send(coupon.append(t::text::coupon.trajectory, coupon.last_steps(t, 1))), 'its text form') FROM stored WHERE id = -1;
SELECT ok(min(pg_column_size(t)) < 127, 'some have short headers') FROM stored;
SELECT is(bool_and(s.t::text = x.p::text AND coupon.length(s.t) = coupon.length(x.p)), true, 'stored and read again') FROM stored s JOIN trajectories x ON x.customer = s.id;
SELECT current_setting('data_directory') || '/trajectories' AS file \gset
CREATE TABLE copied (LIKE stored);
COPY stored TO :'file' (FORMAT binary);
COPY copied FROM :'file' (FORMAT binary);
SELECT is(count(*), (SELECT count(*) FROM stored), 'COPY BINARY loses nothing') FROM stored s JOIN copied c USING (id) WHERE coupon.trajectory_send(s.t) = coupon.trajectory_send(c.t);
TRUNCATE copied;
COPY stored TO :'file';
COPY copied FROM :'file';
SELECT is(count(*), (SELECT count(*) FROM stored), 'COPY loses nothing') FROM stored s JOIN copied c USING (id) WHERE coupon.trajectory_send(s.t) = coupon.trajectory_send(c.t);

-- bytes from outside: what is not refused reads back as it is
CREATE TABLE received (t coupon.trajectory);
CREATE FUNCTION pg_temp.received(value bytea, file text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE result text;
BEGIN
	-- COPY BINARY writes a bytea as it is
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', value, file);
	BEGIN
		EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
		SELECT CASE WHEN coupon.trajectory_send(t) = value AND coupon.trajectory_send(t::text::coupon.trajectory) = value AND (SELECT count(*) FROM coupon.steps(t)) = coupon.length(t) THEN 'sound' ELSE 'unsound' END INTO result FROM received;
		DELETE FROM received;
	EXCEPTION WHEN invalid_binary_representation OR feature_not_supported OR numeric_value_out_of_range THEN
		result := 'refused';
	END;
	RETURN result;
END $$;
CREATE TABLE small AS SELECT coupon.trajectory('2026-01-01'::timestamptz + i * interval '1 day', ARRAY[i, 0.5], CASE WHEN i < 6 THEN 'ö' || i % 3 END, nullif(i, 6), nullif(i, 6) - i, 1.0 / nullif(i, 6)) AS t FROM generate_series(1, 6) i;
SELECT is(pg_temp.received(coupon.trajectory_send(t), :'file'), 'sound', 'unaltered bytes are received') FROM small;
CREATE TABLE fuzzed AS SELECT n, pg_temp.received(altered, :'file') AS result FROM small, generate_series(1, 1500) n, LATERAL (SELECT pg_temp.alter_bytes(coupon.trajectory_send(t), n) AS altered) x WHERE altered <> coupon.trajectory_send(t);
SELECT is(count(*) FILTER (WHERE result NOT IN ('sound', 'refused')), 0::bigint, 'altered ones are refused or make sense') FROM fuzzed;
SELECT ok(count(*) FILTER (WHERE result = 'refused') > 600 AND count(*) FILTER (WHERE result = 'sound') > 100, 'some of each: ' || count(*) FILTER (WHERE result = 'refused') || ' refused') FROM fuzzed;
SELECT is(pg_temp.received(coupon.trajectory_send(t) || '\x00', :'file'), 'refused', 'bytes after the end') FROM small;
SELECT is(count(*) FILTER (WHERE pg_temp.received(substring(coupon.trajectory_send(t) FOR n), :'file') <> 'refused'), 0::bigint, 'every part from the beginning is refused') FROM small, generate_series(0, length(coupon.trajectory_send(t)) - 1) n;
-- each check of its own: place and bytes of what is wrong
SELECT is(pg_temp.received(overlay(coupon.trajectory_send(t) PLACING bytes FROM place + 1), :'file'), 'refused', 'refused: ' || what) FROM small, (VALUES
	(0, '\x0200'::bytea, 'another version'), (2, '\x07', 'an unknown flag'), (4, '\x00000000', 'no step'), (4, '\xffffffff', 'fewer than none'), (4, '\xffffff7f', 'more than there are'), (8, '\xffffff7f', 'a dimension'), (12, '\xffffff7f', 'offers'), (16, '\xffffffff', 'names'),
	(20, '\x0000000000000080', 'a time without beginning'), (20, '\xffffffffffffff7f', 'without end'), (20 + 8 * 6, '\x0000000000000080', 'minus zero'), (20 + 8 * 6, '\x000000000000f87f', 'NaN'), (20 + 8 * 23, '\x000000000000f03f', 'a reward of the present'), (20 + 8 * 30, '\x0000000000000040', 'a propensity of 2'),
	(20 + 8 * 35, '\x000000000000f03f', 'a propensity of the present'), (20 + 8 * 36, '\x03000000', 'an offer that is not there'), (20 + 8 * 36, '\xffffffff', 'a step without offer'), (20 + 8 * 36 + 20, '\x00000000', 'a present with one'), (20 + 8 * 36 + 24 + 3, '\x39', 'names out of order')) v(place, bytes, what);
CREATE FUNCTION pg_temp.text_of(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN convert_from(bytes, 'UTF8'); EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
SELECT cmp_ok(pg_temp.refused(array_agg(altered), 'coupon.trajectory', 'SELECT coupon.trajectory_send($1::coupon.trajectory), coupon.append($1::coupon.trajectory, $1::coupon.trajectory)'), '>=', 700, 'of ' || count(*) || ' altered texts most are refused, none does harm')
FROM small, generate_series(1, 2500) n, LATERAL (SELECT pg_temp.text_of(pg_temp.alter_bytes(convert_to(t::text, 'UTF8'), n)) AS altered) x WHERE altered <> t::text;

-- an empty search_path, a cancel
SET LOCAL search_path = '';
CREATE TABLE public.twice AS SELECT coupon.length(t OPERATOR(coupon.||) t) AS length, s.return_to_go FROM (SELECT '[{"at": "2026-01-05", "state": [], "offer": "a", "reward": 1, "cost": 2.5}]'::coupon.trajectory AS t) t, coupon.steps(t, 0.5) s;
RESET search_path;
SELECT results_eq('TABLE twice', 'SELECT 2, 1::float8', 'with an empty search_path');
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops('SELECT coupon.length(coupon.trajectory(at, state, o, i, i)) FROM (SELECT timestamptz ''2026-01-01'' AS at, ARRAY[hashint8(i)]::float8[] AS state, ''o''::text AS o, i FROM generate_series(1::bigint, 20000000) i) e'), 'a long aggregate stops');
SELECT ok(pg_temp.stops('SELECT sum(length(u::text)) FROM (SELECT coupon.append(t, coupon.last_steps(t, 1)) AS u FROM stored, generate_series(1, 100) WHERE id = -1) u'), 'writing long ones stops');
RESET statement_timeout;

-- the Complete Journey: weeks of households, against plain SQL
\if :have_data
\i test/journey.psql
CREATE TABLE journeys AS SELECT household, coupon.trajectory(at, ARRAY[before, habit], CASE WHEN week < 54 THEN mailed END, sales, coupons) AS t FROM (
	SELECT household, week, at, mailed, sales, coupons, coalesce(sum(sales) OVER (w ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING), 0) AS before, coalesce(sum(redeemed) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::float8 AS habit
	FROM (SELECT * FROM weeks UNION ALL SELECT household, 54, max(at) + interval '7 days', NULL, NULL, NULL, NULL FROM weeks GROUP BY household) e WINDOW w AS (PARTITION BY household ORDER BY week)) e GROUP BY household;
SELECT is(array[count(*), sum(coupon.length(t)), sum(array_length(coupon.returns_to_go(t), 1))], ARRAY[2377, 2377 * 54, 2377 * 53]::bigint[], 'households, weeks and weeks that are over') FROM journeys;
SELECT is(count(*) FILTER (WHERE abs(s.return_to_go - r.sales) > 1e-9 OR abs(s.cost_to_go - r.coupons) > 1e-9 OR s.offer <> r.mailed OR abs(s.state[2] - r.habit) > 0), 0::bigint, 'each week as in plain SQL') FROM journeys JOIN
	(SELECT household, week, mailed, sum(sales) OVER w AS sales, sum(coupons) OVER w AS coupons, sum(redeemed) OVER (PARTITION BY household ORDER BY week) - redeemed AS habit FROM weeks WINDOW w AS (PARTITION BY household ORDER BY week DESC)) r USING (household), coupon.steps(t) s WHERE s.step = r.week;
SELECT is(array_agg(DISTINCT offer COLLATE "C" ORDER BY offer COLLATE "C"), '{"Type A","Type B","Type C",none}', 'offers are the types of campaigns') FROM journeys, coupon.steps(t) WHERE offer IS NOT NULL;
\else
SELECT skip('no ../shared/data', 3);
\endif

SELECT * FROM finish();
ROLLBACK;
