/*
 * multiple.c
 *		The linear relaxation of the multiple-choice knapsack problem.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/multiple.h"

#define MOST_LOOKS		200		/* for the price */

/* The best choice of each group at a price, the lightest of equals. */
static void
choose(const MultipleChoice *problem, double price, int64 *chosen, int128 *value, int128 *weight)
{
	*value = *weight = 0;
	for (int64 i = 0; i < problem->n; i++)
	{
		int64		best = problem->first[i];
		double		most = problem->value[best] - price * problem->weight[best];

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 at = best + 1; at < problem->first[i + 1]; at++)
		{
			double		worth = problem->value[at] - price * problem->weight[at];

			if (worth > most || (worth == most && problem->weight[at] < problem->weight[best]))
			{
				most = worth;
				best = at;
			}
		}
		chosen[i] = best;
		*value += problem->value[best];
		*weight += problem->weight[best];
	}
}

int128
multiple_least(const MultipleChoice *problem)
{
	int128		least = 0;

	for (int64 i = 0; i < problem->n; i++)
	{
		int64		lightest = problem->weight[problem->first[i]];

		for (int64 at = problem->first[i] + 1; at < problem->first[i + 1]; at++)
			lightest = Min(lightest, problem->weight[at]);
		least += lightest;
	}

	return least;
}

/*
 * The price of the relaxation: where the lines of a selection that is too
 * heavy and of one that fits meet, until nothing is above them there.  The
 * one that fits is the base.
 */
void
multiple_relax(const MultipleChoice *problem, Relaxed *relaxed)
{
	int64	   *chosen = palloc_huge(int64, problem->n + 1);
	int128		heavy_value;
	int128		heavy_weight;
	int128		value;
	int128		weight;
	double		price;
	bool		fits = false;

	relaxed->price = 0;
	relaxed->chosen = palloc_huge(int64, problem->n + 1);
	choose(problem, 0, relaxed->chosen, &relaxed->value, &relaxed->weight);
	if (relaxed->weight <= problem->capacity)
		return;
	heavy_value = relaxed->value;
	heavy_weight = relaxed->weight;
	price = problem->price > 0 ? problem->price : fabs((double) heavy_value) / (double) (heavy_weight - problem->capacity);
	price = Max(price, 0x1p-60);
	for (int look = 0; look < MOST_LOOKS; look++)
	{
		double		meet;

		choose(problem, price, chosen, &value, &weight);
		if (weight <= problem->capacity)
		{
			if (fits && weight == relaxed->weight)
			{
				relaxed->price = price;
				break;
			}
			fits = true;
			relaxed->price = price;
			relaxed->value = value;
			relaxed->weight = weight;
			memcpy(relaxed->chosen, chosen, sizeof(int64) * problem->n);
		}
		else
		{
			if (fits && weight == heavy_weight)
			{
				relaxed->price = price;
				break;
			}
			heavy_value = value;
			heavy_weight = weight;
		}
		if (!fits)
		{
			price *= 2;
			continue;
		}
		meet = (double) (heavy_value - relaxed->value) / (double) (heavy_weight - relaxed->weight);
		if (meet <= 0 || meet >= relaxed->price)
			break;
		price = meet;
	}
	pfree(chosen);
}
