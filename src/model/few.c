/*
 * few.c
 *		Few candidates: the best allocation of all, offers below the hulls included.
 */
#include "coupon.h"

#include <math.h>

#include "model/few.h"
#include "model/gains.h"
#include "model/money.h"
#include "model/pareto.h"

#define MOST_WORK		4000000 /* selections looked at */

/* A candidate, with numbers that put it in an order of its own. */
typedef struct Ranked
{
	int64		i;				/* customer, in the hulls */
	uint64		customer_rank;
	uint64		rank;
	const Candidate *candidate; /* NULL: no offer */
} Ranked;

static int
by_rank(const void *a, const void *b)
{
	const Ranked *one = a;
	const Ranked *two = b;

	if (one->customer_rank != two->customer_rank)
		return one->customer_rank < two->customer_rank ? -1 : 1;
	if (one->i != two->i)
		return one->i < two->i ? -1 : 1;

	return one->rank < two->rank ? -1 : one->rank > two->rank;
}

/* The candidates that could be of use to anybody at any price. */
static inline bool
is_useful(const Candidate *candidate)
{
	return candidate->gain > 0 || candidate->cost < 0;
}

static int
by_customer(const void *a, const void *b)
{
	int64		one = ((const Row *) a)->customer;
	int64		two = ((const Row *) b)->customer;

	return one < two ? -1 : one > two;
}

/* All choices of all customers, each beginning with none; returns how many. */
static int64
rank_choices(const Hulls *hulls, const Row *rows, int n, Ranked *ranked)
{
	int64		to = 0;

	for (int64 i = 0; i < hulls->n; i++)
	{
		int64		customer = hulls->customers[i].customer;
		uint64		customer_rank = hulls->rank(hulls->of, customer, NO_OFFER);
		Row			key = {.customer = customer};
		const Row  *row = bsearch(&key, rows, n, sizeof(Row), by_customer);

		ranked[to++] = (Ranked) {i, customer_rank, customer_rank, NULL};
		while (row && row > rows && row[-1].customer == customer)
			row--;
		for (; row && row < rows + n && row->customer == customer; row++)
			if (is_useful(&row->candidate))
				ranked[to++] = (Ranked) {i, customer_rank, hulls->rank(hulls->of, customer, row->candidate.offer), &row->candidate};
	}
	qsort(ranked, to, sizeof(Ranked), by_rank);

	return to;
}

void
few_improve(const Hulls *hulls, const Row *candidates, int n, int128 budget,
			Allocation *allocation)
{
	Row		   *rows;
	Ranked	   *ranked;
	int64	   *first;
	int64	   *value;
	int64	   *weight;
	double		largest = hulls->largest_gain;
	int64		groups = 0;
	int64		nchoices;
	MultipleChoice problem = {.n = hulls->n, .capacity = budget};
	MultipleChosen best;
	GainScale	scale;

	if (allocation->optimal || hulls->n == 0)
		return;

	rows = palloc_huge(Row, Max(n, 1));
	ranked = palloc_huge(Ranked, n + hulls->n + 1);
	problem.first = first = palloc_huge(int64, hulls->n + 1);
	problem.value = value = palloc_huge(int64, n + hulls->n + 1);
	problem.weight = weight = palloc_huge(int64, n + hulls->n + 1);
	memcpy(rows, candidates, sizeof(Row) * n);
	qsort(rows, n, sizeof(Row), by_customer);
	nchoices = rank_choices(hulls, rows, n, ranked);
	for (int64 k = 0; k < nchoices; k++)
		if (ranked[k].candidate)
			largest = Max(largest, fabs(ranked[k].candidate->gain));
	scale = gain_scale(largest);
	for (int64 k = 0; k < nchoices; k++)
	{
		const Candidate *candidate = ranked[k].candidate;

		if (k == 0 || ranked[k].i != ranked[k - 1].i)
			first[groups++] = k;
		value[k] = candidate ? gain_units(&scale, candidate->gain) : 0;
		weight[k] = candidate ? money_up(candidate->cost) : 0;
	}
	first[groups] = nchoices;
	problem.price = allocation->price * scale.factor / MONEY_UNITS;
	pareto_solve(&problem, &(ParetoLimits) {.work = MOST_WORK}, &best);
	/* what came before may be better than what a search that gave up has found */
	if (!best.possible || (!best.proven && gain_amount(&scale, best.value) <= allocation->objective))
	{
		if (best.possible)
			allocation->bound = Max(Min(allocation->bound, gain_amount(&scale, best.bound)), allocation->objective);
		return;
	}

	allocation->chosen = palloc0_array(const Candidate *, hulls->n);
	allocation->spent = best.weight;
	allocation->allocated = 0;
	for (int64 g = 0; g < groups; g++)
	{
		const Ranked *choice = &ranked[best.chosen[g]];

		allocation->chosen[choice->i] = choice->candidate;
		allocation->allocated += choice->candidate != NULL;
	}
	allocation->objective = gain_amount(&scale, best.value);
	allocation->bound = best.proven ? allocation->objective :
		Max(Min(allocation->bound, gain_amount(&scale, best.bound)), allocation->objective);
	allocation->optimal = allocation->objective == allocation->bound;
	if (allocation->spent > budget)
		elog(ERROR, "allocation exceeds its budget");
}
