/*
 * hull.c
 *		The upper hulls of the customers' offers over (cost, gain).
 *
 * At a price on money a customer takes the offer of largest
 * gain - price * cost, which is a vertex of the upper hull; as the price falls
 * from infinity to 0 it walks along the hull from the cheapest vertex to the
 * one of largest gain (Sinha and Zoltners, "The multiple-choice knapsack
 * problem", 1979).  The cheapest vertex need not be "no offer": an offer that
 * is free, or that brings money back, is taken at every price.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/hull.h"
#include "model/money.h"

#define FIRST_POINTS	64
#define FEW_POINTS		32		/* insertion sort up to here */

typedef struct Point
{
	int64		cost;
	double		gain;
	int64		candidate;
	int64		run;
} Point;

/* Cheapest first; of equal cost the best first, then the one of larger rank. */
static inline bool
comes_before(const Hulls *hulls, const Point *a, const Point *b)
{
	if (a->cost != b->cost)
		return a->cost < b->cost;
	if (a->gain != b->gain)
		return a->gain > b->gain;

	/* "no offer" before offers that change nothing */
	if (a->candidate == NO_OFFER || b->candidate == NO_OFFER)
		return a->candidate == NO_OFFER;

	return hulls_rank(hulls, a->run, a->candidate) > hulls_rank(hulls, b->run, b->candidate);
}

static int
compare_points(const void *a, const void *b, void *hulls)
{
	if (comes_before(hulls, a, b))
		return -1;

	return comes_before(hulls, b, a) ? 1 : 0;
}

static void
sort_points(Hulls *hulls, Point *points, int64 n)
{
	if (n > FEW_POINTS)
	{
		qsort_arg(points, n, sizeof(Point), compare_points, hulls);
		return;
	}
	for (int64 i = 1; i < n; i++)
	{
		Point		point = points[i];
		int64		j = i;

		for (; j > 0 && comes_before(hulls, &point, &points[j - 1]); j--)
			points[j] = points[j - 1];
		points[j] = point;
	}
}

/* Append the hull of sorted points to the increments; there is room. */
static void
walk(Hulls *hulls, int64 run, const Point *points, int64 n, const Point **corners)
{
	Increment  *increments = hulls->increments + hulls->nincrements;
	int64		top = 0;		/* corners[top] is the last vertex so far */

	corners[0] = &points[0];
	for (int64 i = 1; i < n; i++)
	{
		const Point *point = &points[i];
		double		efficiency;

		if (point->gain <= corners[top]->gain)
			continue;

		/* as long as the last vertex lies below the line that passes it by */
		for (;;)
		{
			efficiency = (point->gain - corners[top]->gain) * MONEY_UNITS /
				(double) (point->cost - corners[top]->cost);
			if (top == 0 || efficiency < increments[top - 1].efficiency)
				break;
			top--;
		}
		increments[top].efficiency = efficiency;
		increments[top].cost = point->cost - corners[top]->cost;
		increments[top].candidate = point->candidate;
		corners[++top] = point;
	}

	hulls->base[run] = points[0].candidate;
	hulls->nincrements += top;
	hulls->base_cost += points[0].cost;
	hulls->full_cost += corners[top]->cost;
}

Hulls *
hulls_make(const Candidates *candidates, const uint64 *identities,
		   const uint64 *offers, int noffers, int64 seed)
{
	Hulls	   *hulls = palloc0_object(Hulls);
	int64	   *seen = palloc_huge(int64, Max(noffers, 1)); /* by offer: run that had it last */
	int64		room_points = FIRST_POINTS;
	Point	   *points = palloc_array(Point, room_points);
	const Point **corners = palloc_array(const Point *, room_points);
	int64		room = Max(candidates->nruns * 2, 64);

	hulls->candidates = candidates;
	hulls->identities = identities;
	hulls->offers = offers;
	hulls->seed = seed;
	hulls->n = candidates->nruns;
	hulls->base = palloc_huge(int64, Max(hulls->n, 1));
	hulls->first = palloc_huge(int64, hulls->n + 1);
	hulls->increments = palloc_huge(Increment, room);
	hulls->duplicate = -1;
	memset(seen, -1, sizeof(int64) * noffers);

	for (int64 run = 0; run < hulls->n; run++)
	{
		int64		end = candidates_end(candidates, run);
		int64		most = end - candidates->runs[run].first + 1;
		int64		n = 1;

		if ((run & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (most > room_points)
		{
			room_points = most * 2;
			points = repalloc_huge(points, sizeof(Point) * room_points);
			corners = repalloc_huge(corners, sizeof(Point *) * room_points);
		}
		if (hulls->nincrements + most > room)
		{
			room = Max(room * 2, room + most);
			hulls->increments = repalloc_huge(hulls->increments, sizeof(Increment) * room);
		}

		points[0] = (Point) {0, 0, NO_OFFER, run};
		for (int64 i = candidates->runs[run].first; i < end; i++)
		{
			const Candidate *row = &candidates->rows[i];
			int64		cost;

			if (seen[row->offer] == run)
			{
				hulls->duplicate = i;
				hulls->duplicate_of = run;
				return hulls;
			}
			seen[row->offer] = run;

			/* neither better nor cheaper than no offer */
			cost = money_up(row->cost);
			if (row->gain <= 0 && cost >= 0)
				continue;
			points[n++] = (Point) {cost, row->gain, i, run};
		}
		sort_points(hulls, points, n);
		hulls->first[run] = hulls->nincrements;
		walk(hulls, run, points, n, corners);
	}
	hulls->first[hulls->n] = hulls->nincrements;

	pfree(seen);
	pfree(points);
	pfree(corners);

	return hulls;
}
