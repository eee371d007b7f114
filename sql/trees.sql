-- Regression: boosted trees, and what explains predictions.
\pset null '(null)'
CREATE TABLE visits AS
SELECT i AS id, (ARRAY['north', 'south', 'west'])[1 + i % 3] AS region, i % 7 AS recency, CASE WHEN i % 5 > 0 THEN 20 + i % 40 END AS age, 10 - i % 7 + 2 * (i % 3) + i * 7919 % 11 / 10.0 AS spend, (i * 7919 % 100 < 30 + 8 * (i % 7))::int AS visited
FROM generate_series(1, 400) i;
CREATE TABLE models AS
SELECT 'trees' AS name, coupon.trees_fit(spend, f, '{"rounds": 20, "max_depth": 3, "learning_rate": 0.3}') AS model FROM visits v, LATERAL (SELECT v.region, v.recency, v.age) f
UNION ALL SELECT 'linear', coupon.linear_fit(spend, f) FROM visits v, LATERAL (SELECT v.region, v.recency, v.age) f;
SELECT id, name, round(coupon.predict(model, f)::numeric, 1) AS spend FROM models, visits v, LATERAL (SELECT v.region, v.recency, v.age) f WHERE id IN (1, 2, 5) ORDER BY id, name;
SELECT name, feature, round(importance::numeric, 2) AS importance FROM models, coupon.importance(model) ORDER BY name, importance DESC;
SELECT name, feature, round(contribution::numeric, 1) AS contribution FROM models, LATERAL (SELECT 'west' AS region, 3 AS recency, NULL::int AS age) f, coupon.explain(model, f) WITH ORDINALITY AS x(feature, contribution, n) ORDER BY name, n;
SELECT coupon.describe(model) -> 'options' FROM models WHERE name = 'trees';
SELECT coupon.describe(coupon.trees_fit(spend, f, '{"rounds": 2, "holdout": 0.3, "tweedie_power": 1.2, "seed": 1}')) -> 'unused_options' FROM visits, LATERAL (SELECT recency) f;
-- errors: options
SELECT coupon.trees_fit(spend, f, '{"deep": 1}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"max_depth": 17}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"rounds": 0}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"objective": "rank"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"subsample": 0}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"monotone": ["recency"]}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"monotone": {"recency": "up"}}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"monotone": {"recency": 2}}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"monotone": {"nothing": 1}}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"monotone": {"region": 1}}') FROM visits, LATERAL (SELECT region) f;
SELECT coupon.trees_fit(spend, f, NULL) FROM visits, LATERAL (SELECT recency) f;
-- errors: outcomes and rows
SELECT coupon.trees_fit(spend, f, '{"objective": "logistic"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(1, f, '{"objective": "logistic"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(-spend, f, '{"objective": "poisson"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(0, f, '{"objective": "tweedie"}') FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit('NaN', f) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(1e200 * spend, f) FROM (SELECT id, spend::float8 AS spend, recency FROM visits WHERE id = 1) v, LATERAL (SELECT recency) f;
SELECT coupon.trees_fit(spend, f, '{"early_stopping": 5}') FROM visits, LATERAL (SELECT recency) f WHERE id = 1;
SELECT coupon.trees_fit(spend, f) FROM visits, LATERAL (SELECT now() AS at) f;
SELECT coupon.trees_fit(spend, ARRAY[1, 'NaN', NULL]::float8[]) FROM visits;
-- errors: scoring
SELECT coupon.predict(model, f) FROM models, LATERAL (SELECT 'west' AS region, 1 AS recency) f WHERE name = 'trees';
SELECT coupon.predict(model, '{1, 2, 3}'::float8[]) FROM models WHERE name = 'trees';
SELECT coupon.importance(coupon.uplift_fit(spend, CASE WHEN id % 2 = 0 THEN 'offer' ELSE 'control' END, f)) FROM visits, LATERAL (SELECT recency) f;
SELECT coupon.importance(coupon.linear_fit(i, ARRAY[2 * i])) FROM generate_series(1, 2) i;
-- imports
CREATE FUNCTION source(trees text DEFAULT NULL, base_score text DEFAULT '5E-1', objective text DEFAULT 'reg:squarederror', booster text DEFAULT 'gbtree', names text DEFAULT '[]', classes text DEFAULT '0', features text DEFAULT '2', targets text DEFAULT '1', told text DEFAULT '1')
RETURNS text LANGUAGE sql AS
$$ SELECT format('{"learner":{"feature_names":%s,"feature_types":[],"gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"%s"},"trees":[{%s}]},"name":"%s"},"learner_model_param":{"base_score":"%s","num_class":"%s","num_feature":"%s","num_target":"%s"},"objective":{"name":"%s"}},"version":[1,7,4]}', names, told,
	coalesce(trees, '"default_left":[0,0,0],"left_children":[1,-1,-1],"loss_changes":[8E0,0E0,0E0],"right_children":[2,-1,-1],"split_conditions":[5E-1,-1E0,2E0],"split_indices":[1,0,0],"sum_hessian":[1E1,4E0,6E0]'), booster, base_score, classes, features, targets, objective) $$;
SELECT coupon.predict(coupon.import_trees(source()), '{7, 0.5}'::float8[]), coupon.predict(coupon.import_trees(source(names => '["x", "y"]')), f) AS named FROM LATERAL (SELECT NULL::int AS y, 3 AS x) f;
SELECT coupon.predict(coupon.import_trees(source(), '{"features": ["age", "recency"]}'), f) FROM LATERAL (SELECT 0 AS recency, 3 AS age) f;
SELECT coupon.describe(coupon.import_trees(source()));
SELECT coupon.import_trees(source(), '{"features": ["age"]}');
SELECT coupon.import_trees(source(), '{"features": ["age", "age"]}');
SELECT coupon.import_trees(source(), '{"feature": []}');
SELECT coupon.import_trees('');
SELECT coupon.import_trees('{}');
SELECT coupon.import_trees('[1]');
SELECT coupon.import_trees('{"learner": {}}');
SELECT coupon.import_trees('{"learner": 1 2}');
SELECT coupon.import_trees(source() || 'x');
SELECT coupon.import_trees(left(source(), 300));
SELECT coupon.import_trees('{L' || chr(1) || 'learner');
SELECT coupon.import_trees(source(booster => 'dart'));
SELECT coupon.import_trees(source(objective => 'survival:cox'));
SELECT coupon.import_trees(source(classes => '3'));
SELECT coupon.import_trees(source(targets => '2'));
SELECT coupon.import_trees(source(base_score => '[1,2]'));
SELECT coupon.import_trees(source(base_score => 'half'));
SELECT coupon.import_trees(source(base_score => '1', objective => 'binary:logistic'));
SELECT coupon.import_trees(source(names => '["x"]'));
SELECT coupon.import_trees(source(names => '["x", "x"]'));
SELECT coupon.import_trees(source(features => '3000'));
SELECT coupon.import_trees(source(features => '1'));
SELECT coupon.import_trees(source(told => '2'));
SELECT coupon.import_trees(source('"default_left":[0],"left_children":[-1],"loss_changes":[0],"right_children":[-1],"split_conditions":[1E99],"split_indices":[0],"sum_hessian":[1]'));
SELECT coupon.import_trees(source('"default_left":[0,0,0],"left_children":[1,-1,-1],"loss_changes":[8,0,0],"right_children":[3,-1,-1],"split_conditions":[1,2,3],"split_indices":[0,0,0],"sum_hessian":[1,1,1]'));
SELECT coupon.import_trees(source('"default_left":[0,0,0],"left_children":[1,1,-1],"loss_changes":[8,0,0],"right_children":[2,2,-1],"split_conditions":[1,2,3],"split_indices":[0,0,0],"sum_hessian":[1,1,1]'));
SELECT coupon.import_trees(source('"default_left":[0,0,0],"left_children":[1,0,-1],"loss_changes":[8,0,0],"right_children":[2,2,-1],"split_conditions":[1,2,3],"split_indices":[0,0,0],"sum_hessian":[1,1,1]'));
SELECT coupon.import_trees(source('"default_left":[0,0],"left_children":[1,-1,-1],"loss_changes":[8,0,0],"right_children":[2,-1,-1],"split_conditions":[1,2,3],"split_indices":[0,0,0],"sum_hessian":[1,1,1]'));
SELECT coupon.import_trees(source('"left_children":[1,-1,-1],"split_type":[1,0,0]'));
SELECT coupon.import_trees(source('"tree_param":{"size_leaf_vector":"2"}'));
SELECT coupon.import_trees(source('"default_left":[0,0,0],"left_children":[1,-1,-1],"loss_changes":[NaN,0,0],"right_children":[2,-1,-1],"split_conditions":[1,2,3],"split_indices":[0,0,0],"sum_hessian":[1,1,1]'));
DROP FUNCTION source;
DROP TABLE visits, models;
