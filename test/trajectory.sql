-- Summaries of events: plain SQL, workers, any order, any partition, states that travel, edges.
\i test/prelude.psql
BEGIN;
SELECT plan(73);
\i test/fuzz.psql
SET client_min_messages = error;

-- nulls, ties, bursts, events after as_of; not in order of time
CREATE TABLE events AS
SELECT i, i % 100 AS customer, CASE WHEN i % 29 > 0 THEN timestamptz '2025-01-01' + (h % 11 * 50 + h / 11 % 15) * interval '1 day' + h / 7 % 3 * interval '7 minutes' END AS at,
	CASE WHEN i % 7 > 0 THEN h % 5003 / 100.0 END::float8 AS amount, CASE WHEN h % 3 > 0 THEN 'offer ' || h / 13 % 11 END AS offer,
	CASE WHEN i % 31 > 0 THEN h % 13 < 2 END AS redeemed, CASE WHEN i % 37 > 0 THEN h % 40 / 100.0 END::float8 AS discount
FROM (SELECT i, abs(hashint4(i)::bigint) AS h FROM generate_series(1, 20000) i) x;
ANALYZE events;
\set as_of 2025-12-01
\i test/trajectory_reference.psql
SELECT ok(sum(future) > 1000 AND max(sessions) > 1 AND max(streak) > 3 AND max(offers) = 11 AND sum(skipped) > 3000, 'the events are not trivial') FROM reference;
SELECT is_empty('SELECT * FROM pg_temp.differences()', 'every figure is that of plain SQL');

--
-- workers, order, partitions
--
CREATE FUNCTION pg_temp.alike(a float8, b float8) RETURNS boolean LANGUAGE sql AS $$ SELECT (a IS NULL) = (b IS NULL) AND coalesce(abs(a - b) <= 1e-12 * abs(a), true) $$;
CREATE TABLE results AS SELECT ''::text AS name, * FROM summary WHERE false;
-- sums to 1e-12, all else exactly
CREATE FUNCTION pg_temp.same(a results, b results) RETURNS boolean LANGUAGE sql AS $$
	SELECT (a.g, a.s, a.h) IS NOT DISTINCT FROM (b.g, b.s, b.h) AND pg_temp.alike((a.r).monetary, (b.r).monetary) AND pg_temp.alike((a.r).total, (b.r).total)
		AND ((a.r).frequency, (a.r).recency, (a.r).age, (a.r).first_at, (a.r).last_at, (a.r).future, (a.r).skipped) IS NOT DISTINCT FROM ((b.r).frequency, (b.r).recency, (b.r).age, (b.r).first_at, (b.r).last_at, (b.r).future, (b.r).skipped)
		AND pg_temp.alike((a.d).sum, (b.d).sum) AND pg_temp.alike((a.d).weight, (b.d).weight) AND pg_temp.alike((a.d).mean, (b.d).mean) AND ((a.d).events, (a.d).future, (a.d).skipped) = ((b.d).events, (b.d).future, (b.d).skipped)
		AND pg_temp.alike((a.hs).spend_share, (b.hs).spend_share) AND ((a.hs).sent, (a.hs).unredeemed_streak, (a.hs).skipped) = ((b.hs).sent, (b.hs).unredeemed_streak, (b.hs).skipped) $$;
-- of how many customers are the results the same as the serial ones?
CREATE FUNCTION pg_temp.same_as_serial(which text) RETURNS bigint LANGUAGE sql AS
$$ SELECT count(*) FROM results a JOIN results b USING (customer) WHERE a.name = 'serial' AND b.name = which AND pg_temp.same(a, b) $$;

SET LOCAL max_parallel_workers_per_gather = 0;
INSERT INTO results SELECT 'serial', * FROM summary;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('TABLE summary'), 'Partial (Hash|Group)?Aggregate', 'workers take part');
CREATE TABLE parallel AS TABLE summary;
INSERT INTO results SELECT 'parallel', * FROM parallel;
SELECT is(pg_temp.same_as_serial('parallel'), 100::bigint, 'parallel = serial');
SELECT matches(pg_temp.plan_of($$ SELECT coupon.sessions(at, '1 hour'), coupon.gaps(at) FROM events $$), 'Partial Aggregate', 'workers take part without groups');
CREATE TABLE shuffled AS SELECT * FROM events ORDER BY md5(i::text);
SELECT is((SELECT ARRAY[coupon.sessions(at, '1 hour')::text, coupon.gaps(at)::text, coupon.coupon_history(at, offer, redeemed, discount, '2025-12-01')::text] FROM events),
	(SELECT ARRAY[coupon.sessions(at, '1 hour')::text, coupon.gaps(at)::text, coupon.coupon_history(at, offer, redeemed, discount, '2025-12-01')::text] FROM (TABLE shuffled OFFSET 0) e), 'and give what one process gives of other rows first');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is((SELECT pg_temp.same(a, b) FROM results a, results b WHERE a.name = 'serial' AND b.name = 'parallel' AND a.customer = 1 AND b.customer = 2), false, 'the comparison tells customers apart');

CREATE TABLE parts AS
SELECT customer, p.name, p.part, coupon.rfm_state(at, amount, :'as_of') AS r, coupon.decayed_sum_state(amount, at, :'as_of', '30 days') AS d, coupon.gaps_state(at) AS g, coupon.sessions_state(at, '30 days') AS s,
	coupon.coupon_history_state(at, offer, redeemed, discount, :'as_of') AS h, coupon.coupon_history_state(at, offer, redeemed, discount, :'as_of', amount) AS hs
FROM shuffled, LATERAL (VALUES ('thirds', i % 3), ('months', extract(month FROM at)::int), ('single rows', i), ('uneven', (i % 97 = 0)::int)) p(name, part) GROUP BY 1, 2, 3;
INSERT INTO results SELECT name, customer, coupon.rfm_merge(r), coupon.decayed_sum_merge(d), coupon.gaps_merge(g), coupon.sessions_merge(s), coupon.coupon_history_merge(h), coupon.coupon_history_merge(hs) FROM parts GROUP BY 1, 2;
SELECT is(pg_temp.same_as_serial(name), 100::bigint, 'merged from ' || name) FROM (SELECT DISTINCT name FROM parts) p ORDER BY name;
CREATE TABLE rolled AS
SELECT customer, part % 5 AS part, coupon.rfm_state(r) AS r, coupon.decayed_sum_state(d) AS d, coupon.gaps_state(g) AS g, coupon.sessions_state(s) AS s, coupon.coupon_history_state(h) AS h, coupon.coupon_history_state(hs) AS hs
FROM parts WHERE name = 'months' GROUP BY 1, 2;
INSERT INTO results SELECT 'rolled up, as text', customer, coupon.rfm_merge(r::text::coupon.state), coupon.decayed_sum_merge(d::text::coupon.state), coupon.gaps_merge(g::text::coupon.state), coupon.sessions_merge(s::text::coupon.state),
	coupon.coupon_history_merge(h::text::coupon.state), coupon.coupon_history_merge(hs::text::coupon.state) FROM rolled GROUP BY 2;
SELECT is(pg_temp.same_as_serial('rolled up, as text'), 100::bigint, 'rolled up, and moved as text');
SELECT is((SELECT count(DISTINCT g) || ' ' || count(DISTINCT s) FROM (SELECT coupon.gaps_state(g)::text AS g, coupon.sessions_state(s)::text AS s FROM parts GROUP BY name
	UNION ALL SELECT coupon.gaps_state(at)::text, coupon.sessions_state(at, '30 days')::text FROM events) x), '1 1', 'a state is what its events are, in any order');
SELECT is((SELECT count(*) FROM (SELECT customer, coupon.rfm(at, amount, :'as_of') FILTER (WHERE i % 2 = 0) AS f FROM events GROUP BY 1) f JOIN
	(SELECT customer, coupon.rfm(at, amount, :'as_of') AS w FROM events WHERE i % 2 = 0 GROUP BY 1) w USING (customer) WHERE (f).frequency = (w).frequency AND (f).total = (w).total), 50::bigint, 'FILTER is WHERE');
-- the final function leaves the state as it is: running results are those of so many rows
SELECT is_empty($$ SELECT i FROM (SELECT i, (coupon.sessions(at, '30 days') OVER w)::text AS s, (coupon.gaps(at) OVER w)::text AS g, (coupon.coupon_history(at, offer, redeemed, discount, '2026-12-01') OVER w)::text AS h FROM events WHERE customer = 3 WINDOW w AS (ORDER BY i)) r,
	LATERAL (SELECT coupon.sessions(at, '30 days')::text AS t, coupon.gaps(at)::text AS u, coupon.coupon_history(at, offer, redeemed, discount, '2026-12-01')::text AS v FROM events e WHERE customer = 3 AND e.i <= r.i) x
	WHERE (s, g, h) IS DISTINCT FROM (t, u, v) $$, 'as window functions');

--
-- as_of, brought forward
--
SELECT ok((f).recency = 10.5 AND (f).frequency = 2 AND (f).age = 19.5, 'states of two days, as of the later') FROM (SELECT coupon.rfm_merge(s) AS f FROM (SELECT coupon.rfm_state(at, 1, ends) AS s
	FROM (VALUES (timestamptz '2026-01-01 12:00', timestamptz '2026-01-02'), ('2026-01-10 12:00', '2026-01-21')) v(at, ends) GROUP BY ends) x) y;
SELECT ok(pg_temp.alike((f).sum, 8 * 2 ^ -3.5 + 4 * 2 ^ -1.5) AND pg_temp.alike((f).weight, 2 ^ -3.5 + 2 ^ -1.5), 'and their decayed sum')
FROM (SELECT coupon.decayed_sum_merge(s) AS f FROM (SELECT coupon.decayed_sum_state(amount, at, ends, '2 days') AS s
	FROM (VALUES (8, timestamptz '2026-01-01', timestamptz '2026-01-02'), (4, '2026-01-05', '2026-01-08')) v(amount, at, ends) GROUP BY ends) x) y;
-- 10,000 days with a half-life of one: nothing is left of the weight, all of the mean
CREATE FUNCTION pg_temp.forward(days integer) RETURNS coupon.decayed_sum LANGUAGE plpgsql AS $$
DECLARE
	s coupon.state := (SELECT coupon.decayed_sum_state(v, '2000-01-01', '2000-01-01 06:00', '1 day') FROM generate_series(1, 3) v);
BEGIN
	FOR day IN 1 .. days LOOP
		SELECT coupon.decayed_sum_state(x)::text::coupon.state INTO s FROM (VALUES (s), ((SELECT coupon.decayed_sum_state(NULL, NULL, timestamptz '2000-01-01 05:00' + day * interval '23 hours', '1 day')))) v(x);
	END LOOP;
	RETURN (SELECT coupon.decayed_sum_merge(x) FROM (VALUES (s)) v(x));
END $$;
SELECT ok((f).sum = 0 AND (f).weight = 0 AND abs((f).mean - 2) < 1e-9 AND (f).events = 3 AND (f).skipped = 3000, 'brought forward a day at a time for years') FROM (SELECT pg_temp.forward(3000) AS f) x;
SELECT ok(abs((f).sum / (6 * 2 ^ (-(20 * 23 + 5) / 24.0)) - 1) < 1e-12, 'or for weeks') FROM (SELECT pg_temp.forward(20) AS f) x;
-- an event of the first time there is, in steps to a microsecond before its first half-life, where rounding decides on which side it is
CREATE FUNCTION pg_temp.first_event(days integer) RETURNS coupon.state LANGUAGE plpgsql AS $$
DECLARE
	first timestamptz := '4714-11-24 00:00:00+00 BC';
	s coupon.state := (SELECT coupon.decayed_sum_state(1, first, first, days * interval '1 day'));
BEGIN
	FOR part IN 1 .. 7 LOOP
		SELECT coupon.decayed_sum_state(x) INTO s FROM (VALUES (s), ((SELECT coupon.decayed_sum_state(NULL, NULL,
			CASE part WHEN 7 THEN first + days * interval '1 day' - interval '1 us' ELSE first + days / 7 * part * interval '1 day' END, days * interval '1 day')))) v(x);
	END LOOP;
	RETURN s;
END $$;
SELECT ok(bool_and(abs((f).sum - 0.5) < 1e-12), 'states of 4714 BC can be read back') FROM (SELECT coupon.decayed_sum_merge(s::text::coupon.state) AS f FROM (SELECT k, pg_temp.first_event(200000 + k * 7919) AS s FROM generate_series(1, 50) k) x GROUP BY k) y;
SELECT throws_like($$ SELECT coupon.rfm_merge(s) FROM (SELECT coupon.rfm_state(at, 1, ends) AS s FROM (VALUES (timestamptz '2026-01-03', timestamptz '2026-01-02'), ('2026-01-10', '2026-01-21')) v(at, ends) GROUP BY ends) x $$,
	'cannot bring a state of rfm forward to a later as_of');
SELECT throws_like(format('SELECT coupon.%s FROM (VALUES (timestamptz ''2026-01-01'', timestamptz ''2026-02-01''), (''2026-01-01'', ''2026-02-02'')) v(at, ends)', call), 'as_of must be the same in every row of a group', call)
FROM (VALUES ('rfm(at, 1, ends)'), ('decayed_sum(1, at, ends, ''1 day'')'), ('coupon_history(at, ''a'', true, 1, ends)')) v(call);

--
-- edges
--
SELECT ok(coupon.rfm(at, 1, at) IS NULL AND coupon.decayed_sum(1, at, at, '1 day') IS NULL AND coupon.sessions(at, '1 day') IS NULL AND coupon.gaps(at) IS NULL AND coupon.coupon_history(at, 'a', true, 1, at) IS NULL, 'no row: null') FROM events WHERE false;
SELECT is(ARRAY[coupon.rfm(at, 1, '2026-01-01')::text, coupon.decayed_sum(1, at, '2026-01-01', '1 day')::text, coupon.sessions(at, '1 day')::text, coupon.gaps(at)::text, coupon.coupon_history(at, 'a', true, 1, '2026-01-01')::text],
	'{"(,0,,,0,,,0,2)","(0,0,,0,0,2)","(0,0,,,,,,,2)","(0,,,,,2)","(0,0,0,0.1,,,,0,,,0,2)"}', 'only nulls: counted') FROM (VALUES (NULL::timestamptz), (NULL)) v(at);
SELECT is(ARRAY[coupon.rfm(at, 3, '2026-01-01')::text, coupon.decayed_sum(3, at, '2026-01-01', '1 day')::text, coupon.coupon_history(at, 'a', true, 1, '2026-01-01', 5)::text],
	'{"(,0,,,0,,,2,0)","(0,0,,0,2,0)","(0,0,0,0.1,,,,0,,,2,0)"}', 'only later events: counted') FROM (VALUES (timestamptz '2026-01-02'), ('2026-01-01 00:00:00.000001')) v(at);
SELECT is(ARRAY[coupon.rfm(at, 3, at)::text, coupon.decayed_sum(3, at, at, '1 day')::text, coupon.sessions(at, '1 day')::text, coupon.gaps(at)::text, coupon.coupon_history(at, 'a', true, 0.2, at, 5)::text],
	'{"(0,1,3,0,3,\"2026-01-02 00:00:00+00\",\"2026-01-02 00:00:00+00\",0,0)","(3,1,3,1,0,0)","(1,1,1,0,0,1,\"2026-01-02 00:00:00+00\",\"2026-01-02 00:00:00+00\",0)","(1,,,,,0)","(1,1,1,0.18181818181818182,0,0,0.2,0,1,0.2,0,0)"}', 'one event, at as_of itself') FROM (VALUES (timestamptz '2026-01-02')) v(at);
SELECT is(ARRAY[coupon.gaps(at)::text, coupon.gaps(DISTINCT at)::text], '{"(4,1,3,0,0,0)","(2,3,,3,1,0)"}', 'events at one time have gaps of 0 between them, unless they are one') FROM (VALUES (timestamptz '2026-01-04'), ('2026-01-04'), ('2026-01-01'), ('2026-01-04')) v(at);
SELECT is(coupon.gaps(at)::text, '(3,0,0,0,,0)', 'all at one time') FROM (VALUES (timestamptz '2026-01-01'), ('2026-01-01'), ('2026-01-01')) v(at);
SELECT ok((coupon.sessions(at, '1 day')).sessions = 1 AND (coupon.sessions(at, '23:59:59.999999')).sessions = 2, 'a pause as long as gap does not end a session') FROM (VALUES (timestamptz '2026-01-02'), ('2026-01-01')) v(at);
-- at one time, what was redeemed counts as the last
SELECT is((h).unredeemed_streak, 2::bigint, 'streak after ties') FROM (SELECT coupon.coupon_history(at, o, r, 1, '2026-02-01') AS h FROM (VALUES (timestamptz '2026-01-02', 'a', true), ('2026-01-02', 'b', false), ('2026-01-02', 'a', false), ('2026-01-03', 'a', false), ('2026-01-04', 'a', false)) v(at, o, r)) x;
SELECT is((coupon.coupon_history(at, 'a', false, d, '2026-04-01')).best_discount, 0.2::float8, 'the window is closed: 90 days are in it') FROM (VALUES (timestamptz '2026-01-01', 0.2), ('2025-12-31 23:59:59', 0.9)) v(at, d);
SELECT ok((h).redemption_rate = 0.5 AND (h).best_discount = 0.9 AND (h).spend_share = 0.25, 'options, and purchases without a coupon')
FROM (SELECT coupon.coupon_history(at, o, r, d, '2026-04-01', spend, '{"prior_weight": 0, "window": 1000}') AS h FROM (VALUES (timestamptz '2026-01-01', 'a', true, 0.2, 10), ('2025-01-01', 'b', false, 0.9, NULL), ('2026-01-05', NULL, NULL, NULL, 30)) v(at, o, r, d, spend)) x;
SELECT ok((h).redemption_rate IS NULL, 'no prior and no coupon: no rate') FROM (SELECT coupon.coupon_history(NULL, 'a', true, 1, '2026-04-01', 1, '{"prior_weight": 0}') AS h) x;
SELECT ok((f).monetary = 1 AND (f).total = 3 AND (f).frequency = 3, 'large amounts that cancel') FROM (SELECT coupon.rfm('2026-01-01', a, '2026-01-01') AS f FROM unnest(ARRAY[1e100, 3, -1e100]) a) x;
SELECT ok((f).sum = 0 AND (f).weight = 0 AND (f).mean = 5 AND (g).sum = 10 AND (g).mean = 5, 'half-lives of a microsecond and of as long as can be; events of 4713 BC') FROM
	(SELECT coupon.decayed_sum(5, '4713-02-01 BC', '294276-01-01', '00:00:00.000001') AS f, coupon.decayed_sum(5, '2026-01-01', '2026-01-01', '290000 years') AS g FROM generate_series(1, 2)) x;
SELECT ok((f).age > 1e8 AND (g).mean = (f).age AND (s).sessions = 2, 'from the first time there is to the last') FROM (SELECT coupon.rfm(at, 1, '294276-12-31') AS f, coupon.gaps(at) AS g, coupon.sessions(at, '292000 years') AS s FROM (VALUES (timestamptz '4713-02-01 BC'), ('294276-12-31')) v(at)) x;

--
-- what travels, what is too much
--
CREATE TABLE kinds AS
SELECT 'rfm' AS name, coupon.rfm_state(at, amount, '2026-12-01')::text AS form FROM events WHERE customer = 5
UNION ALL SELECT 'decayed_sum', coupon.decayed_sum_state(amount, at, '2026-12-01', '3 days')::text FROM events WHERE customer = 5
UNION ALL SELECT 'sessions', coupon.sessions_state(at, '3 days')::text FROM events WHERE customer = 5 AND i < 2000
UNION ALL SELECT 'gaps', coupon.gaps_state(at)::text FROM events WHERE customer = 5 AND i < 2000
UNION ALL SELECT 'coupon_history', coupon.coupon_history_state(at, offer, redeemed, discount, '2026-12-01', amount)::text FROM events WHERE customer = 5 AND i < 2000;
SELECT ok(refused BETWEEN 150 AND 399, 'altered states of ' || name || ': what makes no sense is refused, the rest does no harm: ' || refused)
FROM kinds, LATERAL (SELECT array_agg(name || ':1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(form), n), 'base64'), E'\n', '')) AS forms FROM generate_series(1, 400) n) f,
	pg_temp.refused(forms, 'coupon.state', format('SELECT coupon.%s_merge(s) FROM (VALUES ($1::coupon.state), ($1::coupon.state)) v(s)', name)) refused;
SELECT throws_ok($$ SELECT coupon.gaps_merge(form::coupon.state) FROM kinds WHERE name = 'rfm' $$, '42809');
-- counts of rows left out have 32 bits: full ones, by hand, take no more rows and no more states
CREATE TABLE full_states AS SELECT name, format('%s:1:%s', name, translate(encode(overlay(pg_temp.bytes_of(form) PLACING '\xffffffff'::bytea FROM 9), 'base64'), E'\n', '')) AS form FROM kinds;
SELECT is(((coupon.rfm_merge(form::coupon.state)).skipped), 4294967295, 'so many rows can be left out') FROM full_states WHERE name = 'rfm';
SELECT throws_ok(format('SELECT coupon.%s_merge(s) FROM (SELECT form::coupon.state AS s FROM full_states WHERE name = %1$L UNION ALL SELECT coupon.%2$s) x', name, call), '54000', NULL, 'but no more, of ' || name)
FROM (VALUES ('rfm', 'rfm_state(NULL, 1, ''2026-12-01'')'), ('decayed_sum', 'decayed_sum_state(1, NULL, ''2026-12-01'', ''3 days'')'), ('sessions', 'sessions_state(NULL, ''3 days'')'), ('gaps', 'gaps_state(NULL::timestamptz)'), ('coupon_history', 'coupon_history_state(NULL, ''a'', true, 1, ''2026-12-01'', 1)')) v(name, call);
SELECT throws_ok(format('SELECT %L::coupon.state', format('%s:1:%s', name, translate(encode(overlay(pg_temp.bytes_of(form) PLACING '\x01'::bytea FROM 13), 'base64'), E'\n', ''))), '22P03', NULL, name || ' knows no future') FROM kinds WHERE name IN ('sessions', 'gaps');
SELECT throws_ok($$ SELECT coupon.rfm_add(NULL, '2026-01-01', 1, '2026-01-01') $$, '42809');
SELECT is((coupon.gaps(timestamptz '2026-01-01' + i * interval '1 hour')).events, 1000000::bigint, 'a million events') FROM generate_series(1, 1000000) i;
SELECT throws_ok(format('SELECT coupon.%s FROM generate_series(1, 1000001) i', call), '54000')
FROM (VALUES ('gaps(timestamptz ''2026-01-01'' - i * interval ''1 hour'')'), ('sessions(timestamptz ''2026-01-01'' + i * interval ''1 hour'', ''1 minute'')'), ('coupon_history(timestamptz ''2026-01-01'' - i * interval ''1 hour'', ''a'', true, 1, ''2026-01-01'')')) v(call);
SELECT is((coupon.sessions(timestamptz '2026-01-01' + i * interval '1 second', '1 minute')).sessions, 1::bigint, 'sessions keep no events') FROM generate_series(1, 1500000) i;

-- rows of one query with and without nulls, as the server keeps and compares them
CREATE TABLE kept AS SELECT k, coupon.gaps(timestamptz '2026-01-01' + i * i * interval '1 day') AS g, coupon.rfm('2026-01-01', CASE WHEN k > 0 THEN i END, '2026-01-03') AS r
FROM generate_series(0, 3) k, generate_series(0, k) i GROUP BY k;
SELECT results_eq('SELECT k, g FROM kept ORDER BY k', $$ VALUES (0, ROW(1, NULL, NULL, NULL, NULL, 0)::coupon.gaps), (1, ROW(2, 1, NULL, 1, 1, 0)::coupon.gaps),
	(2, ROW(3, 2, 2, 3, 1.5, 0)::coupon.gaps), (3, ROW(4, 3, 4, 5, 5 / 3::float8, 0)::coupon.gaps) $$, 'rows with and without nulls');
SELECT results_eq('SELECT k, r FROM kept ORDER BY k', $$ SELECT k, CASE WHEN k = 0 THEN ROW(NULL, 0, NULL, NULL, 0, NULL, NULL, 0, 1)::coupon.rfm
	ELSE ROW(2, k + 1, k / 2.0::float8, 2, k * (k + 1) / 2, '2026-01-01', '2026-01-01', 0, 0)::coupon.rfm END FROM generate_series(0, 3) k $$, 'and of rfm');
-- what the first row may not be, no later one may be
SELECT throws_ok(format('SELECT coupon.%s FROM (VALUES (timestamptz ''2026-01-01'', timestamptz ''2026-02-01''), (%L, %L)) v(at, as_of)', call, at, as_of), code, message)
FROM (VALUES ('rfm(at, 1, as_of)'), ('decayed_sum(1, at, as_of, ''1 day'')')) c(call),
	(VALUES ('2026-01-01', NULL, '22004', 'as_of must not be null'), ('2026-01-01', 'infinity', '22023', 'as_of is infinity, not a finite time'),
		('-infinity', '2026-02-01', '22023', 'at is -infinity, not a finite time'), ('infinity', '2026-02-01', '22023', 'at is infinity, not a finite time')) r(at, as_of, code, message);
-- weights of any size; the smallest numbers are rounded once
CREATE TABLE halved AS SELECT k, coupon.decayed_sum(3, timestamptz '2026-01-01' - k * interval '1 hour', '2026-01-01', '1 hour') AS alone,
	(SELECT coupon.decayed_sum(amount, v.at, '2026-01-01', '1 hour') FROM (VALUES (0, timestamptz '2026-01-01'), (3 * 2 ^ 300, timestamptz '2026-01-01' - k * interval '1 hour')) v(amount, at)) AS with_youngest
FROM unnest('{0,1,52,999,1000,1001,1022,1023,1060,1074,1075,1076,2000,9000}'::int[]) k GROUP BY k;
SELECT results_eq('SELECT k, (alone).sum, (alone).mean FROM halved ORDER BY k',
	$$ SELECT k, CASE WHEN k > 1076 THEN 0 ELSE 3 * 2 ^ -least(k, 1000) * 2 ^ -greatest(k - 1000, 0) END, 3::float8 FROM halved ORDER BY k $$, 'amounts of any age');
SELECT results_eq('SELECT k, (with_youngest).sum FROM halved ORDER BY k',
	$$ SELECT k, CASE WHEN k > 1074 THEN 0 ELSE 3 * 2 ^ (300 - least(k, 1000)) * 2 ^ -greatest(k - 1000, 0) END FROM halved ORDER BY k $$, 'beside a young one');

SET LOCAL search_path = '';
CREATE TABLE public.bare AS SELECT coupon.rfm_merge(s) AS r FROM (SELECT coupon.rfm_state(at, amount, '2026-12-01') AS s FROM public.events GROUP BY customer) x;
SET LOCAL search_path TO DEFAULT;
SELECT is((r).frequency, (SELECT count(*) FROM events WHERE at IS NOT NULL AND amount IS NOT NULL), 'an empty search_path will do') FROM bare;
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.rfm('2026-01-01', i, '2026-01-01') FROM generate_series(1, 30000) i, generate_series(1, 30000) j $$), 'rfm can be stopped');
SELECT ok(pg_temp.stops($$ SELECT coupon.sessions(timestamptz '2026-01-01' + (i * 7919 + j) % 900000 * interval '1 hour', '1 minute') FROM generate_series(1, 30000) i, generate_series(1, 30000) j $$), 'sessions can be stopped');

SELECT * FROM finish();
ROLLBACK;
