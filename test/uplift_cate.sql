-- Learners against a generator with known effects, bad inputs, and bytes from outside.
\i test/prelude.psql
BEGIN;
SELECT plan(29);
\i test/fuzz.psql
\i test/uplift_trials.psql

-- Customers with features x1, x2, x3 in -1 .. 1 and a baseline that is no line.  Offer "a" brings 1 + x1, offer "b"
-- 0.5 - x2; who gets which depends on x1 and x2 by a multinomial logit, that is, on what the baseline depends on.
CREATE TABLE world AS
SELECT i, x1, x2, x3, base, base + CASE arm WHEN 'a' THEN 1 + x1 WHEN 'b' THEN 0.5 - x2 ELSE 0 END + 2 * (pg_temp.u(i, 4) + pg_temp.u(i, 5) - 1) AS y, arm, e0, ea, eb, 1 + x1 AS effect_a, 0.5 - x2 AS effect_b
FROM (SELECT i, 2 * pg_temp.u(i, 1) - 1 AS x1, 2 * pg_temp.u(i, 2) - 1 AS x2, 2 * pg_temp.u(i, 3) - 1 AS x3 FROM generate_series(1::bigint, 20000) i) x,
	LATERAL (SELECT 3 * (x1 > 0.2)::int + 4 * x2 ^ 2 * (1 + x1) AS base, exp(1.2 * x1 + 0.5 * x2) AS oa, exp(0.8 * x2 - x1) AS ob) l,
	LATERAL (SELECT 1 / (1 + oa + ob) AS e0, oa / (1 + oa + ob) AS ea, ob / (1 + oa + ob) AS eb) e,
	LATERAL (SELECT CASE WHEN pg_temp.u(i, 6) < e0 THEN 'control' WHEN pg_temp.u(i, 6) < e0 + ea THEN 'a' ELSE 'b' END AS arm) w;
CREATE TABLE learned AS SELECT learner, coupon.uplift_fit(y, arm, f, jsonb_build_object('learner', learner, 'propensity', 'estimate', 'folds', 2)) AS m
FROM world, LATERAL (SELECT x1, x2, x3) f, unnest('{s,t,x,r,dr}'::text[]) learner GROUP BY learner;
CREATE TABLE precision AS SELECT learner, sqrt(avg((us[1] - effect_a) ^ 2 + (us[2] - effect_b) ^ 2)) AS rmse, avg(us[1] - effect_a) AS bias_a, avg(us[2] - effect_b) AS bias_b
FROM learned, world, LATERAL (SELECT x1, x2, x3) f, coupon.uplift_array(m, f) us WHERE i <= 4000 GROUP BY learner;
SELECT ok(d.rmse < 0.5 * t.rmse, 'confounded by a known propensity: dr ' || round(d.rmse::numeric, 3) || ' beats t ' || round(t.rmse::numeric, 3)) FROM precision d, precision t WHERE d.learner = 'dr' AND t.learner = 't';
SELECT ok(d.rmse < 0.5 * t.rmse, 'r ' || round(d.rmse::numeric, 3) || ' does, too') FROM precision d, precision t WHERE d.learner = 'r' AND t.learner = 't';
SELECT ok(abs(bias_a) < 0.12 AND abs(bias_b) < 0.12 AND rmse < 0.2, learner || ': wrong outcome models, right propensity: bias ' || round(bias_a::numeric, 3) || ' and ' || round(bias_b::numeric, 3)) FROM precision WHERE learner IN ('r', 'dr') ORDER BY learner;
SELECT cmp_ok(rmse, '>', 0.4::float8, learner || ' over the same wrong outcome models is far off') FROM precision WHERE learner IN ('t', 'x') ORDER BY learner;
-- propensities as they are
SELECT ok(max(abs(p.propensity - CASE p.arm WHEN 'a' THEN ea WHEN 'b' THEN eb ELSE e0 END)) < 0.04, 'propensities of three arms are near the true ones')
FROM learned, world, LATERAL (SELECT x1, x2, x3) f, coupon.propensities(m, f) p WHERE learner = 'dr' AND i <= 2000;
-- they balance the arms
SELECT ok(abs((b).standardised_difference) > 0.5 AND abs((w).standardised_difference) < 0.05, 'balance before ' || round((b).standardised_difference::numeric, 2) || ' and after weighting ' || round((w).standardised_difference::numeric, 3))
FROM (SELECT coupon.balance(f.x1, world.arm = 'a') AS b, coupon.balance(f.x1, world.arm = 'a', 1 / p.propensity) AS w FROM learned, world, LATERAL (SELECT x1, x2, x3) f, coupon.propensities(m, f) p WHERE learner = 'dr' AND world.arm <> 'b' AND p.arm = world.arm) x;
-- errors are of the right size: half of the standardised errors are within 0.6745 where the effect is a line
CREATE TABLE trials AS SELECT i % 100 AS trial, CASE WHEN pg_temp.u(i, 7) < 0.4 THEN 'offer' ELSE 'control' END AS arm, x1, x2, base, i FROM world;
CREATE TABLE covers AS SELECT learner, trial, u.uplift, u.standard_error FROM (SELECT learner, trial, coupon.uplift_fit(base + (arm = 'offer')::int * (1 + trials.x1) + 2 * (pg_temp.u(i, 8) + pg_temp.u(i, 9) - 1), arm, f, jsonb_build_object('learner', learner, 'propensity', 0.4, 'folds', 5)) AS m
	FROM trials, LATERAL (SELECT x1, x2) f, unnest('{r,dr,x}'::text[]) learner GROUP BY 1, 2) x, LATERAL (SELECT 0.5 AS x1, -0.5 AS x2) f, coupon.uplifts(m, f) u;
SELECT ok(count(*) FILTER (WHERE abs(uplift - 1.5) < 1.96 * standard_error) BETWEEN 88 AND 99, learner || ': intervals cover ' || count(*) FILTER (WHERE abs(uplift - 1.5) < 1.96 * standard_error) || ' times in 100') FROM covers GROUP BY learner ORDER BY learner;
-- binary outcomes over logit, several arms
SELECT ok(sqrt(avg((u[1] - effect) ^ 2)) < 0.05, learner || ' over logit: rmse ' || round(sqrt(avg((u[1] - effect) ^ 2))::numeric, 3))
FROM (SELECT learner, coupon.uplift_fit((pg_temp.u(i, 8) < p)::int, w, f, jsonb_build_object('learner', learner, 'base', 'logit', 'propensity', '{"a": 0.3, "b": 0.3}'::jsonb)) AS m
	FROM (SELECT *, CASE WHEN pg_temp.u(i, 9) < 0.3 THEN 'a' WHEN pg_temp.u(i, 9) < 0.6 THEN 'b' ELSE 'control' END AS w FROM world) z, LATERAL (SELECT z.x1, z.x2) f, LATERAL (SELECT 0.3 + 0.1 * z.x2 + CASE w WHEN 'a' THEN 0.2 * z.x1 WHEN 'b' THEN 0.1 ELSE 0 END AS p) q,
	unnest('{x,r,dr,class_transform}'::text[]) learner GROUP BY learner) m, LATERAL (SELECT x1, x2, 0.2 * x1 AS effect FROM world WHERE i <= 500) s, LATERAL (SELECT s.x1, s.x2) f, coupon.uplift_array(m, f) u GROUP BY learner ORDER BY learner;

SET LOCAL client_min_messages = error;
-- what cannot be is a clear error, what can is a model without NaN: every learner over either base
CREATE TABLE kinds AS SELECT l AS learner, b AS base, jsonb_build_object('learner', l, 'base', b, 'folds', 2) AS options FROM unnest('{s,t,x,r,dr,class_transform}'::text[]) l, unnest('{linear,logit}'::text[]) b;
SELECT is(count(*), 12::bigint, 'one arm: a clear error') FROM kinds, pg_temp.fit('SELECT * FROM small WHERE arm = ''control''', options) r WHERE r LIKE 'error: there is no offer to compare with%';
SELECT is(count(*), 48::bigint, '0 to 3 rows of an offer: a clear error or a model') FROM kinds, generate_series(0, 3) rows, pg_temp.fit(format('SELECT * FROM small WHERE arm = ''control'' OR i <= 3 * %s', rows), options) r WHERE r LIKE 'error: _%' OR r = 'model';
SELECT is(count(*), 6::bigint, 'two rows of an offer: a model of every learner over linear') FROM kinds, pg_temp.fit('SELECT * FROM small WHERE arm = ''control'' OR i <= 6', options) r WHERE r = 'model' AND base = 'linear';
SELECT is(count(*), 6::bigint, 'constant outcome over linear: a model') FROM kinds, pg_temp.fit('SELECT 1 AS y, arm, a, c FROM small', options) r WHERE base = 'linear' AND r = 'model';
SELECT is(count(*), 6::bigint, 'constant outcome over logit: a clear error') FROM kinds, pg_temp.fit('SELECT 1 AS y, arm, a, c FROM small', options) r WHERE base = 'logit' AND r LIKE 'error: logistic regression needs both outcomes%';
SELECT is(count(*), 12::bigint, 'separated outcomes: a model') FROM kinds, pg_temp.fit('SELECT (a > 4)::int AS y, arm, a, c FROM small', options) r WHERE r = 'model';
SELECT is(count(*), 12::bigint, 'separated arms, propensities estimated: a model, or an error that names the arm') FROM kinds, pg_temp.fit('SELECT y, CASE WHEN a > 4 THEN ''offer'' ELSE ''control'' END AS arm, a, c FROM small', options || '{"propensity": "estimate"}') r WHERE r = 'model' OR r LIKE 'error: the effect of arm "offer" cannot be told%';
SELECT is(count(*), 12::bigint, 'NaN: a clear error') FROM kinds, pg_temp.fit('SELECT y, arm, CASE WHEN i = 7 THEN ''NaN'' ELSE a END AS a, c FROM small', options) r WHERE r = 'error: feature "a" is NaN, not a finite number';
SELECT is(count(*), 12::bigint, 'infinite outcome: a clear error') FROM kinds, pg_temp.fit('SELECT ''-Infinity''::float8 AS y, arm, a, c FROM small', options) r WHERE r = 'error: outcome is infinite, not a finite number';
SELECT is(count(*), 12::bigint, 'missing values, constant and collinear columns: a model') FROM kinds, pg_temp.fit('SELECT y, arm, CASE WHEN i % 4 > 0 THEN a END AS a, CASE WHEN a > 9 THEN ''r'' WHEN i % 5 > 0 THEN c END AS c FROM small', options) r WHERE r = 'model';
CREATE TABLE models AS SELECT learner, base, coupon.uplift_fit(y, arm, f, options || '{"propensity": "estimate"}') AS m FROM kinds, small s, LATERAL (SELECT s.a, s.c) f GROUP BY learner, base;
SELECT throws_like(format('SELECT coupon.uplift(m, f) FROM models, LATERAL (SELECT 1.0 AS a) f WHERE learner = %L AND base = %L', learner, base), 'feature "c" of the model is missing in the row', learner || ' over ' || base || ': a feature is missing at scoring') FROM models WHERE base = 'logit' AND learner IN ('x', 'dr');

-- bytes from outside: payloads forged by the rules of the checksum, refused or harmless
SELECT ok(bool_and(pg_temp.forge('uplift', 3, substring(pg_temp.bytes_of(m::text) FROM 17)) = m::text), 'an unaltered payload is forged exactly') FROM models;
CREATE TABLE forged AS SELECT learner, array_agg(pg_temp.forge('uplift', 3, pg_temp.alter_bytes(payload, n))) AS forms
FROM models, LATERAL (SELECT substring(pg_temp.bytes_of(m::text) FROM 17) AS payload) p, generate_series(1, 250) n WHERE learner NOT IN ('s', 't') GROUP BY learner;
SELECT ok(bool_and(refused BETWEEN 150 AND 499), 'of 2,000 forged models those that make no sense are refused, the others do no harm: ' || string_agg(learner || ' ' || refused, ', ' ORDER BY learner))
FROM forged, pg_temp.refused(forms, 'coupon.model', $$ SELECT coupon.describe($1::coupon.model), coupon.uplifts($1::coupon.model, f), coupon.propensities($1::coupon.model, f), coupon.model_trace($1::coupon.model) FROM small s, LATERAL (SELECT s.a, s.c) f WHERE i < 5 $$) refused;

SELECT * FROM finish();
ROLLBACK;
