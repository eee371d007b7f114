# Speaks TAP; test/graph.t runs it.
import json
import numpy as np
from scipy.optimize import minimize
from peer import MASK, bits, ok, plan, psql, uniform

# products are few enough for singular vectors without random numbers in "few", not in "many"
TABLE = '''CREATE TEMP TABLE few AS
SELECT 'customer ' || u AS c, 'p' || CASE WHEN h % 10 < 6 THEN u % 3 * 6 + h / 10 % 6 ELSE h / 10 % 18 END AS p, (ARRAY['view', 'cart', 'buy'])[1 + h / 1000 % 7 / 3] AS a, (1 + h % 4) / 2.0 AS w
FROM (SELECT u, abs(hashint4(u * 100 + e)) AS h FROM generate_series(1, 70) u, generate_series(1, 9) e) x;
CREATE TEMP TABLE many AS
SELECT 'c' || u AS c, 'p' || CASE WHEN h % 10 < 7 THEN u % 20 * 10 + h / 10 % 10 ELSE h / 10 % 200 END AS p, (ARRAY['view', 'buy'])[1 + h / 1000 % 2] AS a, 1 AS w
FROM (SELECT u, abs(hashint4(u * 100 + e)) AS h FROM generate_series(1, 400) u, generate_series(1, 15) e) x;
CREATE TEMP TABLE wide AS
SELECT 'c' || u AS c, 'p' || p AS p, 'view' AS a, 1 + h % 997 * CASE WHEN u % 3 = p % 3 THEN 2 ELSE 1 END AS w
FROM (SELECT u, p, abs(hashint4(u * 10000 + p)) AS h FROM generate_series(1, 12) u, generate_series(1, 1500) p) x WHERE h % 5 > 0;
'''
# bought is what only the one who bought it has: without that pair there is less rank than products
ROOMS = '''CREATE TEMP TABLE rooms AS
SELECT 'c' || u AS c, 'p' || p AS p, 'view' AS a, 1 AS w FROM generate_series(1, 40) u, generate_series(1, 40) p WHERE u % 4 = p % 4
UNION ALL SELECT 'x' || u, 'p' || p, 'view', 1 FROM generate_series(1, 6) u, generate_series(1, 40) p WHERE u % 4 = p % 4
UNION ALL SELECT 'x' || u, 'own ' || u, 'buy', 1 FROM generate_series(1, 6) u;
'''
HOLDOUT, INNER, INNER_OTHERS = 0x686f6c646f757400, 0x696e6e6572000000, 0x696e6e6f74686572
SCALE, STEP = 0x7363616c65000000, 0x7374657000000000


def values(script):
    return [json.loads(line) for line in psql(TABLE + ROOMS + script)]


class Graph:
    def __init__(self, table):
        rows = values("SELECT jsonb_agg(jsonb_build_array(c, p, a, w)) FROM %s" % table)[0]
        self.customers = sorted({row[0] for row in rows})
        self.products = sorted({row[1] for row in rows})
        self.actions = sorted({row[2] for row in rows})
        self.A = np.zeros((len(self.actions), len(self.customers), len(self.products)))
        for c, p, a, w in rows:
            self.A[self.actions.index(a), self.customers.index(c), self.products.index(p)] += w
        self.pairs = [tuple(pair) for pair in np.argwhere(self.A.sum(0) > 0)]
        hashes = dict(values("SELECT jsonb_agg(jsonb_build_array(name, hashtextextended(name, 0)::text)) FROM (SELECT c AS name FROM %s UNION SELECT p FROM %s) x" % (table, table))[0])
        self.hash = lambda name: int(hashes[name]) & MASK

    # pairs left out: each customer keeps one
    def split(self, without, share, draw):
        left_out = set()
        for u, c in enumerate(self.customers):
            own = [pair for pair in self.pairs if pair[0] == u and pair not in without]
            kept = len(own)
            for pair in own:
                identity = bits(0, self.hash(c), self.hash(self.products[pair[1]]))
                if kept > 1 and uniform(0, identity, draw) < share:
                    left_out.add(pair)
                    kept -= 1
        return left_out

    def other(self, u, identity, n):
        others = np.flatnonzero(self.A[:, u].sum(0) == 0)
        return others[bits(0, identity, n) % len(others)]

    def triples(self, wanted, draw, others):
        return [(u, p, self.other(u, draw ^ i, n)) for i, (u, p) in enumerate(self.pairs) if wanted((u, p)) for n in range(others)]

    def adjacency(self, weights, without=()):
        A = self.A.copy()
        for u, p in without:
            A[:, u, p] = 0
        with np.errstate(divide='ignore', invalid='ignore'):
            S = [np.nan_to_num(a / np.sqrt(a.sum(1, keepdims=True)) / np.sqrt(a.sum(0, keepdims=True))) for a in A]
        return sum(w * s for w, s in zip(weights, S))

    def weights(self, without=()):
        inner = self.split(without, min(0.2, 10000 / len(self.pairs)), INNER)
        triples = self.triples(lambda pair: pair in inner, INNER_OTHERS, 2)
        x, scale = [], []
        for r in range(len(self.actions)):
            S = self.adjacency(np.eye(len(self.actions))[r], inner | set(without))
            scale.append(1 / np.sqrt((S[S > 0] ** 2).mean()))
            U, s, V = np.linalg.svd(S, full_matrices=False)
            low = (U[:, :16] * s[:16]) @ V[:16]
            x.append([low[u, p] - low[u, o] for u, p, o in triples])
        scale = np.array(scale)
        x = np.array(x).T * scale
        a = minimize(lambda a: np.logaddexp(0, -x @ a).sum() + 0.05 * a @ a, np.ones(len(scale)),
                     jac=lambda a: -x.T @ (1 / (1 + np.exp(x @ a))) + 0.1 * a, bounds=[(0, None)] * len(scale), method='L-BFGS-B', tol=1e-12).x * scale
        return 0.99 * a / a.sum() + 0.01 / len(a)


def layers(S, L, u, p):
    us, ps = [u], [p]
    for _ in range(L):
        us, ps = us + [S @ ps[-1]], ps + [S.T @ us[-1]]
    return sum(us) / (L + 1), sum(ps) / (L + 1), sum(ps[:-1]) / (L + 1)


# layer 0 and what a new customer's row of the adjacency is to be multiplied with
def factors(graph, S, k, L, without=()):
    U, s, Vt = np.linalg.svd(S, full_matrices=False)
    U, s, V = U[:, :k], s[:k], Vt[:k].T
    sign = np.sign(V[np.abs(V).argmax(0), np.arange(k)])
    U, V = U * sign, V * sign
    g = s * np.mean([s ** l for l in range(L + 1)], 0) ** 2
    m = np.array([(g * U[u]) @ (V[p] - V[o]) for u, p, o in graph.triples(lambda pair: pair not in without, SCALE, 1)])
    rms = np.sqrt((m ** 2).mean())
    m /= rms
    a = minimize(lambda a: np.logaddexp(0, -a * m).sum() + 0.005 * a[0] ** 2, [1.0], tol=1e-12).x[0] / rms
    return U, s, V, U * np.sqrt(s * a), V * np.sqrt(s * a)


def fold(U, s, V, u0, L, inner):
    return (V / s) @ (U.T @ u0) / (L + 1) + inner


def loss(S, L, triples, penalty, u0, p0):
    u, p, _ = layers(S, L, u0, p0)
    m = np.array([u[c] @ (p[i] - p[o]) for c, i, o in triples])
    return np.logaddexp(0, -m).sum() + penalty / 2 * ((u0 ** 2).sum() + (p0 ** 2).sum())


def gradient(S, L, triples, penalty, u0, p0):
    u, p, _ = layers(S, L, u0, p0)
    du, dp = np.zeros_like(u), np.zeros_like(p)
    for c, i, o in triples:
        wrong = 1 / (1 + np.exp(u[c] @ (p[i] - p[o])))
        du[c] -= wrong * (p[i] - p[o])
        dp[i] -= wrong * u[c]
        dp[o] += wrong * u[c]
    du, dp, _ = layers(S, L, du, dp)
    return du + penalty * u0, dp + penalty * p0


def close(got, want, tolerance):
    got, want = np.array(got, float), np.array(want)
    return got.shape == want.shape and np.abs(got - want).max() <= tolerance * np.abs(want).max()


def fitted(table, options, graph):
    out = values('''CREATE TEMP TABLE m AS SELECT coupon.graph_fit(c, p, a, w, '%s') AS m FROM %s;
    SELECT coupon.describe(m) FROM m;
    SELECT jsonb_agg(coupon.graph_customer(m, c) ORDER BY c COLLATE "C") FROM m, (SELECT DISTINCT c FROM %s) x;
    SELECT jsonb_agg(coupon.graph_product(m, p) ORDER BY p COLLATE "C") FROM m, (SELECT DISTINCT p FROM %s) x;
    SELECT coalesce(jsonb_agg(v), $$[]$$) FROM m, coupon.model_trace(m) t(part, step, measure, v);
    SELECT jsonb_build_array(coupon.graph_new_customer(m, '{p1,p2,p5,p2,nowhere}', '{view,buy,view,buy,view}'), coupon.graph_new_customer(m, '{p3,p2}', '{buy,lick}')) FROM m;
    SELECT jsonb_agg(jsonb_build_array(c, p, coupon.graph_score(m, c, p)) ORDER BY c, p) FROM m, (SELECT DISTINCT c, p FROM %s) x;
    SELECT jsonb_agg(jsonb_build_array(product, similarity)) FROM m, coupon.graph_similar(m, 'p1', 1000) s;''' % (json.dumps(options), table, table, table, table))
    return out


# weights given, everything exact
graph = Graph('few')
given = {'view': 1, 'cart': 2, 'buy': 5}
weights = np.array([given[a] for a in graph.actions]) / 8
S = graph.adjacency(weights)
for L in (0, 2, 3):
    options = {'dimensions': 8, 'layers': L, 'holdout': 0, 'relation_weights': given}
    described, customers, products, trace, new, scores, similar = fitted('few', options, graph)
    U, s, V, u0, p0 = factors(graph, S, 8, L)
    u, p, inner = layers(S, L, u0, p0)
    name = '%d layers: ' % L
    ok(close(described['singular_values'], s, 1e-5), name + "singular values are numpy's")
    ok(close(customers, u, 1e-4), name + 'customers are the mean of layers, as long as likelihood wants them')
    ok(close(products, p, 1e-4), name + 'and so are products')
    ok(close([score for _, _, score in scores], [u[graph.customers.index(c)] @ p[graph.products.index(i)] for c, i, _ in scores], 1e-4), name + 'scores are their products')
    F = fold(U, s, V, u0, L, inner)
    degree = graph.A.sum(1)
    row = np.zeros(len(graph.products))
    for a, i, n, d in (('view', 'p1', 1, 2), ('view', 'p5', 1, 2), ('buy', 'p2', 2, 2)):
        r, j = graph.actions.index(a), graph.products.index(i)
        row[j] += n * weights[r] / np.sqrt(d * (degree[r, j] + 1))
    ok(close(new[0], row @ F, 1e-4), name + 'a new customer; what is unknown is left out, what is there twice counts twice')
    r, j = graph.actions.index('buy'), graph.products.index('p3')
    ok(close(new[1], weights[r] / np.sqrt(degree[r, j] + 1) * F[j], 1e-4), name + 'a new customer of one edge')
unit = p / np.linalg.norm(p, axis=1, keepdims=True)
cosine = dict(zip(graph.products, unit @ unit[graph.products.index('p1')]))
ok(len(similar) == len(graph.products) - 1 and all(abs(cosine[i] - x) < 1e-5 for i, x in similar), 'similar products: cosines of all others')
ok([x for _, x in similar] == sorted((x for _, x in similar), reverse=True), 'in falling order')

# weights learned: of all pairs, unless those kept are nearly all
for share, without in (0, ()), (0.1, graph.split((), 0.1, HOLDOUT)), (0.2, ()):
    weights = graph.weights(without)
    described, customers, products, _, _, _, _ = fitted('few', {'dimensions': 8, 'holdout': share}, graph)
    ok(close([r['weight'] for r in described['relations']], weights, 1e-3), 'weights of relations are those of scipy, held out %s: %s' % (share, np.round(weights, 3)))
ok([r['edges'] for r in described['relations']] == [int((a > 0).sum()) for a in graph.A] and described['pairs'] == len(graph.pairs), 'edges and pairs are counted')


# recall and AUC of pairs held out
def measured(graph, weights, k, share, at):
    held = graph.split((), share, HOLDOUT)
    S = graph.adjacency(weights(held), held)
    _, _, _, u0, p0 = factors(graph, S, k, 2, held)
    u, p, _ = layers(S, 2, u0, p0)
    popular = (graph.A.sum(0) > 0).sum(0) - np.bincount([i for _, i in held], minlength=len(graph.products))
    return [len(held)] + ranked(graph, held, u @ p.T, at) + ranked(graph, held, np.tile(popular, (len(u), 1)), at)[2:]


# pairs of a customer at most, customers, AUC, recall; ties are half of the one and lost in the other
def ranked(graph, held, score, at):
    hits, aucs = {}, []
    for c in sorted({c for c, _ in held}):
        own = [i for y, i in held if y == c]
        others = score[c, graph.A[:, c].sum(0) == 0]
        best = sorted(score[c, own], reverse=True)
        for n, x in enumerate(best):
            aucs.append(np.mean((x > others) + (x == others) / 2))
            hits.setdefault(c, []).append((others >= x).sum() + n < at)
    return [max(map(len, hits.values())), len(hits), np.mean(aucs), np.mean([np.mean(x) for x in hits.values()])]


def check_measures(name, described, pairs, most, customers, *figures):
    holdout = described['holdout']
    ok(holdout['pairs'] == pairs and holdout['customers'] == customers, name + 'the pairs held out are those of their names')
    for figure, want in zip(('auc', 'recall', 'popular_auc', 'popular_recall'), figures):
        ok(abs(holdout[figure] - want) < 1e-6, name + '%s: %.4f' % (figure, want))


check_measures('few: ', fitted('few', {'dimensions': 8, 'recall_at': 3}, graph)[0], *measured(graph, graph.weights, 8, 0.1, 3))
wide = Graph('wide')
figures = measured(wide, lambda held: np.ones(1), 3, 0.5, 400)
ok(figures[1] > 512, 'customers of many pairs: %d held out' % figures[1])
check_measures('customers of many pairs: ', fitted('wide', {'dimensions': 3, 'holdout': 0.5, 'recall_at': 400}, wide)[0], *figures)

# refined
for L, penalty in ((2, 0.5), (0, 0)):
    options = {'dimensions': 6, 'layers': L, 'holdout': 0, 'relation_weights': 1, 'refine': 20, 'penalty': penalty, 'learning_rate': 0.05}
    described, customers, products, trace, new, _, _ = fitted('few', options, graph)
    S = graph.adjacency(np.ones(3) / 3)
    U, s, V, u0, p0 = factors(graph, S, 6, L)
    triples = graph.triples(lambda pair: True, SCALE, 1)
    theta, n = np.concatenate([u0.ravel(), p0.ravel()]), u0.size
    at = lambda f, theta, triples: f(S, L, triples, penalty, theta[:n].reshape(-1, 6), theta[n:].reshape(-1, 6))
    slopes = lambda theta, triples: np.concatenate([g.ravel() for g in at(gradient, theta, triples)])
    start = theta
    numeric = np.array([(at(loss, theta + h, triples) - at(loss, theta - h, triples)) / 2e-5 for h in 1e-5 * np.eye(len(theta))])
    name = '%d layers, penalty %g: ' % (L, penalty)
    ok(close(slopes(theta, triples), numeric, 1e-6), name + "numpy's gradient is that of finite differences")
    rate = 0.05 * np.sqrt((theta ** 2).mean())
    first, second, losses = np.zeros_like(theta), np.zeros_like(theta), []
    for step in range(1, 21):
        triples = graph.triples(lambda pair: True, STEP + (step << 40), 1)
        losses.append(at(loss, theta, triples) / len(triples))
        g = slopes(theta, triples)
        first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
        theta = theta - rate * first / (1 - 0.9 ** step) / (np.sqrt(second / (1 - 0.999 ** step)) + 1e-8)
    u0, p0 = theta[:n].reshape(-1, 6), theta[n:].reshape(-1, 6)
    u, p, inner = layers(S, L, u0, p0)
    ok(close(trace, losses, 1e-3), name + 'the trace has what each step lowers, for each pair: %.1e' % np.abs(np.array(trace) / losses - 1).max())
    ok(close(customers, u, 2e-3) and close(products, p, 2e-3), name + 'after 20 steps of Adam vectors are those of numpy')
    ok(at(loss, theta, triples) < at(loss, start, triples), name + 'the loss falls')
    r, j = graph.actions.index('buy'), graph.products.index('p3')
    ok(close(new[1], 1 / 3 / np.sqrt(degree[r, j] + 1) * fold(U, s, V, u0, L, inner)[j], 2e-3), name + 'a new customer')

# more products than columns of the random matrix
graph = Graph('many')
described, customers, products, _, _, _, _ = fitted('many', {'dimensions': 20, 'holdout': 0, 'relation_weights': 1, 'power': 100}, graph)
S = graph.adjacency(np.ones(2) / 2)
U, s, V, u0, p0 = factors(graph, S, 20, 2)
u, p, _ = layers(S, 2, u0, p0)
ok(close(np.array(described['singular_values']) / s, np.ones(20), 1e-4), 'singular values by random projections')
ok(close(np.array(customers) @ np.array(products).T, u @ p.T, 1e-3), 'and the scores of all pairs')

# the vectors of all pairs begin where those of the pairs not held out end
described, customers, products, _, _, _, _ = fitted('many', {'dimensions': 20, 'relation_weights': 1, 'power': 100}, graph)
ok(close(np.array(described['singular_values']) / s, np.ones(20), 1e-4) and close(np.array(customers) @ np.array(products).T, u @ p.T, 1e-3), 'the same if pairs are held out first')
full = np.linalg.svd(S, compute_uv=False)
for k in (20, 40, 64):
    for power in (0, 1, 2, 3, 4, 6):
        figures = [((np.array(fitted('many', {'dimensions': k, 'relation_weights': 1, 'power': power, 'holdout': share}, graph)[0]['singular_values']) / full[:k]) ** 2).mean() for share in (0, 0.1, 0.2, 0.5)]
        ok(min(figures) >= figures[0] - 1e-6 and max(figures) <= 1 + 1e-6, '%d dimensions, power %d: they are no worse for that: %s' % (k, power, ', '.join('%.4f' % x for x in figures)))
graph = Graph('rooms')
held = graph.split((), 0.5, HOLDOUT) & {(graph.customers.index('x%d' % i), graph.products.index('own %d' % i)) for i in range(1, 7)}
described, customers, products, _, _, _, _ = fitted('rooms', {'dimensions': 10, 'relation_weights': 1, 'holdout': 0.5, 'target': 'buy'}, graph)
_, s, _, u0, p0 = factors(graph, graph.adjacency(np.ones(2) / 2), 10, 2)
ok(len(held) > 1 and described['holdout']['pairs'] == len(held) and np.linalg.matrix_rank(graph.adjacency(np.ones(2) / 2, held)) == 10 - len(held), 'without %d pairs there is less rank' % len(held))
ok(described['rank'] == 10 and close(described['singular_values'], s, 1e-5), 'and what only they tell is found')
plan()
