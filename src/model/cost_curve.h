/*
 * cost_curve.h
 *		The cost curve of a ranking: incremental value against incremental cost.
 *
 * Its points are those of uplift_curve.h: the origin and one for each
 * distinct score, whatever the order of rows.
 */
#ifndef COUPON_COST_CURVE_H
#define COUPON_COST_CURVE_H

#include "coupon.h"

#include "model/evaluation.h"

typedef struct CostEvaluation
{
	int64		rows;
	int64		treated;
	int64		control;
	Estimate	gain;			/* difference of the arms' means */
	Estimate	cost;
	Estimate	aucc;			/* area under the curve / (whole gain * whole cost) */
} CostEvaluation;

/* The figures of n rows (score, gain, cost, treated): finite, without -0. */
extern CostEvaluation cost_evaluate(const double *rows, int64 n);

#endif							/* COUPON_COST_CURVE_H */
