/*
 * improve.h
 *		Single changes that gain within what is left of a budget.
 */
#ifndef COUPON_IMPROVE_H
#define COUPON_IMPROVE_H

#include "coupon.h"

#include "model/hull.h"

/*
 * Change the choice of one customer at a time, each time the change that gains
 * most and fits into what is left (in millionths).  The choice may be any
 * candidate, on the hull or not, or no offer.
 */
extern void improve(const Hulls *hulls, int128 left, int64 *chosen);

#endif							/* COUPON_IMPROVE_H */
