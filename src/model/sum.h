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

static inline double
sum_value(const Sum *sum)
{
	return sum->sum + sum->lost;
}

#endif							/* COUPON_SUM_H */
