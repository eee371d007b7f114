/*
 * uplift_band.h
 *		How wide a band round the gain curve must be to hold all of it.
 */
#ifndef COUPON_UPLIFT_BAND_H
#define COUPON_UPLIFT_BAND_H

#include "coupon.h"

#include "model/uplift_curve.h"

/*
 * So many standard errors on both sides of the curve at 1/points, 2/points,
 * ... of the rows hold the true curve at all of them in 95 % of trials; not
 * less than "least", which does so at one of them.
 */
extern double uplift_band(const UpliftCurve *curve, int points, int64 seed, double least);

#endif							/* COUPON_UPLIFT_BAND_H */
