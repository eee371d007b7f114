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

/* At so many shares the summary looks. */
#define NSHARES	3

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

/* The curves at one share of the customers. */
typedef struct CurveRow
{
	double		share;
	double		customers;		/* so many rows */
	Estimate	gain;
	double		random;			/* the straight line to gain(n) */
	double		qini;
	double		qini_random;
	double		qini_perfect;
} CurveRow;

/* The curves at a share within 0..1; zero at the origin. */
extern CurveRow evaluate_at(const UpliftCurve *curve, const UpliftCurve *perfect, double share);

#endif							/* COUPON_EVALUATION_H */
