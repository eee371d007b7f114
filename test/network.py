# Speaks TAP; test/network.t runs it.
import base64, json
import numpy as np
from peer import ok, plan, psql, uniform

TABLE = '''CREATE TEMP TABLE t AS SELECT i, CASE WHEN i % 9 > 0 THEN (i * 37 % 101) / 10.0 END::float8 AS a, 'c' || i % 3 AS c, i % 5 < 2 AS g,
	sin(i * 37 % 101 / 10.0) + i % 3 + 0.1 * (i * 7919 % 13) AS y, ((i * 37 % 101 > 50) <> (i % 3 = 1))::int AS v FROM generate_series(1, 90) i;
'''


def split(parameters, widths):
    at, layers = 0, []
    for m, n in zip(widths, widths[1:]):
        layers.append((parameters[at:at + m * n].reshape(m, n), parameters[at + m * n:at + m * n + n]))
        at += m * n + n
    return layers


def forward(parameters, widths, relu, X):
    units = [X]
    for l, (W, b) in enumerate(split(parameters, widths)):
        z = units[-1] @ W + b
        if l < len(widths) - 2:
            z = np.maximum(z, 0) if relu else np.tanh(z)
        units.append(z)
    return units


def loss(parameters, widths, relu, logistic, decay, X, y):
    f = forward(parameters, widths, relu, X)[-1][:, 0]
    fit = np.logaddexp(0, f) - y * f if logistic else (f - y) ** 2 / 2
    return fit.mean() + decay / 2 * sum((W ** 2).sum() for W, b in split(parameters, widths))


def gradient(parameters, widths, relu, logistic, decay, X, y):
    units = forward(parameters, widths, relu, X)
    f = units[-1]
    delta = ((1 / (1 + np.exp(-f)) if logistic else f) - y[:, None]) / len(y)
    parts = []
    for l, (W, b) in reversed(list(enumerate(split(parameters, widths)))):
        parts = [(units[l].T @ delta + decay * W).ravel(), delta.sum(0)] + parts
        delta = (delta @ W.T) * ((units[l] > 0) if relu else 1 - units[l] ** 2)
    return np.concatenate(parts)


def first_weights(widths, relu, seed):
    parts = []
    for l, (m, n) in enumerate(zip(widths, widths[1:]), 1):
        limit = np.sqrt(6 / (m if relu and l < len(widths) - 1 else m + n))
        parts += [np.array([limit * (2 * uniform(seed, 0x6e6574776f726b00 + l, i) - 1) for i in range(m * n)]), np.zeros(n)]
    return np.concatenate(parts)


for activation in ('relu', 'tanh'):
    for objective in ('squared_error', 'logistic'):
        relu, logistic = activation == 'relu', objective == 'logistic'
        options = {'objective': objective, 'activation': activation, 'layers': [7, 5], 'batch': 1000, 'holdout': 0,
                   'epochs': 40, 'learning_rate': 0.01, 'weight_decay': 0.05, 'seed': 11}
        rows = psql(TABLE + '''CREATE TEMP TABLE m AS SELECT coupon.network_fit(%s, f, '%s') AS m FROM t, LATERAL (SELECT a, c, g) f;
            SELECT m FROM m; SELECT coupon.describe(m) FROM m;
            SELECT json_build_array(t.a, t.c, t.g, %s, coupon.predict(m, f), coupon.embedding(m, f)) FROM m, t, LATERAL (SELECT a, c, g) f ORDER BY i'''
                    % ('v' if logistic else 'y', json.dumps(options), 'v' if logistic else 'y'))
        payload, described = base64.b64decode(rows[0].split(':')[2]), json.loads(rows[1])
        rows = [json.loads(row) for row in rows[2:]]
        parameters = np.frombuffer(payload[-4 * described['parameters']:], '<f4').astype(float)

        a = np.array([np.nan if row[0] is None else row[0] for row in rows])
        X = np.column_stack([np.where(np.isnan(a), np.nanmean(a), a), np.isnan(a), [row[1] == 'c1' for row in rows],
                             [row[1] == 'c2' for row in rows], [row[2] for row in rows]]).astype(float)
        X = (X - X.mean(0)) / X.std(0)
        y = np.array([row[3] for row in rows], float)
        mean, spread = (0, 1) if logistic else (y.mean(), y.std())
        widths = [X.shape[1], 7, 5, 1]
        name = '%s, %s: ' % (activation, objective)

        units = forward(parameters, widths, relu, X)
        score = 1 / (1 + np.exp(-units[-1][:, 0])) if logistic else mean + spread * units[-1][:, 0]
        ok(np.abs(score - [row[4] for row in rows]).max() < 1e-5, name + "predict() is numpy's forward pass")
        ok(np.abs(units[-2] - [row[5] for row in rows]).max() < 1e-5, name + 'embedding() is its last hidden layer')

        theta = first_weights(widths, relu, 11)
        if logistic:
            theta[-1] = np.log(y.mean() / (1 - y.mean()))
        fitting = (widths, relu, logistic, 0.05, X, (y - mean) / spread)
        # elsewhere: with biases of zero some units are exactly where they have no derivative
        at = theta + np.random.default_rng(1).normal(scale=0.1, size=len(theta))
        numeric = np.array([(loss(at + h, *fitting) - loss(at - h, *fitting)) / 2e-6 for h in 1e-6 * np.eye(len(at))])
        ok(np.abs(numeric - gradient(at, *fitting)).max() < 1e-6, name + "numpy's gradient is that of finite differences")
        first, second = np.zeros_like(theta), np.zeros_like(theta)
        for step in range(1, 41):
            g = gradient(theta, *fitting)
            first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
            theta = theta - 0.01 * (first / (1 - 0.9 ** step)) / (np.sqrt(second / (1 - 0.999 ** step)) + 1e-8)
        ok(described['best_epoch'] == 40 and np.abs(theta - parameters).max() < 2e-4,
           name + 'weights after 40 steps of Adam are those of numpy (%.1e)' % np.abs(theta - parameters).max())
plan()
