/*
 * response.c
 *		Models of kind linear and logit: an outcome by features.
 */
#include "coupon.h"

#include <math.h>

#include "utils/json.h"

#include "model/response.h"
#include "pg/json.h"

void
response_pack(StringInfo to, const Response *response)
{
	put_int64(to, response->skipped);
	put_double(to, response->ridge);
	put_design(to, response->design);
	put_base_fit(to, response->fit);
}

static void *
unpack(Reader *from, Base base)
{
	Response   *response = palloc_object(Response);

	response->base = base;
	response->skipped = get_int64(from, 0, PG_INT64_MAX);
	response->ridge = get_double(from);
	response->design = get_design(from);
	response->fit = get_base_fit(from, base, response->design, 0);
	response->weights = palloc_array(double, design_nweights(response->design));
	design_weights(response->design, response->fit->intercept, response->fit->beta,
				   response->weights);

	return response;
}

void *
linear_unpack(Reader *from, int version)
{
	return unpack(from, BASE_LINEAR);
}

void *
logit_unpack(Reader *from, int version)
{
	return unpack(from, BASE_LOGIT);
}

double
response_predict(const Response *response, const double *slots)
{
	return base_mean(response->base, design_score(response->design, response->weights, slots));
}

void
describe_dropped(StringInfo json, const Design *design, const BaseFit *fit)
{
	bool		some = false;

	appendStringInfoString(json, ", \"dropped\": [");
	for (int j = 0; j < design->p; j++)
		if (fit->dropped[j])
		{
			appendStringInfoString(json, some ? ", " : "");
			escape_json(json, design_column_name(design, j));
			some = true;
		}
	appendStringInfoChar(json, ']');
}

/* The coefficients, the intercept for features of zero and first categories. */
static void
describe_coefficients(StringInfo json, const Response *response)
{
	const Design *design = response->design;
	const BaseFit *fit = response->fit;
	double	   *origin = palloc_array(double, 1 + design->p);
	double		intercept = fit->intercept;

	origin[0] = 1;
	for (int j = 0; j < design->p; j++)
	{
		origin[1 + j] = -design->mean[j];
		intercept -= fit->beta[j] * design->mean[j];
	}

	appendStringInfoString(json, ", \"coefficients\": [{\"name\": \"intercept\"");
	json_member(json, "value", intercept);
	json_member(json, "standard_error", fit->covariance ?
					sqrt(Max(quadratic_form(fit->covariance, origin, 1 + design->p), 0)) : NAN);
	appendStringInfoChar(json, '}');
	for (int j = 0; j < design->p; j++)
	{
		Size		diagonal = (Size) (1 + j) * (1 + design->p) + 1 + j;

		if (fit->dropped[j])
			continue;
		appendStringInfoString(json, ", {\"name\": ");
		escape_json(json, design_column_name(design, j));
		json_member(json, "value", fit->beta[j]);
		json_member(json, "standard_error",
						fit->covariance ? sqrt(Max(fit->covariance[diagonal], 0)) : NAN);
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}

void
response_describe(const void *model, StringInfo json)
{
	const Response *response = model;
	const BaseFit *fit = response->fit;
	double		explained = fit->null_deviance > 0 ? 1 - fit->deviance / fit->null_deviance : NAN;

	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT,
					 fit->rows, response->skipped);
	json_member(json, "mean_outcome", fit->mean);
	appendStringInfoString(json, ", \"options\": {\"ridge\": ");
	json_number(json, response->ridge);
	appendStringInfoChar(json, '}');
	appendStringInfoString(json, ", \"features\": ");
	schema_describe(response->design->schema, json);
	describe_coefficients(json, response);
	describe_dropped(json, response->design, fit);
	if (response->base == BASE_LINEAR)
	{
		json_member(json, "residual_sum_of_squares", fit->deviance);
		json_member(json, "r_squared", explained);
	}
	else
	{
		json_member(json, "log_likelihood", -fit->deviance / 2);
		json_member(json, "mcfadden_r_squared", explained);
		appendStringInfo(json, ", \"steps\": %d, \"converged\": %s, \"separated\": %s",
						 fit->steps, fit->converged ? "true" : "false",
						 fit->separated ? "true" : "false");
	}
}

void
response_trace(const void *model, TraceSink sink, void *to)
{
	const BaseFit *fit = ((const Response *) model)->fit;

	for (int step = 0; step < fit->steps; step++)
		sink(to, "", step + 1, "log_likelihood", fit->trace[step]);
}
