/*
 * student.h
 *		Student's distribution, tails and quantiles, and the normal one's.
 */
#ifndef COUPON_STUDENT_H
#define COUPON_STUDENT_H

#include "coupon.h"

/* The probability that |t| is exceeded, with so many degrees of freedom (any positive number). */
extern double student_tails(double t, double freedom);

/* The t that is exceeded in absolute value with this probability, 0 < p < 1. */
extern double student_quantile(double p, double freedom);

/* The absolute value that a standard normal variable exceeds with this probability. */
extern double normal_quantile(double p);

/* log Gamma(a + rise) - log Gamma(a), however large a is. */
extern double log_gamma_rise(double a, double rise);

#endif							/* COUPON_STUDENT_H */
