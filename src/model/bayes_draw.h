/*
 * bayes_draw.h
 *		Draws from the posterior of Bayesian linear regression.
 *
 * A draw is a function of the seed and of who draws, so that it is the same
 * in every plan, worker and shard.
 */
#ifndef COUPON_BAYES_DRAW_H
#define COUPON_BAYES_DRAW_H

#include "coupon.h"

#include "model/bayes.h"

/*
 * The coefficients theta (d) that "identity" draws under a seed; returns the
 * variance of the noise that it draws, which is certain but for prior nig.
 */
extern double bayes_draw_coefficients(const Bayes *bayes, int64 seed, uint64 identity, double *theta);

/* theta = mean + sqrt(variance) R^-1 z, where z (d) are standard normals; theta may be z. */
extern void bayes_coefficients_of(const Bayes *bayes, double variance, const double *z, double *theta);

#endif							/* COUPON_BAYES_DRAW_H */
