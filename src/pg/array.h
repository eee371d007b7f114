/*
 * array.h
 *		Arrays in and out.
 */
#ifndef COUPON_ARRAY_H
#define COUPON_ARRAY_H

#include "coupon.h"

#include "utils/array.h"

/* The float8[] in argument i: no nulls, all finite; "name" is for messages. */
extern const double *vector_arg(FunctionCallInfo fcinfo, int i, const char *name, int *length);

/* The same of an array value. */
extern const double *vector_of(ArrayType *array, const char *name, int *length);

/* A float8[] of n numbers. */
extern Datum vector_datum(const double *values, int n);

/* A text[] of n strings. */
extern Datum texts_datum(char *const *texts, int n);

#endif							/* COUPON_ARRAY_H */
