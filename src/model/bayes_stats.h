/*
 * bayes_stats.h
 *		Sufficient statistics of Bayesian linear regression.
 *
 * Sums over rows: adding up is all that putting rows together takes.  The
 * prior is no part of them, and so counts once however they came together.
 */
#ifndef COUPON_BAYES_STATS_H
#define COUPON_BAYES_STATS_H

#include "coupon.h"

#include "model/bayes_options.h"

typedef struct BayesStats
{
	BayesOptions options;
	int			d;				/* coefficients; 0 before the first row */
	int64		rows;
	int64		skipped;		/* rows with a null */
	double		weight;			/* of the rows: one each, less what is forgotten */
	double	   *low;			/* (d) the range of each element of x */
	double	   *high;			/* (d) */
	double	   *G;				/* (d + 1, d + 1), upper triangle: sum of (x, y)(x, y)' */
} BayesStats;

/* The outcome as it enters the sums: its logarithm where options say so; an error of what it cannot be. */
extern double bayes_outcome(const BayesOptions *options, double outcome);

/* Raise an error unless all elements are finite. */
extern void bayes_features(const double *x, int n, const char *name);

/* The same of x (n) while it is copied. */
extern void bayes_features_copy(double *to, const double *x, int n, const char *name);

/* Zeroed statistics of d coefficients, palloc'd. */
extern void bayes_stats_make(BayesStats *stats, const BayesOptions *options, int d);
extern void bayes_stats_copy(BayesStats *stats, const BayesStats *from);

/* Add n rows (n, d + 1): x and outcome. */
extern void bayes_stats_add(BayesStats *stats, const double *rows, int n);

/* Add those of other rows; options and d must be the same. */
extern void bayes_stats_merge(BayesStats *stats, const BayesStats *other);

/* Take away rows that were merged before; an error if they cannot have been. */
extern void bayes_stats_unmerge(BayesStats *stats, const BayesStats *other);

/* Multiply all sums by a factor from 0 to 1. */
extern void bayes_stats_decay(BayesStats *stats, double factor);

/* Make the sums fit to be kept; an error if they have exceeded the range of numbers. */
extern void bayes_stats_finish(BayesStats *stats);

/* What is wrong with statistics from outside, or NULL. */
extern const char *bayes_stats_wrong(const BayesStats *stats);

#endif							/* COUPON_BAYES_STATS_H */
