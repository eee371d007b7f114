/*
 * base.c
 *		What base learners have in common.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "lib/blas.h"
#include "model/base.h"
#include "model/base_trees.h"

#define MAX_STEPS	MAX_ITERATIONS

void
base_warn(const BaseFit *fit, const char *what)
{
	if (!fit->converged)
		ereport(WARNING,
				(errmsg("%s did not converge in %d steps", what, fit->steps),
				 errhint("Raise option \"iterations\", or give option \"ridge\" a positive value.")));
	else if (fit->separated)
		ereport(WARNING,
				(errmsg("%s: the features separate the outcomes, some fitted probabilities are 0 or 1",
						what),
				 errhint("Give option \"ridge\" a positive value.")));
}

/* A copy in this context. */
static void *
keep(MemoryContext context, const void *bytes, Size size)
{
	return bytes ? memcpy(MemoryContextAllocHuge(context, Max(size, 1)), bytes, size) : NULL;
}

/* Fit in a context of its own: the work takes more room than the fit, and learners fit many. */
void
base_fit(const Sample *sample, Base base, const BaseOptions *options, const char *where, BaseFit *fit)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "coupon base fit",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(work);
	Size		p = sample_columns(sample);

	switch (base)
	{
		case BASE_LINEAR:
			linear_from_sample(sample, options, fit);
			break;
		case BASE_LOGIT:
			logit_check(sample, where);
			logit_from_sample(sample, options, fit);
			if (!options->silent)
				base_warn(fit, options->part);
			break;
		case BASE_TREES:
			trees_from_sample(sample, options, caller, fit);
			break;
	}
	if (base != BASE_TREES)
	{
		fit->beta = keep(caller, fit->beta, sizeof(double) * p);
		fit->dropped = keep(caller, fit->dropped, sizeof(bool) * p);
		fit->covariance = keep(caller, fit->covariance, sizeof(double) * (1 + p) * (1 + p));
		fit->trace = keep(caller, fit->trace, sizeof(double) * fit->steps);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
}

void
base_predict(Base base, const BaseFit *fit, const Sample *sample, double *means)
{
	int			n = 1 + sample_columns(sample);
	int			block = sample_block_rows(sample);
	double	   *Z;
	double	   *theta;
	double	   *scores;

	Assert(fit->p == n - 1);

	if (base == BASE_TREES)
	{
		trees_predict_sample(fit, sample, means);
		return;
	}
	Z = palloc_array(double, (Size) block * n);
	theta = palloc_array(double, n);
	scores = palloc_array(double, block);
	theta[0] = fit->intercept;
	memcpy(theta + 1, fit->beta, sizeof(double) * fit->p);
	for (int64 from = 0; from < sample->n; from += block)
	{
		int			rows = sample_block(sample, from, block, Z);

		for (int i = 0; i < rows; i++)
			Z[(Size) i * n] = 1;
		blas_times(Z, rows, n, theta, scores);
		for (int i = 0; i < rows; i++)
			means[sample_row(sample, from + i)] = base_mean(base, scores[i]);
	}
	pfree(Z);
	pfree(theta);
	pfree(scores);
}

double
base_score(Base base, const BaseFit *fit, const double *weights,
		   const Design *design, int arm, const double *slots)
{
	if (base == BASE_TREES)
		return trees_score(fit, design, arm, slots);

	/* the weights of the others hold all that the fit and the arm have to say */
	return design_score(design, weights, slots);
}

double
base_mean(Base base, double score)
{
	if (base != BASE_LOGIT)
		return score;

	return score >= 0 ? 1 / (1 + exp(-score)) : exp(score) / (1 + exp(score));
}

double
base_slope(Base base, double score)
{
	double		mean;

	if (base != BASE_LOGIT)
		return 1;
	mean = base_mean(base, score);

	return mean * (1 - mean);
}

const char *
base_name(Base base)
{
	static const char *const names[] = {"linear", "logit", "trees"};

	return names[base];
}

double
quadratic_form(const double *V, const double *x, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
	{
		double		row = 0;

		if (x[i] == 0)
			continue;
		for (int j = 0; j < n; j++)
			row += V[(Size) i * n + j] * x[j];
		sum += x[i] * row;
	}

	return sum;
}

void
sandwich(const double *G, const double *U, int p, double *V)
{
	double	   *GU = palloc0_array(double, Max((Size) p * p, 1));

	for (int i = 0; i < p; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < p; k++)
			for (int j = 0; j < p; j++)
				GU[(Size) i * p + j] += G[(Size) i * p + k] *
					(k <= j ? U[(Size) k * p + j] : U[(Size) j * p + k]);
	}
	for (int i = 0; i < p; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < p; j++)
		{
			double		sum = 0;

			/* G is symmetric */
			for (int k = 0; k < p; k++)
				sum += GU[(Size) i * p + k] * G[(Size) j * p + k];
			V[(Size) i * p + j] = sum;
		}
	}
	pfree(GU);
}

void
shift_intercept(double *V, int p, const double *mean)
{
	int			n = 1 + p;
	double	   *cross = palloc_array(double, n);

	/* J V J' with J = [1 -mean'; 0 I] */
	for (int j = 0; j < n; j++)
	{
		cross[j] = V[j];
		for (int k = 0; k < p; k++)
			cross[j] -= mean[k] * V[(Size) (1 + k) * n + j];
	}
	for (int k = 0; k < p; k++)
		cross[0] -= mean[k] * cross[1 + k];
	for (int j = 0; j < n; j++)
		V[j] = V[(Size) j * n] = cross[j];
	pfree(cross);
}

void
put_base_fit(StringInfo to, const BaseFit *fit)
{
	if (fit->forest)
	{
		put_trees_fit(to, fit);
		return;
	}
	put_int64(to, fit->rows);
	put_double(to, fit->mean);
	put_double(to, fit->intercept);
	put_doubles(to, fit->beta, fit->p);
	for (int j = 0; j < fit->p; j++)
		appendStringInfoChar(to, fit->dropped[j]);
	put_int32(to, fit->covariance != NULL);
	if (fit->covariance)
		put_doubles(to, fit->covariance, (int64) (1 + fit->p) * (1 + fit->p));
	put_double(to, fit->deviance);
	put_double(to, fit->null_deviance);
	put_int32(to, fit->steps);
	put_doubles(to, fit->trace, fit->steps);
	put_int32(to, fit->converged);
	put_int32(to, fit->separated);
}

BaseFit *
get_base_fit(Reader *from, Base base, const Design *design, int narms)
{
	BaseFit    *fit = palloc0_object(BaseFit);
	int			p = design->p + narms;

	if (base == BASE_TREES)
	{
		get_trees_fit(from, design, narms, fit);
		return fit;
	}
	fit->rows = get_int64(from, 0, PG_INT64_MAX);
	fit->mean = get_double(from);
	fit->p = p;
	fit->intercept = get_double(from);
	fit->beta = get_doubles(from, p);
	fit->dropped = palloc_array(bool, Max(p, 1));
	for (int j = 0; j < p; j++)
		fit->dropped[j] = get_byte(from, 0, 1);
	if (get_int32(from, 0, 1))
		fit->covariance = get_doubles(from, (int64) (1 + p) * (1 + p));
	fit->deviance = get_double(from);
	fit->null_deviance = get_double(from);
	fit->steps = get_int32(from, 0, MAX_STEPS);
	fit->trace = get_doubles(from, fit->steps);
	fit->converged = get_int32(from, 0, 1);
	fit->separated = get_int32(from, 0, 1);

	return fit;
}
