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
#define MONEY_LARGE		4e9		/* below this a product with MONEY_UNITS is nearly exact */
#define MONEY_ROUNDING	1e-15	/* relative: a few units in the last place */

/* An amount of at most MONEY_MOST, up to a whole unit. */
static inline int64
money_up(double amount)
{
	/* a product of more than 53 bits would be rounded: large amounts in two parts */
	double		ones = likely(fabs(amount) < MONEY_LARGE) ? 0 : trunc(amount);
	double		scaled = (amount - ones) * MONEY_UNITS;
	int64		whole = (int64) (scaled + copysign(0.5, scaled));

	whole += scaled - (double) whole > (MONEY_ROUNDING * MONEY_UNITS) * fabs(amount);

	return whole + (int64) ones * (int64) MONEY_UNITS;
}

/* A budget of any finite size, down to a whole unit. */
static inline int128
money_down(double amount)
{
	double		ones = trunc(amount);

	if (amount >= 0x1p100)
		return (int128) 1 << 120;
	if (amount <= -0x1p100)
		return -((int128) 1 << 120);
	if (fabs(amount) < MONEY_MOST)
		return -(int128) money_up(-amount);

	/* in two parts, both of them exact */
	return (int128) ones * (int128) MONEY_UNITS + (int64) floor((amount - ones) * MONEY_UNITS);
}

static inline double
money_amount(int128 units)
{
	int128		ones = units / (int128) MONEY_UNITS;

	if (ones > -(int128) MONEY_LARGE && ones < (int128) MONEY_LARGE)
		return (double) (int64) units / MONEY_UNITS;

	return (double) ones + (double) (int64) (units % (int128) MONEY_UNITS) / MONEY_UNITS;
}

#endif							/* COUPON_MONEY_H */
