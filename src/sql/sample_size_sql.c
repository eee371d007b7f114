/*
 * sample_size_sql.c
 *		sample_size() and sample_size_rates().
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"
#include "utils/float.h"

#include "model/sample_size.h"
#include "pg/options.h"

typedef struct SizeOptions
{
	double		power;
	double		alpha;
	double		treated_share;
	double		variance_reduction;
	double		treated_sd;		/* NaN: that of the control */
} SizeOptions;

static SizeOptions
size_options(FunctionCallInfo fcinfo, bool rates)
{
	static const Option known[] = {
		{"alpha", OPTION_NUMBER, offsetof(SizeOptions, alpha), .least = 1e-12, .most = 0.5},
		{"power", OPTION_NUMBER, offsetof(SizeOptions, power), .least = 0.01, .most = 0.999999},
		{"treated_share", OPTION_NUMBER, offsetof(SizeOptions, treated_share), .least = 0.001, .most = 0.999},
		{"variance_reduction", OPTION_NUMBER, offsetof(SizeOptions, variance_reduction), .least = 0, .most = 0.999999},
		{"treated_standard_deviation", OPTION_NUMBER, offsetof(SizeOptions, treated_sd), .least = 0, .most = 1e100},
	};
	SizeOptions options = {.power = 0.8, .alpha = 0.05, .treated_share = 0.5, .treated_sd = NAN};

	/* rates have their deviations */
	options_read(options_arg(fcinfo, 2), known, lengthof(known) - (rates ? 1 : 0), &options);

	return options;
}

static Datum
size_row(FunctionCallInfo fcinfo, TestPlan *plan, const SizeOptions *options)
{
	TupleDesc	row;
	int64		arms[2];
	double		power;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (int a = 0; a < 2; a++)
		plan->variance[a] *= 1 - options->variance_reduction;
	plan->power = options->power;
	plan->alpha = options->alpha;
	plan->treated_share = options->treated_share;
	power = sample_size_arms(plan, arms);
	if (isnan(power))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a difference of %s needs more than 1e15 rows", float8out_internal(plan->difference))));
	values[0] = Int64GetDatum(arms[0] + arms[1]);
	values[1] = Int64GetDatum(arms[1]);
	values[2] = Int64GetDatum(arms[0]);
	values[3] = Float8GetDatum(power);

	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls));
}

PG_FUNCTION_INFO_V1(sample_size);

/* sample_size(difference, standard_deviation [, options]) returns sample_size */
Datum
sample_size(PG_FUNCTION_ARGS)
{
	double		difference = PG_GETARG_FLOAT8(0);
	double		deviation = PG_GETARG_FLOAT8(1);
	SizeOptions options = size_options(fcinfo, false);
	TestPlan	plan = {.difference = difference};

	if (!isfinite(difference) || difference == 0 || fabs(difference) > 1e100)
		bad_argument("difference must be a number other than 0, within 1e100, not %s", float8out_internal(difference));
	if (!(deviation >= 1e-100 && deviation <= 1e100))
		bad_argument("standard_deviation must be between 1e-100 and 1e100, not %s", float8out_internal(deviation));
	plan.variance[0] = deviation * deviation;
	plan.variance[1] = isnan(options.treated_sd) ? plan.variance[0] : options.treated_sd * options.treated_sd;

	PG_RETURN_DATUM(size_row(fcinfo, &plan, &options));
}

PG_FUNCTION_INFO_V1(sample_size_rates);

/* sample_size_rates(control_rate, treated_rate [, options]) returns sample_size */
Datum
sample_size_rates(PG_FUNCTION_ARGS)
{
	double		rate[2] = {PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1)};
	SizeOptions options = size_options(fcinfo, true);
	TestPlan	plan = {.difference = rate[1] - rate[0]};

	for (int a = 0; a < 2; a++)
	{
		if (!(rate[a] > 0 && rate[a] < 1))
			bad_argument("%s must be above 0 and below 1, not %s", a == 1 ? "treated_rate" : "control_rate",
						 float8out_internal(rate[a]));
		plan.variance[a] = rate[a] * (1 - rate[a]);
	}
	if (rate[0] == rate[1])
		bad_argument("control_rate and treated_rate must differ");

	PG_RETURN_DATUM(size_row(fcinfo, &plan, &options));
}
