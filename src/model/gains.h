/*
 * gains.h
 *		Gains as integers: scaled by a power of two from the largest of them.
 *
 * So sums of gains do not depend on the order of the rows either.
 */
#ifndef COUPON_GAINS_H
#define COUPON_GAINS_H

#include "coupon.h"

#include <math.h>

#define GAIN_MOST	1e280		/* of one gain: sums and efficiencies stay finite */

#define GAIN_BITS	61			/* the difference of two fits an int64 */
#define MOST_SHIFT	1000		/* the scale itself must be finite */

typedef struct GainScale
{
	int			shift;
	double		factor;			/* 2^shift */
} GainScale;

static inline GainScale
gain_scale(double largest)
{
	GainScale	scale;
	int			exponent;

	frexp(largest, &exponent);
	scale.shift = Min(GAIN_BITS - exponent, MOST_SHIFT);
	scale.factor = ldexp(1, scale.shift);

	return scale;
}

static inline int64
gain_units(const GainScale *scale, double gain)
{
	return llrint(gain * scale->factor);
}

static inline double
gain_amount(const GainScale *scale, int128 units)
{
	return ldexp((double) units, -scale->shift);
}

#endif							/* COUPON_GAINS_H */
