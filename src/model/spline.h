/*
 * spline.h
 *		Smooth curves over a dose: a basis of cubic splines, and a grid to
 *		project on where they must not fall.
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
	bool		bent;			/* at the least dose: there are doses between the knots that tell how */
	double		bend[MAX_KNOTS][MAX_BASIS]; /* second derivatives of the basis at the knots, the range of doses being 1 */
	int			ngrid;
	double		grid[MAX_GRID];
	double		weight[MAX_GRID];	/* rows near by */
} Spline;

/*
 * A curve for n doses: a knot at each distinct one or, where there are more
 * than "knots", at quantiles; one that many rows have takes one knot, not
 * several.  The curve is straight at the greatest dose, and at the least one
 * unless it is bent there.  Sorts the doses.
 */
extern Spline *spline_make(double *doses, int64 n, int knots);

/*
 * The basis at a dose within those seen: b (nknots - 1).  Function k is the
 * cubic spline that is 1 at knot k + 1 and 0 at the others, so that one dose
 * far from all others does not make the columns alike.
 */
extern void spline_basis(const Spline *spline, double dose, double *b);

static inline int
spline_columns(const Spline *spline)
{
	return spline->nknots - 1;
}

/* The nearest values (n) that do not fall, in least squares by weights: pool adjacent violators. */
extern void isotonic(double *values, const double *weights, int n);

extern void put_spline(StringInfo to, const Spline *spline);

/* "natural": of the layout that knew only curves that are straight at both ends. */
extern Spline *get_spline(Reader *from, bool natural);

#endif							/* COUPON_SPLINE_H */
