/*
 * array.h
 *		Arrays for results, and of arguments.
 */
#ifndef COUPON_ARRAY_H
#define COUPON_ARRAY_H

#include "coupon.h"

#include "utils/array.h"

/* A float8[] of n numbers. */
extern Datum vector_datum(const double *values, int n);

/* The n numbers of a float8[] of one dimension without nulls; "name" is for messages. */
extern const double *array_numbers(ArrayType *array, const char *name, int *n);

/* A text[] of n strings. */
extern Datum texts_datum(char *const *texts, int n);

#endif							/* COUPON_ARRAY_H */
