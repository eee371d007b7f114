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
#define BLOCK_SCORES	(1 << 24)	/* of a block of customers, if that is more than one */
#define MANY			512			/* pairs of a customer: it is quicker to sort scores than to go through them for each */
#define MOST_SCORES		400000000	/* customers times products: others are not measured */

/* What random numbers are drawn for. */
#define DRAW_CUSTOMERS	UINT64CONST(0x637573746f6d6572)

typedef struct Measurer
{
	const Graph *graph;
	const bool *left_out;
	const GraphOptions *options;
} Measurer;

/* How pairs left out rank by scores of one kind. */
typedef struct Tally
{
	double		hits;			/* sum over customers of the share found */
	double		above;			/* sum over pairs of the share of others below */
	int64		customers;
	int64		pairs;
	int64		compared;		/* pairs that there are others of */
} Tally;

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

static int
rising(const void *a, const void *b, void *unused)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return (x > y) - (x < y);
}

static int
falling(const void *a, const void *b, void *unused)
{
	return rising(b, a, unused);
}

/* Of rising scores: how many are below one, or not above it. */
static int
count_below(const float *scores, int n, float score, bool same)
{
	int			low = 0;

	for (int high = n; low < high;)
	{
		int			middle = low + (high - low) / 2;

		if (scores[middle] < score || (same && scores[middle] == score))
			low = middle + 1;
		else
			high = middle;
	}

	return low;
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
measure_customer(const Measurer *measurer, int customer, float *scores, Tally *tally)
{
	const Graph *graph = measurer->graph;
	int64		begin = graph->start[customer];
	int64		end = graph->start[customer + 1];
	int64		n = held_out(measurer, customer);
	int			P = graph->products.n;
	int			candidates = P - (int) (end - begin);
	float	   *held = palloc_huge(float, n);
	int64		found = 0;
	int64		i = 0;

	/* what is known is no candidate, and pairs left out are looked at by themselves */
	for (int64 pair = begin; pair < end; pair++)
	{
		if (measurer->left_out[pair])
			held[i++] = scores[graph->product[pair]];
		scores[graph->product[pair]] = -INFINITY;
	}
	qsort_interruptible(held, n, sizeof(float), falling, NULL);
	if (n > MANY)
		qsort_interruptible(scores, P, sizeof(float), rising, NULL);
	for (i = 0; i < n; i++)
	{
		int			above;
		int			same;

		if (n > MANY)
		{
			above = P - count_below(scores, P, held[i], true);
			same = P - above - count_below(scores, P, held[i], false);
		}
		else
			count_above(scores, P, held[i], &above, &same);
		/* a tie with others is lost */
		found += above + same + i < measurer->options->recall_at;
		if (candidates > 0)
		{
			tally->above += 1 - (above + same / 2.0) / candidates;
			tally->compared++;
		}
	}
	pfree(held);
	tally->hits += (double) found / (double) n;
	tally->customers++;
	tally->pairs += n;
}

static double
recall_of(const Tally *tally)
{
	return tally->customers > 0 ? tally->hits / (double) tally->customers : NAN;
}

static double
auc_of(const Tally *tally)
{
	return tally->compared > 0 ? tally->above / (double) tally->compared : NAN;
}

/* Of each product: how many customers have it, but for pairs left out. */
static float *
popularity(const Graph *graph, const bool *left_out)
{
	float	   *popular = palloc_huge(float, graph->products.n);

	memset(popular, 0, sizeof(float) * graph->products.n);
	for (int64 pair = 0; pair < graph->npairs; pair++)
		popular[graph->product[pair]] += !left_out[pair];

	return popular;
}

void
graph_measure(const Graph *graph, const bool *left_out, const GraphOptions *options,
			  const Embedding *embedding, Progress *progress, Measures *measures)
{
	Measurer	measurer = {.graph = graph, .left_out = left_out, .options = options};
	Tally		own = {0};
	Tally		popular = {0};
	int			k = options->dimensions;
	int			P = graph->products.n;
	double		share = (double) MOST_SCORES / ((double) graph->customers.n * P);
	int			most = Max(1, Min(BLOCK_CUSTOMERS, BLOCK_SCORES / P));
	float	   *rows = palloc_array(float, most * k);
	float	   *scores = palloc_huge(float, (Size) most * P);
	float	   *counts = popularity(graph, left_out);
	int			block[BLOCK_CUSTOMERS];
	int			n = 0;

	for (int customer = 0; customer < graph->customers.n; customer++)
	{
		if (held_out(&measurer, customer) > 0 &&
			(share >= 1 || random_uniform(options->seed, DRAW_CUSTOMERS, customer) < share))
		{
			memcpy(rows + (Size) n * k, embedding->customer + (Size) customer * k, sizeof(float) * k);
			block[n++] = customer;
		}
		if (n < most && (n == 0 || customer < graph->customers.n - 1))
			continue;
		progress_say(progress, "graph_fit: measured " INT64_FORMAT " pairs held out", own.pairs);
		blas_right_transposed(rows, embedding->product, n, k, P, scores);
		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			measure_customer(&measurer, block[i], scores + (Size) i * P, &own);
			memcpy(scores + (Size) i * P, counts, sizeof(float) * P);
			measure_customer(&measurer, block[i], scores + (Size) i * P, &popular);
		}
		n = 0;
	}
	*measures = (Measures) {own.pairs, own.customers, recall_of(&own), auc_of(&own),
		recall_of(&popular), auc_of(&popular)};
	pfree(counts);
	pfree(rows);
	pfree(scores);
}
