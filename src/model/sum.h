/*
 * sum.h
 *		A sum that keeps what rounding drops (Neumaier).
 */
#ifndef COUPON_SUM_H
#define COUPON_SUM_H

#include "coupon.h"

#include <math.h>

typedef struct Sum
{
	double		sum;
	double		lost;
} Sum;

static inline void
sum_add(Sum *to, double value)
{
	double		sum = to->sum + value;

	if (fabs(to->sum) >= fabs(value))
		to->lost += (to->sum - sum) + value;
	else
		to->lost += (value - sum) + to->sum;
	to->sum = sum;
}

static inline void
sum_merge(Sum *to, const Sum *other)
{
	sum_add(to, other->sum);
	to->lost += other->lost;
}

static inline double
sum_value(const Sum *sum)
{
	return sum->sum + sum->lost;
}

/* Could it be a sum of n numbers of at most this size? */
static inline bool
sum_is_sound(const Sum *sum, int64 n, double most)
{
	double		bound = most * (double) n * (1 + 1e-6);

	return fabs(sum->sum) <= bound && fabs(sum->lost) <= bound;
}

#endif							/* COUPON_SUM_H */
