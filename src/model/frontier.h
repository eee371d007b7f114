/*
 * frontier.h
 *		What every budget could buy.
 */
#ifndef COUPON_FRONTIER_H
#define COUPON_FRONTIER_H

#include "coupon.h"

#include "model/hull.h"

/* The linear relaxation under one budget. */
typedef struct FrontierPoint
{
	double		budget;
	double		gain;			/* no allocation within the budget gains more */
	double		cost;
	int64		customers;		/* who get an offer; one at the margin counts in full */
	double		price;			/* gain of the next unit of money */
} FrontierPoint;

/* Points at npoints >= 2 budgets, evenly spaced from 0 to all that can be spent. */
extern void frontier_points(const Hulls *hulls, int npoints, FrontierPoint *points);

#endif							/* COUPON_FRONTIER_H */
