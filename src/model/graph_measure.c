/*
 * graph_measure.c
 *		How pairs that were left out rank among all products.
 */
#include "coupon.h"

#include <math.h>

#include "lib/blas.h"
#include "model/clones.h"
#include "model/graph.h"
#include "model/random.h"

#define BLOCK_CUSTOMERS	64
#define MOST_SCORES		400000000	/* customers times products: others are not measured */

/* What random numbers are drawn for. */
#define DRAW_CUSTOMERS	UINT64CONST(0x637573746f6d6572)

typedef struct Measurer
{
	const Graph *graph;
	const bool *left_out;
	const GraphOptions *options;
	Measures   *measures;
	double		hits;			/* sum over customers of the share found */
	double		above;			/* sum over pairs of the share of others below */
	int64		compared;		/* pairs that there are others of */
} Measurer;

/* How many scores are above one, and how many are the same. */
FOR_EACH_CPU
static void
count_above(const float *scores, int n, float score, int *above, int *same)
{
	int			more = 0;
	int			equal = 0;

	for (int i = 0; i < n; i++)
	{
		more += scores[i] > score;
		equal += scores[i] == score;
	}
	*above = more;
	*same = equal;
}

/* Pairs of a customer that were left out. */
static int64
held_out(const Measurer *measurer, int customer)
{
	const int64 *start = measurer->graph->start + customer;
	int64		n = 0;

	for (int64 pair = start[0]; pair < start[1]; pair++)
		n += measurer->left_out[pair];

	return n;
}

/* The pairs of one customer by scores (products), which are overwritten. */
static void
measure_customer(Measurer *measurer, int customer, float *scores)
{
	const Graph *graph = measurer->graph;
	int64		begin = graph->start[customer];
	int64		end = graph->start[customer + 1];
	int64		n = held_out(measurer, customer);
	int			candidates = graph->products.n - (int) (end - begin);
	float	   *held = palloc_array(float, n);
	int64		found = 0;
	int64		i = 0;

	/* what is known is no candidate, and pairs left out are looked at by themselves */
	for (int64 pair = begin; pair < end; pair++)
	{
		if (measurer->left_out[pair])
			held[i++] = scores[graph->product[pair]];
		scores[graph->product[pair]] = -INFINITY;
	}
	for (i = 0; i < n; i++)
	{
		int			above;
		int			same;
		int			before = 0;

		count_above(scores, graph->products.n, held[i], &above, &same);
		for (int64 j = 0; j < n; j++)
			before += held[j] > held[i] || (j < i && held[j] == held[i]);
		/* a tie with others is lost */
		found += above + same + before < measurer->options->recall_at;
		if (candidates > 0)
		{
			measurer->above += 1 - (above + same / 2.0) / candidates;
			measurer->compared++;
		}
	}
	pfree(held);
	measurer->hits += (double) found / (double) n;
	measurer->measures->customers++;
	measurer->measures->pairs += n;
}

void
graph_measure(const Graph *graph, const bool *left_out, const GraphOptions *options,
			  const Embedding *embedding, Progress *progress, Measures *measures)
{
	Measurer	measurer = {.graph = graph, .left_out = left_out, .options = options, .measures = measures};
	int			k = options->dimensions;
	int			P = graph->products.n;
	double		share = (double) MOST_SCORES / ((double) graph->customers.n * P);
	float	   *rows = palloc_array(float, BLOCK_CUSTOMERS * k);
	float	   *scores = palloc_huge(float, (Size) BLOCK_CUSTOMERS * P);
	int			block[BLOCK_CUSTOMERS];
	int			n = 0;

	memset(measures, 0, sizeof(*measures));
	for (int customer = 0; customer < graph->customers.n; customer++)
	{
		if (held_out(&measurer, customer) > 0 &&
			(share >= 1 || random_uniform(options->seed, DRAW_CUSTOMERS, customer) < share))
		{
			memcpy(rows + (Size) n * k, embedding->customer + (Size) customer * k, sizeof(float) * k);
			block[n++] = customer;
		}
		if (n < BLOCK_CUSTOMERS && (n == 0 || customer < graph->customers.n - 1))
			continue;
		progress_say(progress, "graph_fit: measured " INT64_FORMAT " pairs held out", measures->pairs);
		blas_right_transposed(rows, embedding->product, n, k, P, scores);
		for (int i = 0; i < n; i++)
			measure_customer(&measurer, block[i], scores + (Size) i * P);
		n = 0;
	}
	measures->recall = measures->customers > 0 ? measurer.hits / (double) measures->customers : NAN;
	measures->auc = measurer.compared > 0 ? measurer.above / (double) measurer.compared : NAN;
	pfree(rows);
	pfree(scores);
}
