/*
 * bayes.c
 *		Bayesian linear regression: the posterior, and what it says of a row.
 *
 * Bishop, "Pattern recognition and machine learning" (2006), 3.3 to 3.5;
 * Murphy, "Conjugate Bayesian analysis of the Gaussian distribution" (2007).
 * P is never inverted: its Cholesky factor solves for the mean, measures the
 * variance of a row as a squared length and makes draws.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "lib/blas.h"
#include "model/bayes.h"
#include "model/clones.h"
#include "model/student.h"

#define LOG_2PI	1.8378770664093454836

FOR_EACH_CPU double
bayes_dot(const double *a, const double *b, int n)
{
	double		sum[8] = {0};
	int			j = 0;

	/* sums of their own need not wait for each other */
	for (; j + 8 <= n; j += 8)
		for (int k = 0; k < 8; k++)
			sum[k] += a[j + k] * b[j + k];
	for (; j < n; j++)
		sum[0] += a[j] * b[j];

	return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

double
bayes_prior_ratio(const Bayes *bayes, int j)
{
	const BayesOptions *options = &bayes->stats.options;

	switch (options->prior)
	{
		case PRIOR_KNOWN:
			return options->noise * bayes_prior_precision(options, j);
		case PRIOR_NIG:
			return bayes_prior_precision(options, j);
		default:
			return bayes->noise * bayes->precision;
	}
}

/* The variance of the noise and the evidence; unexplained is y'y - y'X mean, ratios the sum of log prior ratio / pivot. */
static void
derive_noise(Bayes *bayes, double unexplained, double ratios)
{
	const BayesOptions *options = &bayes->stats.options;
	double		n = bayes->stats.weight;

	bayes->a = bayes->b = NAN;
	bayes->freedom = INFINITY;
	if (options->prior == PRIOR_NIG)
	{
		double		more = unexplained / 2;

		bayes->a = options->a0 + n / 2;
		bayes->b = options->b0 + more;
		bayes->freedom = 2 * bayes->a;
		bayes->scale = bayes->b / bayes->a;
		/* a0 log b0 - a log b, and what is of the gamma function, each as what they differ by */
		bayes->evidence = -n / 2 * (LOG_2PI + log(bayes->b)) + ratios / 2 -
			options->a0 * log1p(more / options->b0) + log_gamma_rise(options->a0, n / 2);
	}
	else
	{
		bayes->scale = options->prior == PRIOR_KNOWN ? options->noise : bayes->noise;
		bayes->evidence = -n / 2 * (LOG_2PI + log(bayes->scale)) - unexplained / bayes->scale / 2 + ratios / 2;
	}
}

int
bayes_derive(Bayes *bayes)
{
	const BayesStats *stats = &bayes->stats;
	int			d = stats->d;
	int			undetermined;
	double		ratios = 0;
	double		penalty = 0;
	double		explained = 0;

	bayes->R = palloc0_array(double, (Size) d * d);
	bayes->mean = palloc_array(double, d);
	for (int i = 0; i < d; i++)
	{
		const double *row = stats->G + (Size) i * (d + 1);

		memcpy(bayes->R + (Size) i * d + i, row + i, sizeof(double) * (d - i));
		bayes->R[(Size) i * d + i] += bayes_prior_ratio(bayes, i);
		bayes->mean[i] = row[d];
	}
	undetermined = blas_cholesky(bayes->R, d);
	if (undetermined != 0)
		return undetermined;
	for (int j = 0; j < d; j++)
	{
		double		ratio = bayes_prior_ratio(bayes, j);
		double		pivot = bayes->R[(Size) j * d + j] * bayes->R[(Size) j * d + j];

		/* a pivot that rounding alone can bring about */
		if (!(pivot > 8 * DBL_EPSILON * d * (stats->G[(Size) j * (d + 1) + j] + ratio)))
			return j + 1;
		ratios += log(ratio) - log(pivot);
	}
	blas_solve_transposed(bayes->R, d, bayes->mean);
	blas_solve(bayes->R, d, bayes->mean);
	for (int j = 0; j < d; j++)
	{
		explained += bayes->mean[j] * stats->G[(Size) j * (d + 1) + d];
		penalty += bayes_prior_ratio(bayes, j) * bayes->mean[j] * bayes->mean[j];
	}
	/* squared residuals + penalty = y'y - y'X mean */
	derive_noise(bayes, Max(stats->G[(Size) d * (d + 1) + d] - explained, penalty), ratios);

	return 0;
}

void
bayes_fit(const BayesStats *stats, Bayes *bayes)
{
	int			undetermined;

	memset(bayes, 0, sizeof(*bayes));
	bayes->stats = *stats;
	bayes_options_fit(&stats->options, stats->d);
	bayes_stats_finish(&bayes->stats);
	if (stats->options.prior == PRIOR_EVIDENCE)
		bayes_maximise(stats, &bayes->noise, &bayes->precision);
	undetermined = bayes_derive(bayes);
	if (undetermined != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("coefficient %d is determined neither by the rows nor by its prior", undetermined),
				 errhint("Its \"prior_precision\" must be above 0, and not negligible against its sum of squares.")));
	if (!isfinite(bayes->scale) || !isfinite(bayes_dot(bayes->mean, bayes->mean, stats->d)))
		float_overflow_error();
}

void
bayes_leverage(const Bayes *bayes, double *X, int rows, double *leverage)
{
	int			d = bayes->stats.d;

	if (rows == 1)
		blas_solve_transposed(bayes->R, d, X);
	else
		blas_solve_transposed_rows(bayes->R, d, X, rows);
	for (int i = 0; i < rows; i++)
		leverage[i] = bayes_dot(X + (Size) i * d, X + (Size) i * d, d);
}

double
bayes_deviation(const Bayes *bayes, double squared)
{
	if (isinf(bayes->freedom))
		return sqrt(squared);
	if (bayes->freedom <= 2)
		return squared > 0 ? INFINITY : 0;

	return sqrt(squared * bayes->freedom / (bayes->freedom - 2));
}

double
bayes_standard_quantile(const Bayes *bayes, double p)
{
	double		tails = 2 * Min(p, 1 - p);
	double		reach;

	if (p == 0.5)
		return 0;
	reach = isinf(bayes->freedom) ? normal_quantile(tails) : student_quantile(tails, bayes->freedom);

	return p < 0.5 ? -reach : reach;
}

double
bayes_back(const Bayes *bayes, double linear, double noise)
{
	const BayesOptions *options = &bayes->stats.options;
	double		outcome = linear;

	if (options->log)
		outcome = exp(options->back == BACK_MEAN ? linear + noise / 2 : linear);
	if (unlikely(!isfinite(outcome)))
		float_overflow_error();

	return outcome;
}

void
bayes_inverse(const Bayes *bayes, double *inverse)
{
	int			d = bayes->stats.d;
	double	   *Z = palloc0_array(double, (Size) d * d);

	/* rows of R'^-1; the inverse is their products */
	for (int j = 0; j < d; j++)
		Z[(Size) j * d + j] = 1;
	blas_solve_transposed_rows(bayes->R, d, Z, d);
	for (int i = 0; i < d; i++)
	{
		CHECK_FOR_INTERRUPTS();
		/* row i is 0 up to its i-th element */
		for (int j = 0; j <= i; j++)
			inverse[(Size) i * d + j] = inverse[(Size) j * d + i] =
				bayes_dot(Z + (Size) i * d + i, Z + (Size) j * d + i, d - i);
	}
	pfree(Z);
}
