/*
 * response_explain.c
 *		What the features are worth to linear and logistic regression.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "model/response.h"
#include "model/solve.h"

/* The part that each column of the design belongs to: an indicator of absence to the first. */
static int *
part_of_column(const Design *design)
{
	int		   *parts = palloc_array(int, Max(design->p, 1));
	int			part = 0;

	for (int c = 0; c < design->schema->ncolumns; c++)
	{
		const SchemaColumn *column = &design->schema->columns[c];

		for (int k = 0; k < design->width[c]; k++)
			parts[design->first[c] + k] = part + (column->class == COLUMN_ARRAY ? k : 0);
		if (design->missing[c] >= 0)
			parts[design->missing[c]] = part;
		part += column->length;
	}

	return parts;
}

double
response_explain(const Response *response, const double *slots, double *worth)
{
	const Design *design = response->design;
	const double *beta = response->fit->beta;
	double	   *x = palloc_array(double, Max(design->p, 1));
	int		   *parts = part_of_column(design);
	int			nparts = schema_parts(design->schema);
	double		intercept = response->fit->intercept;
	double		sum;

	memset(worth, 0, sizeof(double) * nparts);
	design_expand(design, slots, x);
	for (int j = 0; j < design->p; j++)
	{
		worth[parts[j]] += beta[j] * x[j];
		intercept -= beta[j] * design->mean[j];
	}

	/* the score is taken about the means: what rounds otherwise here is the intercept's */
	sum = intercept;
	for (int i = 0; i < nparts; i++)
		sum += worth[i];
	intercept += design_score(design, response->weights, slots) - sum;
	if (unlikely(!isfinite(intercept)))
		float_overflow_error();

	return intercept;
}

void
response_importance(const Response *response, double *wald)
{
	const Design *design = response->design;
	const BaseFit *fit = response->fit;
	int			n = 1 + design->p;
	int		   *parts = part_of_column(design);
	double	   *V = palloc_array(double, Max((Size) design->p * design->p, 1));
	double	   *b = palloc_array(double, Max(design->p, 1));
	double	   *solved = palloc_array(double, Max(design->p, 1));

	if (fit->covariance == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the model has no standard errors, by which importance is measured"),
				 errhint("Up to %d columns, and with more rows than columns, a fit has them.",
						 MAX_COVARIANCE)));
	for (int part = 0; part < schema_parts(design->schema); part++)
	{
		int			m = 0;
		Factor		factor;

		for (int i = 0; i < design->p; i++)
		{
			int			k = 0;

			if (parts[i] != part || fit->dropped[i])
				continue;
			for (int j = 0; j < design->p; j++)
				if (parts[j] == part && !fit->dropped[j])
					V[(Size) m * design->p + k++] = fit->covariance[(Size) (1 + i) * n + 1 + j];
			b[m++] = fit->beta[i];
		}
		wald[part] = 0;
		if (m == 0)
			continue;
		factor_make(&factor, V, m, design->p, NULL);
		for (int i = 0; i < m; i++)
			if (factor.dropped[i] && V[(Size) i * design->p + i] <= 0 && b[i] != 0)
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("the model has standard errors of 0, by which importance is measured"),
						 errdetail("The features determine the outcome, or there are too few rows.")));
		for (int i = 0; i < m; i++)
			solved[i] = b[i];
		factor_solve(&factor, solved);
		for (int i = 0; i < m; i++)
			wald[part] += b[i] * solved[i];
		if (unlikely(!isfinite(wald[part])))
			float_overflow_error();
		wald[part] = Max(wald[part], 0);
	}
}
