/*
 * array.h
 *		Arrays of arguments and results.
 */
#ifndef COUPON_ARRAY_H
#define COUPON_ARRAY_H

#include "coupon.h"

#include "utils/array.h"

/* A float8[] without nulls. */
typedef struct Vector
{
	int			n;
	const double *values;
	ArrayType  *array;			/* that holds them */
	bool		copied;			/* it is ours to free */
} Vector;

/* The vector in a datum, copied only where it is stored otherwise; "name" is for errors. */
extern Vector vector_of(Datum datum, const char *name);
extern void vector_done(const Vector *vector);

/* The same of a float8[][] of "rows" vectors of length n / rows, one after another; an empty one has no rows. */
extern Vector matrix_of(Datum datum, const char *name, int *rows);

/* A float8[] of n numbers. */
extern Datum vector_datum(const double *values, int n);

/* A float8[][] of numbers row by row. */
extern Datum matrix_datum(const double *values, int rows, int columns);

/* A text[] of n strings. */
extern Datum texts_datum(char *const *texts, int n);

#endif							/* COUPON_ARRAY_H */
