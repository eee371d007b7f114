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

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/hull.h"
#include "model/money.h"

#define FIRST_ROOM		1024
#define FEW_POINTS		32		/* insertion sort up to here, and no sort where possible */
#define MOST_EXACT		(INT64CONST(1) << 53)	/* below, an integer is a double */

typedef struct Point
{
	int64		cost;			/* in millionths */
	double		gain;
	const Candidate *candidate;
} Point;

typedef struct HullScratch
{
	const Hulls *hulls;
	int64		customer;		/* the present one */
	int64		room;
	Point	   *points;
	int		   *corners;		/* points on the hull so far */
	int64		room_seen;
	int64	   *seen;			/* by offer: the turn that had it last */
	int64		turn;			/* customers so far, cleared ones too; from 1 */
} HullScratch;

static const Candidate no_offer = {0, 0, NO_OFFER};

Hulls *
hulls_make(CandidateRank rank, DuplicateFound duplicate, const void *of)
{
	Hulls	   *hulls = palloc0_object(Hulls);

	hulls->rank = rank;
	hulls->duplicate = duplicate;
	hulls->of = of;
	hulls->context = CurrentMemoryContext;
	hulls->room = hulls->room_vertices = hulls->room_dropped = FIRST_ROOM;
	hulls->customers = palloc_array(Customer, hulls->room);
	hulls->dropped_end = palloc_array(int64, hulls->room);
	hulls->vertices = palloc_array(Candidate, hulls->room_vertices);
	hulls->increments = palloc_array(Weighted, hulls->room_vertices);
	hulls->dropped = palloc_array(int32, hulls->room_dropped);
	hulls->scratch = palloc0_object(HullScratch);
	hulls->scratch->hulls = hulls;
	hulls->scratch->room = hulls->scratch->room_seen = FIRST_ROOM;
	hulls->scratch->points = palloc_array(Point, FIRST_ROOM);
	hulls->scratch->corners = palloc_array(int, FIRST_ROOM);
	hulls->scratch->seen = palloc0_array(int64, FIRST_ROOM);

	return hulls;
}

void
hulls_clear(Hulls *hulls)
{
	hulls->n = hulls->nvertices = hulls->ndropped = 0;
	hulls->full_cost = 0;
	hulls->largest_gain = 0;
}

/* Double "room" until it holds so many. */
static int64
doubled(int64 room, int64 wanted)
{
	while (room < wanted)
		room *= 2;

	return room;
}

/* Make room for a customer with so many candidates. */
static void
reserve(Hulls *hulls, int64 n)
{
	HullScratch *scratch = hulls->scratch;

	if (hulls->n + 2 > hulls->room)
	{
		hulls->room *= 2;
		hulls->customers = repalloc_huge(hulls->customers, sizeof(Customer) * hulls->room);
		hulls->dropped_end = repalloc_huge(hulls->dropped_end, sizeof(int64) * hulls->room);
	}
	if (hulls->nvertices + n + 1 > hulls->room_vertices)
	{
		hulls->room_vertices = doubled(hulls->room_vertices, hulls->nvertices + n + 1);
		hulls->vertices = repalloc_huge(hulls->vertices, sizeof(Candidate) * hulls->room_vertices);
		hulls->increments = repalloc_huge(hulls->increments, sizeof(Weighted) * hulls->room_vertices);
	}
	if (hulls->ndropped + n > hulls->room_dropped)
	{
		hulls->room_dropped = doubled(hulls->room_dropped, hulls->ndropped + n);
		hulls->dropped = repalloc_huge(hulls->dropped, sizeof(int32) * hulls->room_dropped);
	}
	if (n + 1 > scratch->room)
	{
		if (n > PG_INT32_MAX / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many candidates for one customer")));
		scratch->room = doubled(scratch->room, n + 1);
		scratch->points = repalloc_huge(scratch->points, sizeof(Point) * scratch->room);
		scratch->corners = repalloc_huge(scratch->corners, sizeof(int) * scratch->room);
	}
}

/* The present customer has a candidate for this offer. */
static inline void
check_new(const Hulls *hulls, HullScratch *scratch, int32 offer)
{
	if (unlikely(offer >= scratch->room_seen))
	{
		int64		room = doubled(scratch->room_seen, (int64) offer + 1);

		scratch->seen = repalloc_huge(scratch->seen, sizeof(int64) * room);
		memset(scratch->seen + scratch->room_seen, 0, sizeof(int64) * (room - scratch->room_seen));
		scratch->room_seen = room;
	}
	if (unlikely(scratch->seen[offer] == scratch->turn))
		hulls->duplicate(hulls->of, scratch->customer, offer);
	scratch->seen[offer] = scratch->turn;
}

/* Cheapest first; of equal cost the best first, then the one of larger rank. */
static inline bool
comes_before(const HullScratch *scratch, const Point *a, const Point *b)
{
	const Hulls *hulls = scratch->hulls;

	if (a->cost != b->cost)
		return a->cost < b->cost;
	if (a->gain != b->gain)
		return a->gain > b->gain;

	/* "no offer" before offers that change nothing */
	if (a->candidate == &no_offer || b->candidate == &no_offer)
		return a->candidate == &no_offer;

	return hulls->rank(hulls->of, scratch->customer, a->candidate->offer) >
		hulls->rank(hulls->of, scratch->customer, b->candidate->offer);
}

#define ST_SORT sort_many_points
#define ST_ELEMENT_TYPE Point
#define ST_COMPARE(a, b, scratch) (comes_before(scratch, a, b) ? -1 : comes_before(scratch, b, a) ? 1 : 0)
#define ST_COMPARE_ARG_TYPE const HullScratch
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

static void
sort_points(const HullScratch *scratch, Point *points, int n)
{
	if (n > FEW_POINTS)
	{
		sort_many_points(points, n, scratch);
		return;
	}
	for (int i = 1; i < n; i++)
	{
		Point		point = points[i];
		int			j = i;

		for (; j > 0 && comes_before(scratch, &point, &points[j - 1]); j--)
			points[j] = points[j - 1];
		points[j] = point;
	}
}

/*
 * The hull of a few points that all cost something, after "no offer" at
 * points[0]: from vertex to vertex, always to the point of largest efficiency.
 * Sorting takes branches that nobody can predict; this takes a few divisions a
 * vertex and no branch a point.  False, and nothing done, where two points are
 * on one line or rounding blurs the corners: that is left to walk().
 */
static bool
wrap(Hulls *hulls, const Point *points, int n)
{
	Weighted   *increments = hulls->increments + hulls->nvertices;
	Candidate  *vertices = hulls->vertices + hulls->nvertices;
	double		gains[FEW_POINTS];	/* of the points above the last vertex */
	double		costs[FEW_POINTS];
	double		efficiencies[FEW_POINTS];
	int			of[FEW_POINTS]; /* their numbers */
	const Point *last = &points[0];
	double		gain = 0;		/* at the last vertex */
	double		cost = 0;
	int			left = 0;
	int			top = 0;

	for (int i = 1; i < n; i++)
	{
		of[left] = i;
		gains[left] = points[i].gain;
		costs[left] = (double) points[i].cost;
		left += points[i].gain > 0;
	}
	while (left > 0)
	{
		double		most = 0;
		int			best = 0;
		int			equal = 0;
		int			above = 0;

		for (int i = 0; i < left; i++)
		{
			efficiencies[i] = (gains[i] - gain) * MONEY_UNITS / (costs[i] - cost);
			most = Max(most, efficiencies[i]);
		}
		for (int i = 0; i < left; i++)
		{
			best = efficiencies[i] == most ? i : best;
			equal += efficiencies[i] == most;
		}
		if (equal != 1 || costs[best] <= cost ||
			(top > 0 && weighted_key(most) >= increments[top - 1].key))
			return false;

		increments[top].key = weighted_key(most);
		increments[top].weight = points[of[best]].cost - last->cost;
		last = &points[of[best]];
		vertices[top++] = *last->candidate;
		gain = gains[best];
		cost = costs[best];
		for (int i = 0; i < left; i++)
		{
			gains[above] = gains[i];
			costs[above] = costs[i];
			of[above] = of[i];
			above += gains[i] > gain;
		}
		left = above;
	}
	hulls->nvertices += top;
	hulls->full_cost += last->cost;
	hulls->largest_gain = Max(hulls->largest_gain, gain);

	return true;
}

/* Append the hull of sorted points; there is room. */
static void
walk(Hulls *hulls, const Point *points, int n)
{
	Weighted   *increments = hulls->increments + hulls->nvertices;
	Candidate  *vertices = hulls->vertices + hulls->nvertices;
	int		   *corners = hulls->scratch->corners;
	bool		starts = points[0].candidate != &no_offer;
	int			top = 0;		/* corners[top] is the last vertex so far */

	/* room for the increment of who starts with an offer */
	increments += starts;
	corners[0] = 0;
	for (int i = 1; i < n; i++)
	{
		const Point *point = &points[i];
		const Point *last = &points[corners[top]];
		double		efficiency;

		if (point->gain <= last->gain)
			continue;

		/* as long as the last vertex lies below the line that passes it by */
		for (;;)
		{
			efficiency = (point->gain - last->gain) * MONEY_UNITS / (double) (point->cost - last->cost);
			if (top == 0 || weighted_key(efficiency) < increments[top - 1].key)
				break;
			last = &points[corners[--top]];
		}
		increments[top].key = weighted_key(efficiency);
		increments[top].weight = point->cost - last->cost;
		corners[++top] = i;
	}

	if (starts)
	{
		increments--;
		increments[0].key = weighted_key(INFINITY);
		increments[0].weight = points[0].cost;
	}
	for (int k = !starts; k <= top; k++)
	{
		*vertices = *points[corners[k]].candidate;
		hulls->largest_gain = Max(hulls->largest_gain, fabs(vertices->gain));
		vertices++;
	}
	hulls->nvertices = vertices - hulls->vertices;
	hulls->full_cost += points[corners[top]].cost;
}

/* Remember the offers of the candidates that are not among the last vertices. */
static void
keep_dropped(Hulls *hulls, const Candidate *candidates, int64 n)
{
	int64	   *seen = hulls->scratch->seen;

	/* all of them were seen this turn: unmark those that are kept */
	for (int64 i = hulls->customers[hulls->n].first; i < hulls->nvertices; i++)
		if (hulls->vertices[i].offer != NO_OFFER)
			seen[hulls->vertices[i].offer] = 0;
	for (int64 i = 0; i < n; i++)
	{
		/* there is room for all of them; a branch would be a coin toss */
		hulls->dropped[hulls->ndropped] = candidates[i].offer;
		hulls->ndropped += seen[candidates[i].offer] != 0;
	}
}

void
hulls_add(Hulls *hulls, int64 customer, const Candidate *candidates, int64 n, bool keep)
{
	HullScratch *scratch = hulls->scratch;
	Point	   *points;
	int			npoints = 1;
	bool		dear = true;	/* every offer costs something, and exactly as a double */

	reserve(hulls, n);
	points = scratch->points;
	scratch->customer = customer;
	scratch->turn++;

	points[0] = (Point) {0, 0, &no_offer};
	for (int64 i = 0; i < n; i++)
	{
		const Candidate *candidate = &candidates[i];
		int64		cost;

		check_new(hulls, scratch, candidate->offer);

		/* unknown, or neither better nor cheaper than no offer */
		if (isnan(candidate->gain) || (candidate->gain <= 0 && candidate->cost >= 0))
			continue;
		cost = money_up(candidate->cost);
		points[npoints++] = (Point) {cost, candidate->gain, candidate};
		dear &= cost > 0 && cost < MOST_EXACT;
	}

	hulls->customers[hulls->n].customer = customer;
	hulls->customers[hulls->n].first = hulls->nvertices;
	if (!dear || npoints > FEW_POINTS || !wrap(hulls, points, npoints))
	{
		sort_points(scratch, points, npoints);
		walk(hulls, points, npoints);
	}
	if (keep)
		keep_dropped(hulls, candidates, n);
	hulls->dropped_end[hulls->n] = hulls->ndropped;
	hulls->n++;
}

void
hulls_finish(Hulls *hulls)
{
	hulls->customers[hulls->n].customer = 0;
	hulls->customers[hulls->n].first = hulls->nvertices;
	pfree(hulls->dropped);
	pfree(hulls->dropped_end);
}
