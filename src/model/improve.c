/*
 * improve.c
 *		Single changes that gain within what is left of a budget.
 *
 * The greedy walk along the hulls may leave one increment's worth of money.
 * With few customers that shows; with many it does not, and each round looks
 * at every candidate: so the work is bounded, not the number of rounds.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/improve.h"
#include "model/money.h"

#define MOST_WORK	10000000	/* candidates looked at in all */

typedef struct Change
{
	double		gain;			/* more than now */
	int128		cost;			/* more than now */
	uint64		rank;
	int64		run;
	int64		candidate;
} Change;

/* The larger gain, then the lower cost, then the rank. */
static bool
is_better(const Change *a, const Change *b)
{
	if (a->gain != b->gain)
		return a->gain > b->gain;
	if (a->cost != b->cost)
		return a->cost < b->cost;

	return a->rank > b->rank;
}

/* The best change of all customers; its gain is 0 if there is none. */
static Change
best_change(const Hulls *hulls, int128 left, const int64 *chosen)
{
	const Candidates *all = hulls->candidates;
	Change		best = {0};

	for (int64 run = 0; run < hulls->n; run++)
	{
		bool		offered = chosen[run] != NO_OFFER;
		double		gain = offered ? all->rows[chosen[run]].gain : 0;
		int128		cost = offered ? money_up(all->rows[chosen[run]].cost) : 0;
		int64		end = candidates_end(all, run);

		if ((run & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 i = all->runs[run].first - 1; i < end; i++)
		{
			/* the first turn stands for no offer */
			bool		none = i < all->runs[run].first;
			Change		change = {.run = run, .candidate = none ? NO_OFFER : i};

			change.gain = (none ? 0 : all->rows[i].gain) - gain;
			if (change.gain <= 0 || change.gain < best.gain)
				continue;
			change.cost = (none ? 0 : money_up(all->rows[i].cost)) - cost;
			if (change.cost > left)
				continue;
			change.rank = hulls_rank(hulls, run, change.candidate);
			if (is_better(&change, &best))
				best = change;
		}
	}

	return best;
}

void
improve(const Hulls *hulls, int128 left, int64 *chosen)
{
	int64		rounds = MOST_WORK / Max(hulls->candidates->n, 1);

	for (int64 round = 0; round < rounds; round++)
	{
		Change		best = best_change(hulls, left, chosen);

		if (best.gain <= 0)
			break;
		chosen[best.run] = best.candidate;
		left -= best.cost;
	}
}
