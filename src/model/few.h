/*
 * few.h
 *		Few candidates: the best allocation of all, offers below the hulls included.
 */
#ifndef COUPON_FEW_H
#define COUPON_FEW_H

#include "coupon.h"

#include "model/candidates.h"
#include "model/knapsack.h"

#define FEW_CUSTOMERS	10000

/*
 * Improve an allocation of n candidates to the best there is.  Where that
 * takes too long the better of what was found remains, with its bound.
 */
extern void few_improve(const Hulls *hulls, const Row *candidates, int n, int128 budget,
						Allocation *allocation);

#endif							/* COUPON_FEW_H */
