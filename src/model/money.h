/*
 * money.h
 *		Money as integers: units of one millionth.
 *
 * Multiples of a millionth are exact, up to the rounding of their float8
 * form; anything finer is rounded to the side that cannot overspend.  So sums
 * do not depend on the order of the rows, and comparisons are exact.
 */
#ifndef COUPON_MONEY_H
#define COUPON_MONEY_H

#include "coupon.h"

#include <math.h>

#define MONEY_UNITS		1e6		/* in one */
#define MONEY_MOST		4e12	/* of one cost: differences of two fit an int64 */
#define MONEY_ROUNDING	1e-15	/* relative: a few units in the last place */

/* An amount of at most MONEY_MOST, up to a whole unit. */
static inline int64
money_up(double amount)
{
	double		scaled = amount * MONEY_UNITS;
	int64		whole = (int64) (scaled + copysign(0.5, scaled));

	return whole + (scaled - (double) whole > MONEY_ROUNDING * fabs(scaled));
}

/* A budget of any finite size, down to a whole unit. */
static inline int128
money_down(double amount)
{
	double		scaled = amount * MONEY_UNITS;

	if (scaled >= 0x1p120)
		return (int128) 1 << 120;
	if (scaled <= -MONEY_MOST * MONEY_UNITS || scaled >= MONEY_MOST * MONEY_UNITS)
		return (int128) scaled; /* whole already */

	return -(int128) money_up(-amount);
}

static inline double
money_amount(int128 units)
{
	return (double) units / MONEY_UNITS;
}

#endif							/* COUPON_MONEY_H */
