/*
 * tangent.h
 *		The hyperbolic tangent in single precision, without branches or calls,
 *		so that loops over it go many at a time.
 *
 * tanh x = (1 - e) / (1 + e) with e = exp(-2 |x|) = 2^-n exp(-r), where r is at
 * most ln 2 / 2 and its exponential a Taylor polynomial; wrong by 1e-7 at most.
 */
#ifndef COUPON_TANGENT_H
#define COUPON_TANGENT_H

#include "coupon.h"

#include <math.h>

static inline float
tangent(float x)
{
	float		size = fabsf(x);
	float		t = size > 20 ? 40 : 2 * size;
	int			n = (int) (t * 1.44269504f + 0.5f);
	float		r = n * 0.693147181f - t;
	union
	{
		int32		bits;
		float		number;
	}			power = {.bits = (127 - n) << 23};
	float		e = power.number *
	(1 + r * (1 + r * (1 / 2.0f + r * (1 / 6.0f + r * (1 / 24.0f + r * (1 / 120.0f + r * (1 / 720.0f + r / 5040)))))));

	return copysignf((1 - e) / (1 + e), x);
}

#endif							/* COUPON_TANGENT_H */
