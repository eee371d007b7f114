-- A graph of real purchases, thin ones: some steps foretell better.
\i test/prelude.psql
BEGIN;
\if :have_data
SELECT plan(3);
CREATE TABLE lines (household text, store text, basket text, product text, quantity float8, sales float8, retail float8, coupon float8, match float8, week int, bought_at timestamp);
\copy lines from program 'zcat -- "$COUPON_DATA/cj_transactions_sample.csv.gz"' with (format csv, header)
CREATE TABLE products (product text, manufacturer text, department text, brand text, category text, type text, size text);
\copy products from program 'zcat -- "$COUPON_DATA/cj_products.csv.gz"' with (format csv, header)
CREATE TABLE figures AS SELECT steps, (d #>> '{holdout,pairs}')::int AS pairs, (d #>> '{holdout,recall}')::float8 AS recall, (d #>> '{holdout,auc}')::float8 AS auc, (d ->> 'customers')::int AS customers
FROM (SELECT steps, coupon.graph_fit(household, type, 'buy', 1, jsonb_build_object('refine', steps, 'learning_rate', 0.05, 'quiet', true)) AS m FROM lines JOIN products USING (product), unnest('{0,30}'::int[]) steps GROUP BY steps) f, coupon.describe(m) d;
SELECT is(customers, 2374, 'Complete Journey: 2,374 households') FROM figures WHERE steps = 0;
SELECT cmp_ok(r.recall, '>', f.recall * 1.05, '30 steps raise recall to ' || round(r.recall::numeric, 3)) FROM figures f, figures r WHERE f.steps = 0 AND r.steps = 30;
SELECT cmp_ok(r.auc, '>', f.auc + 0.005, '30 steps raise AUC from ' || round(f.auc::numeric, 3) || ' to ' || round(r.auc::numeric, 3)) FROM figures f, figures r WHERE f.steps = 0 AND r.steps = 30;
\else
SELECT plan(1);
SELECT skip('no ../shared/data', 1);
\endif
SELECT * FROM finish();
ROLLBACK;
