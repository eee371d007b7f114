-- Purchase models on four rows of features, and what each adds on held-out customers.
\set ECHO none
\echo
\echo ── 4. Will the customer buy what is shown?  The ablation ───────────────────────
\echo Base: counts, recency, decayed shares, last actions, coupon history, product record, discount.
\echo The states add the embedding of the clicks and the log odds of a purchase, the graph the embeddings
\echo of customer and product and their score.  What a model leaves out is an option.
\echo
\set ECHO queries
SELECT nr, features, exclude FROM feature_sets ORDER BY nr;

CREATE TABLE purchase AS
SELECT nr, features, category, coupon.logit_fit(bought::int, m, exclude || '{"ridge": 1}') AS logit,
	coupon.trees_fit(bought::int, m, exclude || '{"objective": "logistic", "max_depth": 4, "rounds": 300, "learning_rate": 0.1, "early_stopping": 20}') AS trees
FROM moments m, feature_sets WHERE NOT held_out GROUP BY nr, features, category;

CREATE TABLE scored AS
SELECT learner || ' ' || features AS model, customer, bought, p
FROM purchase JOIN moments m USING (category), LATERAL (VALUES ('logit', coupon.predict(logit, m)), ('trees', coupon.predict(trees, m))) v(learner, p) WHERE held_out;

\set ECHO none
\i test/ablation.psql
\echo
\echo Held-out customers, 95 % intervals by customer (test/ablation.psql):
\echo
\set ECHO queries
SELECT model, round(auc::numeric, 4) AS auc, format('%s to %s', round((auc - 1.96 * auc_se)::numeric, 3), round((auc + 1.96 * auc_se)::numeric, 3)) AS auc_interval,
	round(log_loss::numeric, 4) AS log_loss, format('%s to %s', round((log_loss - 1.96 * log_loss_se)::numeric, 3), round((log_loss + 1.96 * log_loss_se)::numeric, 3)) AS log_loss_interval
FROM ablation JOIN feature_sets ON features = substr(model, 7) ORDER BY left(model, 5), nr;

SELECT model, 'over ' || substr(than, 7) AS "over", format('%s ± %s', to_char(auc, 'SG0.0000'), round(1.96 * auc_se::numeric, 4)) AS auc_gain, round((auc / auc_se)::numeric, 1) AS errors,
	format('%s ± %s', to_char(log_loss, 'SG0.0000'), round(1.96 * log_loss_se::numeric, 4)) AS log_loss_change
FROM ablation_pairs JOIN feature_sets a ON a.features = substr(model, 7) JOIN feature_sets b ON b.features = substr(than, 7)
WHERE left(model, 5) = left(than, 5) AND (b.nr = 1 OR a.nr = 4) AND a.nr > b.nr ORDER BY left(model, 5), a.nr, b.nr;
