/*
 * replay_sql.c
 *		Aggregates replay() and wape() and their partial forms.
 */
#include "coupon.h"

#include "funcapi.h"

#include "model/replay.h"
#include "sql/evaluation_sql.h"

PG_FUNCTION_INFO_V1(replay_add_row);

/* replay_add_row(state, reward, logged_offer, chosen_offer) returns state */
Datum
replay_add_row(PG_FUNCTION_ARGS)
{
	ReplayState *state = state_arg(fcinfo, 0, STATE_REPLAY);
	text	   *logged;
	text	   *chosen;
	Size		size;

	if (state == NULL)
		state = state_make(STATE_REPLAY, sizeof(ReplayState));
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		state->skipped++;
		PG_RETURN_POINTER(state);
	}
	logged = PG_GETARG_TEXT_PP(2);
	chosen = PG_GETARG_TEXT_PP(3);
	size = VARSIZE_ANY_EXHDR(logged);
	replay_add(state, evaluation_number(PG_GETARG_FLOAT8(1), "reward"),
			   size == VARSIZE_ANY_EXHDR(chosen) && memcmp(VARDATA_ANY(logged), VARDATA_ANY(chosen), size) == 0);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(replay_combine);

/* replay_combine(state, state) returns state */
Datum
replay_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_REPLAY);
}

PG_FUNCTION_INFO_V1(replay_compact);

/* replay_compact(state) returns state */
Datum
replay_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_REPLAY);
}

PG_FUNCTION_INFO_V1(replay_final);

/* replay_final(state) returns replay */
Datum
replay_final(PG_FUNCTION_ARGS)
{
	ReplayState *state = state_arg(fcinfo, 0, STATE_REPLAY);
	TupleDesc	row;
	Replay		replay;
	Datum		values[7];
	bool		nulls[7] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	replay = replay_values(state);
	values[0] = Int64GetDatum(state->n);
	values[1] = Int64GetDatum(state->matched);
	values[2] = Int64GetDatum(state->skipped);
	evaluation_put_number(replay.value, values + 3, nulls + 3);
	evaluation_put_number(replay.se, values + 4, nulls + 4);
	evaluation_put_number(replay.low, values + 5, nulls + 5);
	evaluation_put_number(replay.high, values + 6, nulls + 6);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}

PG_FUNCTION_INFO_V1(wape_add_row);

/* wape_add_row(state, actual, predicted) returns state */
Datum
wape_add_row(PG_FUNCTION_ARGS)
{
	WapeState  *state = state_arg(fcinfo, 0, STATE_WAPE);

	if (state == NULL)
		state = state_make(STATE_WAPE, sizeof(WapeState));
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		state->skipped++;
	else
		wape_add(state, evaluation_number(PG_GETARG_FLOAT8(1), "actual"),
				 evaluation_number(PG_GETARG_FLOAT8(2), "predicted"));

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(wape_combine);

/* wape_combine(state, state) returns state */
Datum
wape_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_WAPE);
}

PG_FUNCTION_INFO_V1(wape_compact);

/* wape_compact(state) returns state */
Datum
wape_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_WAPE);
}

PG_FUNCTION_INFO_V1(wape_final);

/* wape_final(state) returns float8 */
Datum
wape_final(PG_FUNCTION_ARGS)
{
	WapeState  *state = state_arg(fcinfo, 0, STATE_WAPE);

	if (state == NULL)
		PG_RETURN_NULL();
	return evaluation_number_or_null(fcinfo, wape_value(state));
}
