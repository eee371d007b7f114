/*
 * bayes_score.h
 *		What the posterior of Bayesian linear regression says of rows.
 */
#ifndef COUPON_BAYES_SCORE_H
#define COUPON_BAYES_SCORE_H

#include "coupon.h"

#include "model/bayes.h"

typedef enum BayesQuestion
{
	ASK_MEAN,
	ASK_SD,
	ASK_PREDICTIVE_SD,
	ASK_QUANTILE,
	ASK_PREDICTIVE_QUANTILE,
	ASK_DRAW,
} BayesQuestion;

typedef struct BayesAsk
{
	BayesQuestion question;
	double		quantile;		/* standard, of a question about a quantile */
	const double *theta;		/* (d) of a draw: the coefficients, */
	double		noise;			/* ... and the variance of the noise drawn with them */
} BayesAsk;

/* The answer about each row of X (rows, d); an error unless it is finite where it is one, which is not known to be. */
extern void bayes_score(const Bayes *bayes, const BayesAsk *ask, const double *X, int rows, double *result);

/* The squared scale of each row's mean, or with the noise; palloc'd. */
extern double *bayes_squared_scales(const Bayes *bayes, const double *X, int rows, bool predictive);

#endif							/* COUPON_BAYES_SCORE_H */
