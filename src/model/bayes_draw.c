/*
 * bayes_draw.c
 *		Draws from the posterior of Bayesian linear regression.
 *
 * Gamma numbers by Marsaglia and Tsang, "A simple method for generating gamma
 * variables" (2000), from numbers far behind those of the coefficients.
 */
#include "coupon.h"

#include <math.h>

#include "lib/blas.h"
#include "model/bayes_draw.h"
#include "model/random.h"

#define GAMMA_NUMBERS	(UINT64CONST(1) << 32)

/* A number of the gamma distribution with this shape, of scale 1. */
static double
gamma_number(int64 seed, uint64 identity, double shape)
{
	double		above = shape < 1 ? shape + 1 : shape;
	double		d = above - 1.0 / 3;
	double		c = 1 / sqrt(9 * d);
	uint64		n = GAMMA_NUMBERS;
	double		value;

	/* a turn fails with a probability below 5 % */
	for (;; n += 4)
	{
		double		x[2];
		double		v;
		double		u = random_uniform(seed, identity, n + 2);

		random_normals(seed, identity, n, x);
		v = 1 + c * x[0];
		if (v <= 0)
			continue;
		v = v * v * v;
		if (log(u) < x[0] * x[0] / 2 + d - d * v + d * log(v))
		{
			value = d * v;
			break;
		}
	}
	if (shape < 1)
		value *= pow(random_uniform(seed, identity, n + 3), 1 / shape);

	return value;
}

void
bayes_coefficients_of(const Bayes *bayes, double variance, const double *z, double *theta)
{
	int			d = bayes->stats.d;
	double		deviation = sqrt(variance);

	memmove(theta, z, sizeof(double) * d);
	blas_solve(bayes->R, d, theta);
	for (int j = 0; j < d; j++)
		theta[j] = bayes->mean[j] + deviation * theta[j];
}

double
bayes_draw_coefficients(const Bayes *bayes, int64 seed, uint64 identity, double *theta)
{
	int			d = bayes->stats.d;
	double		variance = bayes->scale;

	if (bayes->stats.options.prior == PRIOR_NIG)
		variance = bayes->b / gamma_number(seed, identity, bayes->a);
	for (int j = 0; j < d; j += 2)
	{
		double		pair[2];

		random_normals(seed, identity, j, pair);
		theta[j] = pair[0];
		if (j + 1 < d)
			theta[j + 1] = pair[1];
	}
	bayes_coefficients_of(bayes, variance, theta, theta);

	return variance;
}
