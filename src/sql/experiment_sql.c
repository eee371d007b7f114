/*
 * experiment_sql.c
 *		Aggregates ab_test() and balance(), and their partial forms.
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"

#include "model/arms_state.h"

static inline double
finite_number(double value, const char *name)
{
	if (unlikely(!isfinite(value)))
		bad_argument("%s is %s, not a finite number", name, isnan(value) ? "NaN" : "infinite");

	return value;
}

/* The state in argument 0, or a new one of so many variables. */
static ArmsState *
state_of(FunctionCallInfo fcinfo, StateKind kind, int variables)
{
	ArmsState  *state = state_arg(fcinfo, 0, kind);

	if (state == NULL)
	{
		state = state_make(kind, sizeof(ArmsState));
		state->variables = variables;
	}

	return state;
}

static bool
some_null(FunctionCallInfo fcinfo)
{
	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return true;

	return false;
}

PG_FUNCTION_INFO_V1(ab_test_add);

/* ab_test_add(state, outcome, treated [, covariate]) returns state */
Datum
ab_test_add(PG_FUNCTION_ARGS)
{
	bool		adjusted = PG_NARGS() > 3;
	ArmsState  *state = state_of(fcinfo, STATE_AB_TEST, adjusted ? 2 : 1);

	if (some_null(fcinfo))
		state->skipped++;
	else
		arms_state_add(state, PG_GETARG_BOOL(2), finite_number(PG_GETARG_FLOAT8(1), "outcome"),
					   adjusted ? finite_number(PG_GETARG_FLOAT8(3), "covariate") : 0, 1);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(balance_add);

/* balance_add(state, x, treated [, weight]) returns state */
Datum
balance_add(PG_FUNCTION_ARGS)
{
	ArmsState  *state = state_of(fcinfo, STATE_BALANCE, 1);
	double		weight = 1;

	if (some_null(fcinfo))
	{
		state->skipped++;
		PG_RETURN_POINTER(state);
	}
	if (PG_NARGS() > 3)
	{
		weight = finite_number(PG_GETARG_FLOAT8(3), "weight");
		if (weight < 0)
			bad_argument("weight must not be negative, but one is %g", weight);
	}
	arms_state_add(state, PG_GETARG_BOOL(2), finite_number(PG_GETARG_FLOAT8(1), "x"), 0, weight);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(ab_test_combine);

/* ab_test_combine(state, state) returns state */
Datum
ab_test_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_AB_TEST);
}

PG_FUNCTION_INFO_V1(balance_combine);

/* balance_combine(state, state) returns state */
Datum
balance_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_BALANCE);
}

PG_FUNCTION_INFO_V1(ab_test_compact);

/* ab_test_compact(state) returns state */
Datum
ab_test_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_AB_TEST);
}

PG_FUNCTION_INFO_V1(balance_compact);

/* balance_compact(state) returns state */
Datum
balance_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_BALANCE);
}

/* A row of counts (rows, treated, control, skipped) and numbers; what is not finite is null. */
static Datum
row_of(FunctionCallInfo fcinfo, const ArmsState *state, const double *numbers, int n)
{
	TupleDesc	row;
	Datum		values[16];
	bool		nulls[16] = {false};

	Assert(4 + n <= lengthof(values));

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum(state->arm[0].n + state->arm[1].n);
	values[1] = Int64GetDatum(state->arm[1].n);
	values[2] = Int64GetDatum(state->arm[0].n);
	values[3] = Int64GetDatum(state->skipped);
	for (int i = 0; i < n; i++)
	{
		nulls[4 + i] = !isfinite(numbers[i]);
		values[4 + i] = Float8GetDatum(numbers[i]);
	}

	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls));
}

PG_FUNCTION_INFO_V1(ab_test_final);

/* ab_test_final(state) returns ab_test */
Datum
ab_test_final(PG_FUNCTION_ARGS)
{
	ArmsState  *state = state_arg(fcinfo, 0, STATE_AB_TEST);
	AbTest		test;

	if (state == NULL)
		PG_RETURN_NULL();
	arms_state_finite(state);
	test = arms_ab_test(state);

	PG_RETURN_DATUM(row_of(fcinfo, state, (double[]) {
		test.mean[1], test.mean[0], test.difference, test.se, test.low, test.high, test.p,
		test.lift, test.lift_low, test.lift_high, test.reduction}, 11));
}

PG_FUNCTION_INFO_V1(balance_final);

/* balance_final(state) returns balance */
Datum
balance_final(PG_FUNCTION_ARGS)
{
	ArmsState  *state = state_arg(fcinfo, 0, STATE_BALANCE);
	Balance		balance;

	if (state == NULL)
		PG_RETURN_NULL();
	arms_state_finite(state);
	balance = arms_balance(state);

	PG_RETURN_DATUM(row_of(fcinfo, state, (double[]) {
		balance.mean[1], balance.mean[0], balance.difference, balance.variance_ratio,
		balance.effective[1], balance.effective[0]}, 6));
}
