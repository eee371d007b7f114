/*
 * graph_relations.c
 *		How much each kind of action is worth.
 *
 * Pairs are left out, each relation is completed from what is left of it by
 * singular vectors of low rank, and the weights are those with which the sum
 * of these completions most likely prefers the pairs left out to others.
 */
#include "coupon.h"

#include <math.h>

#include "model/graph.h"
#include "model/solve.h"

#define SHARE			0.2		/* of the pairs left out, at most */
#define MOST_PAIRS		10000	/* the same */
#define OTHERS			2		/* pairs that each is preferred to */
#define RANK			16
#define POWER			2
#define FLOOR			0.01	/* of all weight, spread evenly: nobody is left without neighbours */
#define RIDGE			0.1		/* of margins in units of an edge */

#define LOGARITHM		512		/* factors that have one logarithm */
#define MAX_STEPS		100
#define MAX_HALVINGS	40
#define TOLERANCE		1e-9	/* a step that gains less of the loss is the last one */

/* What random numbers are drawn for. */
#define DRAW_INNER		UINT64CONST(0x696e6e6572000000)
#define DRAW_OTHERS		UINT64CONST(0x696e6e6f74686572)

static double
preference_loss(const double *x, int64 n, int p, double ridge, const double *a)
{
	double		loss = 0;
	double		product = 1;

	for (int j = 0; j < p; j++)
		loss += ridge / 2 * a[j] * a[j];
	for (int64 i = 0; i < n; i++)
	{
		double		margin = 0;

		for (int j = 0; j < p; j++)
			margin += a[j] * x[i * p + j];
		if (margin < 0)
			loss -= margin;
		/* factors are at most 2: so many have a product */
		product *= 1 + exp(-fabs(margin));
		if (i % LOGARITHM == LOGARITHM - 1)
		{
			loss += log(product);
			product = 1;
		}
	}

	return loss + log(product);
}

/* Gradient, and the upper triangle of the curvature. */
static void
preference_slopes(const double *x, int64 n, int p, double ridge, const double *a,
				  double *gradient, double *H)
{
	memset(H, 0, sizeof(double) * p * p);
	for (int j = 0; j < p; j++)
	{
		gradient[j] = ridge * a[j];
		H[j * p + j] = ridge;
	}
	for (int64 i = 0; i < n; i++)
	{
		const double *row = x + i * p;
		double		margin = 0;
		double		wrong;

		for (int j = 0; j < p; j++)
			margin += a[j] * row[j];
		wrong = 1 / (1 + exp(margin));
		for (int j = 0; j < p; j++)
		{
			gradient[j] -= wrong * row[j];
			for (int k = j; k < p; k++)
				H[j * p + k] += wrong * (1 - wrong) * row[j] * row[k];
		}
	}
}

/* Newton's method on the weights that are not held at 0 (Bertsekas 1982). */
void
preference_fit(const double *x, int64 n, int p, double ridge, double *a)
{
	double	   *gradient = palloc_array(double, p);
	double	   *H = palloc_array(double, p * p);
	double	   *trial = palloc_array(double, p);
	double		loss;

	memset(a, 0, sizeof(double) * p);
	loss = preference_loss(x, n, p, ridge, a);
	for (int step = 0; step < MAX_STEPS; step++)
	{
		Factor		factor;
		double		next = loss;
		double		share = 1;

		CHECK_FOR_INTERRUPTS();
		preference_slopes(x, n, p, ridge, a, gradient, H);
		for (int j = 0; j < p; j++)
			if (a[j] <= 0 && gradient[j] >= 0)
			{
				gradient[j] = 0;
				for (int k = 0; k < p; k++)
					H[Min(j, k) * p + Max(j, k)] = 0;
			}
		factor_make(&factor, H, p, p, NULL);
		factor_solve(&factor, gradient);
		for (int i = 0; i < MAX_HALVINGS; i++, share /= 2)
		{
			for (int j = 0; j < p; j++)
				trial[j] = Max(a[j] - share * gradient[j], 0);
			next = preference_loss(x, n, p, ridge, trial);
			if (next < loss)
				break;
		}
		pfree(factor.L);
		pfree(factor.dropped);
		if (next >= loss)
			break;
		memcpy(a, trial, sizeof(double) * p);
		if (loss - next <= TOLERANCE * loss)
			break;
		loss = next;
	}
	pfree(gradient);
	pfree(H);
	pfree(trial);
}

/*
 * Column r of x (n, R): how much a completed relation prefers the pairs to
 * the others, in units of the root mean square of what its edges are; returns
 * 1 / this, or 0 of no edges.  A relation of few edges that hardly prefers
 * anything is not made great: it would be by a deviation of the margins.
 */
static double
complete(const Graph *graph, int r, const RelationEdges *edges, const GraphOptions *options,
		 Progress *progress, const Triple *triples, int64 n, double *x)
{
	int			R = graph->relations.n;
	double		sum = 0;
	double		scale;
	char	   *part = psprintf("graph_fit: relation \"%s\"", names_of(&graph->relations, r));
	Adjacency	S;
	Factors		factors;

	relation_adjacency(graph, edges, r, &S);
	for (int64 i = 0; i < S.start[S.customers]; i++)
		sum += (double) S.value[i] * S.value[i];
	scale = sum > 0 ? 1 / sqrt(sum / (double) S.start[S.customers]) : 0;
	graph_svd(&S, RANK, POWER, NULL, options->seed, part, progress, &factors);
	for (int64 i = 0; i < n; i++)
	{
		const float *u = factors.u + (Size) triples[i].customer * RANK;
		const float *v = factors.v + (Size) triples[i].product * RANK;
		const float *w = factors.v + (Size) triples[i].other * RANK;
		double		margin = 0;

		for (int j = 0; j < RANK; j++)
			margin += factors.sigma[j] * u[j] * (v[j] - w[j]);
		x[i * R + r] = margin * scale;
	}
	adjacency_free(&S);
	pfree(factors.u);
	pfree(factors.v);
	pfree(factors.basis);
	pfree(factors.sigma);
	pfree(part);

	return scale;
}

/* Those that the user gave, for each relation or one for all. */
static void
given_weights(const Graph *graph, const NumberMap *given, double *weights)
{
	for (int r = 0; r < graph->relations.n; r++)
	{
		const char *name = names_of(&graph->relations, r);
		int			i = 0;

		while (given->names && i < given->n && strcmp(given->names[i], name) != 0)
			i++;
		if (i == given->n)
			bad_argument("option \"relation_weights\" has no number for action \"%s\"", name);
		weights[r] = given->numbers[i];
	}
}

/* Make them add up to 1; the same for all if all are 0. */
static void
normalise(double *weights, int R, double floor)
{
	double		sum = 0;

	for (int r = 0; r < R; r++)
		sum += weights[r];
	for (int r = 0; r < R; r++)
		weights[r] = sum > 0 ? (1 - floor) * weights[r] / sum + floor / R : 1.0 / R;
}

/* Union of pairs left out. */
static bool *
either(const bool *one, const bool *two, int64 n)
{
	bool	   *both = palloc_huge(bool, Max(n, 1));

	for (int64 i = 0; i < n; i++)
		both[i] = one[i] || (two && two[i]);

	return both;
}

int64
graph_relations(const Graph *graph, const bool *left_out, const GraphOptions *options,
				Progress *progress, double *weights)
{
	int			R = graph->relations.n;
	double		share = Min(SHARE, (double) MOST_PAIRS / Max(graph->npairs, 1));
	int64		pairs = 0;
	int64		n = 0;
	bool	   *inner = NULL;
	bool	   *both;
	Triple	   *triples;
	double	   *x;
	double		scale[MAX_RELATIONS];
	RelationEdges edges;

	for (int r = 0; r < R; r++)
		weights[r] = 1;
	if (options->relation_weights.given && options->relation_weights.choice < 0)
		given_weights(graph, &options->relation_weights, weights);
	else if (R > 1)
		inner = graph_split(graph, left_out, share, options->seed, DRAW_INNER, &pairs);
	if (inner == NULL)
	{
		normalise(weights, R, 0);
		return 0;
	}

	both = either(inner, left_out, graph->npairs);
	triples = graph_triples(graph, inner, true, pairs, OTHERS, options->seed, DRAW_OTHERS, &n);
	x = palloc_huge(double, Max(n * R, 1));
	graph_relation_edges(graph, both, &edges);
	for (int r = 0; r < R; r++)
		scale[r] = complete(graph, r, &edges, options, progress, triples, n, x);
	preference_fit(x, n, R, RIDGE, weights);
	for (int r = 0; r < R; r++)
		weights[r] *= scale[r];
	normalise(weights, R, FLOOR);
	pfree(inner);
	pfree(both);
	pfree(edges.customer);
	pfree(edges.product);
	pfree(edges.weight);
	pfree(triples);
	pfree(x);

	return pairs;
}
