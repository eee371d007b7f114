/*
 * knapsack.h
 *		Who gets what under one budget: the multiple-choice knapsack problem.
 */
#ifndef COUPON_KNAPSACK_H
#define COUPON_KNAPSACK_H

#include "coupon.h"

#include "model/hull.h"

typedef struct Allocation
{
	int32	   *taken;			/* by customer: increments taken */
	const Candidate **chosen;	/* by customer: what it gets, or NULL if "taken" tells */
	double		price;			/* gain that one more unit of money buys */
	double		objective;		/* gain of the allocation */
	double		bound;			/* no allocation within the budget gains more */
	int128		spent;			/* in millionths; at most the budget */
	int64		allocated;		/* customers who get an offer */
	bool		binding;		/* the budget keeps increments out */
	bool		optimal;		/* the allocation reaches the bound */
} Allocation;

/* Allocate within a budget, in millionths, that is not negative. */
extern Allocation *knapsack_solve(const Hulls *hulls, int128 budget);

/* What a customer gets, or NULL. */
static inline const Candidate *
allocation_choice(const Allocation *allocation, const Hulls *hulls, int64 i)
{
	return allocation->chosen ? allocation->chosen[i] : hulls_vertex(hulls, i, allocation->taken[i]);
}

#endif							/* COUPON_KNAPSACK_H */
