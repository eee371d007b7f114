/*
 * uplift_curve.h
 *		What the customers at the top of a ranking add up to.
 *
 * A curve has a point for the origin and one for each distinct score, from
 * the highest down: rows of equal score enter together, so the order of rows
 * never matters.  Between two points everything is a straight line.  All sums
 * are taken in an order given by the rows' content, hence are the same to the
 * last bit however the rows arrived.
 */
#ifndef COUPON_UPLIFT_CURVE_H
#define COUPON_UPLIFT_CURVE_H

#include "coupon.h"

/* The sums over all rows down to a score. */
typedef struct CurvePoint
{
	double		treated;		/* rows */
	double		control;
	double		y_treated;		/* sums of the outcome */
	double		y_control;
	double		yy_treated;		/* sums of squares about the arm's mean */
	double		yy_control;
} CurvePoint;

typedef struct UpliftCurve
{
	int64		n;				/* rows */
	double	   *outcome;		/* (n), from the highest score down */
	bool	   *treated;		/* (n) */
	int64		npoints;		/* distinct scores */
	CurvePoint *points;			/* (npoints + 1), points[0] the origin */
	double		mean_treated;	/* of all rows; 0 without any */
	double		mean_control;
} UpliftCurve;

/* A place on a curve: so many rows from the top. */
typedef struct CurvePlace
{
	int64		point;			/* the place lies after point - 1, up to this one */
	double		part;			/* the part of this point's rows that counts, 0..1 */
} CurvePlace;

static inline double
point_rows(const CurvePoint *point)
{
	return point->treated + point->control;
}

/* Both arms have rows here. */
static inline bool
point_compares(const CurvePoint *point)
{
	return point->treated > 0 && point->control > 0;
}

/* The Qini curve: what the treated brought beyond as many controls; 0 while an arm is empty. */
static inline double
point_qini(const CurvePoint *point)
{
	if (!point_compares(point))
		return 0;
	return point->y_treated - point->y_control * point->treated / point->control;
}

/*
 * The same for the perfect curve, which begins with treated rows only:
 * without any control there is nothing to subtract, as in scikit-uplift.
 */
static inline double
point_qini_perfect(const CurvePoint *point)
{
	return point->control == 0 ? point->y_treated : point_qini(point);
}

/* The difference of means; 0 while an arm is empty. */
static inline double
point_uplift(const CurvePoint *point)
{
	if (!point_compares(point))
		return 0;
	return point->y_treated / point->treated - point->y_control / point->control;
}

/* The gain curve: what all these rows would bring, were they treated. */
static inline double
point_gain(const CurvePoint *point)
{
	return point_uplift(point) * point_rows(point);
}

static inline const CurvePoint *
curve_end(const UpliftCurve *curve)
{
	return &curve->points[curve->npoints];
}

/* The curve of n rows (score, outcome, treated): finite, without -0. */
extern UpliftCurve *curve_make(const double *rows, int64 n);

/*
 * The curve that no ranking beats: ordered by y for the treated and by -y for
 * the controls.  order[i] is the row of "curve" that is row i of this one.
 */
extern UpliftCurve *curve_perfect(const UpliftCurve *curve, int64 **order);

/* The area under a curve, by trapezoids, x being rows. */
extern double curve_area(const UpliftCurve *curve, double (*height) (const CurvePoint *));

/* Where the top share of the rows ends; share within (0, 1], n > 0. */
extern CurvePlace curve_place(const UpliftCurve *curve, double share);

/* The sums over the top, rows tied at the cut counted by their expected share. */
extern CurvePoint curve_top(const UpliftCurve *curve, CurvePlace place);

/* Height at a place, on the straight line between two points. */
extern double curve_height(const UpliftCurve *curve, CurvePlace place,
						   double (*height) (const CurvePoint *));

#endif							/* COUPON_UPLIFT_CURVE_H */
