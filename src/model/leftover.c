/*
 * leftover.c
 *		What is left of a budget, spent on increments that fit.
 *
 * Increments wait in a heap, the next one of each customer.  Those that no
 * longer fit are thrown out when the leftover has halved: seldom enough that
 * it costs no more than the pops it saves.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/leftover.h"
#include "model/money.h"

#define MOST_WORK	1000000		/* vertices looked at for single changes */

/* The next increment of a customer. */
typedef struct Waiting
{
	uint64		key;			/* of its efficiency */
	int64		i;				/* the customer */
} Waiting;

typedef struct Leftover
{
	const Hulls *hulls;
	const GainScale *scale;
	int128		left;			/* in millionths */
	int128		gain;			/* so far */
	int32	   *taken;
	Waiting    *heap;
	int64		n;				/* in the heap */
} Leftover;

/* A customer goes to another vertex of the hull, or to no offer at the start. */
typedef struct Change
{
	int64		gain;			/* more than now */
	int64		cost;			/* more than now */
	uint64		rank;
	int64		i;
	int32		taken;
} Change;

static uint64
next_rank(const Leftover *leftover, int64 i)
{
	const Hulls *hulls = leftover->hulls;

	return hulls->rank(hulls->of, hulls->customers[i].customer,
					   hulls->vertices[hulls->customers[i].first + leftover->taken[i]].offer);
}

static inline bool
goes_first(const Leftover *leftover, const Waiting *a, const Waiting *b)
{
	if (a->key != b->key)
		return a->key > b->key;

	return next_rank(leftover, a->i) > next_rank(leftover, b->i);
}

static void
sift_down(const Leftover *leftover, int64 at)
{
	Waiting    *heap = leftover->heap;
	Waiting		moved = heap[at];

	for (;;)
	{
		int64		child = 2 * at + 1;

		if (child >= leftover->n)
			break;
		if (child + 1 < leftover->n && goes_first(leftover, &heap[child + 1], &heap[child]))
			child++;
		if (!goes_first(leftover, &heap[child], &moved))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

/* The next increment of a customer if it fits, or NULL. */
static inline const Weighted *
next_fitting(const Leftover *leftover, int64 i)
{
	const Hulls *hulls = leftover->hulls;
	int64		at = hulls->customers[i].first + leftover->taken[i];

	if (at == hulls->customers[i + 1].first || hulls->increments[at].weight > leftover->left)
		return NULL;

	return &hulls->increments[at];
}

/* Drop what no longer fits and restore the heap. */
static void
winnow(Leftover *leftover)
{
	int64		kept = 0;

	for (int64 at = 0; at < leftover->n; at++)
	{
		if ((at & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (next_fitting(leftover, leftover->heap[at].i))
			leftover->heap[kept++] = leftover->heap[at];
	}
	leftover->n = kept;
	for (int64 at = kept / 2 - 1; at >= 0; at--)
	{
		if ((at & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		sift_down(leftover, at);
	}
}

static int64
gain_after(const Leftover *leftover, int64 i, int32 taken)
{
	const Candidate *vertex = hulls_vertex(leftover->hulls, i, taken);

	return vertex ? gain_units(leftover->scale, vertex->gain) : 0;
}

static int64
cost_after(const Leftover *leftover, int64 i, int32 taken)
{
	const Candidate *vertex = hulls_vertex(leftover->hulls, i, taken);

	return vertex ? money_up(vertex->cost) : 0;
}

/* The most efficient increments that fit. */
static void
fill(Leftover *leftover)
{
	const Hulls *hulls = leftover->hulls;
	int128		winnowed = leftover->left;	/* when all of the heap did fit */
	uint64		turn = 0;

	leftover->heap = palloc_huge(Waiting, hulls->n);
	for (int64 i = 0; i < hulls->n; i++)
	{
		const Weighted *next = next_fitting(leftover, i);

		if ((i & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (next)
			leftover->heap[leftover->n++] = (Waiting) {next->key, i};
	}
	winnow(leftover);

	while (leftover->n > 0)
	{
		int64		i = leftover->heap[0].i;
		const Weighted *next = next_fitting(leftover, i);

		if ((++turn & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (next)
		{
			leftover->gain += gain_after(leftover, i, leftover->taken[i] + 1) -
				gain_after(leftover, i, leftover->taken[i]);
			leftover->left -= next->weight;
			leftover->taken[i]++;
			next = next_fitting(leftover, i);
		}
		leftover->heap[0] = next ? (Waiting) {next->key, i} : leftover->heap[--leftover->n];

		if (leftover->left < winnowed / 2)
		{
			winnowed = leftover->left;
			winnow(leftover);
		}
		else if (leftover->n > 0)
			sift_down(leftover, 0);
	}
	pfree(leftover->heap);
}

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

/* The change that gains most and fits; its gain is 0 if there is none. */
static Change
best_change(const Leftover *leftover)
{
	const Hulls *hulls = leftover->hulls;
	Change		best = {0};

	for (int64 i = 0; i < hulls->n; i++)
	{
		int64		gain = gain_after(leftover, i, leftover->taken[i]);
		int64		cost = cost_after(leftover, i, leftover->taken[i]);

		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int32 taken = 0; taken <= hulls_length(hulls, i); taken++)
		{
			const Candidate *vertex = hulls_vertex(hulls, i, taken);
			Change		change = {
				.gain = gain_after(leftover, i, taken) - gain,
				.cost = cost_after(leftover, i, taken) - cost,
				.i = i,
				.taken = taken,
			};

			if (change.gain <= 0 || change.gain < best.gain || change.cost > leftover->left)
				continue;
			change.rank = hulls->rank(hulls->of, hulls->customers[i].customer,
									  vertex ? vertex->offer : NO_OFFER);
			if (is_better(&change, &best))
				best = change;
		}
	}

	return best;
}

int128
leftover_spend(const Hulls *hulls, const GainScale *scale, int128 left, int32 *taken)
{
	Leftover	leftover = {.hulls = hulls, .scale = scale, .left = left, .taken = taken};

	if (left > 0)
	{
		fill(&leftover);
		for (int64 work = hulls->nvertices; work <= MOST_WORK; work += hulls->n + hulls->nvertices)
		{
			Change		best = best_change(&leftover);

			if (best.gain <= 0)
				break;
			taken[best.i] = best.taken;
			leftover.left -= best.cost;
			leftover.gain += best.gain;
		}
	}

	return leftover.gain;
}
