/*
 * frontier.c
 *		What every budget could buy.
 *
 * Along the increments of all hulls in the order of their efficiency, the gain
 * of the linear relaxation is a concave function of the budget: one sort and
 * one pass give it for all budgets.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/frontier.h"
#include "model/gains.h"
#include "model/money.h"

/* An increment on its own. */
typedef struct Step
{
	uint64		key;			/* of its efficiency */
	int64		cost;
	int64		gain;
	int			customers;		/* +1 where a customer begins to get an offer, -1 ends */
} Step;

/* The most efficient first; the order of equals does not show in the relaxation. */
#define ST_SORT sort_steps
#define ST_ELEMENT_TYPE Step
#define ST_COMPARE(a, b) ((a)->key < (b)->key ? 1 : (a)->key > (b)->key ? -1 : 0)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

static Step *
steps_of(const Hulls *hulls, const GainScale *scale)
{
	Step	   *steps = palloc_huge(Step, Max(hulls->nvertices, 1));
	int64		at = 0;

	for (int64 i = 0; i < hulls->n; i++)
	{
		int64		before = 0;
		bool		offered = false;

		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (; at < hulls->customers[i + 1].first; at++)
		{
			const Candidate *vertex = &hulls->vertices[at];
			int64		after = gain_units(scale, vertex->gain);

			steps[at].key = hulls->increments[at].key;
			steps[at].cost = hulls->increments[at].weight;
			steps[at].gain = after - before;
			steps[at].customers = (vertex->offer != NO_OFFER) - offered;
			before = after;
			offered = vertex->offer != NO_OFFER;
		}
	}

	return steps;
}

void
frontier_points(const Hulls *hulls, int npoints, FrontierPoint *points)
{
	GainScale	scale = gain_scale(hulls->largest_gain);
	int128		gain = 0;
	int128		cost = 0;
	int128		full = Max(hulls->full_cost, 0);
	int64		customers = 0;
	Step	   *steps = steps_of(hulls, &scale);
	int64		next = 0;

	sort_steps(steps, hulls->nvertices);

	for (int p = 0; p < npoints; p++)
	{
		/* in two parts, so that the product stays within 128 bits */
		int128		budget = full / (npoints - 1) * p + full % (npoints - 1) * p / (npoints - 1);
		FrontierPoint *point = &points[p];

		while (next < hulls->nvertices && cost + steps[next].cost <= budget)
		{
			if ((next & 0xfffff) == 0)
				CHECK_FOR_INTERRUPTS();
			gain += steps[next].gain;
			cost += steps[next].cost;
			customers += steps[next].customers;
			next++;
		}

		point->budget = money_amount(budget);
		point->gain = gain_amount(&scale, gain);
		point->cost = money_amount(cost);
		point->customers = customers;
		point->price = 0;
		if (next < hulls->nvertices)
		{
			/* the part of the next increment that the rest pays for */
			point->price = weighted_number(steps[next].key);
			if (cost < budget)
			{
				point->gain += point->price * money_amount(budget - cost);
				point->cost = point->budget;
				point->customers += steps[next].customers;
			}
		}
	}
	pfree(steps);
}
