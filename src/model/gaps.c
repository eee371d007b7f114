/*
 * gaps.c
 *		State of gaps: the times between a customer's consecutive events.
 */
#include "coupon.h"

#include <math.h>

#include "model/gaps.h"

#define FIXED	offsetof(GapsState, at)

GapsState *
gaps_make(void)
{
	return state_make(STATE_GAPS, FIXED);
}

GapsState *
gaps_add(GapsState *state, int64 at)
{
	state = log_reserve(state, FIXED, sizeof(int64), state->log.n + 1);
	state->at[state->log.n++] = at;

	return state;
}

void *
gaps_merge(void *into, const void *given)
{
	GapsState  *state = into;
	const GapsState *other = given;

	state = log_reserve(state, FIXED, sizeof(int64), state->log.n + other->log.n);
	memcpy(state->at + state->log.n, other->at, sizeof(int64) * other->log.n);
	state->log.n += other->log.n;
	log_merge_left_out(&state->log, &other->log);

	return state;
}

static int
by_time(const void *one, const void *two)
{
	int64		a = *(const int64 *) one;
	int64		b = *(const int64 *) two;

	return a < b ? -1 : a > b;
}

void *
gaps_state_compact(const void *given)
{
	GapsState  *state = log_trim(given, FIXED, sizeof(int64));

	qsort(state->at, state->log.n, sizeof(int64), by_time);

	return state;
}

void
gaps_check(const FlatState *flat)
{
	const GapsState *state = (const GapsState *) flat;

	log_check(&state->log, FIXED, sizeof(int64));
	state_expect(state->log.future == 0, "A count is out of range.");
	for (int64 i = 0; i < state->log.n; i++)
	{
		state_expect(IS_VALID_TIMESTAMP(state->at[i]), "A time is out of range.");
		state_expect(i == 0 || state->at[i - 1] <= state->at[i], "The times do not fit each other.");
	}
}

Gaps
gaps_values(const GapsState *given)
{
	const GapsState *state = gaps_state_compact(given);
	const int64 *at = state->at;
	int64		gaps = state->log.n - 1;
	double		squares = 0;
	Gaps		values = {NAN, NAN, NAN, NAN};

	if (gaps < 1)
		return values;
	values.mean = days_between(at[0], at[gaps]) / (double) gaps;
	values.last = days_between(at[gaps - 1], at[gaps]);
	for (int64 i = 1; i <= gaps; i++)
	{
		double		off = days_between(at[i - 1], at[i]) - values.mean;

		squares += off * off;
	}
	if (gaps > 1)
		values.variance = squares / (double) (gaps - 1);
	if (values.mean > 0)
		values.last_in_means = values.last / values.mean;

	return values;
}
