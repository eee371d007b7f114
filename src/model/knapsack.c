/*
 * knapsack.c
 *		Who gets what under one budget: the multiple-choice knapsack problem.
 *
 * The linear relaxation takes the increments of all hulls in the order of
 * their efficiency until the budget ends inside one of them; its efficiency
 * is the price of money (Sinha and Zoltners, 1979; Zemel, 1984).  Whole
 * increments up to there are the allocation, and what is left is spent on
 * others that fit (leftover.c).  So the loss against the relaxation, which no
 * allocation beats, is less than the gain of one increment.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/gains.h"
#include "model/knapsack.h"
#include "model/leftover.h"
#include "model/money.h"

/* Where the budget ends: below an efficiency, and among its equals below a rank. */
typedef struct Margin
{
	uint64		key;			/* of the efficiency */
	uint64		rank;
	int128		left;			/* budget after all increments above the margin */
} Margin;

static Margin
find_margin(const Hulls *hulls, int128 budget)
{
	Margin		margin;
	Weighted   *ties;
	int64		nties = 0;
	int64		at = 0;
	int128		above;

	margin.key = weighted_select(hulls->increments, hulls->nvertices, budget, &above);
	budget -= above;

	/* equals are told apart by rank, never by the order of the rows */
	for (int64 i = 0; i < hulls->nvertices; i++)
		nties += hulls->increments[i].key == margin.key;
	ties = palloc_huge(Weighted, nties);
	nties = 0;
	for (int64 customer = 0; customer < hulls->n; customer++)
	{
		if ((customer & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		for (; at < hulls->customers[customer + 1].first; at++)
			if (hulls->increments[at].key == margin.key)
			{
				ties[nties].key = hulls->rank(hulls->of, hulls->customers[customer].customer,
											  hulls->vertices[at].offer);
				ties[nties++].weight = hulls->increments[at].weight;
			}
	}
	margin.rank = weighted_select(ties, nties, budget, &above);
	margin.left = budget - above;
	pfree(ties);

	return margin;
}

/* Take every increment above the margin. */
static void
take_above(const Hulls *hulls, const Margin *margin, int32 *taken)
{
	for (int64 i = 0; i < hulls->n; i++)
	{
		int64		first = hulls->customers[i].first;
		int64		end = hulls->customers[i + 1].first;
		int64		at = first;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		while (at < end && hulls->increments[at].key > margin->key)
			at++;
		if (at < end && hulls->increments[at].key == margin->key &&
			hulls->rank(hulls->of, hulls->customers[i].customer, hulls->vertices[at].offer) > margin->rank)
			at++;
		taken[i] = at - first;
	}
}

/* Gain, cost and customers of an allocation, computed anew from what they get. */
static int128
add_up(const Hulls *hulls, const GainScale *scale, Allocation *allocation)
{
	int128		gain = 0;

	for (int64 i = 0; i < hulls->n; i++)
	{
		const Candidate *vertex = hulls_vertex(hulls, i, allocation->taken[i]);

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		if (vertex)
		{
			gain += gain_units(scale, vertex->gain);
			allocation->spent += money_up(vertex->cost);
			allocation->allocated++;
		}
	}

	return gain;
}

Allocation *
knapsack_solve(const Hulls *hulls, int128 budget)
{
	Allocation *allocation = palloc0_object(Allocation);
	GainScale	scale = gain_scale(hulls->largest_gain);
	int128		extra = 0;		/* gain that the leftover bought */
	double		rest = 0;		/* gain of the part of an increment that it could buy at best */
	int128		gain;

	allocation->taken = palloc_huge(int32, Max(hulls->n, 1));
	allocation->binding = hulls->full_cost > budget;

	if (allocation->binding)
	{
		Margin		margin = find_margin(hulls, budget);

		take_above(hulls, &margin, allocation->taken);
		extra = leftover_spend(hulls, &scale, margin.left, allocation->taken);
		allocation->price = weighted_number(margin.key);
		rest = allocation->price * money_amount(margin.left);
	}
	else
		for (int64 i = 0; i < hulls->n; i++)
			allocation->taken[i] = hulls_length(hulls, i);

	gain = add_up(hulls, &scale, allocation);
	allocation->objective = gain_amount(&scale, gain);

	/* rounding must not let an allocation beat what is proven of all */
	allocation->bound = Max(gain_amount(&scale, gain - extra) + rest, allocation->objective);
	allocation->optimal = allocation->objective == allocation->bound;
	if (allocation->spent > budget)
		elog(ERROR, "allocation exceeds its budget");

	return allocation;
}
