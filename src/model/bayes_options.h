/*
 * bayes_options.h
 *		Options of bayes_fit.
 */
#ifndef COUPON_BAYES_OPTIONS_H
#define COUPON_BAYES_OPTIONS_H

#include "coupon.h"

#include "lib/stringinfo.h"

#include "pg/options.h"

/* The most coefficients of a model. */
#define BAYES_MOST	1000

/* Append only: these numbers are on disk. */
typedef enum BayesPrior
{
	PRIOR_KNOWN = 0,			/* the variance of the noise is known */
	PRIOR_NIG = 1,				/* normal-inverse-gamma */
	PRIOR_EVIDENCE = 2,			/* variances of noise and coefficients by maximal evidence */
} BayesPrior;

/* What the outcome is taken to be, given its expected logarithm; on disk likewise. */
typedef enum BackTransform
{
	BACK_MEDIAN = 0,
	BACK_MEAN = 1,
} BackTransform;

typedef struct BayesOptions
{
	int			prior;			/* a BayesPrior */
	bool		log;			/* the logarithm of the outcome is linear */
	int			back;			/* a BackTransform, if so */
	double		noise;			/* variance, of prior known */
	double		a0;				/* of prior nig */
	double		b0;
	NumberList	precision;		/* one for all coefficients or one each; 0: flat */
} BayesOptions;

/* Limits of the numbers, above 0. */
#define NOISE_LEAST		1e-30
#define NOISE_MOST		1e30

extern BayesOptions bayes_options(const Jsonb *jsonb);

/* The prior precision of coefficient j. */
static inline double
bayes_prior_precision(const BayesOptions *options, int j)
{
	return options->precision.numbers[options->precision.n == 1 ? 0 : j];
}

/* Raise an error that names the option in which the two differ, if they do. */
extern void bayes_options_same(const BayesOptions *one, const BayesOptions *two);

/* Raise an error unless the prior is one of so many coefficients. */
extern void bayes_options_fit(const BayesOptions *options, int d);

/* What is wrong with options from outside, or NULL. */
extern const char *bayes_options_wrong(const BayesOptions *options);

/* Append the members of a JSON object that say what the options are. */
extern void bayes_options_describe(const BayesOptions *options, StringInfo json);

#endif							/* COUPON_BAYES_OPTIONS_H */
