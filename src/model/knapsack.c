/*
 * knapsack.c
 *		Who gets what under one budget: the multiple-choice knapsack problem.
 *
 * The linear relaxation takes the increments of all hulls in the order of
 * their efficiency until the budget ends inside one of them; its efficiency
 * is the price of money (Sinha and Zoltners, 1979; Zemel, 1984).  Whole
 * increments up to there are the allocation; what is left is filled with the
 * most efficient increments that fit, then with whatever single change still
 * gains.  So the loss against the relaxation, which no allocation beats, is
 * less than the gain of one increment.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/gains.h"
#include "model/improve.h"
#include "model/knapsack.h"
#include "model/money.h"
#include "model/weighted.h"

/* The next increment of a customer, waiting for what is left of the budget. */
typedef struct Waiting
{
	double		efficiency;
	uint64		rank;
	int64		run;
} Waiting;

/* Where the budget ends: below an efficiency, and among its equals below a rank. */
typedef struct Margin
{
	double		efficiency;
	uint64		rank;
	int128		left;			/* budget after all increments above the margin */
} Margin;

static Margin
find_margin(const Hulls *hulls, int128 room)
{
	Margin		margin;
	Weighted   *items = palloc_huge(Weighted, hulls->nincrements);
	int64		nties = 0;
	int128		above;
	uint64		key;

	for (int64 i = 0; i < hulls->nincrements; i++)
	{
		if ((i & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		items[i].key = weighted_key(hulls->increments[i].efficiency);
		items[i].weight = hulls->increments[i].cost;
	}
	key = weighted_select(items, hulls->nincrements, room, &above);
	memcpy(&margin.efficiency, &key, sizeof(key));
	room -= above;

	/* equals are told apart by rank, never by the order of the rows */
	for (int64 run = 0; run < hulls->n; run++)
	{
		if ((run & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 i = hulls->first[run]; i < hulls->first[run + 1]; i++)
			if (hulls->increments[i].efficiency == margin.efficiency)
			{
				items[nties].key = hulls_rank(hulls, run, hulls->increments[i].candidate);
				items[nties++].weight = hulls->increments[i].cost;
			}
	}
	margin.rank = weighted_select(items, nties, room, &above);
	margin.left = room - above;
	pfree(items);

	return margin;
}

/* Take every increment above the margin. */
static void
take_above(const Hulls *hulls, const Margin *margin, int32 *taken)
{
	for (int64 run = 0; run < hulls->n; run++)
	{
		int64		i = hulls->first[run];

		if ((run & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		while (i < hulls->first[run + 1] &&
			   (hulls->increments[i].efficiency > margin->efficiency ||
				(hulls->increments[i].efficiency == margin->efficiency &&
				 hulls_rank(hulls, run, hulls->increments[i].candidate) > margin->rank)))
			i++;
		taken[run] = i - hulls->first[run];
	}
}

static inline bool
goes_first(const Waiting *a, const Waiting *b)
{
	return a->efficiency > b->efficiency ||
		(a->efficiency == b->efficiency && a->rank > b->rank);
}

static void
sift_down(Waiting *heap, int64 n, int64 i)
{
	Waiting		moved = heap[i];

	for (;;)
	{
		int64		child = 2 * i + 1;

		if (child >= n)
			break;
		if (child + 1 < n && goes_first(&heap[child + 1], &heap[child]))
			child++;
		if (!goes_first(&heap[child], &moved))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moved;
}

/* The next increment of a customer if it fits, or NULL. */
static const Increment *
next_fitting(const Hulls *hulls, const int32 *taken, int64 run, int128 left)
{
	int64		i = hulls->first[run] + taken[run];

	if (i == hulls->first[run + 1] || hulls->increments[i].cost > left)
		return NULL;

	return &hulls->increments[i];
}

/* Drop what no longer fits and restore the heap; returns what is left of it. */
static int64
winnow(const Hulls *hulls, const int32 *taken, int128 left, Waiting *heap, int64 n)
{
	int64		kept = 0;

	CHECK_FOR_INTERRUPTS();
	for (int64 i = 0; i < n; i++)
		if (next_fitting(hulls, taken, heap[i].run, left))
			heap[kept++] = heap[i];
	for (int64 i = kept / 2 - 1; i >= 0; i--)
		sift_down(heap, kept, i);

	return kept;
}

/* Spend what is left on the most efficient increments that fit; returns the rest. */
static int128
fill(const Hulls *hulls, int128 left, int32 *taken)
{
	Waiting    *heap = palloc_huge(Waiting, hulls->n);
	int128		winnowed = left;	/* the budget left when all of the heap did fit */
	int64		n = 0;
	uint64		turn = 0;

	for (int64 run = 0; run < hulls->n; run++)
	{
		const Increment *next = next_fitting(hulls, taken, run, left);

		if ((run & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (next)
			heap[n++] = (Waiting) {next->efficiency, hulls_rank(hulls, run, next->candidate), run};
	}
	n = winnow(hulls, taken, left, heap, n);

	while (n > 0)
	{
		int64		run = heap[0].run;
		const Increment *next = next_fitting(hulls, taken, run, left);

		if ((++turn & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (next)
		{
			left -= next->cost;
			taken[run]++;
			next = next_fitting(hulls, taken, run, left);
		}
		if (next)
			heap[0] = (Waiting) {next->efficiency, hulls_rank(hulls, run, next->candidate), run};
		else
			heap[0] = heap[--n];

		/* seldom enough that it costs no more than the pops it saves */
		if (left < winnowed / 2)
		{
			winnowed = left;
			n = winnow(hulls, taken, left, heap, n);
		}
		else
			sift_down(heap, n, 0);
	}
	pfree(heap);

	return left;
}

/* What the increments taken lead to. */
static void
choose(const Hulls *hulls, const int32 *taken, int64 *chosen)
{
	for (int64 run = 0; run < hulls->n; run++)
		chosen[run] = hulls_vertex(hulls, run, taken[run]);
}

/* Gain, cost and customers of an allocation, recomputed from its candidates. */
static void
add_up(const Hulls *hulls, const GainScale *scale, Allocation *allocation)
{
	int128		gain = 0;

	allocation->spent = 0;
	allocation->allocated = 0;
	for (int64 run = 0; run < hulls->n; run++)
	{
		const Candidate *row = &hulls->candidates->rows[allocation->chosen[run]];

		if ((run & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (allocation->chosen[run] == NO_OFFER)
			continue;
		gain += gain_units(scale, row->gain);
		allocation->spent += money_up(row->cost);
		allocation->allocated++;
	}
	allocation->objective = gain_amount(scale, gain);
}

Allocation *
knapsack_solve(const Hulls *hulls, int128 budget)
{
	Allocation *allocation = palloc0_object(Allocation);
	GainScale	scale = gain_scale(hulls->candidates->largest_gain);
	int32	   *taken = palloc_huge(int32, Max(hulls->n, 1));

	Assert(budget >= hulls->base_cost);

	allocation->chosen = palloc_huge(int64, Max(hulls->n, 1));
	allocation->binding = hulls->full_cost > budget;

	if (allocation->binding)
	{
		Margin		margin = find_margin(hulls, budget - hulls->base_cost);

		take_above(hulls, &margin, taken);
		choose(hulls, taken, allocation->chosen);
		add_up(hulls, &scale, allocation);
		allocation->price = margin.efficiency;
		allocation->bound = allocation->objective + margin.efficiency * money_amount(margin.left);
		if (margin.left > 0)
		{
			int128		left = fill(hulls, margin.left, taken);

			choose(hulls, taken, allocation->chosen);
			improve(hulls, left, allocation->chosen);
			add_up(hulls, &scale, allocation);
		}
	}
	else
	{
		for (int64 run = 0; run < hulls->n; run++)
			taken[run] = hulls->first[run + 1] - hulls->first[run];
		choose(hulls, taken, allocation->chosen);
		add_up(hulls, &scale, allocation);
		allocation->bound = allocation->objective;
	}
	pfree(taken);

	/* rounding must not let an allocation beat what is proven of all */
	allocation->bound = Max(allocation->bound, allocation->objective);
	allocation->optimal = allocation->objective == allocation->bound;
	if (allocation->spent > budget)
		elog(ERROR, "allocation exceeds its budget");

	return allocation;
}
