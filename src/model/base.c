/*
 * base.c
 *		What linear and logistic base learners have in common.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/base.h"

#define MAX_STEPS	100000

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

double
base_mean(Base base, double score)
{
	if (base == BASE_LINEAR)
		return score;

	return score >= 0 ? 1 / (1 + exp(-score)) : exp(score) / (1 + exp(score));
}

double
base_slope(Base base, double score)
{
	double		mean;

	if (base == BASE_LINEAR)
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
get_base_fit(Reader *from, int p)
{
	BaseFit    *fit = palloc0_object(BaseFit);

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
