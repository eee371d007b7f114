/*
 * encoding.h
 *		Vectors that encode an offer.
 */
#ifndef COUPON_ENCODING_H
#define COUPON_ENCODING_H

#include "coupon.h"

/* exp(-alpha (depth - centre)^2) of each centre (n). */
extern void encode_rbf(double depth, const double *centres, int n, double alpha, double *result);

/* All products a_i b_j (n, m), those of a_1 first. */
extern void encode_cross(const double *a, int n, const double *b, int m, double *result);

#endif							/* COUPON_ENCODING_H */
