-- Bandit: encodings, posteriors in round numbers; what goes wrong, and what is said then.
SELECT coupon.rbf(0.5, '{0.5,0,1}', 4), coupon.rbf(0.1, '{}', 1), coupon.rbf(0.1, '{0,1e200}', 0);
SELECT coupon.one_hot('b', '{a,b,c}'), coupon.one_hot('d', '{a,b,c}'), coupon.one_hot('a', '{}'), coupon.one_hot(NULL, '{a}');
SELECT coupon.cross('{1,2}', '{3,4,5}'), coupon.cross('{}', '{1}');
CREATE TABLE tried AS SELECT i AS id, ARRAY[1, i % 4]::float8[] AS x, 2 + i % 4 + (i % 3 - 1) * 0.5 AS y FROM generate_series(1, 60) i;
CREATE TABLE bandits AS SELECT coupon.bayes_fit(y, x) AS model FROM tried;
SELECT coefficient, round(mean::numeric, 3) AS mean, round(standard_deviation::numeric, 3) AS standard_deviation FROM bandits, coupon.bayes_coefficients(model);
SELECT round(coupon.bayes_mean(model, '{1,2}')::numeric, 3) AS mean, round(coupon.bayes_sd(model, '{1,2}')::numeric, 3) AS sd, round(coupon.bayes_predictive_sd(model, '{1,2}')::numeric, 3) AS predictive_sd,
	round(coupon.bayes_quantile(model, '{1,2}', 0.9)::numeric, 3) AS quantile, round(coupon.bayes_predictive_quantile(model, '{1,2}', 0.9)::numeric, 3) AS predictive_quantile FROM bandits;
SELECT coupon.bayes_means(model, '{}'), coupon.bayes_mean(model, NULL) FROM bandits;

-- encodings
SELECT coupon.rbf('NaN', '{1}', 1);
SELECT coupon.rbf(0, '{1,Infinity}', 1);
SELECT coupon.rbf(0, '{1,NULL}', 1);
SELECT coupon.rbf(0, '{{1},{2}}', 1);
SELECT coupon.rbf(0, '{1}', -1);
SELECT coupon.rbf(0, '{1}', 'Infinity');
SELECT coupon.one_hot('a', '{a,NULL}');
SELECT coupon.one_hot('a', '{a,b,a}');
SELECT coupon.one_hot('a', '{{a},{b}}');
SELECT coupon.cross('{NaN}', '{1}');
SELECT coupon.cross('{1e200}', '{1e200}');
SELECT coupon.cross(array_fill(1, ARRAY[1001]), array_fill(1, ARRAY[1000]));

-- rows
SELECT coupon.bayes_fit('NaN', x) FROM tried;
SELECT coupon.bayes_fit('-Infinity', x) FROM tried;
SELECT coupon.bayes_fit(y, '{1,NaN}') FROM tried;
SELECT coupon.bayes_fit(y, '{1,NULL}') FROM tried;
SELECT coupon.bayes_fit(y, '{}') FROM tried;
SELECT coupon.bayes_fit(y, '{{1,2}}') FROM tried;
SELECT coupon.bayes_fit(y, x[1:id]) FROM tried;
SELECT coupon.bayes_fit(y, array_fill(1, ARRAY[1001])) FROM tried;
SELECT coupon.bayes_fit(0, x, '{"log": true}') FROM tried;
SELECT coupon.bayes_fit(-2.5, x, '{"log": true}') FROM tried;
SELECT coupon.bayes_fit(1e200, x) FROM tried;

-- options
SELECT coupon.bayes_fit(y, x, '{"lambda": 1}') FROM tried;
SELECT coupon.bayes_fit(y, x, '[1]') FROM tried;
SELECT coupon.bayes_fit(y, x, NULL) FROM tried;
SELECT coupon.bayes_fit(y, x, '{"prior": "flat"}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"log": 1}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"noise": 0}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"a0": -1}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"b0": "1"}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"prior_precision": -1}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"prior_precision": "1"}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"prior_precision": []}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"prior_precision": [1, "2"]}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"prior_precision": [1, 2, 3]}') FROM tried;
SELECT coupon.bayes_fit(y, x, jsonb_build_object('prior_precision', array_fill(1, ARRAY[1001]))) FROM tried;
SELECT coupon.bayes_fit(y, x, '{"back_transform": "mode"}') FROM tried;
SELECT coupon.bayes_fit(y, x, '{"prior": "nig", "log": true, "back_transform": "mean"}') FROM tried;
SELECT coupon.bayes_fit(y, x, jsonb_build_object('noise', id)) FROM tried;
SELECT coupon.bayes_fit(y, x, jsonb_build_object('prior_precision', CASE WHEN id < 30 THEN '1'::jsonb ELSE '[1, 2]' END)) FROM tried;
SELECT coupon.bayes_fit(y, '{1,1}', '{"prior_precision": 0}') FROM tried;
SELECT coupon.bayes_fit(0, x, '{"prior": "evidence"}') FROM tried;
SELECT coupon.bayes_fit(y, '{0}', '{"prior": "evidence"}') FROM tried;

-- models
SELECT coupon.bayes_merge(m) FROM (SELECT model AS m FROM bandits UNION ALL SELECT coupon.bayes_fit(y, x, '{"noise": 0.5}') FROM tried) f;
SELECT coupon.bayes_merge(m) FROM (SELECT model AS m FROM bandits UNION ALL SELECT coupon.bayes_fit(y, x, '{"log": true}') FROM tried) f;
SELECT coupon.bayes_merge(m) FROM (SELECT model AS m FROM bandits UNION ALL SELECT coupon.bayes_fit(y, x[1:1]) FROM tried) f;
SELECT coupon.bayes_merge(m) FROM (SELECT coupon.linear_fit(y, x) AS m FROM tried) f;
SELECT coupon.bayes_fit_merge(s) FROM (SELECT coupon.bayes_fit_state(y, x) AS s FROM tried UNION ALL SELECT coupon.bayes_fit_state(y, x, '{"back_transform": "mean"}') FROM tried) f;
SELECT coupon.bayes_fit_merge(s) FROM (SELECT coupon.ab_test_state(y, id % 2 = 0) AS s FROM tried) f;
SELECT coupon.bayes_unmerge(model, m) FROM bandits, (SELECT coupon.bayes_fit(y, x) AS m FROM tried, generate_series(1, 2)) f;
SELECT coupon.bayes_unmerge(model, m) FROM bandits, (SELECT coupon.bayes_fit(9, ARRAY[9, 9]) AS m) f;
SELECT coupon.bayes_decay(model, 1.5) FROM bandits;
SELECT coupon.bayes_decay(model, 'NaN') FROM bandits;
SELECT coupon.bayes_decay(m, 0) FROM (SELECT coupon.bayes_fit(y, x, '{"prior": "evidence"}') AS m FROM tried) f;
SELECT coupon.bayes_update(model, 'NaN', '{1,2}') FROM bandits;
SELECT coupon.bayes_update(model, 1, '{1}') FROM bandits;
SELECT coupon.bayes_update(m, -1, '{1,2}') FROM (SELECT coupon.bayes_fit(y, x, '{"log": true}') AS m FROM tried) f;

-- scores
SELECT coupon.bayes_mean(model, '{1}') FROM bandits;
SELECT coupon.bayes_mean(model, '{1,NaN}') FROM bandits;
SELECT coupon.bayes_mean(model, '{{1,2}}') FROM bandits;
SELECT coupon.bayes_means(model, '{{1,2,3}}') FROM bandits;
SELECT coupon.bayes_means(model, '{1,2}') FROM bandits;
SELECT coupon.bayes_sds(model, '{{1,2},{1,NULL}}') FROM bandits;
SELECT coupon.bayes_means(model, '{{1,2},{1,NaN}}') FROM bandits;
SELECT coupon.bayes_quantile(model, '{1,2}', 0) FROM bandits;
SELECT coupon.bayes_quantiles(model, '{{1,2}}', 1) FROM bandits;
SELECT coupon.bayes_predictive_quantile(model, '{1,2}', 'NaN') FROM bandits;
SELECT coupon.bayes_draws(model, '{{1,2,3}}', 1, '') FROM bandits;
SELECT coupon.bayes_mean(m, '{1,1e9}') FROM (SELECT coupon.bayes_fit(y, x, '{"log": true}') AS m FROM tried) f;
SELECT coupon.bayes_covariance(m) IS NULL AS without FROM (SELECT coupon.bayes_fit(NULL, x, '{"prior": "nig", "a0": 0.5}') AS n, coupon.bayes_decay(coupon.bayes_fit(y, x, '{"prior": "nig", "a0": 0.5}'), 0) AS m FROM tried) f;
SELECT coupon.bayes_mean(m, '{1,2}') FROM (SELECT coupon.linear_fit(y, x) AS m FROM tried) f;
SELECT coupon.predict(model, '{1,2}'::float8[]) FROM bandits;
DROP TABLE bandits, tried;
