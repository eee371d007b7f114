/*
 * single.h
 *		One rule of any kind over at most one offer a customer: a knapsack.
 */
#ifndef COUPON_SINGLE_H
#define COUPON_SINGLE_H

#include "coupon.h"

#include "model/ruled.h"

/*
 * The best allocation under the one rule there is, by the Pareto dynamic
 * programme: chosen, price, bound and status, or what is missing.  False if
 * the loads of offers are beyond its integers.
 */
extern bool single_solve(const Market *market, const RuledOptions *options, Ruled *ruled);

#endif							/* COUPON_SINGLE_H */
