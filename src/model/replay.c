/*
 * replay.c
 *		States of replay, what another policy earned where it agreed with a
 *		randomised log, and of wape, the error of a forecast.
 *
 * Li, Chu, Langford and Wang, "Unbiased offline evaluation of
 * contextual-bandit-based news article recommendation algorithms" (WSDM 2011).
 */
#include "coupon.h"

#include <math.h>

#include "model/replay.h"
#include "model/summary_log.h"

#define REACH	1.959963984540054	/* of the 95 % interval, in standard errors */

pg_noreturn static void
out_of_range(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s is out of range", what)));
}

void
replay_add(ReplayState *state, double reward, bool matched)
{
	double		off = reward - state->mean;

	state->n++;
	if (!matched)
		return;
	state->matched++;
	state->mean += off / (double) state->matched;
	state->M += off * (reward - state->mean);
}

void *
replay_merge(void *into, const void *given)
{
	ReplayState *state = into;
	const ReplayState *other = given;
	double		off = other->mean - state->mean;
	double		share;

	state->n += other->n;
	state->skipped += other->skipped;
	if (other->matched == 0)
		return state;
	share = (double) other->matched / ((double) state->matched + (double) other->matched);
	state->mean += share * off;
	state->M += other->M + share * (double) state->matched * off * off;
	state->matched += other->matched;

	return state;
}

static void
replay_finite(const ReplayState *state)
{
	if (!isfinite(state->mean) || !isfinite(state->M))
		out_of_range("sum of squares");
}

void *
replay_state_compact(const void *state)
{
	replay_finite(state);

	return state_copy(state);
}

void
replay_state_check(const FlatState *flat)
{
	const ReplayState *state = (const ReplayState *) flat;

	state_expect(VARSIZE(flat) == sizeof(ReplayState), "The length is not that of such a state.");
	state_expect(state->matched >= 0 && state->n >= state->matched && state->n <= PG_INT64_MAX / 2 &&
				state->skipped >= 0 && state->skipped <= PG_INT64_MAX / 2, "A count is out of range.");
	state_expect(isfinite(state->mean) && isfinite(state->M), "A number is not finite.");
	state_expect(state->M >= 0 && (state->matched > 0 || state->mean == 0) && (state->matched > 1 || state->M == 0),
				"The sums do not fit each other.");
}

Replay
replay_values(const ReplayState *state)
{
	double		n = (double) state->matched;
	Replay		replay = {NAN, NAN, NAN, NAN};

	replay_finite(state);
	if (state->matched > 0)
		replay.value = state->mean;
	if (state->matched > 1)
	{
		replay.se = sqrt(state->M / (n - 1) / n);
		replay.low = replay.value - REACH * replay.se;
		replay.high = replay.value + REACH * replay.se;
	}

	return replay;
}

void
wape_add(WapeState *state, double actual, double predicted)
{
	state->n++;
	sum_add(&state->off, fabs(actual - predicted));
	sum_add(&state->actual, fabs(actual));
}

void *
wape_merge(void *into, const void *given)
{
	WapeState  *state = into;
	const WapeState *other = given;

	state->n += other->n;
	state->skipped += other->skipped;
	sum_merge(&state->off, &other->off);
	sum_merge(&state->actual, &other->actual);

	return state;
}

static void
wape_finite(const WapeState *state)
{
	if (!isfinite(sum_value(&state->off)) || !isfinite(sum_value(&state->actual)))
		out_of_range("sum");
}

void *
wape_state_compact(const void *state)
{
	wape_finite(state);

	return state_copy(state);
}

static bool
is_sum(const Sum *sum, int64 n)
{
	return isfinite(sum->sum) && isfinite(sum->lost) && sum->sum >= 0 &&
		fabs(sum->lost) <= sum->sum && (n > 0 || sum->sum == 0);
}

void
wape_state_check(const FlatState *flat)
{
	const WapeState *state = (const WapeState *) flat;

	state_expect(VARSIZE(flat) == sizeof(WapeState), "The length is not that of such a state.");
	state_expect(state->n >= 0 && state->n <= PG_INT64_MAX / 2 &&
				state->skipped >= 0 && state->skipped <= PG_INT64_MAX / 2, "A count is out of range.");
	state_expect(is_sum(&state->off, state->n) && is_sum(&state->actual, state->n), "A sum is out of range.");
}

double
wape_value(const WapeState *state)
{
	double		actual = sum_value(&state->actual);

	wape_finite(state);

	return actual > 0 ? sum_value(&state->off) / actual : NAN;
}
