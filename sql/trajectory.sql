-- the manual's example

CREATE TABLE purchases (customer text, bought_at timestamptz, amount float8);
INSERT INTO purchases VALUES
    ('ann', '2026-01-03 10:00+00', 20), ('ann', '2026-01-03 10:05+00', 5), ('ann', '2026-02-20 18:00+00', 35), ('ann', '2026-03-01 09:30+00', NULL),
    ('bob', '2025-12-24 12:00+00', 100), ('bob', '2026-04-02 12:00+00', 60);
SET TimeZone = 'UTC';
SELECT customer, (coupon.rfm(bought_at, amount, '2026-04-01')).* FROM purchases GROUP BY customer ORDER BY customer;
SELECT customer, (coupon.decayed_sum(amount, bought_at, '2026-04-01', '30 days')).* FROM purchases GROUP BY customer ORDER BY customer;
SELECT customer, (coupon.sessions(bought_at, '30 minutes')).* FROM purchases GROUP BY customer ORDER BY customer;
SELECT customer, (coupon.gaps(bought_at)).* FROM purchases GROUP BY customer ORDER BY customer;
SELECT customer, (coupon.coupon_history(bought_at, 'spring', amount > 30, amount / 100, '2026-04-01')).* FROM purchases GROUP BY customer ORDER BY customer;
SELECT customer, (coupon.coupon_history(bought_at, CASE WHEN amount > 10 THEN 'spring' END, amount > 30, amount / 100, '2026-04-01', amount, '{"prior_rate": 0.5, "window": 45}')).* FROM purchases GROUP BY customer ORDER BY customer;
-- partial results
CREATE TABLE months AS SELECT date_trunc('month', bought_at) AS month, coupon.rfm_state(bought_at, amount, '2026-04-01') AS state FROM purchases GROUP BY 1;
SELECT (coupon.rfm_merge(state)).* FROM months;
SELECT coupon.rfm_merge(s) = (SELECT coupon.rfm_merge(state) FROM months) AS same FROM (SELECT coupon.rfm_state(state) AS s FROM months) r;

-- times
SELECT coupon.rfm('infinity', 1, '2026-04-01');
SELECT coupon.rfm('-infinity', 1, '2026-04-01');
SELECT coupon.rfm('2026-01-01', 1, 'infinity');
SELECT coupon.rfm('2026-01-01', 1, NULL);
SELECT coupon.decayed_sum(1, 'infinity', '2026-04-01', '1 day');
SELECT coupon.sessions('infinity', '1 day');
SELECT coupon.gaps('-infinity');
SELECT coupon.coupon_history('infinity', 'a', true, 1, '2026-04-01');
SELECT coupon.rfm(bought_at, amount, bought_at) FROM purchases WHERE customer = 'bob';
SELECT coupon.rfm_merge(s) FROM (SELECT coupon.rfm_state(bought_at, amount, ends) AS s FROM purchases, (VALUES (timestamptz '2026-01-01'), ('2026-04-01')) e(ends) GROUP BY ends) x;

-- amounts
SELECT coupon.rfm('2026-01-01', 'NaN', '2026-04-01');
SELECT coupon.rfm('2026-01-01', '-infinity', '2026-04-01');
SELECT coupon.rfm('2026-01-01', 1e101, '2026-04-01');
SELECT coupon.decayed_sum('infinity', '2026-01-01', '2026-04-01', '1 day');
SELECT coupon.coupon_history('2026-01-01', 'a', true, 'NaN', '2026-04-01');
SELECT coupon.coupon_history('2026-01-01', 'a', true, -0.1, '2026-04-01');
SELECT coupon.coupon_history('2026-01-01', 'a', true, 0.1, '2026-04-01', -5);

-- intervals
SELECT coupon.decayed_sum(1, '2026-01-01', '2026-04-01', NULL);
SELECT coupon.decayed_sum(1, '2026-01-01', '2026-04-01', '0');
SELECT coupon.decayed_sum(1, '2026-01-01', '2026-04-01', '1 month -30 days');
SELECT coupon.decayed_sum(1, '2026-01-01', '2026-04-01', '1000000 years');
SELECT coupon.sessions('2026-01-01', '-1 minute');
SELECT coupon.sessions('2026-01-01', NULL);
SELECT coupon.sessions('2026-01-01', i * interval '1 day') FROM generate_series(1, 2) i;
SELECT coupon.decayed_sum(1, '2026-01-01', '2026-04-01', i * interval '1 day') FROM generate_series(1, 2) i;
SELECT coupon.sessions_merge(s) FROM (SELECT coupon.sessions_state('2026-01-01', i * interval '1 day') AS s FROM generate_series(1, 2) i GROUP BY i) x;
SELECT coupon.decayed_sum_merge(s) FROM (SELECT coupon.decayed_sum_state(1, '2026-01-01', '2026-04-01', i * interval '1 day') AS s FROM generate_series(1, 2) i GROUP BY i) x;

-- options
SELECT coupon.coupon_history('2026-01-01', 'a', true, 1, '2026-04-01', 1, '{"windov": 3}');
SELECT coupon.coupon_history('2026-01-01', 'a', true, 1, '2026-04-01', 1, '{"window": 0}');
SELECT coupon.coupon_history('2026-01-01', 'a', true, 1, '2026-04-01', 1, '{"prior_rate": 10}');
SELECT coupon.coupon_history('2026-01-01', 'a', true, 1, '2026-04-01', 1, NULL);
SELECT coupon.coupon_history('2026-01-01', 'a', true, 1, '2026-04-01', 1, jsonb_build_object('window', i)) FROM generate_series(1, 2) i;
SELECT coupon.coupon_history_merge(s) FROM (SELECT coupon.coupon_history_state('2026-01-01', 'a', true, 1, '2026-04-01', 1, jsonb_build_object('window', i)) AS s FROM generate_series(1, 2) i GROUP BY i) x;
SELECT coupon.coupon_history_merge(s) FROM (SELECT coupon.coupon_history_state('2026-01-01', 'a', true, 1, '2026-04-01', 1) UNION ALL SELECT coupon.coupon_history_state('2026-01-01', 'a', true, 1, '2026-04-01')) x(s);

-- too much, and what is no state of it
SELECT coupon.gaps(timestamptz '2026-01-01' + i * interval '1 day') FROM generate_series(1, 1000001) i;
SELECT coupon.gaps_merge(state) FROM months;
SELECT 'gaps:1:AAAA'::coupon.state;
DROP TABLE purchases, months;
