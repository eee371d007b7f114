# Speaks TAP; test/bandit.t runs it.
import json, os
from fractions import Fraction
import numpy as np
import scipy.optimize, scipy.stats
from peer import ok, plan, psql, uniform


def skip(name, why):
    ok(True, '%s # SKIP %s' % (name, why))


def near(name, got, want, tolerance):
    apart = float(np.max(np.abs(np.asarray(got, float) - np.asarray(want, float))))
    ok(apart <= tolerance, '%s: %.1e apart' % (name, apart))


# Runs a query over table t (y, x) and returns its one value, which is JSON.
def ask(X, y, query):
    rows = ''.join('%r\t{%s}\n' % (float(b), ','.join(repr(float(v)) for v in a)) for a, b in zip(X, y))
    script = 'CREATE TEMP TABLE t (y float8, x float8[]);\nCOPY t FROM STDIN;\n%s\\.\n%s;\n' % (rows, query)
    return json.loads(psql(script)[-1])


POSTERIOR = '''SELECT jsonb_build_object('mean', (SELECT jsonb_agg(mean ORDER BY coefficient) FROM coupon.bayes_coefficients(m)),
    'cov', coupon.bayes_covariance(m), 'd', coupon.describe(m)) FROM (SELECT coupon.bayes_fit(y, x, '%s') AS m FROM t) f'''


# The log evidence of N(0, scale (I + X K^-1 X')) or the t distribution of so many degrees.
def log_evidence(X, y, K, scale, freedom=None):
    shape = scale * (np.eye(len(y)) + X @ np.diag(1 / K) @ X.T)
    if freedom is None:
        return -(len(y) * np.log(2 * np.pi) + np.linalg.slogdet(shape)[1] + y @ np.linalg.solve(shape, y)) / 2
    return scipy.stats.multivariate_t.logpdf(y, np.zeros(len(y)), shape, freedom)


random = np.random.default_rng(8)

# --- posteriors and evidence as numpy and scipy have them

X = np.hstack([np.ones((30, 1)), random.normal(size=(30, 4))])
y = X @ [3, 1, -1, 0.5, 0] + random.normal(size=30)
K = np.array([0.1, 1, 2, 3, 4])
got = ask(X, y, POSTERIOR % '{"noise": 0.7, "prior_precision": [0.1, 1, 2, 3, 4]}')
P = np.diag(K) + X.T @ X / 0.7
near('known noise: mean', got['mean'], np.linalg.solve(P, X.T @ y / 0.7), 1e-12)
near('known noise: covariance', got['cov'], np.linalg.inv(P), 1e-13)
near('known noise: log evidence', got['d']['log_evidence'], log_evidence(X, y, 0.7 * K, 0.7), 1e-10)
got = ask(X, y, POSTERIOR % '{"prior": "nig", "a0": 1.5, "b0": 2, "prior_precision": [0.1, 1, 2, 3, 4]}')
P = np.diag(K) + X.T @ X
mean = np.linalg.solve(P, X.T @ y)
a, b = 1.5 + 15, 2 + (np.sum((y - X @ mean) ** 2) + mean @ np.diag(K) @ mean) / 2
near('normal-inverse-gamma: mean', got['mean'], mean, 1e-12)
near('normal-inverse-gamma: covariance', got['cov'], b / (a - 1) * np.linalg.inv(P), 1e-13)
near('normal-inverse-gamma: log evidence is that of a t distribution', got['d']['log_evidence'],
     log_evidence(X, y, K, 2 / 1.5, 3), 1e-10)

for a0 in (1e-3, 99, 101, 1e3):
    got = ask(X, y, POSTERIOR % ('{"prior": "nig", "a0": %r, "b0": %r}' % (a0, a0)))
    near('log evidence, a0 = b0 = %g' % a0, got['d']['log_evidence'], log_evidence(X, y, np.ones(5), 1, 2 * a0), 1e-9)
got = ask(X, y, POSTERIOR % '{"prior": "nig", "a0": 1e20, "b0": 1e20}')
near('log evidence, a0 = b0 = 1e20: that of a known noise', got['d']['log_evidence'], log_evidence(X, y, np.ones(5), 1), 1e-9)

# --- sums of squares, whatever the number of columns: up to a strip, over it, several and a part

strips = np.random.default_rng(88)
for columns in (15, 16, 32, 70, 300):
    A = strips.normal(size=(700, columns))
    z = A.sum(axis=1) + strips.normal(size=700)
    got = ask(A, z, '''SELECT jsonb_build_object('mean', (SELECT jsonb_agg(mean ORDER BY coefficient) FROM coupon.bayes_coefficients(m)),
        'sd', (SELECT jsonb_agg(standard_deviation ORDER BY coefficient) FROM coupon.bayes_coefficients(m)))
        FROM (SELECT coupon.bayes_fit_merge(s::text::coupon.state) AS m FROM (SELECT coupon.bayes_fit_state(y, x) AS s FROM t) f) g''')
    P = np.eye(columns) + A.T @ A
    near('%d columns, by way of a state: mean' % columns, got['mean'], np.linalg.solve(P, A.T @ z), 1e-11)
    near('%d columns, by way of a state: deviations' % columns, got['sd'], np.sqrt(np.diag(np.linalg.inv(P))), 1e-12)

# --- the most evidence, by another optimiser

for name, columns, noise in (('ordinary', 5, 1), ('more coefficients than rows', 40, 9), ('little noise', 3, 1e-3)):
    A = random.normal(size=(30, columns))
    z = A @ random.normal(size=columns) + noise * random.normal(size=30)
    got = ask(A, z, POSTERIOR % '{"prior": "evidence"}')['d']

    def loss(u):
        return -log_evidence(A, z, np.full(columns, np.exp(u[1] + u[0])), np.exp(u[0])) if abs(u).max() < 18 else np.inf
    best = min((scipy.optimize.minimize(loss, start, method='Nelder-Mead', options={'xatol': 1e-9, 'fatol': 1e-11, 'maxiter': 4000})
                for start in ([2 * np.log(noise), 0], [0, 0], [2, 3])), key=lambda found: found.fun)
    near('most evidence, %s: its logarithm' % name, got['log_evidence'], -best.fun, 1e-7)
    near('most evidence, %s: noise and precision' % name, [np.log(got['noise']), np.log(got['prior_precision'])],
         [best.x[0], best.x[1]], 1e-4)

# --- quantiles

QUANTILES = '''SELECT jsonb_agg(coupon.bayes_quantile(m, '{1}', p) ORDER BY p) FROM (SELECT coupon.bayes_fit(0, '{1}',
    jsonb_build_object('prior', 'nig', 'a0', %r, 'b0', %r)) AS m) f, unnest('{%s}'::float8[]) p'''
points = [1e-6, 0.01, 0.3, 0.5, 0.6, 0.95, 0.999]
for freedom in (1.2, 3, 30, 1001, 99999, 100001, 1e7, 1e9, 1e12, 1e15, 1e29):
    a = freedom / 2
    got = ask([], [], QUANTILES % (a - 0.5, 2 * a, ','.join(map(str, points))))
    near('Student quantiles, %g degrees (relative)' % freedom, np.array(got) / np.maximum(1, np.abs(scipy.stats.t.ppf(points, freedom))),
         scipy.stats.t.ppf(points, freedom) / np.maximum(1, np.abs(scipy.stats.t.ppf(points, freedom))), 1e-8)
got = ask([], [], '''SELECT jsonb_agg(coupon.bayes_quantile(m, '{1}', p) ORDER BY p) FROM (SELECT coupon.bayes_fit(0, '{1}') AS m) f,
    unnest('{%s}'::float8[]) p''' % ','.join(map(str, points)))
near('normal quantiles', got, np.sqrt(0.5) * scipy.stats.norm.ppf(points), 1e-12)

# of one degree it is Cauchy's distribution
got = ask([], [], '''SELECT jsonb_agg(coupon.bayes_quantile(m, '{1}', p) * (pi() * p) ORDER BY p) FROM (SELECT coupon.bayes_fit(0, '{1}',
    '{"prior": "nig", "a0": 1e-30, "b0": 1}') AS m) f, unnest('{1e-290,1e-160,1e-20}'::float8[]) p''')
near('quantiles far out', got, [-1, -1, -1], 1e-12)

# --- draws are mean + L'^-1 z of the keyed normal numbers z


def normals(seed, identity, d):
    z = []
    for n in range(0, d, 2):
        r, angle = np.sqrt(-2 * np.log(uniform(seed, identity, n))), 2 * np.pi * uniform(seed, identity, n + 1)
        z += [r * np.cos(angle), r * np.sin(angle)]
    return np.array(z[:d])


got = ask(X, y, '''SELECT jsonb_build_object('draws', coupon.bayes_draws(m, '{{1,0,0,0,0},{0,1,0,0,0},{0,0,1,0,0},{0,0,0,1,0},{0,0,0,0,1}}', 77, 'customer 5'),
    'identity', hashtextextended('customer 5', 0)::text) FROM (SELECT coupon.bayes_fit(y, x, '{"noise": 0.7}') AS m FROM t) f''')
P = np.eye(5) + X.T @ X / 0.7
z = normals(77, int(got['identity']) & (1 << 64) - 1, 5)
near('a draw is mean + L\'^-1 z', got['draws'], np.linalg.solve(P, X.T @ y / 0.7) + np.linalg.solve(np.linalg.cholesky(P).T, z), 1e-12)
got = ask([], [], '''SELECT jsonb_agg(coupon.bayes_draw(m, '{1}', 5, i::text)) FROM (SELECT coupon.bayes_fit(1, '{1}',
    '{"prior": "nig", "a0": 0.25, "b0": 1}') AS m) f, generate_series(1, 20000) i''')
# one row: precision 2, mean 1/2, a = 3/4, b = 1 + 1/4
ok(scipy.stats.kstest(got, scipy.stats.t(1.5, 0.5, np.sqrt(1.25 / 0.75 / 2)).cdf).pvalue > 1e-4,
   'draws with 1.5 degrees of freedom are Student\'s (Kolmogorov and Smirnov)')

# --- near to collinear: all features within 0.986 and 1, against exact fractions


def solve(A, b):
    A = [row[:] + [v] for row, v in zip(A, b)]
    n = len(A)
    for k in range(n):
        for i in range(k + 1, n):
            factor = A[i][k] / A[k][k]
            for j in range(k, n + 1):
                A[i][j] -= factor * A[k][j]
    for k in reversed(range(n)):
        A[k][n] = (A[k][n] - sum(A[k][j] * A[j][n] for j in range(k + 1, n))) / A[k][k]
    return [row[n] for row in A]


depths = np.arange(6) / 10
centres = np.array([0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6])
features = np.exp(-0.039 * (depths[:, None] - centres) ** 2)
X = np.tile(features, (5000, 1))
y = 3 + np.tile(depths, 5000) + 0.5 * random.normal(size=len(X))
ok(0.986 <= features.min() and features.max() <= 1, 'features from %.4f to %.4f' % (features.min(), features.max()))
F = [[Fraction(v) for v in row] for row in features.tolist()]
totals = [sum(map(Fraction, y[k::6].tolist())) for k in range(6)]
S = [[5000 * sum(row[i] * row[j] for row in F) for j in range(7)] for i in range(7)]
P = [[S[i][j] + (i == j) for j in range(7)] for i in range(7)]
mean = solve(P, [sum(row[i] * total for row, total in zip(F, totals)) for i in range(7)])
variance = [sum(a * b for a, b in zip(row, solve(P, row))) for row in F]
got = ask(X, y, '''SELECT jsonb_build_object('mean', (SELECT jsonb_agg(mean ORDER BY coefficient) FROM coupon.bayes_coefficients(m)), 'means', coupon.bayes_means(m, xs),
    'sds', coupon.bayes_sds(m, xs)) FROM (SELECT coupon.bayes_fit(y, x) AS m FROM t) f, (SELECT '{%s}'::float8[] AS xs) q''' %
          ','.join('{%s}' % ','.join(map(repr, row)) for row in features.tolist()))
near('30,000 near-collinear rows: predicted means', got['means'], [float(sum(a * b for a, b in zip(row, mean))) for row in F], 1e-9)
near('30,000 near-collinear rows: their deviations (relative)', np.array(got['sds']) / np.sqrt([float(v) for v in variance]), 1, 1e-9)
near('30,000 near-collinear rows: coefficients', got['mean'], [float(v) for v in mean], 1e-7)

# --- rank correlation, ties included

for name, a, b in (('1,000 pairs', random.normal(size=1000), random.normal(size=1000)),
                   ('ties', random.integers(0, 9, size=500), random.integers(0, 4, size=500)),
                   ('three pairs', [1, 2, 2], [3, 1, 2])):
    b = np.asarray(b) + 0.3 * np.asarray(a)
    near('spearman of scipy, ' + name, ask(b[:, None], a, 'SELECT to_json(coupon.spearman(y, x[1])) FROM t'), scipy.stats.spearmanr(a, b)[0], 1e-12)

# --- the reference vectors, where they are

path = os.path.join(os.environ.get('COUPON_DATA', ''), '..', 'vectors', 'bayes_rbf.json')
names = ['covariance', 'precision of the normal-inverse-gamma', 'sample by the factor of the covariance', 'sample by the factor of the precision']
if not os.environ.get('COUPON_DATA') or not os.path.exists(path):
    for name in names:
        skip('vectors: ' + name, 'no ../shared/vectors')
else:
    with open(path) as file:
        v = json.load(file)
    x, phi = np.array(v['x']), np.exp(-v['alpha'] * (np.array(v['a'])[:, None] - v['centres']) ** 2)
    X = np.hstack([np.ones((len(x), 1)), x, phi, (x[:, :, None] * phi[:, None, :]).reshape(len(x), -1)])
    got = ask(X, v['y_log'], POSTERIOR % '{"noise": 0.25, "prior_precision": 0.5}')
    near('vectors: ' + names[0], got['cov'], v['known_noise']['cov'], 1e-9)
    nig = ask(X, v['y_log'], POSTERIOR % '{"prior": "nig", "a0": 2, "b0": 1, "prior_precision": 0.5}')
    near('vectors: ' + names[1], np.linalg.inv(np.array(nig['cov']) * (nig['d']['a'] - 1) / nig['d']['b']), v['nig']['precision'], 1e-9)
    z, mean, cov = np.array(v['sample']['z']), np.array(got['mean']), np.array(got['cov'])
    near('vectors: ' + names[2], mean + np.linalg.cholesky(cov) @ z, v['sample']['theta_cov_cholesky_lower'], 1e-9)
    near('vectors: ' + names[3], mean + np.linalg.solve(np.linalg.cholesky(np.linalg.inv(cov)).T, z), v['sample']['theta_precision_cholesky'], 1e-9)

plan()
