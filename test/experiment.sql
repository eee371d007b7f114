-- ab_test and balance: reference values, partial forms, edges.
\i test/prelude.psql
BEGIN;
SELECT plan(24);
\i test/regression_data.psql
\i test/fuzz.psql

CREATE TABLE trial AS SELECT *, arm = 'offer' AS treated, CASE WHEN arm = 'offer' THEN 1 / (0.2 + a / 20) ELSE 1 / (1 - 0.2 - a / 20) END AS weight FROM sample;
-- reference: scipy.stats.ttest_ind(equal_var=False), with the outcome less theta times the covariate for CUPED
SELECT ok(pg_temp.near(t.difference, 0.1151190476190469, 1e-12) AND pg_temp.near(t.standard_error, 0.2714981496269228, 1e-12) AND pg_temp.near(t.p_value, 0.6720723196453011, 1e-12)
	AND pg_temp.near(t.low, -0.42068481168418603, 1e-9) AND pg_temp.near(t.high, 0.6509229069222798, 1e-9), 'Welch as scipy has it') FROM (SELECT (coupon.ab_test(y, treated)).* FROM trial) t;
SELECT ok(pg_temp.near(t.difference, -0.04817536180968185, 1e-12) AND pg_temp.near(t.standard_error, 0.1820640230832762, 1e-12) AND pg_temp.near(t.p_value, 0.7916234410895389, 1e-12)
	AND pg_temp.near(t.variance_reduction, 0.5503086620166865, 1e-12), 'with a covariate as scipy has it') FROM (SELECT (coupon.ab_test(y, treated, a)).* FROM trial) t;
SELECT ok(pg_temp.near(b.standardised_difference, -0.002811097615002141, 1e-12) AND pg_temp.near(b.variance_ratio, 0.993688475047548, 1e-12) AND pg_temp.near(b.effective_treated, 70.34801578794045, 1e-9),
	'weighted balance as numpy has it') FROM (SELECT (coupon.balance(b, treated, weight)).* FROM trial) b;
SELECT ok(pg_temp.near(b.standardised_difference, p.difference, 1e-12) AND pg_temp.near(b.variance_ratio, p.ratio, 1e-12), 'balance = plain SQL')
FROM (SELECT (coupon.balance(b, treated)).* FROM trial) b, (SELECT (avg(b) FILTER (WHERE treated) - avg(b) FILTER (WHERE NOT treated)) / sqrt((variance(b) FILTER (WHERE treated) + variance(b) FILTER (WHERE NOT treated)) / 2) AS difference,
	variance(b) FILTER (WHERE treated) / variance(b) FILTER (WHERE NOT treated) AS ratio FROM trial) p;
SELECT ok(pg_temp.near(t.difference, e.ate, 1e-12) AND pg_temp.near(t.standard_error, e.ate_se, 1e-12), 'ab_test = the average effect of uplift_summary') FROM (SELECT (coupon.ab_test(v, treated)).* FROM trial) t, (SELECT (coupon.uplift_summary(a, v, treated)).* FROM trial) e;
SELECT ok(pg_temp.near(t.relative_lift, t.difference / t.control_mean, 1e-15) AND t.relative_low < t.relative_lift AND t.relative_lift < t.relative_high, 'relative lift within its interval') FROM (SELECT (coupon.ab_test(y, treated, a)).* FROM trial) t;
-- Student's distribution: the quantile of two degrees of freedom in closed form
SELECT ok(pg_temp.near((high - difference) / standard_error, 4.302652729696142, 1e-9), 'two degrees of freedom') FROM (SELECT (coupon.ab_test(y, w)).* FROM (VALUES (1, true), (2, true), (4, false), (5, false)) v(y, w)) t;

-- partial forms
CREATE TABLE states AS SELECT i % 4 AS part, coupon.ab_test_state(y, treated, a) AS t, coupon.balance_state(b, treated, weight) AS b FROM trial GROUP BY 1;
SELECT ok(pg_temp.near(m.difference, t.difference, 1e-12) AND pg_temp.near(m.p_value, t.p_value, 1e-10) AND m.rows = t.rows, 'ab_test_merge = ab_test')
FROM (SELECT (coupon.ab_test_merge(t)).* FROM states) m, (SELECT (coupon.ab_test(y, treated, a)).* FROM trial) t;
SELECT ok(pg_temp.near(m.standardised_difference, t.standardised_difference, 1e-12) AND m.rows = t.rows, 'balance_merge = balance')
FROM (SELECT (coupon.balance_merge(b)).* FROM states) m, (SELECT (coupon.balance(b, treated, weight)).* FROM trial) t;
SELECT is(coupon.ab_test_merge(t::text::coupon.state), coupon.ab_test_merge(t), 'the text form is exact') FROM states;
SELECT ok(pg_temp.near((SELECT (coupon.balance_merge(s)).variance_ratio FROM (SELECT coupon.balance_state(b) AS s FROM states GROUP BY part % 2) r), (coupon.balance_merge(b)).variance_ratio, 1e-12), 'rolled up and merged') FROM states;
SELECT throws_ok('SELECT coupon.balance_merge(t) FROM states', '42809');
SELECT throws_like($$ SELECT coupon.ab_test_merge(t) FROM (SELECT t FROM states UNION ALL SELECT coupon.ab_test_state(y, treated) FROM trial) x $$, 'one state has a covariate and another has none');
SELECT ok(refused BETWEEN 100 AND 399, 'altered states: what makes no sense is refused, the rest does no harm: ' || refused)
FROM (SELECT array_agg('ab_test:1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(t::text), n), 'base64'), E'\n', '')) AS forms FROM (SELECT t FROM states LIMIT 1) s, generate_series(1, 400) n) f,
	pg_temp.refused(forms, 'coupon.state', 'SELECT coupon.ab_test_merge($1::coupon.state)') refused;

-- workers
CREATE TABLE big AS SELECT t.* FROM trial t, generate_series(1, 300);
ANALYZE big;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT (coupon.ab_test(y, treated, a)).*, (coupon.balance(b, treated, weight)).standardised_difference AS d FROM big;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.ab_test(y, treated, a) FROM big'), 'Partial Aggregate', 'workers take part');
SELECT ok(pg_temp.near((p.t).p_value, s.p_value, 1e-9) AND pg_temp.near((p.b).standardised_difference, s.d, 1e-12), 'parallel = serial') FROM (SELECT coupon.ab_test(y, treated, a) AS t, coupon.balance(b, treated, weight) AS b FROM big) p, serial s;
RESET max_parallel_workers_per_gather;

-- edges
SELECT ok(coupon.ab_test(y, treated) IS NULL AND coupon.balance(y, treated) IS NULL, 'no row: null') FROM trial WHERE false;
SELECT ok(t.rows = 2 AND t.difference = 3 AND t.standard_error IS NULL AND t.p_value IS NULL AND t.relative_low IS NULL, 'one row an arm: no interval') FROM (SELECT (coupon.ab_test(y, w)).* FROM (VALUES (4, true), (1, false)) v(y, w)) t;
SELECT ok(t.control_mean IS NULL AND t.difference IS NULL AND t.rows = 1 AND t.skipped = 2, 'one arm, nulls') FROM (SELECT (coupon.ab_test(y, w)).* FROM (VALUES (4, true), (NULL, true), (3, NULL)) v(y, w)) t;
SELECT ok(t.difference = 0 AND t.p_value = 1 AND t.low = 0 AND t.relative_lift IS NULL, 'constant outcome of zero') FROM (SELECT (coupon.ab_test(0, i % 2 = 0, 7)).* FROM generate_series(1, 10) i) t;
SELECT ok(b.standardised_difference IS NULL AND b.variance_ratio IS NULL AND b.treated_mean = 5, 'constant feature') FROM (SELECT (coupon.balance(5, i % 2 = 0, 1)).* FROM generate_series(1, 10) i) b;
SELECT ok(pg_temp.near((coupon.ab_test(1e9 + y, treated)).standard_error, (coupon.ab_test(y, treated)).standard_error, 1e-7), '1e9 + something small') FROM trial;
SELECT throws_like($$ SELECT coupon.ab_test('NaN', true) $$, 'outcome is NaN, not a finite number');
SELECT throws_like($$ SELECT coupon.balance(1, true, -1) $$, 'weight must not be negative, but one is -1');

SELECT * FROM finish();
ROLLBACK;
