/*
 * base.h
 *		Base learners: an outcome by columns of a design, linear or logistic.
 *
 * The score is intercept + beta' x, where x are the columns less their means
 * in the design.
 */
#ifndef COUPON_BASE_H
#define COUPON_BASE_H

#include "coupon.h"

#include "model/moments.h"
#include "model/sample.h"
#include "pg/progress.h"

/* Append only: these numbers are on disk. */
typedef enum Base
{
	BASE_LINEAR = 0,
	BASE_LOGIT = 1,
	BASE_TREES = 2,				/* of uplift models; not in terms of a design */
} Base;

/* Up to so many columns a fit keeps the covariance of its coefficients. */
#define MAX_COVARIANCE	256

typedef struct BaseFit
{
	int64		rows;
	double		mean;			/* of the outcome */
	int			p;				/* columns */
	double		intercept;
	double	   *beta;			/* (p), zero where dropped */
	bool	   *dropped;		/* (p) constant, or explained by columns before it */
	double	   *covariance;		/* (1 + p, 1 + p) of intercept and beta, or NULL */
	double		deviance;		/* sum of squared residuals, or -2 log likelihood */
	double		null_deviance;	/* the same of the mean alone */
	int			steps;			/* of the iteration; 0 if in closed form */
	double	   *trace;			/* (steps) log likelihood */
	bool		converged;
	bool		separated;		/* some fitted probability is 0 or 1 but for rounding */
} BaseFit;

typedef struct BaseOptions
{
	double		ridge;			/* penalty on beta, not on the intercept */
	int			iterations;		/* at most */
	bool		covariance;		/* wanted */
	const char *part;			/* what is fitted, for notices */
	Progress   *progress;
} BaseOptions;

/*
 * Least squares from moments (outcome first, then the columns less their
 * means in the design): minimises the squared residuals + ridge |beta|^2.
 * The covariance is the classical one.
 */
extern void linear_from_moments(const Moments *moments, const BaseOptions *options, BaseFit *fit);

/* The same from a sample; the covariance is robust to unequal variances (HC1). */
extern void linear_from_sample(const Sample *sample, const BaseOptions *options, BaseFit *fit);

/*
 * Logistic regression: maximises the log likelihood - ridge / 2 |beta|^2.
 * The outcome is 0 or 1 and takes both values.
 */
extern void logit_from_sample(const Sample *sample, const BaseOptions *options, BaseFit *fit);

/*
 * Raise an error unless all outcomes of the sample are 0 or 1 and both occur.
 * "where" names the sample, such as " in arm \"A\"".
 */
extern void logit_check(const Sample *sample, const char *where);

/* Warn of a fit that has not converged or has separated its outcomes. */
extern void base_warn(const BaseFit *fit, const char *what);

/* The expected outcome at a score. */
extern double base_mean(Base base, double score);

/* The derivative of the expected outcome by the score. */
extern double base_slope(Base base, double score);

extern const char *base_name(Base base);

/* x' V x of the symmetric V (n, n). */
extern double quadratic_form(const double *V, const double *x, int n);

/* V (p, p) = G U G, where G (p, p) is full and of U the upper triangle is there. */
extern void sandwich(const double *G, const double *U, int p, double *V);

/*
 * The covariance (1 + p, 1 + p) of the intercept at another origin: that of
 * intercept - beta' mean.
 */
extern void shift_intercept(double *V, int p, const double *mean);

extern void put_base_fit(StringInfo to, const BaseFit *fit);
extern BaseFit *get_base_fit(Reader *from, int p);

#endif							/* COUPON_BASE_H */
