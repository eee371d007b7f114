/*
 * evaluation.h
 *		The figures by which a ranking of customers is judged, each with its
 *		standard error.
 *
 * What has no value (an empty arm, a zero denominator) is NaN here and NULL
 * in SQL.
 */
#ifndef COUPON_EVALUATION_H
#define COUPON_EVALUATION_H

#include "coupon.h"

#include "model/uplift_curve.h"

typedef struct Estimate
{
	double		value;
	double		se;				/* its standard error */
} Estimate;

/* The shares at which the summary looks. */
#define NSHARES	3
extern const double evaluation_shares[NSHARES];

typedef struct Evaluation
{
	int64		rows;
	int64		treated;
	int64		control;
	Estimate	ate;			/* difference of the arms' means */
	Estimate	qini_auc;
	Estimate	auuc;
	Estimate	uplift[NSHARES];
} Evaluation;

/* All figures of n rows (score, outcome, treated): finite, without -0. */
extern Evaluation evaluate(const double *rows, int64 n);

/* The difference of means among the top share. */
extern Estimate uplift_estimate(const UpliftCurve *curve, double share);

/* The height of the gain curve at a share. */
extern Estimate gain_estimate(const UpliftCurve *curve, double share);

/* Is the difference of two numbers no more than their rounding? */
extern bool same_number(double a, double b);

#endif							/* COUPON_EVALUATION_H */
