/*
 * bayes_score.c
 *		What the posterior of Bayesian linear regression says of rows.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "lib/blas.h"
#include "model/bayes_score.h"

/* The products of the rows of X with the coefficients; one row need not be finite. */
static void
linear(const Bayes *bayes, const double *X, int rows, const double *theta, double *products)
{
	if (rows == 1)
	{
		products[0] = bayes_dot(X, theta, bayes->stats.d);
		/* no sum with what is not finite is finite */
		if (unlikely(!isfinite(products[0])))
			bayes_features(X, bayes->stats.d, "x");
	}
	else
		blas_times(X, rows, bayes->stats.d, theta, products);
}

double *
bayes_squared_scales(const Bayes *bayes, const double *X, int rows, bool predictive)
{
	Size		size = sizeof(double) * rows * bayes->stats.d;
	double	   *work = memcpy(palloc(size), X, size);
	double	   *squared = palloc_array(double, rows);

	bayes_leverage(bayes, work, rows, squared);
	for (int i = 0; i < rows; i++)
	{
		squared[i] = bayes->scale * (predictive ? 1 + squared[i] : squared[i]);
		if (unlikely(!isfinite(squared[i])))
			float_overflow_error();
	}
	pfree(work);

	return squared;
}

void
bayes_score(const Bayes *bayes, const BayesAsk *ask, const double *X, int rows, double *result)
{
	const BayesOptions *options = &bayes->stats.options;
	BayesQuestion question = ask->question;
	bool		to_mean = options->log && options->back == BACK_MEAN;
	bool		predictive = question == ASK_PREDICTIVE_SD || question == ASK_PREDICTIVE_QUANTILE ||
		question == ASK_MEAN;
	double	   *squared = NULL;

	if (question == ASK_DRAW)
	{
		linear(bayes, X, rows, ask->theta, result);
		for (int i = 0; i < rows; i++)
			result[i] = bayes_back(bayes, result[i], ask->noise);
		return;
	}

	if (question != ASK_SD && question != ASK_PREDICTIVE_SD)
		linear(bayes, X, rows, bayes->mean, result);
	else if (rows == 1)
		bayes_features(X, bayes->stats.d, "x");
	if (question != ASK_MEAN || to_mean)
		squared = bayes_squared_scales(bayes, X, rows, predictive);
	for (int i = 0; i < rows; i++)
		switch (question)
		{
			case ASK_SD:
			case ASK_PREDICTIVE_SD:
				result[i] = bayes_deviation(bayes, squared[i]);
				break;
			case ASK_QUANTILE:
				result[i] = bayes_back(bayes, result[i] + ask->quantile * sqrt(squared[i]), bayes->scale);
				break;
			case ASK_PREDICTIVE_QUANTILE:
				/* the noise is in it */
				result[i] = bayes_back(bayes, result[i] + ask->quantile * sqrt(squared[i]), 0);
				break;
			default:
				/* the mean of an exponential counts all that is uncertain */
				result[i] = bayes_back(bayes, result[i], squared ? squared[i] : 0);
		}
	if (squared)
		pfree(squared);
}
