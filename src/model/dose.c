/*
 * dose.c
 *		Models of kind dose: an expected outcome by the depth of an offer and
 *		by features.
 *
 * Least squares on the features' columns, a spline basis of the dose and the
 * products of the two; where the response must not fall, each customer's
 * curve is projected over a grid of doses.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/dose.h"
#include "model/response.h"
#include "pg/json.h"

static const char *const outside_choices[] = {"null", "error", "nearest", NULL};

static const Option known[] = {
	{.name = "exclude", .type = OPTION_TEXTS, .offset = offsetof(DoseOptions, exclude)},
	{.name = "knots", .type = OPTION_INT, .offset = offsetof(DoseOptions, knots),
	.least = 2, .most = MAX_KNOTS},
	{.name = "monotone", .type = OPTION_BOOL, .offset = offsetof(DoseOptions, monotone)},
	{.name = "outside", .type = OPTION_CHOICE, .offset = offsetof(DoseOptions, outside),
	.choices = outside_choices},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(DoseOptions, quiet)},
	{.name = "ridge", .type = OPTION_NUMBER, .offset = offsetof(DoseOptions, ridge),
	.least = 0, .most = INFINITY},
};

DoseOptions
dose_options(const Jsonb *jsonb)
{
	DoseOptions options = {.knots = 8};

	options_read(jsonb, known, lengthof(known), &options);

	return options;
}

/* Few rows far from all others: the curve between them is a guess. */
static void
warn_of_gap(const double *sorted, int64 n)
{
	int64		widest = 1;
	double		gap;
	int64		few;

	for (int64 i = 2; i < n; i++)
		if (sorted[i] - sorted[i - 1] > sorted[widest] - sorted[widest - 1])
			widest = i;
	gap = sorted[widest] - sorted[widest - 1];
	few = Min(widest, n - widest);
	if (gap > 0.5 * (sorted[n - 1] - sorted[0]) && (double) few < 0.01 * (double) n)
		ereport(WARNING,
				(errmsg("no dose lies between %g and %g, and only " INT64_FORMAT " of " INT64_FORMAT " rows %s",
						sorted[widest - 1], sorted[widest], few, n, widest == few ? "below" : "above"),
				 errhint("Responses to doses between are guesses. Leave such rows out if they are not meant, by FILTER.")));
}

/* The rows in an order of their own, next to each other as they will be read. */
static void
put_in_order(Sample *sample)
{
	Size		width = sample->width;
	double	   *rows = palloc_huge(double, sample->n * width);

	sample_sort(sample, NULL);
	for (int64 i = 0; i < sample->n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		memcpy(rows + i * width, sample->rows + sample_row(sample, i) * width, sizeof(double) * width);
	}
	sample->rows = rows;
	sample->index = NULL;
}

void
dose_fit_sample(Sample *sample, const DoseOptions *options, Dose *dose)
{
	Progress	progress;
	BaseOptions base = {.ridge = options->ridge, .covariance = true, .part = "dose_fit", .progress = &progress};
	double	   *doses = palloc_huge(double, Max(sample->n, 1));

	progress_start(&progress, options->quiet);
	for (int64 i = 0; i < sample->n; i++)
		doses[i] = sample->rows[i * sample->width + 1];
	dose->options = *options;
	dose->design = (Design *) sample->design;
	dose->spline = spline_make(doses, sample->n, options->knots);
	if (dose->spline->nknots < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("all doses are %g", doses[0]),
				 errhint("A response can only be learned from doses that differ; no offer is dose 0.")));
	warn_of_gap(doses, sample->n);
	pfree(doses);
	sample->spline = dose->spline;
	put_in_order(sample);
	if (sample_columns(sample) > MAX_EXPANDED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("features and knots make %d columns, more than %d", sample_columns(sample), MAX_EXPANDED),
				 errhint("Ask for fewer \"knots\", or leave features out by option \"exclude\".")));
	dose->fit = palloc0_object(BaseFit);
	linear_from_sample(sample, &base, dose->fit);
}

/* The columns of the fit, 1 first: z. */
static void
columns_at(const DoseCurve *curve, double dose, double *z)
{
	int			p = curve->dose->design->p;
	int			n = spline_columns(curve->dose->spline);
	double		b[MAX_BASIS];

	spline_basis(curve->dose->spline, dose, b);
	*z++ = 1;
	memcpy(z, curve->x, sizeof(double) * p);
	z += p;
	for (int k = 0; k < n; k++)
	{
		*z++ = b[k];
		for (int j = 0; j < p; j++)
			*z++ = b[k] * curve->x[j];
	}
}

static double
smooth_at(const DoseCurve *curve, double dose)
{
	double		b[MAX_BASIS];
	double		response = curve->level;

	spline_basis(curve->dose->spline, dose, b);
	for (int k = 0; k < spline_columns(curve->dose->spline); k++)
		response += b[k] * curve->worth[k];
	if (unlikely(!isfinite(response)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the response to dose %g is out of range", dose),
				 errhint("The features are far outside of those that the model was fitted to.")));

	return response;
}

void
dose_curve(const Dose *dose, const double *slots, DoseCurve *curve)
{
	const Spline *over = dose->spline;
	const double *beta = dose->fit->beta;
	int			p = dose->design->p;

	curve->dose = dose;
	curve->x = palloc_array(double, Max(p, 1));
	design_expand(dose->design, slots, curve->x);
	curve->level = dose->fit->intercept;
	for (int j = 0; j < p; j++)
	{
		curve->x[j] -= dose->design->mean[j];
		curve->level += beta[j] * curve->x[j];
	}
	beta += p;
	for (int k = 0; k < spline_columns(over); k++)
	{
		curve->worth[k] = *beta++;
		for (int j = 0; j < p; j++)
			curve->worth[k] += *beta++ * curve->x[j];
	}
	if (!dose->options.monotone)
		return;
	for (int g = 0; g < over->ngrid; g++)
		curve->grid[g] = smooth_at(curve, over->grid[g]);
	isotonic(curve->grid, over->weight, over->ngrid);
}

double
dose_at(const DoseCurve *curve, double dose)
{
	const Spline *over = curve->dose->spline;
	int			g = 0;
	double		share;

	if (!curve->dose->options.monotone)
		return smooth_at(curve, dose);
	while (g + 2 < over->ngrid && over->grid[g + 1] <= dose)
		g++;
	share = (dose - over->grid[g]) / (over->grid[g + 1] - over->grid[g]);

	return share <= 0 ? curve->grid[g] : share >= 1 ? curve->grid[g + 1] :
		curve->grid[g] + share * (curve->grid[g + 1] - curve->grid[g]);
}

double
dose_error_at(const DoseCurve *curve, double dose)
{
	const BaseFit *fit = curve->dose->fit;
	double	   *z;
	double		variance;

	if (fit->covariance == NULL)
		return NAN;
	z = palloc_array(double, 1 + fit->p);
	columns_at(curve, dose, z);
	variance = quadratic_form(fit->covariance, z, 1 + fit->p);
	pfree(z);

	return isfinite(variance) ? sqrt(Max(variance, 0)) : NAN;
}

void
dose_pack(StringInfo to, const Dose *dose)
{
	put_int32(to, dose->options.monotone);
	put_int32(to, dose->options.knots);
	put_int32(to, dose->options.outside);
	put_double(to, dose->options.ridge);
	put_int64(to, dose->skipped);
	put_design(to, dose->design);
	put_spline(to, dose->spline);
	put_base_fit(to, dose->fit);
}

void *
dose_unpack(Reader *from, int version)
{
	Dose	   *dose = palloc0_object(Dose);

	dose->options.monotone = get_int32(from, 0, 1);
	dose->options.knots = get_int32(from, 2, MAX_KNOTS);
	dose->options.outside = get_int32(from, OUTSIDE_NULL, OUTSIDE_NEAREST);
	dose->options.ridge = get_double(from);
	dose->skipped = get_int64(from, 0, PG_INT64_MAX);
	dose->design = get_design(from);
	dose->spline = get_spline(from, version == 1);
	dose->fit = get_base_fit(from, BASE_LINEAR, dose->design,
							 spline_columns(dose->spline) * (1 + dose->design->p));

	return dose;
}

void
dose_describe(const void *model, StringInfo json)
{
	const Dose *dose = model;
	const Spline *spline = dose->spline;

	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT,
					 dose->fit->rows, dose->skipped);
	appendStringInfo(json, ", \"options\": {\"monotone\": %s, \"knots\": %d, \"outside\": \"%s\"",
					 dose->options.monotone ? "true" : "false", dose->options.knots,
					 outside_choices[dose->options.outside]);
	json_member(json, "ridge", dose->options.ridge);
	appendStringInfoString(json, "}, \"features\": ");
	schema_describe(dose->design->schema, json);
	appendStringInfoString(json, ", \"doses\": {\"least\": ");
	json_number(json, spline->knots[0]);
	json_member(json, "most", spline->knots[spline->nknots - 1]);
	appendStringInfoString(json, ", \"knots\": [");
	for (int k = 0; k < spline->nknots; k++)
	{
		appendStringInfoString(json, k ? ", " : "");
		json_number(json, spline->knots[k]);
	}
	appendStringInfoString(json, "]}");
	appendStringInfo(json, ", \"columns\": %d", dose->fit->p);
	json_member(json, "deviance", dose->fit->deviance);
	json_member(json, "null_deviance", dose->fit->null_deviance);
	appendStringInfo(json, ", \"standard_errors\": \"%s\"",
					 dose->fit->covariance ? "robust (HC1)" : "none: too many columns or too few rows");
}
