/*
 * spline.h
 *		Smooth curves over a dose: a basis of natural cubic splines, and a grid
 *		to project on where they must not fall.
 */
#ifndef COUPON_SPLINE_H
#define COUPON_SPLINE_H

#include "coupon.h"

#include "pg/bytes.h"

#define MAX_KNOTS	30
#define MAX_BASIS	(MAX_KNOTS - 1)
#define MAX_GRID	65

typedef struct Spline
{
	int			nknots;			/* 2 at least */
	double		knots[MAX_KNOTS];	/* the first and last are the least and greatest dose seen */
	int			ngrid;
	double		grid[MAX_GRID];
	double		weight[MAX_GRID];	/* rows near by */
} Spline;

/*
 * A curve for n doses: a knot at each distinct one or, where there are more
 * than "knots", at quantiles.  Sorts the doses.
 */
extern Spline *spline_make(double *doses, int64 n, int knots);

/* The basis at a dose: b (nknots - 1). */
extern void spline_basis(const Spline *spline, double dose, double *b);

static inline int
spline_columns(const Spline *spline)
{
	return spline->nknots - 1;
}

/* The nearest values (n) that do not fall, in least squares by weights: pool adjacent violators. */
extern void isotonic(double *values, const double *weights, int n);

extern void put_spline(StringInfo to, const Spline *spline);
extern Spline *get_spline(Reader *from);

#endif							/* COUPON_SPLINE_H */
