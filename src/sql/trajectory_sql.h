/*
 * trajectory_sql.h
 *		Arguments that the aggregates over one customer's events share.
 */
#ifndef COUPON_TRAJECTORY_SQL_H
#define COUPON_TRAJECTORY_SQL_H

#include "coupon.h"

#include "utils/timestamp.h"

#include "model/summary_log.h"

/* The time in argument i, which is not null: finite. */
static inline int64
time_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(i);

	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		bad_argument("%s is %s, not a finite time", name, TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity");

	return at;
}

/* The same, and null is an error. */
extern int64 time_given(FunctionCallInfo fcinfo, int i, const char *name);

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

/* A row of a type that an aggregate returns. */
extern Datum row_datum(FunctionCallInfo fcinfo, const Datum *values, const bool *nulls);

#endif							/* COUPON_TRAJECTORY_SQL_H */
