/*
 * logit.c
 *		Logistic regression by Newton's method.
 *
 * The columns are centred and scaled to unit variance over the sample, where
 * dependent ones are dropped once and for all; steps that lower the
 * likelihood are halved.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "lib/blas.h"
#include "model/base.h"
#include "model/solve.h"

/* The step that gains less log likelihood is the last one. */
#define TOLERANCE		1e-10
#define MAX_HALVINGS	40

/* Beyond this score a probability is 0 or 1 but for 1.5e-8. */
#define SEPARATED		18

/* Where the iteration stands. */
typedef struct Newton
{
	const Sample *sample;
	const BaseOptions *options;
	int			step;			/* under way, from 1 */
	int			n;				/* 1 + columns */
	int			block;
	double	   *Z;				/* (block, n) */
	double	   *y;				/* (block) */
	double	   *w;				/* (block) weights */
	double	   *score;			/* (block) */
	double	   *mean;			/* (n) of the columns over the sample */
	double	   *scale;			/* (n) 1 / standard deviation, 0 where dropped */
	double	   *penalty;		/* (n) */
	double	   *H;				/* (n, n) upper triangle: curvature, penalty included */
	double	   *gradient;		/* (n) */
	double		likelihood;		/* penalised */
	double		plain;			/* log likelihood itself */
	double		largest;		/* absolute score */
} Newton;

void
logit_check(const Sample *sample, const char *where)
{
	bool		seen[2] = {false, false};

	for (int64 i = 0; i < sample->n; i++)
	{
		double		outcome = sample_outcome_of(sample, sample_row(sample, i));

		if (outcome != 0 && outcome != 1)
			bad_argument("outcome of logistic regression must be 0 or 1, not %s",
						 float8out_internal(outcome));
		seen[(int) outcome] = true;
	}
	if (!seen[0] || !seen[1])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("logistic regression needs both outcomes, but all%s are %d", where, seen[1]),
				 errhint("Add rows, or use a linear fit.")));
}

/* The next block, standardised, with 1 in place of the outcome. */
static int
next_block(Newton *newton, int64 from)
{
	int			rows = sample_block(newton->sample, from, newton->block, newton->Z);

	sample_block_weights(newton->sample, from, rows, newton->w);
	for (int i = 0; i < rows; i++)
	{
		double	   *z = newton->Z + (Size) i * newton->n;

		newton->y[i] = z[0];
		z[0] = 1;
		for (int j = 1; j < newton->n; j++)
			z[j] = (z[j] - newton->mean[j]) * newton->scale[j];
	}

	return rows;
}

/* Likelihood, gradient and curvature at theta. */
static void
evaluate(Newton *newton, const double *theta)
{
	int			n = newton->n;

	memset(newton->H, 0, sizeof(double) * n * n);
	memset(newton->gradient, 0, sizeof(double) * n);
	newton->plain = 0;
	newton->largest = 0;

	for (int64 from = 0; from < newton->sample->n; from += newton->block)
	{
		int			rows = next_block(newton, from);

		progress_say(newton->options->progress, "%s: step %d, row " INT64_FORMAT " of " INT64_FORMAT,
					 newton->options->part, newton->step, from, newton->sample->n);
		blas_times(newton->Z, rows, n, theta, newton->score);
		for (int i = 0; i < rows; i++)
		{
			double		score = newton->score[i];
			double		away = newton->y[i] > 0 ? -score : score;
			double		e = exp(-fabs(score));	/* the one exponential of a row */
			double		mean = (score >= 0 ? 1 : e) / (1 + e);

			/* log(1 + exp(away)) without overflow */
			newton->plain -= newton->w[i] * (Max(away, 0) + log1p(e));
			newton->largest = Max(newton->largest, fabs(score));
			newton->y[i] = newton->w[i] * (newton->y[i] - mean);
			newton->score[i] = newton->w[i] * mean * (1 - mean);
		}
		blas_transpose_times_add(newton->Z, rows, n, newton->y, newton->gradient);
		for (int i = 0; i < rows; i++)
		{
			double		root = sqrt(newton->score[i]);

			for (int j = 0; j < n; j++)
				newton->Z[(Size) i * n + j] *= root;
		}
		blas_gram_add(newton->Z, rows, n, newton->H, n);
	}

	newton->likelihood = newton->plain;
	for (int j = 1; j < n; j++)
	{
		newton->likelihood -= newton->penalty[j] * theta[j] * theta[j] / 2;
		newton->gradient[j] -= newton->penalty[j] * theta[j];
		newton->H[(Size) j * n + j] += newton->penalty[j];
	}
}

/* The mean outcome, by weight. */
static double
weighted_mean(const Sample *sample)
{
	double		total = 0;
	double		sum = 0;

	for (int64 i = 0; i < sample->n; i++)
	{
		int64		row = sample_row(sample, i);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		total += sample->weights[row];
		sum += sample->weights[row] * sample_outcome_of(sample, row);
	}

	return sum / total;
}

/* Centre, scale and drop dependent columns. */
static void
standardise(Newton *newton, double ridge, BaseFit *fit)
{
	const Sample *sample = newton->sample;
	BaseOptions plain = {.ridge = 0};
	BaseFit		columns;
	Moments		moments;

	moments_make(&moments, newton->n);
	for (int64 from = 0; from < sample->n; from += newton->block)
		moments_add(&moments, newton->Z,
					sample_block(sample, from, newton->block, newton->Z));
	linear_from_moments(&moments, &plain, &columns);

	fit->rows = moments.n;
	fit->mean = sample->weights ? weighted_mean(sample) : moments.mean[0];
	fit->dropped = columns.dropped;
	newton->mean = moments.mean;
	for (int j = 1; j < newton->n; j++)
	{
		double		squares = moments.M[(Size) j * moments.ld + j];

		if (columns.dropped[j - 1])
			continue;
		newton->scale[j] = sqrt((double) moments.n / squares);
		newton->penalty[j] = ridge * newton->scale[j] * newton->scale[j];
	}
}

/* U (n, n), upper triangle: the sum of the squared scores' gradients at theta. */
static void
gradient_squares(Newton *newton, const double *theta, double *U)
{
	int			n = newton->n;

	memset(U, 0, sizeof(double) * n * n);
	for (int64 from = 0; from < newton->sample->n; from += newton->block)
	{
		int			rows = next_block(newton, from);

		blas_times(newton->Z, rows, n, theta, newton->score);
		for (int i = 0; i < rows; i++)
		{
			double		residual = newton->w[i] * (newton->y[i] - base_mean(BASE_LOGIT, newton->score[i]));

			for (int j = 0; j < n; j++)
				newton->Z[(Size) i * n + j] *= residual;
		}
		blas_gram_add(newton->Z, rows, n, U, n);
	}
}

/* Coefficients and their covariance in the units of the columns. */
static void
unstandardise(Newton *newton, const double *theta, bool covariance, BaseFit *fit)
{
	int			n = newton->n;

	fit->intercept = theta[0];
	for (int j = 1; j < n; j++)
	{
		fit->beta[j - 1] = theta[j] * newton->scale[j];
		fit->intercept -= fit->beta[j - 1] * newton->mean[j];
	}

	if (covariance && fit->p <= MAX_COVARIANCE && fit->converged)
	{
		Factor		factor;
		double	   *G = palloc_array(double, (Size) n * n);

		factor_make(&factor, newton->H, n, n, NULL);
		factor_inverse(&factor, G);
		if (newton->sample->weights)
			gradient_squares(newton, theta, newton->H);
		else
			for (int j = 1; j < n; j++)
				newton->H[(Size) j * n + j] -= newton->penalty[j];
		fit->covariance = palloc_array(double, (Size) n * n);
		sandwich(G, newton->H, n, fit->covariance);
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				fit->covariance[(Size) i * n + j] *=
					(i ? newton->scale[i] : 1) * (j ? newton->scale[j] : 1);
		shift_intercept(fit->covariance, fit->p, newton->mean + 1);
	}
}

void
logit_from_sample(const Sample *sample, const BaseOptions *options, BaseFit *fit)
{
	int			n = 1 + sample_columns(sample);
	Newton		newton = {.sample = sample, .options = options, .n = n,
	.block = sample_block_rows(sample)};
	double	   *theta = palloc0_array(double, n);
	double	   *before = palloc_array(double, n);
	double	   *step = palloc_array(double, n);
	double		reached = -INFINITY;
	int			halvings = 0;

	newton.Z = palloc_array(double, (Size) newton.block * n);
	newton.y = palloc_array(double, newton.block);
	newton.w = palloc_array(double, newton.block);
	newton.score = palloc_array(double, newton.block);
	newton.scale = palloc0_array(double, n);
	newton.penalty = palloc0_array(double, n);
	newton.H = palloc_array(double, (Size) n * n);
	newton.gradient = palloc_array(double, n);

	memset(fit, 0, sizeof(*fit));
	fit->p = n - 1;
	fit->beta = palloc0_array(double, n);
	fit->trace = palloc_array(double, options->iterations);
	standardise(&newton, options->ridge, fit);

	theta[0] = log(fit->mean / (1 - fit->mean));
	while (fit->steps < options->iterations)
	{
		Factor		factor;
		double		gain = 0;

		newton.step = fit->steps + 1;
		evaluate(&newton, theta);
		if (newton.likelihood < reached - 1e-9 * fabs(reached) && halvings < MAX_HALVINGS)
		{
			halvings++;
			for (int j = 0; j < n; j++)
				theta[j] = (theta[j] + before[j]) / 2;
			continue;
		}
		halvings = 0;
		reached = newton.likelihood;
		if (fit->steps == 0)
			fit->null_deviance = -2 * newton.plain;
		fit->trace[fit->steps++] = newton.plain;

		factor_make(&factor, newton.H, n, n, NULL);
		memcpy(step, newton.gradient, sizeof(double) * n);
		factor_solve(&factor, step);
		for (int j = 0; j < n; j++)
			gain += step[j] * newton.gradient[j] / 2;
		memcpy(before, theta, sizeof(double) * n);
		for (int j = 0; j < n; j++)
			theta[j] += step[j];
		pfree(factor.L);
		pfree(factor.dropped);
		if (gain < TOLERANCE)
		{
			fit->converged = true;
			break;
		}
	}

	fit->deviance = -2 * newton.plain;
	fit->separated = newton.largest > SEPARATED;
	unstandardise(&newton, theta, options->covariance, fit);
}
