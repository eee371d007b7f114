-- Policies, holdouts, audits, replay, forecasts' errors, the world: round numbers; what goes wrong, and what is said then.
CREATE TABLE bandits AS SELECT coupon.bayes_fit(2 + i % 4 + (i % 3 - 1) * 0.5, ARRAY[1, i % 4]) AS model FROM generate_series(1, 60) i;
SELECT coupon.bandit_probabilities(model, '{{1,0},{1,3},{1,1}}', o) FROM bandits, (VALUES ('{"policy": "greedy"}'::jsonb), ('{"policy": "epsilon_greedy", "epsilon": 0.3}'), ('{"policy": "uniform"}'),
	('{"policy": "ucb"}'), ('{"policy": "greedy", "cost": [0, 9, 0]}'), ('{"policy": "greedy", "multiply": -1}'), ('{"policy": "thompson", "draws": 7, "cost": [0, 99, 99]}')) v(o);
SELECT coupon.bandit_probabilities(model, '{{1,1},{1,1}}', '{"policy": "greedy"}') AS tied, coupon.bandit_probabilities(model, '{}'), coupon.bandit_probabilities(model, NULL), coupon.bandit_choose(model, '{}', 'a') FROM bandits;
SELECT choice, propensity, log_propensity FROM bandits, coupon.bandit_choose(model, '{{1,0},{1,3},{1,1}}', 'ann', '{"policy": "greedy"}');
SELECT coupon.holdout('ann', 1, 0), coupon.holdout('ann', 0, 0), coupon.holdout(NULL, 0.5, 0);
CREATE TABLE contexts AS SELECT c AS customer, d AS depth, ARRAY[1, (CASE c WHEN 'ann' THEN 4 ELSE -4 END) * d] AS x FROM unnest('{ann,bob}'::text[]) c, unnest('{0,0.5,1}'::float8[]) d;
SELECT customer, depth, round(response::numeric, 3) AS response, round(standard_deviation::numeric, 3) AS standard_deviation, shallower, round(fall::numeric, 3) AS fall, falls, round(repaired::numeric, 3) AS repaired, extrapolates
FROM bandits, coupon.monotonicity_audit(model, 'TABLE contexts', '{"all": true}');
SELECT customer, depth, extrapolates FROM bandits, coupon.monotonicity_audit(model, 'TABLE contexts', '{"tolerance": 0.1, "trained": [0, 0.5]}');
SELECT coupon.replay(reward, logged, chosen) FROM (VALUES (1, 'a', 'a'), (3, 'b', 'b'), (9, 'a', 'b'), (NULL, 'a', 'a')) v(reward, logged, chosen);
SELECT coupon.wape(actual, predicted), coupon.spearman(actual, predicted) FROM (VALUES (10, 8), (30, 36), (60, 60), (NULL, 1)) v(actual, predicted);
SELECT round, customer, depth, cardinality(context) AS context, cardinality(x) AS x FROM coupon.world_bandit(1, 2, 7) WHERE depth > 0.35;

-- policies
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '{"policies": 1}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '{"policy": "softmax"}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '{"draws": 0}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '{"draws": 10001}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '{"epsilon": 1.1}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '{"quantile": 1}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '{"seed": 0.5}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0},{1,1}}', '{"cost": [1, 2, 3]}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0},{1,1}}', '{"multiply": [1, 2, 3]}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0},{1,1}}', '{"cost": "1"}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0}}', '[]') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{1,0}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,0,2}}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,NaN}}') FROM bandits;
SELECT coupon.bandit_probabilities(model, '{{1,NULL}}') FROM bandits;
SELECT coupon.bandit_probabilities(model, array_fill(1::float8, ARRAY[10001, 2])) FROM bandits;
SELECT coupon.bandit_probabilities(coupon.linear_fit(y, ARRAY[y]), '{{1}}') FROM (VALUES (1), (2)) v(y);
SELECT coupon.bandit_choose(model, '{{1,0}}', 'a', '{"draw": 1}') FROM bandits;
SELECT coupon.bandit_choose(model, '{{1,Infinity}}', 'a') FROM bandits;
SELECT coupon.bandit_probabilities(coupon.bayes_fit(1, ARRAY[y], '{"log": true}'), '{{1e9},{1}}', '{"cost": [0, 1]}') FROM (VALUES (1), (2)) v(y);
SELECT coupon.bandit_probabilities(coupon.bayes_fit(1e130, '{1}'), '{{1e80},{1}}', '{"policy": "greedy", "multiply": 1e100}');
SELECT coupon.holdout('ann', 1.5, 0);
SELECT coupon.holdout('ann', 'NaN', 0);

-- audits
SELECT * FROM coupon.monotonicity_audit(NULL, 'TABLE contexts');
SELECT * FROM bandits, coupon.monotonicity_audit(model, NULL);
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'TABLE contexts', NULL);
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'TABLE contexts', '{"repair": true}');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'TABLE contexts', '{"tolerance": -1}');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'TABLE contexts', '{"all": 1}');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'TABLE contexts', '{"trained": []}');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'SELECT customer, x FROM contexts');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'DELETE FROM contexts RETURNING *');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'SELECT customer, depth, ARRAY[depth] AS x FROM contexts');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'SELECT customer, ''NaN''::float8 AS depth, x FROM contexts');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'SELECT customer, depth, ARRAY[1, float8 ''Infinity''] AS x FROM contexts');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'SELECT ''ann'' AS customer, depth, x FROM contexts');
SELECT * FROM bandits, coupon.monotonicity_audit(model, 'SELECT ''ann'' AS customer, i AS depth, x FROM contexts, generate_series(1, 65) i WHERE customer = ''bob'' AND depth = 0');
SELECT * FROM coupon.monotonicity_audit((SELECT coupon.linear_fit(y, ARRAY[y]) FROM (VALUES (1), (2)) v(y)), 'TABLE contexts');

-- aggregates
SELECT coupon.replay('NaN', 'a', 'a');
SELECT coupon.replay('Infinity', 'a', 'b');
SELECT coupon.wape('NaN', 1);
SELECT coupon.wape(1, '-Infinity');
SELECT coupon.spearman('NaN', 1);
SELECT coupon.spearman(1, 'Infinity');
SELECT coupon.replay_merge(s) FROM (SELECT coupon.wape_state(1, 1) AS s) x;
SELECT coupon.wape_merge(s) FROM (SELECT coupon.replay_state(1, 'a', 'a') AS s) x;

-- the world
SELECT * FROM coupon.world_bandit(-1, 1, 1);
SELECT * FROM coupon.world_bandit(1, 1000001, 1);
DROP TABLE bandits, contexts;
