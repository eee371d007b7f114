/*
 * base.h
 *		Base learners: an outcome by features, linear, logistic or by trees.
 *
 * The linear and logistic score is intercept + beta' x, where x are the
 * columns of a design less their means; that of trees is the expected outcome.
 */
#ifndef COUPON_BASE_H
#define COUPON_BASE_H

#include "coupon.h"

#include "model/moments.h"
#include "model/sample.h"
#include "model/trees_fit.h"
#include "pg/progress.h"

/* Append only: these numbers are on disk. */
typedef enum Base
{
	BASE_LINEAR = 0,
	BASE_LOGIT = 1,
	BASE_TREES = 2,
} Base;

/* The most Newton steps that an option may ask for. */
#define MAX_ITERATIONS	10000

/* Up to so many columns a fit keeps the covariance of its coefficients. */
#define MAX_COVARIANCE	256

/* What a base model is of. */
typedef enum Quantity
{
	QUANTITY_OUTCOME = 0,
	QUANTITY_LABEL,				/* what is 0 or 1, or made of outcomes that are */
	QUANTITY_EFFECT,			/* pseudo-outcomes */
} Quantity;

typedef struct BaseFit
{
	int64		rows;

	/* of trees */
	Forest	   *forest;			/* NULL of other bases */
	TreesTrace *rounds;

	/* of linear and logistic models */
	double		mean;			/* of the outcome */
	int			p;				/* columns of the design, and indicators of arms */
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
	const TreesOptions *trees;	/* of base trees; an objective OBJECTIVE_BY_OUTCOMES is settled by them */
	Quantity	quantity;		/* of what; for base trees */
	bool		covariance;		/* wanted */
	bool		silent;			/* no warnings */
	const char *part;			/* what is fitted, for notices */
	Progress   *progress;
} BaseOptions;

/*
 * Least squares from moments (outcome first, then the columns less their
 * means in the design): minimises the squared residuals + ridge |beta|^2.
 * The covariance is the classical one.
 */
extern void linear_from_moments(const Moments *moments, const BaseOptions *options, BaseFit *fit);

/*
 * The same from a sample, whose weights multiply the squared residuals; the
 * covariance is robust to unequal variances (HC1).
 */
extern void linear_from_sample(const Sample *sample, const BaseOptions *options, BaseFit *fit);

/*
 * Logistic regression: maximises the log likelihood - ridge / 2 |beta|^2.
 * The outcome is 0 or 1 and takes both values.  Weights multiply the rows'
 * log likelihoods; the covariance is then robust, else that of the curvature.
 */
extern void logit_from_sample(const Sample *sample, const BaseOptions *options, BaseFit *fit);

/*
 * One of these or trees, with the checks that it needs and the warnings that it
 * calls for; "where" names the sample, such as " in arm \"A\"".
 */
extern void base_fit(const Sample *sample, Base base, const BaseOptions *options,
					 const char *where, BaseFit *fit);

/*
 * The expected outcomes of a sample's rows, of columns as those of the fit:
 * means (any), at the rows' places among all rows.
 */
extern void base_predict(Base base, const BaseFit *fit, const Sample *sample, double *means);

/*
 * Raise an error unless all outcomes of the sample are 0 or 1 and both occur.
 * "where" names the sample, such as " in arm \"A\"".
 */
extern void logit_check(const Sample *sample, const char *where);

/* Warn of a fit that has not converged or has separated its outcomes. */
extern void base_warn(const BaseFit *fit, const char *what);

/*
 * The score of one row by its slots: weights are those of design_weights()
 * for the fit; arm is the indicator column that is 1, from 0, or -1.
 */
extern double base_score(Base base, const BaseFit *fit, const double *weights,
						 const Design *design, int arm, const double *slots);

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

/* To and from bytes; narms is how many indicators of arms there are beside the design. */
extern void put_base_fit(StringInfo to, const BaseFit *fit);
extern BaseFit *get_base_fit(Reader *from, Base base, const Design *design, int narms);

#endif							/* COUPON_BASE_H */
