/*
 * bayes.h
 *		Bayesian linear regression: the posterior, and what it says of a row.
 *
 * With P = prior precision in units of the noise + X'X, the coefficients have
 * mean P^-1 X'y and covariance scale * P^-1: of a normal distribution where
 * the noise is known or estimated, of Student's with "freedom" degrees of
 * freedom under the normal-inverse-gamma prior.
 */
#ifndef COUPON_BAYES_H
#define COUPON_BAYES_H

#include "coupon.h"

#include "model/bayes_stats.h"

typedef struct Bayes
{
	BayesStats	stats;

	/* of prior evidence, estimated: variance of the noise, precision of the coefficients */
	double		noise;
	double		precision;

	/* what follows from these */
	double	   *R;				/* (d, d) upper triangle: P = R'R */
	double	   *mean;			/* (d) */
	double		scale;			/* the variance of the noise, or b / a */
	double		freedom;		/* 2 a, or infinite */
	double		a;				/* of the posterior of prior nig, or NaN */
	double		b;
	double		evidence;		/* its logarithm; not finite with a flat prior */
} Bayes;

/*
 * The posterior of these statistics, whose estimates of prior evidence are in
 * place.  Returns 0, or from 1 the coefficient that is not determined.
 */
extern int	bayes_derive(Bayes *bayes);

/* The same, estimates included, of new statistics, which it takes; errors are SQL errors. */
extern void bayes_fit(const BayesStats *stats, Bayes *bayes);

/*
 * The variance of the noise and the precision of the coefficients of most
 * evidence; an error where there are none.
 */
extern void bayes_maximise(const BayesStats *stats, double *noise, double *precision);

/* The prior precision of coefficient j in units of the noise. */
extern double bayes_prior_ratio(const Bayes *bayes, int j);

/* a'b (n) */
extern double bayes_dot(const double *a, const double *b, int n);

/* x' P^-1 x of each row of X (rows, d), which is overwritten. */
extern void bayes_leverage(const Bayes *bayes, double *X, int rows, double *leverage);

/* The standard deviation of a variable of our distribution with this squared scale: infinite up to 2 degrees. */
extern double bayes_deviation(const Bayes *bayes, double squared);

/* The p-quantile of the standardised distribution. */
extern double bayes_standard_quantile(const Bayes *bayes, double p);

/* An outcome of a linear predictor, given the variance of the noise: back from the logarithm as options say. */
extern double bayes_back(const Bayes *bayes, double linear, double noise);

/* P^-1 (d, d), full. */
extern void bayes_inverse(const Bayes *bayes, double *inverse);

#endif							/* COUPON_BAYES_H */
