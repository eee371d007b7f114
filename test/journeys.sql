-- From clicks to coupons: hidden states and the graph each make purchase models better on held-out customers, and plans on beliefs pay.
\i test/prelude.psql
BEGIN;
\set customers 1500
\i test/clicks.psql
\i test/moments.psql
SELECT plan(14);

-- the states that the world has
CREATE TEMP VIEW emitted AS SELECT s.category, e.* FROM states s, coupon.hmm_emissions(model) e;
CREATE TEMP VIEW moved AS SELECT s.category, t.* FROM states s, coupon.hmm_transitions(model) t;
SELECT results_eq($$ SELECT category, state, (array_agg(symbol ORDER BY probability DESC))[1] FROM emitted GROUP BY 1, 2 ORDER BY 1, 2 $$,
	$$ VALUES ('cosmetics', 1, 'view'), ('cosmetics', 2, 'cart'), ('cosmetics', 3, 'buy'), ('snacks', 1, 'view'), ('snacks', 2, 'cart'), ('snacks', 3, 'buy') $$,
	'states are named by what is done most in them');
SELECT ok(max(abs(m.probability - w.probability)) < 0.15, 'transitions without coupons are those of the world, within 0.15: ' || max(abs(m.probability - w.probability)))
FROM moved m JOIN world_moves w ON w.category = m.category AND w.offer = m.input AND w.state = m.state AND w.next_state = m.next_state WHERE m.input = 'none';
SELECT ok(c.probability > 0.85 AND s.probability < 0.65, 'loyalty lasts in cosmetics and not in snacks: ' || c.probability || ', ' || s.probability)
FROM moved c, moved s WHERE c.category = 'cosmetics' AND s.category = 'snacks' AND (c.input, c.state, c.next_state) = ('none', 3, 3) AND (s.input, s.state, s.next_state) = ('none', 3, 3);
SELECT ok(bool_and(c.probability > n.probability + 0.2), 'a coupon makes loyal who is deciding')
FROM moved c JOIN moved n USING (category) WHERE (c.input, c.state, c.next_state) = ('25 %', 2, 3) AND (n.input, n.state, n.next_state) = ('none', 2, 3);

-- the taste that the graph finds is the one that was planted
SELECT ok(avg((p.cluster = t.cluster)::int) > 0.9, 'what the graph ranks first is of the planted taste: ' || avg((p.cluster = t.cluster)::int))
FROM tastes t JOIN graphs g USING (category), LATERAL (SELECT cluster FROM products p WHERE p.category = t.category ORDER BY coupon.graph_score(g.model, t.customer::text, product) DESC LIMIT 1) p
WHERE t.customer <= 200;

-- the ablation
CREATE TABLE purchase AS
SELECT features, category, coupon.logit_fit(bought::int, m, exclude || '{"ridge": 1}') AS model FROM moments m, feature_sets WHERE NOT held_out GROUP BY features, category;
CREATE TABLE scored AS
SELECT features AS model, customer, bought, coupon.predict(model, m) AS p FROM purchase JOIN moments m USING (category) WHERE held_out;
\i test/ablation.psql
SELECT ok(auc > 2 * auc_se AND log_loss < -2 * log_loss_se, format('%s improves %s: AUC by %s (standard error %s), log-loss by %s (%s)', model, than, round(auc::numeric, 4), round(auc_se::numeric, 4), round(log_loss::numeric, 4), round(log_loss_se::numeric, 4)))
FROM ablation_pairs WHERE (model, than) IN (('+ states', 'base'), ('+ graph', 'base'), ('+ both', '+ states'), ('+ both', '+ graph')) ORDER BY model, than;
SELECT ok(auc > 0.7, 'the base is no straw man: AUC ' || auc) FROM ablation WHERE model = 'base';

-- AUC, its error and log-loss against their definitions
SELECT ok(pg_temp.near(a.auc, b.auc, 1e-12), 'AUC is the share of pairs in the right order')
FROM ablation a, (SELECT avg(CASE WHEN x.p > y.p THEN 1 WHEN x.p = y.p THEN 0.5 ELSE 0 END) AS auc FROM scored x, scored y WHERE x.model = 'base' AND y.model = 'base' AND x.bought AND NOT y.bought) b WHERE a.model = 'base';
SELECT ok(pg_temp.near(a.log_loss, b.log_loss, 1e-12), 'log-loss is the mean of -ln of what happened')
FROM ablation a, (SELECT -avg(ln(CASE WHEN bought THEN p ELSE 1 - p END)) AS log_loss FROM scored WHERE model = 'base') b WHERE a.model = 'base';
SELECT ok(pg_temp.near(sum(auc_influence), 0, 1e-9) AND pg_temp.near(sum(loss_influence), 0, 1e-9), 'influences sum to 0') FROM ablation_influence WHERE model = 'base';

-- errors of a difference against a bootstrap of customers, by Poisson weights; there are no ties that matter
SELECT ok(abs(stddev(b.difference) / min(a.auc_se) - 1) < 0.25, 'the standard error of a difference is that of a bootstrap of customers: ' || min(a.auc_se) || ', ' || stddev(b.difference))
FROM (SELECT resample, sum(auc) FILTER (WHERE model = '+ both') - sum(auc) FILTER (WHERE model = 'base') AS difference
	FROM (SELECT resample, model, sum(weight * below) FILTER (WHERE bought) / (sum(weight) FILTER (WHERE bought) * sum(weight) FILTER (WHERE NOT bought)) AS auc
		FROM (SELECT w.resample, model, bought, weight, sum(weight * (NOT bought)::int) OVER (PARTITION BY w.resample, model ORDER BY p) AS below
			FROM scored JOIN (SELECT customer, resample, width_bucket(draw(3, 'weight', customer, resample), '{0.3679,0.7358,0.9197,0.9810,0.9963}') AS weight
				FROM (SELECT DISTINCT customer FROM scored) c, generate_series(1, 100) resample) w USING (customer)
			WHERE model IN ('base', '+ both') AND weight > 0) x GROUP BY resample, model) y GROUP BY resample) b,
	ablation_pairs a WHERE a.model = '+ both' AND a.than = 'base';

SELECT * FROM finish();
ROLLBACK;
