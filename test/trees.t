#!/bin/bash
# trees.t
#	Boosted trees against libxgboost itself, through Debian's python3-xgboost: imported models
#	predict and explain what the library does, and fitted trees are as good as the library's.

cd "$(CDPATH= cd "$(dirname "$0")/.." && pwd)" || exit 1
if ! /usr/bin/python3 -c 'import xgboost, numpy' 2>/dev/null; then
	echo '1..0 # SKIP no python3-xgboost'
	exit
fi
tmp=$(mktemp -d) && chmod 755 "$tmp" || exit 1
trap 'rm -rf "$tmp"' EXIT

# 2,000 rows of 5 features, of which one is often and one seldom missing; models of each objective
# saved as JSON; predictions and contributions of the library (its last column is the intercept).
OMP_NUM_THREADS=1 /usr/bin/python3 - "$tmp" <<'PYTHON' || exit 1
import sys
import numpy as np, xgboost as xgb

tmp = sys.argv[1]
random = np.random.RandomState(7)
n = 2000
X = random.normal(size=(n, 5))
X[:, 3] = random.randint(0, 4, n)
X[random.rand(n) < .3, 1] = np.nan
X[random.rand(n) < .05, 3] = np.nan
spend = 3 + X[:, 0] + np.where(np.isnan(X[:, 1]), 2, X[:, 1] ** 2) + np.where(X[:, 3] == 2, 2, 0) + random.normal(size=n) / 2
outcomes = {'squared': ('reg:squarederror', spend), 'logistic': ('binary:logistic', spend > 4), 'raw': ('binary:logitraw', spend > 4),
	'poisson': ('count:poisson', np.floor(np.abs(spend))), 'tweedie': ('reg:tweedie', np.maximum(spend - 4, 0)), 'gamma': ('reg:gamma', np.abs(spend) + .1)}

def text(value):
	return '' if np.isnan(value) else repr(float(value))

with open(tmp + '/rows.csv', 'w') as file:
	for i in range(n):
		file.write(','.join([str(i)] + [text(v) for v in X[i]] + [text(spend[i])]) + '\n')
with open(tmp + '/library.csv', 'w') as file:
	for name, (objective, y) in outcomes.items():
		data = xgb.DMatrix(X, y.astype(float), feature_names=list('abcde'))
		for method in ('hist', 'exact'):
			model = xgb.train({'objective': objective, 'tree_method': method, 'eta': .1, 'nthread': 1,
				'num_parallel_tree': 2 if method == 'exact' else 1, 'subsample': .7 if method == 'exact' else 1}, data, 30)
			model.save_model('%s/%s_%s.json' % (tmp, name, method))
			parts = model.predict(data, pred_contribs=True)
			for i, value in enumerate(model.predict(data)):
				file.write('%s_%s,%d,%r,"{%s}"\n' % (name, method, i, float(value), ','.join(repr(float(v)) for v in parts[i])))

# a category as four indicator columns, base_score the mean: what trees_fit does
onehot = np.column_stack([X[:, :3]] + [np.where(np.isnan(X[:, 3]), np.nan, X[:, 3] == k) for k in range(4)] + [X[:, 4]])
model = xgb.train({'tree_method': 'hist', 'eta': .1, 'nthread': 1, 'base_score': float(spend.mean())}, xgb.DMatrix(onehot, spend), 40)
with open(tmp + '/fitted.csv', 'w') as file:
	for i, value in enumerate(model.predict(xgb.DMatrix(onehot))):
		file.write('%d,%r\n' % (i, float(value)))
PYTHON
chmod 644 "$tmp"/*

psql -qAtX -v ON_ERROR_STOP=1 -d test -v tmp="$tmp" <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS coupon;
BEGIN;
SELECT plan(10);
CREATE TABLE features (id int, a float8, b float8, c float8, d float8, e float8, spend float8);
CREATE TABLE library (name text, id int, prediction float8, parts float8[]);
CREATE TABLE fitted (id int, prediction float8);
SELECT format('COPY %I FROM %L (FORMAT csv)', t, :'tmp' || '/' || f) FROM (VALUES ('features', 'rows.csv'), ('library', 'library.csv'), ('fitted', 'fitted.csv')) v(t, f) \gexec
CREATE TABLE imported AS SELECT name, coupon.import_trees(pg_read_file(:'tmp' || '/' || name || '.json')) AS model FROM (SELECT DISTINCT name FROM library) l;

CREATE TABLE compared AS
SELECT name, id, l.prediction AS theirs, parts, coupon.predict(model, f) AS ours
FROM imported JOIN library l USING (name) JOIN features x USING (id), LATERAL (SELECT x.e, x.d, x.c, x.b, x.a) f;
SELECT is(count(*), 24000::bigint, 'all rows are predicted') FROM compared;
SELECT cmp_ok(max(abs(ours - theirs) / greatest(1, abs(theirs))), '<=', 1e-6::float8, 'imported trees predict what libxgboost does: the relative difference') FROM compared;
SELECT cmp_ok(max(abs(ours - theirs)), '<=', 1e-6::float8, 'the absolute difference where the scores are the predictions') FROM compared WHERE name ~ 'squared|logistic|raw';
SELECT is(max(abs(c.ours - coupon.predict(coupon.import_trees(pg_read_file(:'tmp' || '/' || name || '.json'), '{"features": []}'), ARRAY[a, b, c, d, e]))), 0::float8, 'by position, with missing elements, the same')
FROM compared c JOIN features USING (id) WHERE name = 'squared_hist' AND id < 200;

CREATE TABLE explained AS
SELECT name, c.id, ours, feature, contribution, parts[CASE feature WHEN 'intercept' THEN 6 ELSE ascii(feature) - 96 END] AS theirs
FROM compared c JOIN imported USING (name) JOIN features x ON x.id = c.id, LATERAL (SELECT x.*) f, coupon.explain(model, f) WHERE c.id < 100;
SELECT cmp_ok(max(abs(contribution - theirs)), '<=', 2e-5::float8, 'contributions are those of libxgboost, which sums in single precision') FROM explained;
SELECT cmp_ok(max(abs(sum - CASE WHEN name ~ 'logistic' THEN ln(ours / (1 - ours)) WHEN name ~ 'poisson|tweedie|gamma' THEN ln(ours) ELSE ours END)), '<=', 1e-6::float8, 'contributions add up to the score')
FROM (SELECT name, id, min(ours) AS ours, sum(contribution) FROM explained GROUP BY name, id) s;

CREATE TABLE own AS SELECT coupon.trees_fit(spend, f, '{"rounds": 40}') AS model FROM features x, LATERAL (SELECT x.a, x.b, x.c, 'v' || x.d AS d, x.e) f;
CREATE VIEW scored AS SELECT x.spend, coupon.predict(model, f) AS ours, t.prediction AS theirs FROM own, features x JOIN fitted t USING (id), LATERAL (SELECT x.a, x.b, x.c, 'v' || x.d AS d, x.e) f;
SELECT cmp_ok((coupon.describe(model) ->> 'difference_from_libxgboost')::float8, '<=', 1e-6::float8, 'fitted trees score what libxgboost does') FROM own;
SELECT cmp_ok(abs(sqrt(avg((spend - ours) ^ 2)) / sqrt(avg((spend - theirs) ^ 2)) - 1), '<=', 0.02::float8, 'fitted trees are as close as those that Python fits') FROM scored;
SELECT cmp_ok(avg(abs(ours - theirs)), '<=', 0.05::float8, 'and nearly the same') FROM scored;
SELECT cmp_ok(corr(ours, theirs), '>=', 0.999::float8, 'for every row') FROM scored;
SELECT * FROM finish();
ROLLBACK;
SQL
