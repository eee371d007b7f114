/*
 * trees_explain.h
 *		What the features are worth to boosted trees, in all and for one row.
 */
#ifndef COUPON_TREES_EXPLAIN_H
#define COUPON_TREES_EXPLAIN_H

#include "coupon.h"

#include "model/trees.h"

/* What the splits on each part of the features gained in all: gain (parts). */
extern void forest_importance(const Forest *forest, const Schema *schema, double *gain);

/*
 * The Shapley values of the parts of the features for a row, worth (parts),
 * on the scale of the score; returns what is left for the intercept: the mean
 * score over the rows of the fit, and what rounding takes.  In all they are
 * the score.
 */
extern double forest_explain(const Forest *forest, const Schema *schema, const double *slots,
							 double *worth);

#endif							/* COUPON_TREES_EXPLAIN_H */
