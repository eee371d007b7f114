/*
 * moments.h
 *		Means and centred second moments, built up block by block.
 *
 * They are never taken about the origin, so that 1e9 + small survives.
 */
#ifndef COUPON_MOMENTS_H
#define COUPON_MOMENTS_H

#include "coupon.h"

typedef struct Moments
{
	int			p;				/* columns */
	int			ld;				/* distance of the rows of M */
	int64		n;				/* rows seen */
	double	   *mean;			/* (p) */
	double	   *M;				/* (p, p), upper triangle: sum of (x - mean)(x - mean)' */
} Moments;

/* Zeroed moments of p columns, palloc'd. */
extern void moments_make(Moments *moments, int p);

/* Add a block X (rows, p), which is overwritten. */
extern void moments_add(Moments *moments, double *X, int rows);

/* Add the moments of other rows of the same columns. */
extern void moments_merge(Moments *moments, const Moments *other);

/*
 * Replace column j by column j + shift * column m, as if every row had been
 * changed.  M must be complete (both triangles).
 */
extern void moments_shear(Moments *moments, int j, double shift, int m);

/* Raise an error if squares have exceeded the range of numbers. */
extern void moments_check(const Moments *moments);

/* Copy the upper triangle of M to the lower one. */
extern void moments_complete(Moments *moments);

#endif							/* COUPON_MOMENTS_H */
