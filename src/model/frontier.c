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
	double		efficiency;
	double		gain;
	int64		cost;
	int			customers;		/* +1 where a customer begins to get an offer, -1 ends */
} Step;

/* The most efficient first; the order of equals does not show in the relaxation. */
#define ST_SORT sort_steps
#define ST_ELEMENT_TYPE Step
#define ST_COMPARE(a, b) ((a)->efficiency < (b)->efficiency ? 1 : (a)->efficiency > (b)->efficiency ? -1 : 0)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/* All increments, and the gain and customers of the base vertices. */
static Step *
steps_of(const Hulls *hulls, const GainScale *scale, int128 *gain, int64 *customers)
{
	const Candidate *rows = hulls->candidates->rows;
	Step	   *steps = palloc_huge(Step, Max(hulls->nincrements, 1));

	*gain = 0;
	*customers = 0;
	for (int64 run = 0; run < hulls->n; run++)
	{
		int64		vertex = hulls->base[run];
		double		before = vertex == NO_OFFER ? 0 : rows[vertex].gain;

		if ((run & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		*gain += gain_units(scale, before);
		*customers += vertex != NO_OFFER;
		for (int64 i = hulls->first[run]; i < hulls->first[run + 1]; i++)
		{
			const Increment *increment = &hulls->increments[i];
			double		after = increment->candidate == NO_OFFER ? 0 : rows[increment->candidate].gain;

			steps[i].efficiency = increment->efficiency;
			steps[i].gain = after - before;
			steps[i].cost = increment->cost;
			steps[i].customers = (increment->candidate != NO_OFFER) - (vertex != NO_OFFER);
			vertex = increment->candidate;
			before = after;
		}
	}

	return steps;
}

void
frontier_points(const Hulls *hulls, int npoints, FrontierPoint *points)
{
	GainScale	scale = gain_scale(hulls->candidates->largest_gain);
	int128		gain;
	int128		cost = hulls->base_cost;
	int128		full = Max(hulls->full_cost, 0);
	int64		customers;
	Step	   *steps = steps_of(hulls, &scale, &gain, &customers);
	int64		next = 0;

	sort_steps(steps, hulls->nincrements);

	for (int p = 0; p < npoints; p++)
	{
		/* in two parts, so that the product stays within 128 bits */
		int128		budget = full / (npoints - 1) * p + full % (npoints - 1) * p / (npoints - 1);
		FrontierPoint *point = &points[p];

		while (next < hulls->nincrements && cost + steps[next].cost <= budget)
		{
			if ((next & 0xfffff) == 0)
				CHECK_FOR_INTERRUPTS();
			gain += gain_units(&scale, steps[next].gain);
			cost += steps[next].cost;
			customers += steps[next].customers;
			next++;
		}

		point->budget = money_amount(budget);
		point->gain = gain_amount(&scale, gain);
		point->cost = money_amount(cost);
		point->customers = customers;
		point->price = 0;
		if (next < hulls->nincrements)
		{
			/* the part of the next increment that the rest pays for */
			point->price = steps[next].efficiency;
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
