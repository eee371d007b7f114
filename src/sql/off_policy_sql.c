/*
 * off_policy_sql.c
 *		Aggregate off_policy() and its partial forms.
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"
#include "utils/float.h"

#include "model/off_policy.h"
#include "pg/options.h"
#include "pg/site.h"

typedef struct OffPolicyOptions
{
	double		clip;
	double		switch_at;
} OffPolicyOptions;

static void
read_options(const Jsonb *jsonb, void *to)
{
	static const Option known[] = {
		{"clip", OPTION_NUMBER, offsetof(OffPolicyOptions, clip), .least = 1e-6, .most = 1e100},
		{"switch", OPTION_NUMBER, offsetof(OffPolicyOptions, switch_at), .least = 0, .most = 1e100},
	};

	*(OffPolicyOptions *) to = (OffPolicyOptions) {.clip = 10, .switch_at = 10};
	options_read(jsonb, known, lengthof(known), to);
}

static double
finite_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	double		value = PG_GETARG_FLOAT8(i);

	if (unlikely(!isfinite(value)))
		bad_argument("%s is %s, not a finite number", name, isnan(value) ? "NaN" : "infinite");

	return value;
}

PG_FUNCTION_INFO_V1(off_policy_add_row);

/* off_policy_add_row(state, reward, logged_probability, target_probability, model_logged, model_target [, options]) returns state */
Datum
off_policy_add_row(PG_FUNCTION_ARGS)
{
	OffPolicyState *state = state_arg(fcinfo, 0, STATE_OFF_POLICY);
	const OffPolicyOptions *options = site_options(fcinfo, 6, sizeof(OffPolicyOptions), read_options);
	OffPolicyRow row;

	if (state == NULL)
	{
		state = state_make(STATE_OFF_POLICY, sizeof(OffPolicyState));
		state->clip = options->clip;
		state->switch_at = options->switch_at;
	}
	else if (state->clip != options->clip || state->switch_at != options->switch_at)
		bad_argument("options must be the same in every row");

	for (int i = 1; i <= 5; i++)
		if (PG_ARGISNULL(i))
		{
			state->skipped++;
			PG_RETURN_POINTER(state);
		}
	row.reward = finite_arg(fcinfo, 1, "reward");
	row.logged = PG_GETARG_FLOAT8(2);
	row.target = PG_GETARG_FLOAT8(3);
	row.model_logged = finite_arg(fcinfo, 4, "model_logged");
	row.model_target = finite_arg(fcinfo, 5, "model_target");
	if (!(row.logged > 0 && row.logged <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("logged_probability must be above 0 and at most 1, not %s", float8out_internal(row.logged)),
				 errhint("It is the probability with which the logging policy did what it did in this row.")));
	if (!(row.target >= 0 && row.target <= 1))
		bad_argument("target_probability must be between 0 and 1, not %s", float8out_internal(row.target));
	off_policy_add(state, &row);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(off_policy_combine);

/* off_policy_combine(state, state) returns state */
Datum
off_policy_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_OFF_POLICY);
}

PG_FUNCTION_INFO_V1(off_policy_compact);

/* off_policy_compact(state) returns state */
Datum
off_policy_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_OFF_POLICY);
}

static Datum *
put_numbers(Datum *to, bool **nulls, const double *numbers, int n)
{
	for (int i = 0; i < n; i++)
	{
		*(*nulls)++ = !isfinite(numbers[i]);
		*to++ = Float8GetDatum(numbers[i]);
	}

	return to;
}

PG_FUNCTION_INFO_V1(off_policy_final);

/* off_policy_final(state) returns off_policy */
Datum
off_policy_final(PG_FUNCTION_ARGS)
{
	OffPolicyState *state = state_arg(fcinfo, 0, STATE_OFF_POLICY);
	TupleDesc	row;
	OffPolicy	policy;
	Datum		values[2 + 6 * 4 + 4] = {0};
	bool		nulls[2 + 6 * 4 + 4] = {false};
	Datum	   *to = values + 2;
	bool	   *null = nulls + 2;

	if (state == NULL)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	off_policy_finite(state);
	policy = off_policy_values(state);

	values[0] = Int64GetDatum(state->n);
	values[1] = Int64GetDatum(state->skipped);
	for (int i = 0; i < 6; i++)
	{
		const PolicyValue *value = (const PolicyValue *[]) {
			&policy.ips, &policy.clipped, &policy.snips, &policy.dm, &policy.dr, &policy.switched
		}[i];

		to = put_numbers(to, &null, (double[]) {value->value, value->se, value->low, value->high}, 4);
	}
	put_numbers(to, &null, (double[]) {
		policy.effective, policy.weight.value, policy.weight.se,
		state->n > 0 ? state->weight_most : NAN}, 4);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
