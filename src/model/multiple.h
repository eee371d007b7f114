/*
 * multiple.h
 *		The multiple-choice knapsack problem in integers.
 *
 * Of each group one choice is made so that the weights add up to at most the
 * capacity and the values to as much as possible.
 */
#ifndef COUPON_MULTIPLE_H
#define COUPON_MULTIPLE_H

#include "coupon.h"

/* Values and weights are at most 2^61 in size and may be negative. */
typedef struct MultipleChoice
{
	int64		n;				/* groups */
	const int64 *first;			/* (n + 1): the choices of each; one at least */
	const int64 *value;			/* (first[n]) */
	const int64 *weight;		/* (first[n]) */
	int128		capacity;
	double		price;			/* about the value of a unit of capacity; 0: not known */
} MultipleChoice;

/* What the linear relaxation says. */
typedef struct Relaxed
{
	double		price;			/* value of a unit of capacity */
	int64	   *chosen;			/* (n): the best choices at this price; they fit */
	int128		value;
	int128		weight;
} Relaxed;

/* The least weight of any selection. */
extern int128 multiple_least(const MultipleChoice *problem);

/* Something fits: the relaxation's price. */
extern void multiple_relax(const MultipleChoice *problem, Relaxed *relaxed);

#endif							/* COUPON_MULTIPLE_H */
