/*
 * returns.h
 *		What is still to come at each step of a trajectory.
 */
#ifndef COUPON_RETURNS_H
#define COUPON_RETURNS_H

#include "coupon.h"

/*
 * The sum of each of n numbers and those behind it, those that come s steps
 * later weighted by discount^s: (n), palloc'd.  "name" is for messages.
 */
extern double *to_go(const double *values, int n, double discount, const char *name);

#endif							/* COUPON_RETURNS_H */
