-- Bandit: the reference vectors, what merges and forgets, draws, edges.
\i test/prelude.psql
BEGIN;
SELECT plan(100);
\i test/fuzz.psql
\i test/bandit_data.psql

-- reference: closed forms in numpy; evidence maximisation by scikit-learn 1.2.1 BayesianRidge without hyperpriors
CREATE TABLE models AS
SELECT coupon.bayes_fit(y, x, '{"noise": 0.25, "prior_precision": 0.5}') AS known,
	coupon.bayes_fit(exp(y), x, '{"noise": 0.25, "prior_precision": 0.5, "log": true}') AS median,
	coupon.bayes_fit(exp(y), x, '{"noise": 0.25, "prior_precision": 0.5, "log": true, "back_transform": "mean"}') AS mean,
	coupon.bayes_fit(y, x, '{"prior": "nig", "prior_precision": 0.5, "a0": 2, "b0": 1}') AS nig,
	coupon.bayes_fit(y, x, '{"prior": "evidence"}') AS evidence FROM designs;
CREATE TABLE expected (depth float8, x float8[], mean_log float8, var_log float8, mean_value float8, median_value float8, nig_mean float8, nig_scale2 float8);
INSERT INTO expected VALUES
	(0.0, '{1.0,0.5,-1.0,0.2,0.28650479686,0.006737946999,1.3007298e-05,0.14325239843,0.0033689735,6.503649e-06,-0.28650479686,-0.006737946999,-1.3007298e-05,0.057300959372,0.0013475894,2.60146e-06}'::float8[], 3.019190292038274, 0.18860038537603732, 25.495207280780445, 20.47470643767942, 2.6283987935498434, 0.32055095502415476),
	(0.1, '{1.0,0.5,-1.0,0.2,0.637628151622,0.040762203978,0.000213900415,0.318814075811,0.020381101989,0.000106950208,-0.637628151622,-0.040762203978,-0.000213900415,0.127525630324,0.008152440796,4.2780083e-05}'::float8[], 2.90703987012542, 0.06643524462434915, 21.43998190968589, 18.302540404401256, 2.7108473469339445, 0.2573229284770236),
	(0.2, '{1.0,0.5,-1.0,0.2,0.951229424501,0.165298888222,0.002357862006,0.47561471225,0.082649444111,0.001178931003,-0.951229424501,-0.165298888222,-0.002357862006,0.1902458849,0.033059777644,0.000471572401}'::float8[], 2.8205253166425086, 0.03794926054365606, 19.385007284718515, 16.78566614626174, 2.830992569519171, 0.2437995145446351),
	(0.3, '{1.0,0.5,-1.0,0.2,0.951229424501,0.449328964117,0.017422374639,0.47561471225,0.224664482059,0.00871118732,-0.951229424501,-0.449328964117,-0.017422374639,0.1902458849,0.089865792823,0.003484474928}'::float8[], 2.8651799649211465, 0.047530351617231424, 20.367594658728223, 17.552211702763664, 2.974139917590025, 0.24611451014516453),
	(0.4, '{1.0,0.5,-1.0,0.2,0.637628151622,0.818730753078,0.086293586499,0.318814075811,0.409365376539,0.04314679325,-0.637628151622,-0.818730753078,-0.086293586499,0.127525630324,0.163746150616,0.0172587173}'::float8[], 3.0463764156017072, 0.06555795170383863, 24.634684562119965, 21.038969648714975, 3.116873394322701, 0.2527467498932304),
	(0.5, '{1.0,0.5,-1.0,0.2,0.28650479686,1.0,0.28650479686,0.14325239843,0.5,0.14325239843,-0.28650479686,-1.0,-0.28650479686,0.057300959372,0.2,0.057300959372}'::float8[], 3.2641722071768964, 0.08744268370672263, 30.966115213416714, 26.15844825020432, 3.2017156797968696, 0.2764607070303434);
SELECT ok(max(pg_temp.apart(x, pg_temp.design('{0.5,-1.0,0.2}', depth))) < 1e-9, 'features of the design') FROM expected;
SELECT ok(pg_temp.apart(pg_temp.means(known), '{3.0747094566280477,-0.041385578418349854,-0.00969269276510687,0.24965527408068108,-0.17555189391466547,0.1462331629405156,0.1348518888039738,-0.18195520544048355,-0.10777684609912488,0.37687303079497514,-0.007040287401178569,-0.03264668535716919,-0.0006358927672236447,-0.3670745735447476,0.06038816677747538,0.2798469214463353}'::float8[]) < 1e-9, 'posterior mean') FROM models;
SELECT ok(pg_temp.apart(pg_temp.deviations(known), '{0.3314187342482593,0.28628603009067316,0.2760127720629468,0.38065933702730254,0.38594928760153946,0.33834221438027273,1.1595441264115292,0.4011260476100019,0.3540422085803435,1.2266666422440913,0.36337863264693054,0.3304445560146624,1.2276047010699473,0.4778565179823101,0.3839851186538893,1.2158319321424034}'::float8[]) < 1e-9, 'posterior standard deviations') FROM models;
SELECT ok(pg_temp.near(pg_temp.said(known, 'log_evidence'), -41.86581810530302, 1e-9), 'log evidence') FROM models;
SELECT ok(max(abs(coupon.bayes_mean(known, x) - mean_log)) < 1e-9 AND max(abs(coupon.bayes_sd(known, x) ^ 2 - var_log)) < 1e-9
	AND max(abs(coupon.bayes_predictive_sd(known, x) ^ 2 - var_log - 0.25)) < 1e-9, 'predictions') FROM models, expected;
SELECT ok(max(abs(coupon.bayes_mean(median, x) / median_value - 1)) < 1e-9, 'median of the log-linear outcome') FROM models, expected;
SELECT ok(max(abs(coupon.bayes_mean(mean, x) / mean_value - 1)) < 1e-9, 'mean of the log-linear outcome') FROM models, expected;
SELECT ok(max(abs(coupon.bayes_sd(mean, x) - coupon.bayes_sd(known, x))) < 1e-12, 'deviations are those of the logarithm') FROM models, expected;
SELECT ok(pg_temp.apart(pg_temp.means(nig), '{2.7277076201923385,-0.13525331193391832,0.12226119711877113,0.1680002250761358,0.17654435385253617,0.3245415141610889,0.2079254539366216,-0.12716655379639602,0.0530108244919274,0.13319014953502845,-0.12495612090285817,-0.10902449225381854,-0.00745609921788794,-0.25259889191708573,0.13708857696681515,0.145352147878419}'::float8[]) < 1e-9
	AND pg_temp.near(pg_temp.said(nig, 'a'), 22.0, 1e-9) AND pg_temp.near(pg_temp.said(nig, 'b'), 4.699642725454254, 1e-9), 'normal-inverse-gamma: mean, a, b') FROM models;
-- 2.015367574443758: scipy.stats.t.ppf(0.975, 44)
SELECT ok(max(abs(coupon.bayes_mean(nig, x) - nig_mean)) < 1e-9 AND max(abs(coupon.bayes_predictive_sd(nig, x) - sqrt(nig_scale2 * 44 / 42))) < 1e-9
	AND max(abs(coupon.bayes_predictive_quantile(nig, x, 0.975) - nig_mean - 2.015367574443758 * sqrt(nig_scale2))) < 1e-9
	AND max(abs(coupon.bayes_predictive_quantile(nig, x, 0.025) - nig_mean + 2.015367574443758 * sqrt(nig_scale2))) < 1e-9, 'normal-inverse-gamma: predictions, Student quantiles') FROM models, expected;
SELECT ok(pg_temp.apart(pg_temp.means(evidence), '{3.0697431579953576,-0.042630596076480565,-0.007466892282921356,0.24836980035909106,-0.17038257537128337,0.1485498457779356,0.13771692725623091,-0.18160018130181488,-0.10433026922136801,0.36863700052594645,-0.009106915000165972,-0.033963841322171756,-0.0008915202448949444,-0.36543794923817413,0.06213284872769603,0.275645598523706}'::float8[]) < 1e-9
	AND pg_temp.near(1 / pg_temp.said(evidence, 'noise'), 9.578910656402742, 1e-9) AND pg_temp.near(pg_temp.said(evidence, 'prior_precision'), 1.231820857612375, 1e-9),
	'maximal evidence: coefficients, noise, precision') FROM models;
SELECT ok(min(less) > 0 AND min(less) < 1e-2,
	'maximal evidence: none of its neighbours has more')
FROM models, (VALUES (1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99), (2, 2)) f(a, b), LATERAL (SELECT pg_temp.said(evidence, 'log_evidence') - pg_temp.said(coupon.bayes_fit(y, x, jsonb_build_object(
	'noise', pg_temp.said(evidence, 'noise') * a, 'prior_precision', pg_temp.said(evidence, 'prior_precision') * b)), 'log_evidence') AS less FROM designs) l;
-- 1.959963984540054: scipy.stats.norm.ppf(0.975)
SELECT ok(pg_temp.near(coupon.bayes_quantile(known, x, 0.975), mean_log + 1.959963984540054 * sqrt(var_log), 1e-9)
	AND pg_temp.near(coupon.bayes_quantile(median, x, 0.975), exp(mean_log + 1.959963984540054 * sqrt(var_log)), 1e-7)
	AND pg_temp.near(coupon.bayes_quantile(mean, x, 0.025), exp(mean_log - 1.959963984540054 * sqrt(var_log) + 0.125), 1e-7)
	AND pg_temp.near(coupon.bayes_predictive_quantile(mean, x, 0.975), exp(mean_log + 1.959963984540054 * sqrt(var_log + 0.25)), 1e-7)
	AND coupon.bayes_quantile(known, x, 0.5) = coupon.bayes_mean(known, x), 'quantiles of the normal posterior at depth ' || depth) FROM models, expected WHERE depth IN (0, 0.3);
SELECT ok(pg_temp.apart(coupon.bayes_means(known, xs), (SELECT array_agg(coupon.bayes_mean(known, x) ORDER BY depth) FROM expected)) < 1e-12
	AND pg_temp.apart(coupon.bayes_sds(known, xs), (SELECT array_agg(coupon.bayes_sd(known, x) ORDER BY depth) FROM expected)) < 1e-12
	AND pg_temp.apart(coupon.bayes_quantiles(nig, xs, 0.9), (SELECT array_agg(coupon.bayes_quantile(nig, x, 0.9) ORDER BY depth) FROM expected)) < 1e-12
	AND pg_temp.apart(coupon.bayes_draws(mean, xs, 7, 'c'), (SELECT array_agg(coupon.bayes_draw(mean, x, 7, 'c') ORDER BY depth) FROM expected)) < 1e-9,
	'all depths at once = depth by depth') FROM models, (SELECT array_agg(x ORDER BY depth) AS xs FROM expected) a;

-- by hand, in plain SQL
SELECT ok(pg_temp.near(coupon.bayes_mean(m, '{1}'), 1, 1e-15) AND pg_temp.near(coupon.bayes_sd(m, '{1}'), sqrt(0.5), 1e-15), 'x = 1, y = 2: mean 1, deviation root of a half') FROM (SELECT coupon.bayes_fit(2, '{1}') AS m) f;
SELECT ok(pg_temp.near(mean, xy / (0.5 / 0.25 * 0.25 + xx), 1e-12) AND pg_temp.near(standard_deviation, sqrt(0.25 / (0.5 * 0.25 / 0.25 + xx)), 1e-12), 'one coefficient: ridge in SQL')
FROM (SELECT coupon.bayes_fit(y, ARRAY[x[2]], '{"noise": 0.25, "prior_precision": 2}') AS m, sum(y * x[2]) AS xy, sum(x[2] * x[2]) AS xx FROM designs) s, coupon.bayes_coefficients(m);
SELECT ok(pg_temp.near(mean, CASE coefficient WHEN 1 THEN a ELSE b END, 1e-11), 'flat priors: regr_slope and regr_intercept, coefficient ' || coefficient)
FROM (SELECT coupon.bayes_fit(y, x[1:2], '{"prior_precision": [0, 0]}') AS m, regr_intercept(y, x[2]) AS a, regr_slope(y, x[2]) AS b FROM designs) s, coupon.bayes_coefficients(m);
SELECT ok(coupon.describe(m) ->> 'log_evidence' IS NULL AND pg_temp.near((pg_temp.means(m))[1], avg, 1e-12), 'a flat intercept has no evidence, and is the mean')
FROM (SELECT coupon.bayes_fit(y, x[1:1], '{"prior_precision": [0]}') AS m, avg(y) FROM designs) s;
SELECT is(coupon.describe(known) - 'least' - 'most' - 'log_evidence', '{"kind": "bayes", "rows": 40, "skipped": 0, "weight": 40, "coefficients": 16, "prior": "known", "log": false, "noise": 0.25, "prior_precision": 0.5, "unused_options": []}', 'describe') FROM models;
SELECT ok(coupon.describe(known) -> 'least' = to_jsonb(least) AND coupon.describe(known) -> 'most' = to_jsonb(most), 'the ranges seen')
FROM models, (SELECT array_agg(a ORDER BY i) AS least, array_agg(b ORDER BY i) AS most FROM (SELECT i, min(e) AS a, max(e) AS b FROM designs, unnest(x) WITH ORDINALITY u(e, i) GROUP BY i) r) l;
SELECT ok(bool_and(coupon.describe(m) -> 'least' = jsonb_build_array(least, -most) AND coupon.describe(m) -> 'most' = jsonb_build_array(most, -least)), 'the ranges of 1 to 9 rows')
FROM (SELECT coupon.bayes_fit(1, ARRAY[e, -e]) AS m, min(e) AS least, max(e) AS most FROM generate_series(1, 9) n, generate_series(1, n) i, LATERAL (SELECT i * 5 % 7 - 3 AS e) r GROUP BY n) f;
SELECT is(coupon.describe(coupon.bayes_fit(y, x, '{"prior": "evidence", "noise": 2, "a0": 3, "back_transform": "mean", "prior_precision": 7}')) -> 'unused_options', '["a0", "back_transform", "noise", "prior_precision"]', 'options that the prior does not use') FROM designs;

-- any partition = all at once
CREATE TABLE customers AS
SELECT i AS id, pg_temp.design(ARRAY[sin(i), cos(i * 1.7), sin(i * i * 0.01)], (i * 7919 % 6) / 10.0) AS x, 3 + sin(i * 12.9898) + cos(i * 0.3) AS y FROM generate_series(1, 20000) i;
CREATE TABLE options AS SELECT * FROM (VALUES ('{}'::jsonb), ('{"prior": "nig"}'), ('{"prior": "evidence"}'), ('{"noise": 0.3, "prior_precision": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}')) o(options);
CREATE TABLE whole AS SELECT options, coupon.bayes_fit(y, x, options) AS m FROM customers, options GROUP BY options;
SELECT ok(pg_temp.apart(whole.m, p.m) < 1e-10, 'models merged by parts of ' || parts || ' = all at once, ' || options)
FROM whole JOIN (SELECT options, parts, coupon.bayes_merge(m) AS m FROM (SELECT options, parts, coupon.bayes_fit(y, x, options) AS m FROM customers, options, (VALUES (2), (7), (2501)) n(parts) GROUP BY options, parts, id % parts) q GROUP BY options, parts) p USING (options) ORDER BY options, parts;
CREATE TABLE states AS SELECT options, id % 50 AS part, coupon.bayes_fit_state(y, x, options) AS s FROM customers, options GROUP BY options, part;
SELECT ok(bool_and(pg_temp.apart(m, merged) < 1e-10), 'bayes_fit_merge = bayes_fit') FROM whole JOIN (SELECT options, coupon.bayes_fit_merge(s) AS merged FROM states GROUP BY options) p USING (options);
SELECT ok(bool_and(pg_temp.apart(m, merged) < 1e-10), 'rolled up and merged') FROM whole
	JOIN (SELECT options, coupon.bayes_fit_merge(s) AS merged FROM (SELECT options, coupon.bayes_fit_state(s) AS s FROM states GROUP BY options, part % 3) r GROUP BY options) p USING (options);
SELECT is_empty($$ SELECT FROM states WHERE part < 5 GROUP BY part, options HAVING coupon.bayes_fit_merge(s)::text <> coupon.bayes_fit_merge(s::text::coupon.state)::text $$, 'the text form of a state is exact');
SELECT ok(bool_and(m::text::coupon.model::text = m::text AND coupon.bayes_mean(m::text::coupon.model, x) = coupon.bayes_mean(m, x)), 'the text form of a model is exact') FROM whole, expected;
SELECT throws_like($$ SELECT coupon.bayes_fit_merge(s) FROM states $$, 'option "%" must be the same in all that is put together, not %');
SELECT throws_ok('SELECT coupon.ab_test_merge(s) FROM states', '42809');

-- yesterday and today; taken away again; forgotten
CREATE TABLE days AS SELECT options, coupon.bayes_fit(y, x, options) FILTER (WHERE id <= 15000) AS yesterday, coupon.bayes_fit(y, x, options) FILTER (WHERE id > 15000) AS today FROM customers, options GROUP BY options;
CREATE TABLE together AS SELECT d.options, coupon.bayes_merge(m) AS m FROM days d, LATERAL (VALUES (yesterday), (today)) v(m) GROUP BY d.options;
SELECT ok(bool_and(pg_temp.apart(together.m, whole.m) < 1e-10), 'yesterday''s model + today''s rows = the model of all rows') FROM together JOIN whole USING (options);
SELECT ok(bool_and(pg_temp.apart(coupon.bayes_unmerge(m, today), yesterday) < 1e-9), 'a day taken away again') FROM together JOIN days USING (options);
SELECT is((SELECT coupon.describe(coupon.bayes_unmerge(today, today)) -> 'rows' FROM days WHERE options = '{}'), '0', 'all taken away: the prior');
SELECT ok(pg_temp.apart(pg_temp.means(m), array_fill(0::float8, ARRAY[16])) = 0 AND pg_temp.apart(pg_temp.deviations(m), array_fill(1::float8, ARRAY[16])) = 0
	AND pg_temp.said(m, 'log_evidence') = 0, 'the prior has mean 0 and its own deviation') FROM (SELECT coupon.bayes_unmerge(today, today) AS m FROM days WHERE options = '{}') p;
SELECT ok(pg_temp.apart(pg_temp.means(m), pg_temp.means(n)) < 1e-12 AND pg_temp.apart(pg_temp.deviations(m), pg_temp.deviations(n)) < 1e-12 AND pg_temp.said(m, 'weight') = 10000 AND pg_temp.said(m, 'rows') = 20000,
	'decay by a half = double the noise and half the prior precision')
FROM (SELECT coupon.bayes_decay(m, 0.5) AS m FROM whole WHERE options = '{}') d, (SELECT coupon.bayes_fit(y, x, '{"noise": 2, "prior_precision": 1}') AS n FROM customers) f;
SELECT ok(pg_temp.apart(coupon.bayes_decay(m, 1), m) = 0 AND coupon.describe(coupon.bayes_decay(m, 0)) ->> 'weight' = '0', 'decay by 1 and by 0') FROM whole WHERE options = '{}';
SELECT ok(pg_temp.apart(coupon.bayes_unmerge(coupon.bayes_decay(m, 0.5), coupon.bayes_decay(today, 0.5)), coupon.bayes_decay(yesterday, 0.5)) < 1e-9, 'what was decayed together comes apart') FROM together JOIN days USING (options) WHERE options = '{}';
SELECT throws_ok($$ SELECT coupon.bayes_unmerge(today, yesterday) FROM days $$, '22023');
SELECT throws_like($$ SELECT coupon.bayes_unmerge(today, coupon.bayes_decay(today, 0.5)) FROM days WHERE options = '{}' $$, 'cannot take 5000 rows of weight 2500 from 5000 rows of weight 5000');
SELECT throws_like($$ SELECT coupon.bayes_unmerge(yesterday, m) FROM days, (SELECT coupon.bayes_fit(2, array_fill(1e6::float8, ARRAY[16])) AS m) f WHERE options = '{}' $$, 'what would be left is not positive definite');
SELECT throws_like($$ SELECT coupon.bayes_merge(m) FROM (SELECT known AS m FROM models UNION ALL SELECT nig FROM models) x $$, 'option "prior" must be the same in all that is put together, not "known" and "nig"');
SELECT throws_like($$ SELECT coupon.bayes_merge(m) FROM (SELECT coupon.bayes_fit(1, '{1}') AS m UNION ALL SELECT coupon.bayes_fit(1, '{1,2}')) x $$, 'x must have the same length in all that is put together, not % elements');
SELECT ok(bool_and(pg_temp.apart(coupon.bayes_update(yesterday, y, x), w) < 1e-10), 'bayes_update = the fit with the row')
FROM days JOIN (SELECT options, coupon.bayes_fit(y, x, options) AS w FROM customers, options WHERE id <= 15001 GROUP BY options) f USING (options), customers WHERE id = 15001;

-- workers
ANALYZE customers;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.bayes_fit(y, x) FROM customers'), 'Partial Aggregate', 'workers take part');
SELECT ok(pg_temp.apart(whole.m, p.m) < 1e-10, 'parallel = serial, ' || options::text) FROM whole,
	LATERAL (SELECT CASE options WHEN '{}' THEN (SELECT coupon.bayes_fit(y, x) FROM customers) ELSE (SELECT coupon.bayes_fit(y, x, '{"prior": "nig"}') FROM customers) END AS m) p
WHERE options IN ('{}', '{"prior": "nig"}');
CREATE TABLE drawn AS SELECT id, coupon.bayes_draw(known, x, 3, id::text) AS d FROM customers, models;
SELECT is_empty($$ SELECT FROM drawn JOIN (SELECT id, coupon.bayes_draw(known, x, 3, id::text) AS d FROM customers, models WHERE id % 7 = 2 ORDER BY id DESC) s USING (id) WHERE drawn.d <> s.d $$, 'draws are the same in every plan and shard');
SET LOCAL max_parallel_workers_per_gather = 0;

-- draws follow the posterior: 20,000 customers, tolerances of five standard errors
CREATE TABLE sample AS
SELECT i, coupon.bayes_draws(known, xs, 11, i::text) AS n, coupon.bayes_draws(nig, xs, 12, i::text) AS t FROM models, (SELECT array_agg(x ORDER BY depth) AS xs FROM expected) a, generate_series(1, 20000) i;
SELECT ok(max(abs(avg - mean) / (sd / sqrt(20000))) < 5 AND max(abs(stddev / sd - 1)) < 5 / sqrt(40000), 'mean and deviation of draws')
FROM (SELECT k, avg(n[k]), stddev(n[k]) FROM sample, generate_series(1, 6) k GROUP BY k) s JOIN (SELECT row_number() OVER (ORDER BY depth) AS k, mean_log AS mean, sqrt(var_log) AS sd FROM expected) e USING (k);
SELECT ok(abs(covar_samp(n[1], n[6]) - c) < 5 * sqrt((v1 * v6 + c * c) / 20000), 'draws of two depths vary together as they should: ' || covar_samp(n[1], n[6]) || ', ' || c)
FROM sample, (SELECT (coupon.bayes_sd(known, s) ^ 2 - v1 - v6) / 2 AS c, v1, v6
	FROM models, (SELECT a.var_log AS v1, b.var_log AS v6, ARRAY(SELECT p + q FROM unnest(a.x, b.x) u(p, q)) AS s FROM expected a, expected b WHERE a.depth = 0 AND b.depth = 0.5) e) o GROUP BY c, v1, v6;
-- share beyond Student's quantiles: 44 degrees of freedom would be told from a normal only with its heavier tails
SELECT ok(abs(avg((t[1] < q)::int) - p) < 5 * sqrt(p * (1 - p) / 20000), 'draws of the normal-inverse-gamma below its quantile ' || p)
FROM sample, (SELECT p, coupon.bayes_quantile(nig, x, p) AS q FROM models, expected, (VALUES (0.01), (0.25), (0.5), (0.9), (0.995)) v(p) WHERE depth = 0) o GROUP BY p, q ORDER BY p;
SELECT ok(count(DISTINCT coupon.bayes_draw(known, x, s, d)) = 6, 'seed and draw tell draws apart; depths of one draw share coefficients') FROM models, (SELECT x FROM expected LIMIT 1) e, (VALUES (1), (2), (-1)) a(s), (VALUES (''), ('a')) b(d);

-- near to collinear: all features within 0.986 and 1
SELECT ok(max(abs(coupon.bayes_mean(m, x) - z)) < 1e-2 AND max(coupon.bayes_sd(m, x)) < 0.05 AND min(coupon.bayes_sd(m, x)) > 0, 'features between 0.986 and 1: the mean is there, the deviation positive')
FROM (SELECT coupon.bayes_fit(2, coupon.rbf((i % 6) / 10.0, '{0.25,0.26,0.27,0.5}', 0.05)) AS m FROM generate_series(1, 5000) i) f,
	(SELECT d, coupon.rbf(d / 10.0, '{0.25,0.26,0.27,0.5}', 0.05) AS x, 2 AS z FROM generate_series(0, 5) d) q;

-- edges
SELECT ok(coupon.bayes_fit(y, x) IS NULL AND coupon.bayes_merge(NULL::coupon.model) IS NULL, 'no row: null') FROM designs WHERE false;
SELECT ok(coupon.bayes_fit(NULL, x) IS NULL AND coupon.bayes_fit(y, NULL) IS NULL, 'only nulls: null') FROM designs;
SELECT ok(pg_temp.apart(m, known) = 0 AND coupon.describe(m) ->> 'skipped' = '15', 'rows with nulls are skipped and counted')
FROM models, (SELECT coupon.bayes_fit(y, x, '{"noise": 0.25, "prior_precision": 0.5}' ORDER BY id) AS m FROM (SELECT * FROM designs UNION ALL SELECT -i, CASE WHEN i < 9 THEN 1 END, CASE WHEN i > 8 THEN '{1,2}'::float8[] END FROM generate_series(1, 15) i) n) f;
SELECT ok(bool_and(coupon.bayes_mean(m, '{1,3}') BETWEEN 0 AND 7 AND coupon.bayes_sd(m, '{1,3}') < 'NaN' AND (coupon.describe(m) ->> 'noise')::float8 IS DISTINCT FROM 'NaN'), 'one row, two rows, constant outcome, constant columns')
FROM options, (VALUES (1), (2), (50)) n(n), LATERAL (SELECT coupon.bayes_fit(7 + 0 * i, ARRAY[1, 3], options) AS m FROM generate_series(1, n) i) f WHERE NOT options ? 'noise';
SELECT is(coupon.bayes_sd(coupon.bayes_decay(coupon.bayes_fit(1, '{1}', '{"prior": "nig", "a0": 0.5}'), 0), '{1}'), 'Infinity'::float8, 'Student''s distribution of one degree has no deviation');
SELECT is(coupon.bayes_draws(known, '{}', 1, 'a'), '{}'::float8[], 'no depth, no draw') FROM models;
SELECT throws_ok($$ SELECT coupon.bayes_fit(1e200, '{1}') $$, '22003');
SELECT throws_ok($$ SELECT coupon.bayes_mean(coupon.bayes_fit(1e3, '{1}', '{"log": true, "noise": 1e-9}'), '{1000}') $$, '22003');
SELECT is(coupon.describe(coupon.bayes_decay(coupon.bayes_decay(coupon.bayes_fit(1e100, '{1e150}'), 1e-200), 1e-200)) ->> 'weight', '0', 'forgotten until the weight is 0, however great the sums');
SELECT throws_ok($$ SELECT coupon.bayes_sd(coupon.bayes_fit(1, '{1}'), '{1e200}') $$, '22003');
SELECT throws_ok($$ SELECT coupon.bayes_sds(coupon.bayes_fit(1, '{1,1}'), '{{1,1},{1.7e308,1.7e308}}') $$, '22003');
SELECT throws_ok($$ SELECT coupon.bayes_fit(1, ARRAY[1, 'NaN'::float8]) $$, '22023');
SELECT throws_ok($$ SELECT coupon.bayes_fit(i, ARRAY[1, CASE WHEN i = 4099 THEN '-Infinity'::float8 ELSE i END]) FROM generate_series(1, 5000) i $$, '22023',
	'element 2 of x is infinite, not a finite number', 'bayes_fit: an infinite element in a later block');
SELECT ok(bool_and(mean = 0 AND pg_temp.near(standard_deviation, sqrt(0.1), 1e-12)) AND count(*) = 16, 'a prior before the first row')
FROM (SELECT coupon.bayes_decay(coupon.bayes_fit(1, array_fill(0.0, ARRAY[16]), '{"log": true, "noise": 0.25, "prior_precision": 10}'), 0) AS m) f, coupon.bayes_coefficients(m);
-- the coefficients of this model are 0, and no product shows more than NaN
SELECT throws_ok(format($$ SELECT coupon.%s FROM (SELECT coupon.bayes_decay(coupon.bayes_fit(1, '{1,1}'), 0) AS m) f $$, format(call, value)), '22023',
	format('element 2 of x is %s, not a finite number', CASE value WHEN 'NaN' THEN 'NaN' ELSE 'infinite' END), format(call, value))
FROM unnest(ARRAY['NaN', '-Infinity']) value, unnest(ARRAY['bayes_mean(m, ''{0,%s}'')', 'bayes_sd(m, ''{0,%s}'')', 'bayes_predictive_sd(m, ''{0,%s}'')',
	'bayes_quantile(m, ''{0,%s}'', 0.5)', 'bayes_draw(m, ''{0,%s}'', 1, ''a'')', 'bayes_update(m, 1, ''{0,%s}'')']) call;
SELECT throws_ok($$ SELECT coupon.bayes_mean(coupon.bayes_fit(1, '{1,2}'), '{1,-inf}') $$, '22023');
SELECT set_config('search_path', '', true) \g /dev/null
SELECT coupon.bayes_mean(coupon.bayes_fit(2, '{1}'), '{1}') AS mean \gset
SELECT set_config('search_path', 'public', true) \g /dev/null
SELECT ok(pg_temp.near(:mean, 1, 1e-12), 'an empty search_path');
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops('SELECT coupon.bayes_fit(i, array_fill(i::float8, ARRAY[900])) FROM generate_series(1, 100000000) i'), 'statement_timeout in a fit');
SELECT ok(pg_temp.stops('SELECT count(coupon.bayes_draw(m, array_fill(i::float8, ARRAY[900]), 1, i::text)) FROM (SELECT coupon.bayes_fit(1, array_fill(1::float8, ARRAY[900])) AS m) f, generate_series(1, 100000000) i'), 'statement_timeout in draws');
RESET statement_timeout;

-- altered bytes
SELECT ok(refused BETWEEN 100 AND 399, 'altered states: what makes no sense is refused, the rest does no harm: ' || refused)
FROM (SELECT array_agg('bayes_fit:1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(s::text), n), 'base64'), E'\n', '')) AS forms FROM (SELECT s FROM states WHERE options = '{"prior": "nig"}' LIMIT 1) s, generate_series(1, 400) n) f,
	pg_temp.refused(forms, 'coupon.state', 'SELECT coupon.bayes_draw(coupon.bayes_fit_merge($1::coupon.state), (SELECT x FROM customers LIMIT 1), 1, '''')') refused;
SELECT ok(refused BETWEEN 100 AND 399, 'altered models: what makes no sense is refused, the rest does no harm: ' || refused)
FROM (SELECT array_agg(pg_temp.forge('bayes', 10, pg_temp.alter_bytes(substring(pg_temp.bytes_of(m::text) FROM 17), n))) AS forms FROM whole, generate_series(1, 400) n WHERE options = '{"prior": "evidence"}') f,
	pg_temp.refused(forms, 'coupon.model', 'SELECT coupon.bayes_draw($1::coupon.model, (SELECT x FROM customers LIMIT 1), 1, ''''), coupon.describe($1::coupon.model), coupon.bayes_covariance(coupon.bayes_decay($1::coupon.model, 0.5))') refused;

SELECT * FROM finish();
ROLLBACK;
