/*
 * clock.h
 *		Seconds passed, and left.
 */
#ifndef COUPON_CLOCK_H
#define COUPON_CLOCK_H

#include "coupon.h"

#include "portability/instr_time.h"

#define LEAST_SECONDS	0.001	/* of what comes when time is over */

static inline double
seconds_since(const instr_time *began)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, *began);

	return INSTR_TIME_GET_DOUBLE(now);
}

/* Of a limit in seconds, where 0 is none: what is left, never less than LEAST_SECONDS; or 0. */
static inline double
seconds_left(double limit, const instr_time *began)
{
	return limit <= 0 ? 0 : Max(limit - seconds_since(began), LEAST_SECONDS);
}

#endif							/* COUPON_CLOCK_H */
