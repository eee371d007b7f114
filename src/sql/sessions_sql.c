/*
 * sessions_sql.c
 *		Aggregates sessions() and gaps(), and their partial forms.
 */
#include "coupon.h"

#include "model/gaps.h"
#include "model/sessions.h"
#include "sql/trajectory_sql.h"

PG_FUNCTION_INFO_V1(sessions_add_row);

/* sessions_add_row(state, at, gap) returns state */
Datum
sessions_add_row(PG_FUNCTION_ARGS)
{
	SessionsState *state = state_arg(fcinfo, 0, STATE_SESSIONS);
	int64		gap = span_given(fcinfo, 2, "gap");
	int64		at;

	if (state == NULL)
		state = sessions_make(gap);
	else if (state->gap != gap)
		bad_argument("gap must be the same in every row of a group");
	if (PG_ARGISNULL(1))
		log_leave_out(&state->log.skipped);
	else
	{
		at = time_arg(fcinfo, 1, "at");
		state = sessions_add(state, &(Session) {at, at, 1});
	}

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(sessions_combine);

/* sessions_combine(state, state) returns state */
Datum
sessions_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_SESSIONS);
}

PG_FUNCTION_INFO_V1(sessions_compact);

/* sessions_compact(state) returns state */
Datum
sessions_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_SESSIONS);
}

PG_FUNCTION_INFO_V1(sessions_final);

/* sessions_final(state) returns sessions */
Datum
sessions_final(PG_FUNCTION_ARGS)
{
	SessionsState *state = state_arg(fcinfo, 0, STATE_SESSIONS);
	Sessions	sessions;
	Datum		values[9];
	bool		nulls[9] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	sessions = sessions_values(state);
	values[0] = Int64GetDatum(sessions.sessions);
	values[1] = Int64GetDatum(sessions.events);
	evaluation_put_number(sessions.mean_events, values + 2, nulls + 2);
	evaluation_put_number(sessions.mean_seconds, values + 3, nulls + 3);
	evaluation_put_number(sessions.longest_seconds, values + 4, nulls + 4);
	values[5] = Int64GetDatum(sessions.latest.events);
	values[6] = TimestampTzGetDatum(sessions.latest.first);
	values[7] = TimestampTzGetDatum(sessions.latest.last);
	nulls[5] = nulls[6] = nulls[7] = sessions.sessions == 0;
	values[8] = Int64GetDatum(state->log.skipped);

	return row_datum(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(gaps_add_row);

/* gaps_add_row(state, at) returns state */
Datum
gaps_add_row(PG_FUNCTION_ARGS)
{
	GapsState  *state = state_arg(fcinfo, 0, STATE_GAPS);

	if (state == NULL)
		state = gaps_make();
	if (PG_ARGISNULL(1))
		log_leave_out(&state->log.skipped);
	else
		state = gaps_add(state, time_arg(fcinfo, 1, "at"));

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(gaps_combine);

/* gaps_combine(state, state) returns state */
Datum
gaps_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_GAPS);
}

PG_FUNCTION_INFO_V1(gaps_compact);

/* gaps_compact(state) returns state */
Datum
gaps_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_GAPS);
}

PG_FUNCTION_INFO_V1(gaps_final);

/* gaps_final(state) returns gaps */
Datum
gaps_final(PG_FUNCTION_ARGS)
{
	GapsState  *state = state_arg(fcinfo, 0, STATE_GAPS);
	Gaps		gaps;
	Datum		values[6];
	bool		nulls[6] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	gaps = gaps_values(state);
	values[0] = Int64GetDatum(state->log.n);
	evaluation_put_number(gaps.mean, values + 1, nulls + 1);
	evaluation_put_number(gaps.variance, values + 2, nulls + 2);
	evaluation_put_number(gaps.last, values + 3, nulls + 3);
	evaluation_put_number(gaps.last_in_means, values + 4, nulls + 4);
	values[5] = Int64GetDatum(state->log.skipped);

	return row_datum(fcinfo, values, nulls);
}
