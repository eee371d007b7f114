/*
 * leftover.h
 *		What is left of a budget, spent on increments that fit.
 */
#ifndef COUPON_LEFTOVER_H
#define COUPON_LEFTOVER_H

#include "coupon.h"

#include "model/gains.h"
#include "model/hull.h"

/*
 * Spend what is left, in millionths: first on the most efficient increments
 * that fit, then, with few customers, on whatever single change gains most.
 * Returns the gain, in units of the scale.
 */
extern int128 leftover_spend(const Hulls *hulls, const GainScale *scale, int128 left, int32 *taken);

#endif							/* COUPON_LEFTOVER_H */
