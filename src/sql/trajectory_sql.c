/*
 * trajectory_sql.c
 *		Aggregates rfm() and decayed_sum(), and arguments that the aggregates
 *		over one customer's events share.
 */
#include "coupon.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "model/decayed_sum.h"
#include "model/rfm.h"
#include "sql/trajectory_sql.h"

void
check_given(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

int64
span_given(FunctionCallInfo fcinfo, int i, const char *name)
{
	const Interval *interval;
	int128		span;

	check_given(fcinfo, i, name);
	interval = PG_GETARG_INTERVAL_P(i);
	/* as intervals compare: a day has 24 hours, a month 30 days; infinite ones are as large as can be */
	span = interval->time + ((int128) interval->month * DAYS_PER_MONTH + interval->day) * USECS_PER_DAY;
	if (span <= 0)
		bad_argument("%s must be longer than 0, not %s", name,
					 DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval))));
	if (span > END_TIMESTAMP)
		bad_argument("%s is too long: %s", name,
					 DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval))));

	return span;
}

void
as_of_differs(int64 one, int64 two)
{
	char	   *first = pstrdup(timestamptz_to_str(one));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("as_of must be the same in every row of a group"),
			 errdetail("One row has %s, another %s.", first, timestamptz_to_str(two))));
}

Datum
as_of_combine(FunctionCallInfo fcinfo, StateKind kind)
{
	const AsOfState *state = state_arg(fcinfo, 0, kind);
	const AsOfState *other = state_arg(fcinfo, 1, kind);

	if (state && other)
		as_of_same(state->as_of, other->as_of);

	return state_combine(fcinfo, kind);
}

Datum
row_datum(FunctionCallInfo fcinfo, const Datum *values, const bool *nulls)
{
	/* looked up once, not once per group */
	TupleDesc	row = fcinfo->flinfo->fn_extra;

	if (row == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		fcinfo->flinfo->fn_extra = row = BlessTupleDesc(row);
		MemoryContextSwitchTo(caller);
	}

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row, (Datum *) values, (bool *) nulls)));
}

PG_FUNCTION_INFO_V1(rfm_add_row);

/* rfm_add_row(state, at, amount, as_of) returns state */
Datum
rfm_add_row(PG_FUNCTION_ARGS)
{
	RfmState   *state = state_arg(fcinfo, 0, STATE_RFM);
	int64		as_of = time_given(fcinfo, 3, "as_of");
	int64		at;
	double		amount;

	if (state == NULL)
	{
		state = state_make(STATE_RFM, sizeof(RfmState));
		state->at.as_of = as_of;
	}
	as_of_same(state->at.as_of, as_of);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		log_leave_out(&state->at.log.skipped);
		PG_RETURN_POINTER(state);
	}
	at = time_arg(fcinfo, 1, "at");
	amount = amount_arg(fcinfo, 2, "amount");
	if (at > as_of)
		log_leave_out(&state->at.log.future);
	else
		rfm_add(state, at, amount);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(rfm_combine);

/* rfm_combine(state, state) returns state */
Datum
rfm_combine(PG_FUNCTION_ARGS)
{
	return as_of_combine(fcinfo, STATE_RFM);
}

PG_FUNCTION_INFO_V1(rfm_roll);

/* rfm_roll(state, state) returns state */
Datum
rfm_roll(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_RFM);
}

PG_FUNCTION_INFO_V1(rfm_compact);

/* rfm_compact(state) returns state */
Datum
rfm_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_RFM);
}

PG_FUNCTION_INFO_V1(rfm_final);

/* rfm_final(state) returns rfm */
Datum
rfm_final(PG_FUNCTION_ARGS)
{
	RfmState   *state = state_arg(fcinfo, 0, STATE_RFM);
	Rfm			rfm;
	Datum		values[9];
	bool		nulls[9] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	rfm = rfm_values(state);
	evaluation_put_number(rfm.recency, values, nulls);
	values[1] = Int64GetDatum(state->at.log.n);
	evaluation_put_number(rfm.monetary, values + 2, nulls + 2);
	evaluation_put_number(rfm.age, values + 3, nulls + 3);
	values[4] = Float8GetDatum(sum_value(&state->amount));
	values[5] = TimestampTzGetDatum(state->first);
	values[6] = TimestampTzGetDatum(state->last);
	nulls[5] = nulls[6] = state->at.log.n == 0;
	values[7] = Int64GetDatum(state->at.log.future);
	values[8] = Int64GetDatum(state->at.log.skipped);

	return row_datum(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(decayed_sum_add_row);

/* decayed_sum_add_row(state, amount, at, as_of, half_life) returns state */
Datum
decayed_sum_add_row(PG_FUNCTION_ARGS)
{
	DecayedState *state = state_arg(fcinfo, 0, STATE_DECAYED_SUM);
	int64		as_of = time_given(fcinfo, 3, "as_of");
	int64		half_life = span_given(fcinfo, 4, "half_life");
	int64		at;
	double		amount;

	if (state == NULL)
	{
		state = state_make(STATE_DECAYED_SUM, sizeof(DecayedState));
		state->at.as_of = as_of;
		state->half_life = half_life;
	}
	as_of_same(state->at.as_of, as_of);
	if (state->half_life != half_life)
		bad_argument("half_life must be the same in every row of a group");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		log_leave_out(&state->at.log.skipped);
		PG_RETURN_POINTER(state);
	}
	amount = amount_arg(fcinfo, 1, "amount");
	at = time_arg(fcinfo, 2, "at");
	if (at > as_of)
		log_leave_out(&state->at.log.future);
	else
		decayed_add(state, at, amount);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(decayed_sum_combine);

/* decayed_sum_combine(state, state) returns state */
Datum
decayed_sum_combine(PG_FUNCTION_ARGS)
{
	return as_of_combine(fcinfo, STATE_DECAYED_SUM);
}

PG_FUNCTION_INFO_V1(decayed_sum_roll);

/* decayed_sum_roll(state, state) returns state */
Datum
decayed_sum_roll(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_DECAYED_SUM);
}

PG_FUNCTION_INFO_V1(decayed_sum_compact);

/* decayed_sum_compact(state) returns state */
Datum
decayed_sum_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_DECAYED_SUM);
}

PG_FUNCTION_INFO_V1(decayed_sum_final);

/* decayed_sum_final(state) returns decayed_sum */
Datum
decayed_sum_final(PG_FUNCTION_ARGS)
{
	DecayedState *state = state_arg(fcinfo, 0, STATE_DECAYED_SUM);
	Decayed		decayed;
	Datum		values[6];
	bool		nulls[6] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	decayed = decayed_values(state);
	values[0] = Float8GetDatum(decayed.sum);
	values[1] = Float8GetDatum(decayed.weight);
	evaluation_put_number(decayed.mean, values + 2, nulls + 2);
	values[3] = Int64GetDatum(state->at.log.n);
	values[4] = Int64GetDatum(state->at.log.future);
	values[5] = Int64GetDatum(state->at.log.skipped);

	return row_datum(fcinfo, values, nulls);
}
