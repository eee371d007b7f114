/*
 * hull.h
 *		The upper hulls of the customers' offers over (cost, gain).
 */
#ifndef COUPON_HULL_H
#define COUPON_HULL_H

#include "coupon.h"

#include "model/candidates.h"
#include "model/random.h"

#define NO_OFFER	INT64CONST(-1)	/* the candidate of a customer who gets nothing */

/* A step along a hull: from the vertex before it to a dearer, better one. */
typedef struct Increment
{
	double		efficiency;		/* gain per unit of money; falls along a hull */
	int64		cost;			/* more than the vertex before, in millionths; > 0 */
	int64		candidate;		/* the vertex reached, or NO_OFFER */
} Increment;

typedef struct Hulls
{
	const Candidates *candidates;	/* grouped */
	const uint64 *identities;	/* by customer number: what names it under every
								 * order of rows; NULL if the number itself does */
	const uint64 *offers;		/* by offer number: the same */
	int64		seed;

	int64		n;				/* customers */
	int64	   *base;			/* by customer: cheapest vertex, or NO_OFFER */
	int64	   *first;			/* (n + 1) by customer: its first increment */
	Increment  *increments;
	int64		nincrements;
	int128		base_cost;		/* of all base vertices; never positive */
	int128		full_cost;		/* at the far end of all hulls */
	int64		duplicate;		/* a second candidate of a customer and offer, or -1 */
	int64		duplicate_of;	/* the customer's run */
} Hulls;

/*
 * The hulls of all customers.  "No offer" is the point (0, 0) of each.  When a
 * customer has two candidates for one offer, "duplicate" tells which, and the
 * rest is not filled in.
 */
extern Hulls *hulls_make(const Candidates *candidates, const uint64 *identities,
						 const uint64 *offers, int noffers, int64 seed);

/* The vertex of a customer after so many of its increments. */
static inline int64
hulls_vertex(const Hulls *hulls, int64 run, int32 taken)
{
	return taken == 0 ? hulls->base[run] : hulls->increments[hulls->first[run] + taken - 1].candidate;
}

/* The fixed random number that ranks a candidate among equals. */
static inline uint64
hulls_rank(const Hulls *hulls, int64 run, int64 candidate)
{
	int64		customer = hulls->candidates->runs[run].customer;
	uint64		identity = hulls->identities ? hulls->identities[customer] : (uint64) customer;

	return random_bits(hulls->seed, identity, candidate == NO_OFFER ? 0 :
					   hulls->offers[hulls->candidates->rows[candidate].offer]);
}

#endif							/* COUPON_HULL_H */
