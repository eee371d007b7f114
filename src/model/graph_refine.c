/*
 * graph_refine.c
 *		Steps that raise the likelihood of preferring what customers did.
 *
 * Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback"
 * (2009): a pair is preferred to one that nobody has with probability
 * 1 / (1 + exp(-(difference of scores))).  All pairs take part in every step,
 * each beside another product drawn anew.
 */
#include "coupon.h"

#include <math.h>

#include "model/adam.h"
#include "model/clones.h"
#include "model/graph.h"

/* What random numbers are drawn for. */
#define DRAW_STEP		UINT64CONST(0x7374657000000000)

#define CHUNK	4096

/* Derivatives of one triple, wrong times those of its margin. */
FOR_EACH_CPU
static void
add_slopes(int k, float wrong, const float *restrict u, const float *restrict p,
		   const float *restrict o, float *restrict du, float *restrict dp, float *restrict d_o)
{
	for (int j = 0; j < k; j++)
	{
		float		at = wrong * u[j];

		du[j] -= wrong * (p[j] - o[j]);
		dp[j] -= at;
		d_o[j] += at;
	}
}

double
graph_loss(const Triple *triples, int64 n, int k, const float *customer, const float *product,
		   float *customer_gradient, float *product_gradient)
{
	double		loss = 0;

	for (int64 i = 0; i < n; i++)
	{
		Size		u = (Size) triples[i].customer * k;
		Size		p = (Size) triples[i].product * k;
		Size		o = (Size) triples[i].other * k;
		double		margin = graph_dot(customer + u, product + p, k) - graph_dot(customer + u, product + o, k);

		if (i % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		loss += margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin;
		add_slopes(k, (float) (1 / (1 + exp(margin))), customer + u, product + p, product + o,
				   customer_gradient + u, product_gradient + p, product_gradient + o);
	}

	return n > 0 ? loss / (double) n : 0;
}

/* One side of the graph. */
typedef struct Side
{
	Size		n;				/* numbers */
	float	   *first;			/* layer 0: what is learned */
	float	   *mean;			/* of the layers */
	float	   *gradient;
	float	   *moment;
	float	   *second;
} Side;

static Side
side_make(float *first, Size n)
{
	Side		side = {.n = n, .first = first};
	Size		size = sizeof(float) * Max(n, 1);

	side.mean = palloc_extended(size, MCXT_ALLOC_HUGE);
	side.gradient = palloc_extended(size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	side.moment = palloc_extended(size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	side.second = palloc_extended(size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	return side;
}

static void
side_free(Side *side)
{
	pfree(side->mean);
	pfree(side->gradient);
	pfree(side->moment);
	pfree(side->second);
}

static double
sum_of_squares(const Side *side)
{
	double		sum = 0;

	for (Size i = 0; i < side->n; i++)
		sum += (double) side->first[i] * side->first[i];

	return sum;
}

void
graph_refine(const Graph *graph, const bool *left_out, const Adjacency *S, const GraphOptions *options,
			 const char *part, Progress *progress, float *customer, float *product, double *loss)
{
	int			k = options->dimensions;
	Side		u = side_make(customer, (Size) S->customers * k);
	Side		p = side_make(product, (Size) S->products * k);
	double		spread = sqrt((sum_of_squares(&u) + sum_of_squares(&p)) / (double) Max(u.n + p.n, 1));
	double		rate = options->learning_rate * spread;

	for (int step = 1; step <= options->refine; step++)
	{
		int64		n;
		Triple	   *triples = graph_triples(graph, left_out, false, graph->npairs, 1, options->seed,
											DRAW_STEP + ((uint64) step << 40), &n);

		progress_say(progress, "%s: step %d of %d", part, step, options->refine);
		memcpy(u.mean, u.first, sizeof(float) * u.n);
		memcpy(p.mean, p.first, sizeof(float) * p.n);
		graph_layers(S, options->layers, k, u.mean, p.mean, NULL);
		loss[step - 1] = graph_loss(triples, n, k, u.mean, p.mean, u.gradient, p.gradient);
		loss[step - 1] += options->penalty / 2 * (sum_of_squares(&u) + sum_of_squares(&p)) / (double) Max(n, 1);
		pfree(triples);
		graph_layers(S, options->layers, k, u.gradient, p.gradient, NULL);
		adam_step(u.first, u.gradient, u.moment, u.second, u.n, step, rate, options->penalty);
		adam_step(p.first, p.gradient, p.moment, p.second, p.n, step, rate, options->penalty);
	}
	side_free(&u);
	side_free(&p);
}
