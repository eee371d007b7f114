/*
 * pareto.h
 *		The multiple-choice knapsack problem solved exactly.
 */
#ifndef COUPON_PARETO_H
#define COUPON_PARETO_H

#include "coupon.h"

#include "model/multiple.h"

typedef struct MultipleChosen
{
	bool		possible;		/* else no choices fit, and nothing below counts */
	bool		proven;			/* nothing fits that is worth more */
	int64	   *chosen;			/* (n) */
	int128		value;
	int128		weight;			/* if nothing fits: the least there is */
	int128		bound;			/* nothing that fits is worth more; the value if proven */
	double		price;			/* of the relaxation: value of a unit of capacity */
} MultipleChosen;

typedef struct ParetoLimits
{
	int64		work;			/* selections looked at, about; 0: as many as it takes */
	double		seconds;		/* 0: as many as it takes */
} ParetoLimits;

extern void pareto_solve(const MultipleChoice *problem, const ParetoLimits *limits, MultipleChosen *result);

#endif							/* COUPON_PARETO_H */
