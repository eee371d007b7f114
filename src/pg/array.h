/*
 * array.h
 *		Arrays for results.
 */
#ifndef COUPON_ARRAY_H
#define COUPON_ARRAY_H

#include "coupon.h"

#include "utils/array.h"

/* A float8[] of n numbers. */
extern Datum vector_datum(const double *values, int n);

/* A text[] of n strings. */
extern Datum texts_datum(char *const *texts, int n);

#endif							/* COUPON_ARRAY_H */
