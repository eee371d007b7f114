/*
 * backprop.c
 *		Training steps of a perceptron: loss and gradient of some rows, Adam.
 *
 * First weights are uniform with the variance of He et al. (2015), 2 / inputs, into
 * rectified units and of Glorot and Bengio (2010), 2 / (inputs + outputs),
 * into others; first biases are zero.
 */
#include "coupon.h"

#include <math.h>

#include "lib/blas.h"
#include "model/adam.h"
#include "model/backprop.h"
#include "model/clones.h"
#include "model/random.h"
#include "model/tangent.h"

/* Rows of one call: interrupts are looked at between two. */
#define MOST_ROWS		1024
#define LEAST_ROWS		16
#define CALL_PARAMETERS	(1 << 28)

/* What random numbers are drawn for. */
#define DRAW_WEIGHTS	UINT64CONST(0x6e6574776f726b00)

static void
draw_weights(Backprop *net, int64 seed)
{
	const NetworkShape *shape = net->shape;

	for (int l = 1; l <= shape->nlayers; l++)
	{
		int			in = shape->widths[l - 1];
		int			out = shape->widths[l];
		bool		rectified = l < shape->nlayers && shape->activation == NETWORK_RELU;
		double		limit = sqrt(6.0 / Max(rectified ? in : in + out, 1));
		float	   *W = net->parameters + shape->weights[l];

		for (int64 i = 0; i < (int64) in * out; i++)
			W[i] = (float) (limit * (2 * random_uniform(seed, DRAW_WEIGHTS + l, i) - 1));
	}
}

void
backprop_make(Backprop *net, const NetworkShape *shape, int objective, int64 seed)
{
	Size		n = Max(shape->n, 1);

	memset(net, 0, sizeof(*net));
	net->shape = shape;
	net->objective = objective;
	net->rows = Max(LEAST_ROWS, Min(MOST_ROWS, CALL_PARAMETERS / (int) n));
	net->parameters = palloc0_array(float, n);
	net->gradient = palloc0_array(float, n);
	net->first = palloc0_array(float, n);
	net->second = palloc0_array(float, n);
	for (int l = 0; l <= shape->nlayers; l++)
	{
		net->units[l] = palloc0_array(float, Max((Size) net->rows * shape->widths[l], 1));
		net->deltas[l] = l > 0 ? palloc0_array(float, (Size) net->rows * shape->widths[l]) : NULL;
	}
	net->outcome = palloc0_array(float, net->rows);
	net->weight = palloc0_array(float, net->rows);
	draw_weights(net, seed);
}

FOR_EACH_CPU
static void
add_and_rectify(float *restrict Z, const float *restrict b, int rows, int n)
{
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < n; j++)
		{
			float		z = Z[i * n + j] + b[j];

			Z[i * n + j] = z < 0 ? 0 : z;
		}
}

FOR_EACH_CPU
static void
add_and_tanh(float *restrict Z, const float *restrict b, int rows, int n)
{
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < n; j++)
			Z[i * n + j] = tangent(Z[i * n + j] + b[j]);
}

/* Derivatives by what goes into the units, from those by what comes out. */
FOR_EACH_CPU
static void
times_slope(float *restrict D, const float *restrict Z, Size n, int activation)
{
	if (activation == NETWORK_RELU)
		for (Size i = 0; i < n; i++)
			D[i] = Z[i] > 0 ? D[i] : 0;
	else
		for (Size i = 0; i < n; i++)
			D[i] *= 1 - Z[i] * Z[i];
}

FOR_EACH_CPU
static void
add_sums(const float *restrict D, int rows, int n, float *restrict sums)
{
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < n; j++)
			sums[j] += D[i * n + j];
}

static void
forward(Backprop *net, int n)
{
	const NetworkShape *shape = net->shape;

	for (int l = 1; l <= shape->nlayers; l++)
	{
		int			in = shape->widths[l - 1];
		int			out = shape->widths[l];
		float	   *Z = net->units[l];
		const float *b = net->parameters + shape->biases[l];

		if (in > 0)
			blas_product(net->units[l - 1], net->parameters + shape->weights[l], n, in, out, Z);
		else
			memset(Z, 0, sizeof(float) * n * out);
		if (l == shape->nlayers)
			for (int i = 0; i < n; i++)
				Z[i] += b[0];
		else if (shape->activation == NETWORK_RELU)
			add_and_rectify(Z, b, n, out);
		else
			add_and_tanh(Z, b, n, out);
	}
}

double
backprop_loss(Backprop *net, int n)
{
	const float *f = net->units[net->shape->nlayers];
	double		loss = 0;

	forward(net, n);
	if (net->objective == NETWORK_LOGISTIC)
		for (int i = 0; i < n; i++)
		{
			double		away = net->outcome[i] > 0 ? -f[i] : f[i];

			/* log(1 + exp(away)) without overflow */
			loss += net->weight[i] * (away > 0 ? away + log1p(exp(-away)) : log1p(exp(away)));
		}
	else
		for (int i = 0; i < n; i++)
		{
			double		away = (double) f[i] - net->outcome[i];

			loss += net->weight[i] * away * away / 2;
		}

	return loss;
}

double
backprop_gradient(Backprop *net, int n, float share)
{
	const NetworkShape *shape = net->shape;
	double		loss = backprop_loss(net, n);
	const float *f = net->units[shape->nlayers];
	float	   *delta = net->deltas[shape->nlayers];

	for (int i = 0; i < n; i++)
	{
		double		expected = f[i];

		if (net->objective == NETWORK_LOGISTIC)
			expected = f[i] >= 0 ? 1 / (1 + exp(-expected)) : exp(expected) / (1 + exp(expected));
		delta[i] = (float) (share * net->weight[i] * (expected - net->outcome[i]));
	}
	for (int l = shape->nlayers; l >= 1; l--)
	{
		int			in = shape->widths[l - 1];
		int			out = shape->widths[l];

		add_sums(net->deltas[l], n, out, net->gradient + shape->biases[l]);
		if (in > 0)
			blas_left_transposed_add(net->units[l - 1], net->deltas[l], n, in, out,
									 net->gradient + shape->weights[l]);
		if (l > 1)
		{
			blas_right_transposed(net->deltas[l], net->parameters + shape->weights[l],
								  n, out, in, net->deltas[l - 1]);
			times_slope(net->deltas[l - 1], net->units[l - 1], (Size) n * in, shape->activation);
		}
	}

	return loss;
}

void
backprop_step(Backprop *net, double learning_rate, double decay)
{
	const NetworkShape *shape = net->shape;

	net->steps++;
	for (int l = 1; l <= shape->nlayers; l++)
	{
		int			W = shape->weights[l];
		int			b = shape->biases[l];

		adam_step(net->parameters + W, net->gradient + W, net->first + W, net->second + W,
			 b - W, net->steps, learning_rate, decay);
		adam_step(net->parameters + b, net->gradient + b, net->first + b, net->second + b,
			 shape->widths[l], net->steps, learning_rate, 0);
	}
}
