/*
 * network.c
 *		Multilayer perceptrons as values: their shape, scores and bytes.
 */
#include "coupon.h"

#include <math.h>

#include "model/clones.h"
#include "model/network.h"
#include "model/tangent.h"

void
network_shape(NetworkShape *shape, int p, const IntList *layers, int activation)
{
	int64		n = 0;

	memset(shape, 0, sizeof(*shape));
	shape->nlayers = layers->n + 1;
	shape->activation = activation;
	shape->widths[0] = p;
	for (int l = 1; l <= shape->nlayers; l++)
	{
		shape->widths[l] = l <= layers->n ? layers->values[l - 1] : 1;
		shape->weights[l] = (int) n;
		n += (int64) shape->widths[l - 1] * shape->widths[l];
		shape->biases[l] = (int) n;
		n += shape->widths[l];
		if (n > MAX_PARAMETERS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("network has more than %d parameters", MAX_PARAMETERS),
					 errhint("Give narrower or fewer \"layers\", or leave features out with option \"exclude\".")));
	}
	shape->n = (int) n;
}

int
network_scratch(const NetworkShape *shape)
{
	int			n = 0;

	for (int l = 0; l <= shape->nlayers; l++)
		n += shape->widths[l];

	return n;
}

/* to (n) = b + W' z, W (m, n): input by input, so that outputs go side by side. */
FOR_EACH_CPU
static void
layer(const float *restrict W, const float *restrict b, const float *restrict z, int m, int n,
	  float *restrict to)
{
	memcpy(to, b, sizeof(float) * n);
	for (int i = 0; i < m; i++)
	{
		const float *restrict w = W + (Size) i * n;
		float		in = z[i];

		if (in == 0)
			continue;
		for (int j = 0; j < n; j++)
			to[j] += w[j] * in;
	}
}

/* What is no number stays so: the caller looks at the result. */
static void
activate(int activation, float *z, int n)
{
	if (activation == NETWORK_RELU)
		for (int j = 0; j < n; j++)
			z[j] = z[j] < 0 ? 0 : z[j];
	else
		for (int j = 0; j < n; j++)
			z[j] = tangent(z[j]);
}

const float *
network_last_hidden(const NetworkFit *fit, const double *x, float *scratch)
{
	const NetworkShape *shape = &fit->shape;
	float	   *z = scratch;

	for (int j = 0; j < shape->widths[0]; j++)
		z[j] = (float) ((x[j] - fit->centre[j]) * fit->scale[j]);
	for (int l = 1; l < shape->nlayers; l++)
	{
		float	   *to = z + shape->widths[l - 1];

		layer(fit->parameters + shape->weights[l], fit->parameters + shape->biases[l],
			  z, shape->widths[l - 1], shape->widths[l], to);
		activate(shape->activation, to, shape->widths[l]);
		z = to;
	}

	return z;
}

double
network_score(const NetworkFit *fit, const double *x, float *scratch)
{
	const NetworkShape *shape = &fit->shape;
	int			last = shape->nlayers;
	const float *z = network_last_hidden(fit, x, scratch);
	const float *w = fit->parameters + shape->weights[last];
	double		f = fit->parameters[shape->biases[last]];

	for (int j = 0; j < shape->widths[last - 1]; j++)
		f += w[j] * z[j];
	if (!isfinite(f))
		return NAN;

	return fit->objective == NETWORK_LOGISTIC ? 1 / (1 + exp(-f)) : fit->mean + fit->spread * f;
}

void
put_network_fit(StringInfo to, const NetworkFit *fit)
{
	const NetworkShape *shape = &fit->shape;

	put_int32(to, fit->objective);
	put_int32(to, shape->activation);
	put_int32(to, shape->nlayers - 1);
	for (int l = 1; l < shape->nlayers; l++)
		put_int32(to, shape->widths[l]);
	put_doubles(to, fit->centre, shape->widths[0]);
	put_doubles(to, fit->scale, shape->widths[0]);
	put_double(to, fit->mean);
	put_double(to, fit->spread);
	put_int64(to, fit->rows);
	put_int64(to, fit->holdout);
	put_double(to, fit->null_loss);
	put_int32(to, fit->epochs);
	put_int32(to, fit->best);
	put_int32(to, fit->stop);
	put_doubles(to, fit->training, fit->epochs);
	if (fit->holdout > 0)
		put_doubles(to, fit->watched, fit->epochs);
	/* the last bytes of a model's payload */
	put_floats(to, fit->parameters, shape->n);
}

NetworkFit *
get_network_fit(Reader *from, int p)
{
	NetworkFit *fit = palloc0_object(NetworkFit);
	IntList		layers = {0};
	int			activation;
	int64		parameters = 0;
	int			below = p;

	fit->objective = get_int32(from, NETWORK_SQUARED_ERROR, NETWORK_LOGISTIC);
	activation = get_int32(from, NETWORK_RELU, NETWORK_TANH);
	layers.n = get_int32(from, 1, MAX_INTS);
	for (int l = 0; l < layers.n; l++)
	{
		layers.values[l] = get_int32(from, 1, MAX_WIDTH);
		parameters += (int64) (below + 1) * layers.values[l];
		below = layers.values[l];
	}
	if (parameters + below + 1 > MAX_PARAMETERS)
		get_failed(from, "There are too many parameters.");
	network_shape(&fit->shape, p, &layers, activation);
	fit->centre = get_doubles(from, p);
	fit->scale = get_doubles(from, p);
	for (int j = 0; j < p; j++)
		if (fit->scale[j] < 0)
			get_failed(from, "A scale is negative.");
	fit->mean = get_double(from);
	fit->spread = get_double(from);
	if (fit->spread < 0)
		get_failed(from, "A scale is negative.");
	fit->rows = get_int64(from, 1, PG_INT64_MAX);
	fit->holdout = get_int64(from, 0, fit->rows - 1);
	fit->null_loss = get_double(from);
	fit->epochs = get_int32(from, 0, MAX_EPOCHS);
	fit->best = get_int32(from, 0, fit->epochs);
	fit->stop = get_int32(from, STOP_EPOCHS, STOP_CONSTANT);
	fit->training = get_doubles(from, fit->epochs);
	if (fit->holdout > 0)
		fit->watched = get_doubles(from, fit->epochs);
	fit->parameters = get_floats(from, fit->shape.n);

	return fit;
}
