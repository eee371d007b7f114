/*
 * hull.h
 *		The upper hulls of the customers' offers over (cost, gain).
 *
 * Candidates are handed over customer by customer, and only the vertices of
 * the hulls are kept: nothing else can be part of the linear relaxation.
 */
#ifndef COUPON_HULL_H
#define COUPON_HULL_H

#include "coupon.h"

#include "model/weighted.h"

#define NO_OFFER	(-1)		/* the offer of who gets nothing */

/* An offer that a customer could get; also a vertex of a hull. */
typedef struct Candidate
{
	double		gain;			/* finite; NaN in one of which only the offer is known */
	double		cost;			/* finite, at most MONEY_MOST */
	int32		offer;
} Candidate;

/* A customer's vertices end where those of the next begin. */
typedef struct Customer
{
	int64		customer;
	int64		first;			/* vertex */
} Customer;

/* A number for a candidate, the same under every order of the rows. */
typedef uint64 (*CandidateRank) (const void *of, int64 customer, int32 offer);

/* Told of a second candidate for the same customer and offer; does not return. */
typedef void (*DuplicateFound) (const void *of, int64 customer, int32 offer);

typedef struct Hulls
{
	CandidateRank rank;
	DuplicateFound duplicate;
	const void *of;				/* handed to both */

	int64		n;				/* customers */
	int64		room;
	Customer   *customers;		/* one more than n once finished */

	/*
	 * Vertices from the cheapest to the best of each customer, and the
	 * increments that lead to them: keyed by efficiency (gain per unit of
	 * money), weighed by cost in millionths.  Who starts with an offer has an
	 * increment of infinite efficiency; who starts with none has no vertex
	 * for that.  Efficiencies fall strictly along a hull.
	 */
	int64		nvertices;
	int64		room_vertices;
	Candidate  *vertices;
	Weighted   *increments;
	int128		full_cost;		/* of all increments together */
	double		largest_gain;	/* absolute, of all vertices */

	int32	   *dropped;		/* offers of candidates that are no vertices */
	int64		ndropped;
	int64		room_dropped;
	int64	   *dropped_end;	/* by customer: one past its last */

	MemoryContext context;		/* where all of it lives */
	struct HullScratch *scratch;
} Hulls;

extern Hulls *hulls_make(CandidateRank rank, DuplicateFound duplicate, const void *of);

/* All candidates of a customer; "keep" remembers what is dropped. */
extern void hulls_add(Hulls *hulls, int64 customer, const Candidate *candidates, int64 n, bool keep);

/* Forget all customers. */
extern void hulls_clear(Hulls *hulls);

/* There are no more customers. */
extern void hulls_finish(Hulls *hulls);

/* The vertex of a customer after so many of its increments, or NULL for no offer. */
static inline const Candidate *
hulls_vertex(const Hulls *hulls, int64 i, int32 taken)
{
	const Candidate *vertex;

	if (taken == 0)
		return NULL;
	vertex = &hulls->vertices[hulls->customers[i].first + taken - 1];

	return vertex->offer == NO_OFFER ? NULL : vertex;
}

/* The number of increments of a customer, once finished. */
static inline int32
hulls_length(const Hulls *hulls, int64 i)
{
	return hulls->customers[i + 1].first - hulls->customers[i].first;
}

#endif							/* COUPON_HULL_H */
