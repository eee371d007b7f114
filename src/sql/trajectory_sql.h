/*
 * trajectory_sql.h
 *		Arguments that the aggregates over one customer's events share.
 */
#ifndef COUPON_TRAJECTORY_SQL_H
#define COUPON_TRAJECTORY_SQL_H

#include "coupon.h"

#include <math.h>

#include "utils/timestamp.h"

#include "model/summary_log.h"
#include "sql/evaluation_sql.h"

/* The time in argument i, which is not null: finite. */
static inline int64
time_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(i);

	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		bad_argument("%s is %s, not a finite time", name, TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity");

	return at;
}

/* An error if argument i is null. */
extern void check_given(FunctionCallInfo fcinfo, int i, const char *name);

static inline int64
time_given(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (unlikely(PG_ARGISNULL(i)))
		check_given(fcinfo, i, name);

	return time_arg(fcinfo, i, name);
}

/* The number in argument i, which is not null: within MOST_AMOUNT. */
static inline double
amount_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	double		amount = PG_GETARG_FLOAT8(i);

	if (unlikely(!(fabs(amount) <= MOST_AMOUNT)))
		return evaluation_outcome(amount, name);

	return amount + 0.0;		/* no -0 */
}

/* Raise the error of a length that is not above 0, or longer than time is. */
pg_noreturn extern void span_unsound(const Interval *interval, bool negative, const char *name);

/* The length in microseconds of the interval in argument i: above 0. */
static inline int64
span_given(FunctionCallInfo fcinfo, int i, const char *name)
{
	const Interval *interval;
	int128		span;

	if (unlikely(PG_ARGISNULL(i)))
		check_given(fcinfo, i, name);
	interval = PG_GETARG_INTERVAL_P(i);
	/* as intervals compare: a day has 24 hours, a month 30 days; infinite ones are as large as can be */
	span = (int128) ((int64) interval->month * DAYS_PER_MONTH + interval->day) * USECS_PER_DAY + interval->time;
	if (unlikely(span <= 0 || span > END_TIMESTAMP))
		span_unsound(interval, span <= 0, name);

	return span;
}

/* An error unless both times are the same. */
extern void as_of_differs(int64 one, int64 two);

static inline void
as_of_same(int64 one, int64 two)
{
	if (unlikely(one != two))
		as_of_differs(one, two);
}

/* The time as_of in argument i, which is that of the state, if there is one: not null and finite. */
static inline int64
as_of_arg(FunctionCallInfo fcinfo, int i, const AsOfState *state)
{
	int64		as_of;

	/* that of a state has been checked */
	if (likely(state && !PG_ARGISNULL(i) && PG_GETARG_TIMESTAMPTZ(i) == state->as_of))
		return state->as_of;

	as_of = time_given(fcinfo, i, "as_of");
	if (state)
		as_of_same(state->as_of, as_of);

	return as_of;
}

/* Is the time in argument i, which is not null, later than as_of?  An error unless it is finite. */
static inline bool
time_is_future(FunctionCallInfo fcinfo, int i, const char *name, int64 as_of)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(i);

	return unlikely(at > as_of || TIMESTAMP_IS_NOBEGIN(at)) && time_arg(fcinfo, i, name) > as_of;
}

/* Combine states of one group, or (at different times) of one customer. */
extern Datum as_of_combine(FunctionCallInfo fcinfo, StateKind kind);

/* The row that a final function returns; it must not use fn_extra otherwise. */
extern Datum row_datum(FunctionCallInfo fcinfo, const Datum *values, const bool *nulls);

#endif							/* COUPON_TRAJECTORY_SQL_H */
