/*
 * linear.c
 *		Least squares, with an optional ridge, from moments or from a sample.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "lib/blas.h"
#include "model/base.h"
#include "model/solve.h"

/* Least squares less the covariance; returns the factor of A = M + ridge. */
static void
solve(const Moments *moments, double ridge, BaseFit *fit, Factor *factor)
{
	int			p = moments->p - 1;
	Size		ld = moments->ld;
	const double *M = moments->M;
	const double *xx = M + ld + 1;	/* the part of the columns */
	double	   *A = palloc_array(double, Max((Size) p * p, 1));
	double	   *floor = palloc_array(double, Max(p, 1));
	double		explained = 0;
	double		penalty = 0;

	moments_check(moments);
	memset(fit, 0, sizeof(*fit));
	fit->rows = moments->n;
	fit->mean = moments->mean[0];
	fit->p = p;
	fit->converged = true;
	fit->beta = palloc_array(double, Max(p, 1));

	for (int i = 0; i < p; i++)
	{
		memcpy(A + (Size) i * p + i, xx + i * ld + i, sizeof(double) * (p - i));
		A[(Size) i * p + i] += ridge;
		/* squares that rounding alone can bring about: the column is constant */
		floor[i] = ridge > 0 ? 0 :
			(double) moments->n * pow(16 * DBL_EPSILON * moments->mean[1 + i], 2);
		fit->beta[i] = M[1 + i];
	}
	factor_make(factor, A, p, p, floor);
	factor_solve(factor, fit->beta);
	fit->dropped = factor->dropped;

	fit->intercept = fit->mean;
	for (int i = 0; i < p; i++)
	{
		fit->intercept -= fit->beta[i] * moments->mean[1 + i];
		explained += fit->beta[i] * M[1 + i];
		penalty += ridge * fit->beta[i] * fit->beta[i];
	}
	fit->null_deviance = M[0];
	/* |y - X b|^2 = |y|^2 - b' X'y - ridge |b|^2 at the solution */
	fit->deviance = Max(M[0] - explained - penalty, 0);
	pfree(A);
	pfree(floor);
}

/* (1 + p, 1 + p): 1 / sum of the weights and the inverse of A, zero elsewhere. */
static double *
bread(const Factor *factor, double total)
{
	int			p = factor->p;
	double	   *inverse = palloc_array(double, Max((Size) p * p, 1));
	double	   *G = palloc0_array(double, (Size) (1 + p) * (1 + p));

	factor_inverse(factor, inverse);
	G[0] = 1 / total;
	for (int i = 0; i < p; i++)
		memcpy(G + (Size) (1 + i) * (1 + p) + 1, inverse + (Size) i * p, sizeof(double) * p);
	pfree(inverse);

	return G;
}

/* Is the covariance wanted and known? */
static bool
has_covariance(const BaseOptions *options, const BaseFit *fit, const Factor *factor)
{
	return options->covariance && fit->p <= MAX_COVARIANCE && fit->rows > 1 + factor->rank;
}

void
linear_from_moments(const Moments *moments, const BaseOptions *options, BaseFit *fit)
{
	Factor		factor;
	int			n = moments->p;
	double	   *U;
	double		variance;

	solve(moments, options->ridge, fit, &factor);
	if (!has_covariance(options, fit, &factor))
		return;

	variance = fit->deviance / (double) (fit->rows - 1 - factor.rank);
	U = palloc0_array(double, (Size) n * n);
	U[0] = variance * (double) fit->rows;
	for (int i = 1; i < n; i++)
		for (int j = i; j < n; j++)
			U[(Size) i * n + j] = variance * moments->M[(Size) i * moments->ld + j];
	fit->covariance = palloc_array(double, (Size) n * n);
	sandwich(bread(&factor, (double) fit->rows), U, n, fit->covariance);
	shift_intercept(fit->covariance, fit->p, moments->mean + 1);
}

/*
 * Moments about the weighted mean, in two passes: M is the sum of
 * w (x - mean)(x - mean)'.  Returns the sum of the weights.
 */
static double
weighted_moments(const Sample *sample, const BaseOptions *options, Moments *moments,
				 double *Z, double *w)
{
	int			n = moments->p;
	int			block = sample_block_rows(sample);
	double		total = 0;

	for (int64 from = 0; from < sample->n; from += block)
	{
		int			rows = sample_block(sample, from, block, Z);

		progress_say(options->progress, "%s: weighted means, row " INT64_FORMAT " of " INT64_FORMAT,
					 options->part, from, sample->n);
		sample_block_weights(sample, from, rows, w);
		for (int i = 0; i < rows; i++)
		{
			total += w[i];
			if (total > 0)
				for (int j = 0; j < n; j++)
					moments->mean[j] += w[i] / total * (Z[(Size) i * n + j] - moments->mean[j]);
		}
	}
	for (int64 from = 0; from < sample->n; from += block)
	{
		int			rows = sample_block(sample, from, block, Z);

		progress_say(options->progress, "%s: least squares, row " INT64_FORMAT " of " INT64_FORMAT,
					 options->part, from, sample->n);
		sample_block_weights(sample, from, rows, w);
		for (int i = 0; i < rows; i++)
		{
			double		root = sqrt(w[i]);

			for (int j = 0; j < n; j++)
				Z[(Size) i * n + j] = root * (Z[(Size) i * n + j] - moments->mean[j]);
		}
		blas_gram_add(Z, rows, n, moments->M, moments->ld);
	}
	moments->n = sample->n;

	return total;
}

void
linear_from_sample(const Sample *sample, const BaseOptions *options, BaseFit *fit)
{
	int			n = 1 + sample_columns(sample);
	int			block = sample_block_rows(sample);
	double	   *Z = palloc_array(double, (Size) block * n);
	double	   *w = palloc_array(double, block);
	double		total;
	Moments		moments;
	Factor		factor;
	double	   *U;

	moments_make(&moments, n);
	if (sample->weights)
		total = weighted_moments(sample, options, &moments, Z, w);
	else
	{
		for (int64 from = 0; from < sample->n; from += block)
		{
			progress_say(options->progress, "%s: least squares, row " INT64_FORMAT " of " INT64_FORMAT,
						 options->part, from, sample->n);
			moments_add(&moments, Z, sample_block(sample, from, block, Z));
		}
		total = (double) moments.n;
	}
	solve(&moments, options->ridge, fit, &factor);
	if (!has_covariance(options, fit, &factor))
		return;

	U = palloc0_array(double, (Size) n * n);
	for (int64 from = 0; from < sample->n; from += block)
	{
		int			rows = sample_block(sample, from, block, Z);

		progress_say(options->progress, "%s: standard errors, row " INT64_FORMAT " of " INT64_FORMAT,
					 options->part, from, sample->n);
		sample_block_weights(sample, from, rows, w);
		for (int i = 0; i < rows; i++)
		{
			double	   *z = Z + (Size) i * n;
			double		residual = z[0] - fit->mean;

			for (int j = 1; j < n; j++)
			{
				z[j] -= moments.mean[j];
				residual -= fit->beta[j - 1] * z[j];
			}
			residual *= w[i];
			z[0] = residual;
			for (int j = 1; j < n; j++)
				z[j] *= residual;
		}
		blas_gram_add(Z, rows, n, U, n);
	}
	for (Size i = 0; i < (Size) n * n; i++)
		U[i] *= (double) fit->rows / (double) (fit->rows - 1 - factor.rank);
	fit->covariance = palloc_array(double, (Size) n * n);
	sandwich(bread(&factor, total), U, n, fit->covariance);
	shift_intercept(fit->covariance, fit->p, moments.mean + 1);
}
