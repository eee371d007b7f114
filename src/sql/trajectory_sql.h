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

/* The length in microseconds of the interval in argument i: above 0. */
extern int64 span_given(FunctionCallInfo fcinfo, int i, const char *name);

/* An error unless both times are the same. */
extern void as_of_differs(int64 one, int64 two);

static inline void
as_of_same(int64 one, int64 two)
{
	if (unlikely(one != two))
		as_of_differs(one, two);
}

/* Combine states of one group, or (at different times) of one customer. */
extern Datum as_of_combine(FunctionCallInfo fcinfo, StateKind kind);

/* The row that a final function returns; it must not use fn_extra otherwise. */
extern Datum row_datum(FunctionCallInfo fcinfo, const Datum *values, const bool *nulls);

#endif							/* COUPON_TRAJECTORY_SQL_H */
