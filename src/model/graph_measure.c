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
#define MOST_POPULAR	(1 << 24)	/* customers of a product: a float counts no further */
#define MOST_SCORES		400000000	/* customers times products: others are not measured */

/* What random numbers are drawn for. */
#define DRAW_CUSTOMERS	UINT64CONST(0x637573746f6d6572)

typedef struct Measurer
{
	const Graph *graph;
	const bool *left_out;
	const GraphOptions *options;
	int		   *had_by;			/* (products) customers of a product, but for pairs left out */
	int		   *popular;		/* (customers + 2) products that so many have, or more */
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
static int
held_out(const Measurer *measurer, int customer)
{
	const int64 *start = measurer->graph->start + customer;
	int			n = 0;

	for (int64 pair = start[0]; pair < start[1]; pair++)
		n += measurer->left_out[pair];

	return n;
}

/* How many values are above one, and how many are the same; sorted ones rise. */
static void
count_beside(const float *values, int n, bool sorted, float value, int *above, int *same)
{
	if (!sorted)
	{
		count_above(values, n, value, above, same);
		return;
	}
	*above = n - count_below(values, n, value, true);
	*same = n - *above - count_below(values, n, value, false);
}

/* Of so many others, some are above a pair left out and some beside it. */
static void
tally_pair(int others, int above, int same, Tally *tally)
{
	if (others <= 0)
		return;
	tally->above += 1 - (above + same / 2.0) / others;
	tally->compared++;
}

static void
tally_customer(int found, int n, Tally *tally)
{
	tally->hits += (double) found / n;
	tally->customers++;
	tally->pairs += n;
}

/* The n pairs of one customer by scores (products), which are overwritten. */
static void
measure_scores(const Measurer *measurer, int customer, int n, float *scores, float *held, Tally *tally)
{
	const Graph *graph = measurer->graph;
	int64		begin = graph->start[customer];
	int64		end = graph->start[customer + 1];
	int			P = graph->products.n;
	int			found = 0;
	int			to = 0;

	/* what is known is no candidate, and pairs left out are looked at by themselves */
	for (int64 pair = begin; pair < end; pair++)
	{
		if (measurer->left_out[pair])
			held[to++] = scores[graph->product[pair]];
		scores[graph->product[pair]] = -INFINITY;
	}
	qsort_interruptible(held, n, sizeof(float), falling, NULL);
	if (n > MANY)
		qsort_interruptible(scores, P, sizeof(float), rising, NULL);
	for (int i = 0; i < n; i++)
	{
		int			above;
		int			same;

		count_beside(scores, P, n > MANY, held[i], &above, &same);
		/* a tie with others is lost */
		found += above + same + i < measurer->options->recall_at;
		tally_pair(P - (int) (end - begin), above, same, tally);
	}
	tally_customer(found, n, tally);
}

/* The same if all customers are shown what most have. */
static void
measure_popular(const Measurer *measurer, int customer, int n, float *own, float *held, Tally *tally)
{
	const Graph *graph = measurer->graph;
	int64		begin = graph->start[customer];
	int			owned = (int) (graph->start[customer + 1] - begin);
	int			found = 0;
	int			to = 0;

	for (int i = 0; i < owned; i++)
	{
		own[i] = measurer->had_by[graph->product[begin + i]];
		if (measurer->left_out[begin + i])
			held[to++] = own[i];
	}
	qsort_interruptible(held, n, sizeof(float), falling, NULL);
	if (n > MANY)
		qsort_interruptible(own, owned, sizeof(float), rising, NULL);
	for (int i = 0; i < n; i++)
	{
		const int  *popular = measurer->popular + (int) held[i];
		int			above;
		int			same;

		/* of all products, those of the customer are no candidates */
		count_beside(own, owned, n > MANY, held[i], &above, &same);
		above = popular[1] - above;
		same = popular[0] - popular[1] - same;
		found += above + same + i < measurer->options->recall_at;
		tally_pair(graph->products.n - owned, above, same, tally);
	}
	tally_customer(found, n, tally);
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

/* How many customers have each product, and how many products so many customers have. */
static void
count_popular(Measurer *measurer)
{
	const Graph *graph = measurer->graph;

	measurer->had_by = palloc_huge(int, graph->products.n);
	measurer->popular = palloc_huge(int, (Size) graph->customers.n + 2);
	memset(measurer->had_by, 0, sizeof(int) * graph->products.n);
	memset(measurer->popular, 0, sizeof(int) * ((Size) graph->customers.n + 2));
	for (int64 pair = 0; pair < graph->npairs; pair++)
		measurer->had_by[graph->product[pair]] += !measurer->left_out[pair];
	for (int p = 0; p < graph->products.n; p++)
	{
		measurer->had_by[p] = Min(measurer->had_by[p], MOST_POPULAR);
		measurer->popular[measurer->had_by[p]]++;
	}
	for (int n = graph->customers.n; n > 0; n--)
		measurer->popular[n - 1] += measurer->popular[n];
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
	float	   *held = palloc_huge(float, P);
	float	   *had = palloc_huge(float, P);
	int			block[BLOCK_CUSTOMERS];
	int			n = 0;

	count_popular(&measurer);
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
			int			pairs = held_out(&measurer, block[i]);

			CHECK_FOR_INTERRUPTS();
			measure_scores(&measurer, block[i], pairs, scores + (Size) i * P, held, &own);
			measure_popular(&measurer, block[i], pairs, had, held, &popular);
		}
		n = 0;
	}
	*measures = (Measures) {own.pairs, own.customers, recall_of(&own), auc_of(&own),
		recall_of(&popular), auc_of(&popular)};
	pfree(measurer.had_by);
	pfree(measurer.popular);
	pfree(held);
	pfree(had);
	pfree(rows);
	pfree(scores);
}
