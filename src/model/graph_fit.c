/*
 * graph_fit.c
 *		The embedding of a graph.
 */
#include "coupon.h"

#include <math.h>

#include "lib/blas.h"
#include "model/graph.h"

#define SCALE_PAIRS		20000	/* that tell how long vectors are to be */
#define RIDGE			0.01	/* of the margin, in standard deviations */
#define BLOCK_ROWS		4096
#define FEW				0.1		/* share of pairs held out */

/* What random numbers are drawn for. */
#define DRAW_SCALE		UINT64CONST(0x7363616c65000000)

/*
 * The factor of scores that makes pairs most likely to be preferred.  Scores
 * are those of the spectrum: the mean of layers of vectors sqrt(sigma) u is
 * nearly sqrt(sigma) (1 + sigma + .. + sigma^L) / (L + 1) u.
 */
static double
score_scale(const Graph *graph, const bool *left_out, const GraphOptions *options,
			const Factors *factors)
{
	int			k = options->dimensions;
	double	   *filter = palloc_array(double, k);
	double		squares = 0;
	double		a;
	int64		n;
	Triple	   *triples = graph_triples(graph, left_out, false, SCALE_PAIRS, 1, options->seed,
										DRAW_SCALE, &n);
	double	   *margins = palloc_array(double, Max(n, 1));

	for (int j = 0; j < k; j++)
	{
		double		sum = 0;

		for (int layer = 0; layer <= options->layers; layer++)
			sum += pow(factors->sigma[j], layer);
		sum /= options->layers + 1;
		filter[j] = factors->sigma[j] * sum * sum;
	}
	for (int64 i = 0; i < n; i++)
	{
		const float *u = factors->u + (Size) triples[i].customer * k;
		const float *v = factors->v + (Size) triples[i].product * k;
		const float *w = factors->v + (Size) triples[i].other * k;

		margins[i] = 0;
		for (int j = 0; j < factors->rank; j++)
			margins[i] += filter[j] * u[j] * (v[j] - w[j]);
		squares += margins[i] * margins[i];
	}
	pfree(filter);
	pfree(triples);
	/* nothing to compare with: vectors are as long as their nodes are many */
	if (squares <= 0)
	{
		pfree(margins);
		return sqrt((double) graph->customers.n * graph->products.n);
	}
	squares = sqrt(squares / (double) n);
	for (int64 i = 0; i < n; i++)
		margins[i] /= squares;
	preference_fit(margins, n, 1, RIDGE, &a);
	pfree(margins);

	return (a > 0 ? a : 1) / squares;
}

/* X (n, k): columns times factors. */
static void
scale_columns(float *X, int64 n, int k, const double *factors)
{
	for (int64 i = 0; i < n; i++)
		for (int j = 0; j < k; j++)
			X[i * k + j] *= (float) factors[j];
}

/* C (k, k) = A' B over n rows. */
static void
cross(const float *A, const float *B, int64 n, int k, float *C)
{
	memset(C, 0, sizeof(float) * k * k);
	for (int64 from = 0; from < n; from += BLOCK_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		blas_left_transposed_add(A + from * k, B + from * k, (int) Min(BLOCK_ROWS, n - from), k, k, C);
	}
}

/*
 * To fold (products, k), which holds what messages make of a customer's
 * adjacency, is added what that makes of layer 0: V times "within", rows
 * divided by sigma.
 */
static void
add_first_layer(const float *v, int products, int k, const double *sigma, int rank, float *within,
				float *fold)
{
	float	   *block = palloc_array(float, (Size) BLOCK_ROWS * k);
	double	   *inverse = palloc0_array(double, k);

	for (int i = 0; i < rank; i++)
		inverse[i] = 1 / sigma[i];
	for (int i = 0; i < k; i++)
		for (int j = 0; j < k; j++)
			within[i * k + j] *= (float) inverse[i];
	for (int64 from = 0; from < products; from += BLOCK_ROWS)
	{
		int			rows = (int) Min(BLOCK_ROWS, products - from);

		CHECK_FOR_INTERRUPTS();
		blas_product(v + from * k, within, rows, k, k, block);
		for (Size i = 0; i < (Size) rows * k; i++)
			fold[from * k + i] += block[i];
	}
	pfree(block);
	pfree(inverse);
}

/* A basis of nearly all pairs is worth two power iterations; one is left, if any. */
static int
power_from(const GraphOptions *options, const Embedding *nearly_all)
{
	return Max(options->power - (nearly_all ? 2 : 0), Min(options->power, 1));
}

static float *
copy_of(const float *from, Size n)
{
	return memcpy(palloc_huge(float, Max(n, 1)), from, sizeof(float) * n);
}

void
graph_embed(const Graph *graph, const bool *left_out, const GraphOptions *options,
			const Embedding *before, const char *part, Progress *progress, Embedding *to)
{
	int			k = options->dimensions;
	int			C = graph->customers.n;
	int			P = graph->products.n;
	double	   *roots = palloc_array(double, k);
	float	   *within = palloc0_array(float, k * k);
	float	   *u = NULL;
	float	   *v;
	double		scale;
	Adjacency	S;
	Factors		factors;
	const Embedding *nearly_all = before && options->holdout <= FEW ? before : NULL;

	memset(to, 0, sizeof(*to));
	if (nearly_all && nearly_all->learned_from > 0)
	{
		/* a few pairs more would not tell otherwise */
		to->learned_from = nearly_all->learned_from;
		memcpy(to->relation_weights, nearly_all->relation_weights, sizeof(to->relation_weights));
	}
	else
		to->learned_from = graph_relations(graph, left_out, options, progress, to->relation_weights);
	to->degree = palloc_huge(double, Max((Size) P * graph->relations.n, 1));
	graph_adjacency(graph, to->relation_weights, left_out, &S, to->degree);
	graph_svd(&S, k, power_from(options, nearly_all), before ? before->basis : NULL, options->seed,
			  part, progress, &factors);
	scale = score_scale(graph, left_out, options, &factors);
	for (int j = 0; j < k; j++)
		within[j * k + j] = (float) (roots[j] = sqrt(factors.sigma[j] * scale));

	v = copy_of(factors.v, (Size) P * k);
	if (options->refine > 0)
		u = copy_of(factors.u, (Size) C * k);
	scale_columns(factors.u, C, k, roots);
	scale_columns(factors.v, P, k, roots);
	if (options->refine > 0)
	{
		to->loss = palloc_array(double, options->refine);
		graph_refine(graph, left_out, &S, options, part, progress, factors.u, factors.v, to->loss);
		cross(u, factors.u, C, k, within);
		pfree(u);
	}
	to->rank = factors.rank;
	to->sigma = factors.sigma;
	to->basis = factors.basis;
	to->customer = factors.u;
	to->product = factors.v;
	to->fold = palloc_huge(float, Max((Size) P * k, 1));
	progress_say(progress, "%s: passing messages", part);
	graph_layers(&S, options->layers, k, to->customer, to->product, to->fold);
	/* layer 0 is one of layers + 1 */
	for (int i = 0; i < k * k; i++)
		within[i] /= options->layers + 1;
	add_first_layer(v, P, k, to->sigma, to->rank, within, to->fold);
	pfree(v);
	pfree(roots);
	pfree(within);
	adjacency_free(&S);
}
