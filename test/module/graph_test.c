/*
 * graph_test.c
 *		The derivatives that graph_refine() descends along, beside finite
 *		differences of the loss: for test/graph_gradient.t only, never installed.
 *		Linked with the extension's own object files.
 */
#include "coupon.h"

#include <math.h>

#include "utils/builtins.h"

#include "model/graph.h"
#include "model/random.h"

PG_MODULE_MAGIC;

#define STEP	0.01			/* of a difference */

/* A graph at random and layer 0 of its nodes: those of products come after those of customers. */
typedef struct Trial
{
	Adjacency	S;
	int			layers;
	int			k;
	Size		customers;		/* numbers of them */
	Size		n;				/* numbers of all */
	float	   *first;
	Triple	   *triples;
	int64		ntriples;
} Trial;

static Trial
trial_make(int seed, int customers, int products, int k, int layers)
{
	Trial		trial = {.layers = layers, .k = k, .customers = (Size) customers * k};
	int			cells = customers * products;

	trial.n = trial.customers + (Size) products * k;
	trial.first = palloc_array(float, trial.n);
	for (Size i = 0; i < trial.n; i++)
		trial.first[i] = (float) (2 * random_uniform(seed, 1, i) - 1);
	trial.S = (Adjacency) {customers, products, palloc0_array(int64, customers + 1),
		palloc_array(int32, cells), palloc_array(float, cells)};
	trial.triples = palloc_array(Triple, cells);
	for (int u = 0; u < customers; u++)
	{
		int64		at = trial.S.start[u];

		for (int p = 0; p < products; p++)
		{
			if (random_uniform(seed, 2, u * products + p) < 0.6)
				continue;
			trial.S.product[at] = p;
			trial.S.value[at++] = (float) random_uniform(seed, 3, u * products + p);
			trial.triples[trial.ntriples++] =
				(Triple) {u, p, (p + 1 + random_bits(seed, 4, u * products + p) % (products - 1)) % products};
		}
		trial.S.start[u + 1] = at;
	}

	return trial;
}

/* The loss of layer 0 at x, added up, and its derivatives by layer 0. */
static double
loss_at(const Trial *trial, const float *x, float *gradient)
{
	float	   *mean = palloc_array(float, trial->n);
	double		loss;

	memcpy(mean, x, sizeof(float) * trial->n);
	memset(gradient, 0, sizeof(float) * trial->n);
	graph_layers(&trial->S, trial->layers, trial->k, mean, mean + trial->customers, NULL);
	loss = graph_loss(trial->triples, trial->ntriples, trial->k, mean, mean + trial->customers,
					  gradient, gradient + trial->customers);
	graph_layers(&trial->S, trial->layers, trial->k, gradient, gradient + trial->customers, NULL);
	pfree(mean);

	return loss * (double) trial->ntriples;
}

PG_FUNCTION_INFO_V1(graph_gradient);

/*
 * graph_gradient(seed, customers, products, dimensions, layers) returns float8:
 * the greatest error of a derivative, in units of the greatest derivative
 */
Datum
graph_gradient(PG_FUNCTION_ARGS)
{
	Trial		trial = trial_make(PG_GETARG_INT32(0), PG_GETARG_INT32(1), PG_GETARG_INT32(2),
								   PG_GETARG_INT32(3), PG_GETARG_INT32(4));
	float	   *gradient = palloc_array(float, trial.n);
	float	   *unused = palloc_array(float, trial.n);
	float	   *x = palloc_array(float, trial.n);
	double		greatest = 0;
	double		error = 0;

	loss_at(&trial, trial.first, gradient);
	for (Size i = 0; i < trial.n; i++)
	{
		double		difference;

		memcpy(x, trial.first, sizeof(float) * trial.n);
		x[i] += STEP;
		difference = loss_at(&trial, x, unused);
		x[i] -= 2 * STEP;
		difference -= loss_at(&trial, x, unused);
		difference /= 2 * STEP;
		error = Max(error, fabs(gradient[i] - difference));
		greatest = Max(greatest, fabs(difference));
	}

	PG_RETURN_FLOAT8(error / greatest);
}
