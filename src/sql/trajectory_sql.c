/*
 * trajectory_sql.c
 *		Aggregates rfm() and decayed_sum(), and arguments that the aggregates
 *		over one customer's events share.
 */
#include "coupon.h"

#include "access/htup_details.h"
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

void
span_unsound(const Interval *interval, bool negative, const char *name)
{
	const char *text = DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval)));

	if (negative)
		bad_argument("%s must be longer than 0, not %s", name, text);
	bad_argument("%s is too long: %s", name, text);
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

/* What row_datum() keeps from one group to the next. */
typedef struct RowShape
{
	TupleDesc	desc;
	HeapTupleHeader row;		/* without nulls, if every column is a word passed by value */
} RowShape;

static RowShape *
row_shape(FunctionCallInfo fcinfo)
{
	MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	RowShape   *shape = palloc0(sizeof(RowShape));
	bool		words = true;
	int			columns;

	if (get_call_result_type(fcinfo, NULL, &shape->desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	shape->desc = BlessTupleDesc(shape->desc);
	columns = shape->desc->natts;
	for (int i = 0; i < columns; i++)
		words &= TupleDescAttr(shape->desc, i)->attbyval && TupleDescAttr(shape->desc, i)->attlen == sizeof(Datum);
	if (words)
		shape->row = heap_form_tuple(shape->desc, palloc0(columns * sizeof(Datum)), palloc0(columns * sizeof(bool)))->t_data;
	MemoryContextSwitchTo(caller);

	return shape;
}

Datum
row_datum(FunctionCallInfo fcinfo, const Datum *values, const bool *nulls)
{
	/* looked up once, not once per group */
	RowShape   *shape = fcinfo->flinfo->fn_extra;

	if (shape == NULL)
		fcinfo->flinfo->fn_extra = shape = row_shape(fcinfo);

	/* the server's own header and the words behind it cost a fraction of forming a row */
	if (shape->row && memchr(nulls, true, shape->desc->natts) == NULL)
	{
		HeapTupleHeader row = palloc(HeapTupleHeaderGetDatumLength(shape->row));

		memcpy(row, shape->row, shape->row->t_hoff);
		memcpy((char *) row + row->t_hoff, values, shape->desc->natts * sizeof(Datum));
		PG_RETURN_HEAPTUPLEHEADER(row);
	}

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(shape->desc, (Datum *) values, (bool *) nulls)));
}

PG_FUNCTION_INFO_V1(rfm_add_row);

/* rfm_add_row(state, at, amount, as_of) returns state */
Datum
rfm_add_row(PG_FUNCTION_ARGS)
{
	RfmState   *state = state_arg(fcinfo, 0, STATE_RFM);
	int64		as_of = as_of_arg(fcinfo, 3, (const AsOfState *) state);
	double		amount;
	bool		future;

	if (state == NULL)
	{
		state = state_make(STATE_RFM, sizeof(RfmState));
		state->at.as_of = as_of;
	}
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		log_leave_out(&state->at.log.skipped);
		PG_RETURN_POINTER(state);
	}
	future = time_is_future(fcinfo, 1, "at", as_of);
	amount = amount_arg(fcinfo, 2, "amount");
	if (future)
		log_leave_out(&state->at.log.future);
	else
		rfm_add(state, PG_GETARG_TIMESTAMPTZ(1), amount);

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
	int64		as_of = as_of_arg(fcinfo, 3, (const AsOfState *) state);
	int64		half_life = span_given(fcinfo, 4, "half_life");
	double		amount;

	if (state == NULL)
	{
		state = state_make(STATE_DECAYED_SUM, sizeof(DecayedState));
		state->at.as_of = as_of;
		state->half_life = half_life;
	}
	if (state->half_life != half_life)
		bad_argument("half_life must be the same in every row of a group");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		log_leave_out(&state->at.log.skipped);
		PG_RETURN_POINTER(state);
	}
	amount = amount_arg(fcinfo, 1, "amount");
	if (time_is_future(fcinfo, 2, "at", as_of))
		log_leave_out(&state->at.log.future);
	else
		decayed_add(state, PG_GETARG_TIMESTAMPTZ(2), amount);

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
