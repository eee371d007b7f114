/*
 * dose_sql.c
 *		dose_fit(), dose_response() and dose_responses().
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/float.h"

#include "model/dose.h"
#include "pg/scorer.h"
#include "pg/training.h"

static TextList
dose_exclude(const Jsonb *jsonb)
{
	return dose_options(jsonb).exclude;
}

PG_FUNCTION_INFO_V1(dose_fit_add);

/* dose_fit_add(internal, outcome, dose, features [, options]) returns internal */
Datum
dose_fit_add(PG_FUNCTION_ARGS)
{
	return training_add(fcinfo, TRAINING_DOSES, dose_exclude);
}

PG_FUNCTION_INFO_V1(dose_fit_final);

/* dose_fit_final(internal) returns model */
Datum
dose_fit_final(PG_FUNCTION_ARGS)
{
	Training   *training = training_arg(fcinfo, 0);
	DoseOptions options;
	Sample		sample;
	Dose		dose;
	StringInfoData payload;

	/* as with avg(): no row, no model */
	if (training == NULL || training->schema == NULL)
		PG_RETURN_NULL();

	options = dose_options(training->options);
	sample_make(&sample, training->schema, training->rows->rows, training->rows->width,
				training->rows->n);
	dose_fit_sample(&sample, &options, &dose);
	dose.skipped = training->skipped;

	initStringInfo(&payload);
	dose_pack(&payload, &dose);

	PG_RETURN_POINTER(model_make(MODEL_DOSE, model_type_of(MODEL_DOSE)->version, &payload));
}

/* The curve of the model and features in arguments 0 and 1, and the n doses in argument 2. */
static Datum *
curve_arg(FunctionCallInfo fcinfo, DoseCurve *curve, int *n)
{
	ModelArg   *arg = model_arg(fcinfo, 0);
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(2);
	const Dose *dose = arg->model;
	Datum	   *doses;

	model_check_kind(arg, MODEL_DOSE);
	if (ARR_NDIM(array) > 1)
		bad_argument("doses must be an array of one dimension");
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("doses must not contain nulls")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &doses, NULL, n);
	dose_curve(dose, scorer_slots(fcinfo, arg, dose->design->schema), curve);

	return doses;
}

/* The dose that a response is taken at; NaN if there is none outside of those seen. */
static double
seen_dose(const Dose *dose, double at)
{
	double		least = dose->spline->knots[0];
	double		most = dose->spline->knots[dose->spline->nknots - 1];

	if (!isfinite(at))
		bad_argument("doses must be finite numbers, but one is %s", float8out_internal(at));
	if (at >= least && at <= most)
		return at;
	if (dose->options.outside == OUTSIDE_ERROR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dose %g is outside of those seen, %g to %g", at, least, most),
				 errhint("Option \"outside\" of dose_fit may be \"null\" or \"nearest\".")));

	return dose->options.outside == OUTSIDE_NEAREST ? (at < least ? least : most) : NAN;
}

PG_FUNCTION_INFO_V1(dose_response);

/* dose_response(model, features, doses) returns float8[] */
Datum
dose_response(PG_FUNCTION_ARGS)
{
	DoseCurve	curve;
	int			n;
	Datum	   *doses = curve_arg(fcinfo, &curve, &n);
	Datum	   *values = palloc_array(Datum, Max(n, 1));
	bool	   *nulls = palloc0_array(bool, Max(n, 1));
	int			bound = 1;

	if (n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(FLOAT8OID));
	for (int i = 0; i < n; i++)
	{
		double		at = seen_dose(curve.dose, DatumGetFloat8(doses[i]));

		nulls[i] = isnan(at);
		values[i] = nulls[i] ? (Datum) 0 : Float8GetDatum(dose_at(&curve, at));
	}

	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &n, &bound, FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(dose_responses);

/* dose_responses(model, features, doses) returns setof (dose, response, standard_error, extrapolated) */
Datum
dose_responses(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	DoseCurve	curve;
	int			n;
	Datum	   *doses = curve_arg(fcinfo, &curve, &n);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < n; i++)
	{
		double		dose = DatumGetFloat8(doses[i]);
		double		at = seen_dose(curve.dose, dose);
		double		error = isnan(at) ? NAN : dose_error_at(&curve, at);
		Datum		values[4] = {
			doses[i],
			isnan(at) ? (Datum) 0 : Float8GetDatum(dose_at(&curve, at)),
			Float8GetDatum(error),
			BoolGetDatum(at != dose),
		};
		bool		nulls[4] = {false, isnan(at), isnan(error), false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}
