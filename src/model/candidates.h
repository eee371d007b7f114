/*
 * candidates.h
 *		Who could get what: candidates collected and grouped by customer.
 */
#ifndef COUPON_CANDIDATES_H
#define COUPON_CANDIDATES_H

#include "coupon.h"

typedef struct Candidate
{
	double		gain;			/* finite */
	double		cost;			/* finite, at most MONEY_MOST */
	int32		offer;
} Candidate;

/* Neighbouring candidates of one customer. */
typedef struct Run
{
	int64		customer;
	int64		first;			/* its first candidate; the run ends where the next begins */
} Run;

typedef struct Candidates
{
	MemoryContext context;		/* where all of it lives */
	Candidate  *rows;
	int64		n;
	int64		room;
	Run		   *runs;			/* once grouped: one for each customer, in no order */
	int64		nruns;
	int64		room_runs;
	bool		ascending;		/* customers came in ascending order: no run is split */
	double		largest_gain;	/* absolute */
} Candidates;

extern Candidates *candidates_make(void);

/* Make room for one more; called by the inline functions below. */
extern void candidates_grow(Candidates *candidates);
extern void candidates_grow_runs(Candidates *candidates);

/* What is added from now on is of this customer. */
static inline void
candidates_customer(Candidates *candidates, int64 customer)
{
	if (candidates->nruns > 0)
	{
		int64		last = candidates->runs[candidates->nruns - 1].customer;

		if (customer == last)
			return;
		if (customer < last)
			candidates->ascending = false;
	}
	if (candidates->nruns == candidates->room_runs)
		candidates_grow_runs(candidates);
	candidates->runs[candidates->nruns].customer = customer;
	candidates->runs[candidates->nruns].first = candidates->n;
	candidates->nruns++;
}

static inline void
candidates_add(Candidates *candidates, int32 offer, double gain, double cost)
{
	Candidate  *row;
	double		size = gain < 0 ? -gain : gain;

	if (candidates->n == candidates->room)
		candidates_grow(candidates);
	row = &candidates->rows[candidates->n++];
	row->gain = gain;
	row->cost = cost;
	row->offer = offer;
	if (size > candidates->largest_gain)
		candidates->largest_gain = size;
}

/* One past the last candidate of a run. */
static inline int64
candidates_end(const Candidates *candidates, int64 run)
{
	return run + 1 < candidates->nruns ? candidates->runs[run + 1].first : candidates->n;
}

/* Bring the candidates of each customer together: one run a customer. */
extern void candidates_group(Candidates *candidates);

#endif							/* COUPON_CANDIDATES_H */
