/*
 * uplift_error.h
 *		How much one row sways the figures of a curve: influence functions.
 *
 * A figure is a smooth function of how often each (score, outcome, treated)
 * occurs.  Its derivative by the count of row i is the influence of that row,
 * and the sum of the squared influences estimates the figure's variance.
 * docs/evaluation.md derives the formulas.
 */
#ifndef COUPON_UPLIFT_ERROR_H
#define COUPON_UPLIFT_ERROR_H

#include "coupon.h"

#include "model/uplift_curve.h"

/*
 * Add to influence (n) scale times the derivatives of the area between the
 * Qini curve, point_qini or point_qini_perfect, and the random line.  Row i of the curve is row order[i] of
 * influence, or row i when order is NULL.
 */
extern void add_qini_influence(const UpliftCurve *curve, double (*height) (const CurvePoint *),
							   const int64 *order, double scale, double *influence);

/* The influences of auuc = area under the gain curve / (n * gain(n)). */
extern void auuc_influence(const UpliftCurve *curve, double auuc, double *influence);

/* From the influences (n) to a standard error. */
extern double influence_error(const double *influence, int64 n);

/* An influence that is linear in the outcome: level + slope * (y - mean of the arm). */
typedef struct LinearInfluence
{
	double		level;
	double		slope;
} LinearInfluence;

/* Of rows above the cut, tied at it, below it; by arm, [0] control. */
typedef struct GainInfluence
{
	LinearInfluence zone[3][2];
} GainInfluence;

/* The influences on the gain curve at a share. */
extern void gain_influence(const UpliftCurve *curve, CurvePlace place, double share, GainInfluence *to);

/*
 * The standard errors of the uplift among the top, and of the gain curve
 * there; the latter is NaN where an arm has less than two rows.
 */
extern double uplift_error(const UpliftCurve *curve, CurvePlace place, double share);
extern double gain_error(const UpliftCurve *curve, CurvePlace place, double share);

#endif							/* COUPON_UPLIFT_ERROR_H */
