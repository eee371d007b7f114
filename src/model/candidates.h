/*
 * candidates.h
 *		Candidates in any order of rows, brought together by customer.
 */
#ifndef COUPON_CANDIDATES_H
#define COUPON_CANDIDATES_H

#include "coupon.h"

#include "model/hull.h"

/* A candidate on its way to its customer. */
typedef struct Row
{
	int64		customer;
	Candidate	candidate;
} Row;

/* Rows of one partition, the latest chunk first. */
typedef struct Chunk
{
	struct Chunk *next;
	int			n;
	int			room;
	Row			rows[FLEXIBLE_ARRAY_MEMBER];
} Chunk;

/* Up to so many candidates are remembered as they came. */
#define FEW_CANDIDATES	(1 << 17)

typedef struct Candidates
{
	MemoryContext context;		/* where all of it lives */
	Row		   *few;			/* (FEW_CANDIDATES) the first ones */
	Hulls	   *hulls;			/* where customers go */
	int64		n;				/* candidates added */
	int64		customer;		/* the present one */
	bool		begun;			/* there is a present one */

	/* as long as customers come in ascending order: the candidates of the present one */
	Candidate  *pending;
	int64		npending;
	int64		room;

	/* from then on: partitions by a hash of the customer, and the present one's */
	Chunk	  **partitions;
	Chunk	  **partition;
} Candidates;

/* Candidates that become hulls. */
extern Candidates *candidates_make(Hulls *hulls);

/* What is added from now on is of another customer; see candidates_customer(). */
extern void candidates_next(Candidates *candidates, int64 customer);

/* Make room for one more. */
extern void candidates_grow(Candidates *candidates);
extern Chunk *candidates_chunk(Candidates *candidates, Chunk *latest);

/* There are no more candidates: the hulls are complete. */
extern void candidates_finish(Candidates *candidates);

/* What is added from now on is of this customer. */
static inline void
candidates_customer(Candidates *candidates, int64 customer)
{
	if (customer != candidates->customer || !candidates->begun)
		candidates_next(candidates, customer);
}

static inline void
candidates_add(Candidates *candidates, int32 offer, double gain, double cost)
{
	Candidate  *to;

	candidates->n++;
	if (candidates->partition == NULL)
	{
		if (candidates->npending == candidates->room)
			candidates_grow(candidates);
		to = &candidates->pending[candidates->npending++];
	}
	else
	{
		Chunk	   *chunk = *candidates->partition;

		if (chunk == NULL || chunk->n == chunk->room)
			*candidates->partition = chunk = candidates_chunk(candidates, chunk);
		chunk->rows[chunk->n].customer = candidates->customer;
		to = &chunk->rows[chunk->n++].candidate;
	}
	to->gain = gain;
	to->cost = cost;
	to->offer = offer;
}

/* The candidate is that of a row, not one of a hull that comes in again. */
static inline void
candidates_read_one(Candidates *candidates, int32 offer, double gain, double cost)
{
	if (unlikely(candidates->n < FEW_CANDIDATES))
		candidates->few[candidates->n] = (Row) {candidates->customer, {gain, cost, offer}};
	candidates_add(candidates, offer, gain, cost);
}

#endif							/* COUPON_CANDIDATES_H */
