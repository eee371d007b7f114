/*
 * sample_size.h
 *		How many customers a test of two means needs.
 */
#ifndef COUPON_SAMPLE_SIZE_H
#define COUPON_SAMPLE_SIZE_H

#include "coupon.h"

typedef struct TestPlan
{
	double		difference;		/* to be found; not 0 */
	double		variance[2];	/* of the outcome: control, treated; not both 0 */
	double		power;			/* wanted, within (0, 1) */
	double		alpha;			/* of the test of two sides, within (0, 1) */
	double		treated_share;	/* within (0, 1) */
} TestPlan;

/* The rows of the arms, [0] control; returns the power, or NaN if too many are needed. */
extern double sample_size_arms(const TestPlan *plan, int64 arms[2]);

/* The power of Welch's test with so many rows in the arms, at least two each. */
extern double sample_size_power(const TestPlan *plan, const int64 arms[2]);

#endif							/* COUPON_SAMPLE_SIZE_H */
