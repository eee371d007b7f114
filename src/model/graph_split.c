/*
 * graph_split.c
 *		Pairs left out, and pairs beside others that nobody has.
 */
#include "coupon.h"

#include <math.h>

#include "common/hashfn.h"

#include "model/graph.h"
#include "model/random.h"

#define CHUNK	4096

static uint64
hash_of(const Names *names, int i)
{
	const char *name = names_of(names, i);

	return hash_bytes_extended((const unsigned char *) name, names->at[i + 1] - names->at[i] - 1, 0);
}

bool *
graph_split(const Graph *graph, const bool *without, double share, int64 seed, uint64 draw, int64 *n)
{
	bool	   *left_out = palloc_huge(bool, Max(graph->npairs, 1));
	uint64	   *products = palloc_huge(uint64, Max(graph->products.n, 1));

	*n = 0;
	memset(left_out, 0, graph->npairs);
	for (int p = 0; p < graph->products.n; p++)
		products[p] = hash_of(&graph->products, p);
	for (int customer = 0; customer < graph->customers.n; customer++)
	{
		uint64		hash = hash_of(&graph->customers, customer);
		int64		kept = 0;

		if (customer % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 pair = graph->start[customer]; pair < graph->start[customer + 1]; pair++)
			kept += !(without && without[pair]);
		for (int64 pair = graph->start[customer]; kept > 1 && pair < graph->start[customer + 1]; pair++)
		{
			uint64		identity = random_bits(seed, hash, products[graph->product[pair]]);

			if ((without && without[pair]) || !graph_is_target(graph, pair) ||
				random_uniform(seed, identity, draw) >= share)
				continue;
			left_out[pair] = true;
			kept--;
			(*n)++;
		}
	}
	pfree(products);
	if (*n > 0)
		return left_out;
	pfree(left_out);

	return NULL;
}

int
graph_draw_other(const Graph *graph, int customer, int64 seed, uint64 identity, uint64 n)
{
	const int32 *own = graph->product + graph->start[customer];
	int			known = (int) (graph->start[customer + 1] - graph->start[customer]);
	int			others = graph->products.n - known;
	int			place;
	int			low = 0;

	if (others <= 0)
		return -1;
	place = (int) (random_bits(seed, identity, n) % others);
	/* own[i] - i others come before the i-th of the customer's own */
	for (int high = known; low < high;)
	{
		int			middle = low + (high - low) / 2;

		if (own[middle] - middle <= place)
			low = middle + 1;
		else
			high = middle;
	}

	return place + low;
}

Triple *
graph_triples(const Graph *graph, const bool *left_out, bool those, int64 most, int others,
			  int64 seed, uint64 draw, int64 *n)
{
	int64		eligible = 0;
	int64		room;
	double		share;
	Triple	   *triples;

	for (int64 pair = 0; pair < graph->npairs; pair++)
		eligible += (left_out && left_out[pair]) == those && graph_is_target(graph, pair);
	share = eligible > most ? (double) most / (double) eligible : 1;
	/* more than about so many never come: six deviations */
	room = Min(eligible, (int64) (most + 6 * sqrt((double) most) + 6));
	triples = palloc_huge(Triple, Max(room * others, 1));

	*n = 0;
	for (int customer = 0; customer < graph->customers.n; customer++)
	{
		if (customer % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 pair = graph->start[customer]; pair < graph->start[customer + 1]; pair++)
		{
			uint64		identity = draw ^ (uint64) pair;

			if ((left_out && left_out[pair]) != those || !graph_is_target(graph, pair) ||
				*n + others > room * others ||
				(share < 1 && random_uniform(seed, identity, ~UINT64CONST(0)) >= share))
				continue;
			for (int i = 0; i < others; i++)
			{
				int			other = graph_draw_other(graph, customer, seed, identity, i);

				if (other >= 0)
					triples[(*n)++] = (Triple) {customer, graph->product[pair], other};
			}
		}
	}

	return triples;
}
