/*
 * few.h
 *		Few candidates: the best allocation of all, proven by branch and bound.
 */
#ifndef COUPON_FEW_H
#define COUPON_FEW_H

#include "coupon.h"

#include "model/candidates.h"
#include "model/knapsack.h"

/*
 * Improve an allocation of n candidates to the best there is, offers below
 * the hulls included.  Where that takes too long the better of what was found
 * remains, with the bound that it had.
 */
extern void few_improve(const Hulls *hulls, const Row *candidates, int n, int128 budget,
						Allocation *allocation);

#endif							/* COUPON_FEW_H */
