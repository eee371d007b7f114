/*
 * sessions.c
 *		State of sessions: a customer's events, put together where no pause
 *		between them is longer than a gap.
 */
#include "coupon.h"

#include <math.h>

#include "model/sessions.h"

#define FIXED	offsetof(SessionsState, runs)

SessionsState *
sessions_make(int64 gap)
{
	SessionsState *state = state_make(STATE_SESSIONS, FIXED);

	state->gap = gap;

	return state;
}

static int
by_first(const void *one, const void *two)
{
	const Session *a = one;
	const Session *b = two;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* Do two runs belong to one session? */
static inline bool
belong(const Session *a, const Session *b, int64 gap)
{
	if (a->last < b->first)
		return time_between(a->last, b->first) <= (uint64) gap;
	if (b->last < a->first)
		return time_between(b->last, a->first) <= (uint64) gap;

	return true;
}

static inline void
join(Session *to, const Session *run)
{
	to->first = Min(to->first, run->first);
	to->last = Max(to->last, run->last);
	to->events += run->events;
}

/* Put together what belongs together, and sort it. */
static void
fold(SessionsState *state)
{
	int64		n = 0;

	qsort(state->runs, state->log.n, sizeof(Session), by_first);
	for (int64 i = 0; i < state->log.n; i++)
	{
		if (n > 0 && belong(&state->runs[n - 1], &state->runs[i], state->gap))
			join(&state->runs[n - 1], &state->runs[i]);
		else
			state->runs[n++] = state->runs[i];
	}
	state->log.n = n;
}

SessionsState *
sessions_add(SessionsState *state, const Session *run)
{
	int64		n = state->log.n;

	/* rows in order of time, either way, extend the run that came last */
	if (n > 0 && belong(&state->runs[n - 1], run, state->gap))
	{
		join(&state->runs[n - 1], run);
		return state;
	}
	if (n == log_room(state, FIXED, sizeof(Session)))
	{
		fold(state);
		/* folding again and again must not become a habit */
		n = state->log.n;
		if (n >= log_room(state, FIXED, sizeof(Session)) / 2)
			state = log_reserve(state, FIXED, sizeof(Session), n + 1);
	}
	state->runs[state->log.n++] = *run;

	return state;
}

void *
sessions_merge(void *into, const void *given)
{
	SessionsState *state = into;
	const SessionsState *other = given;

	if (state->gap != other->gap)
		bad_argument("states of sessions have different gaps");
	log_merge_left_out(&state->log, &other->log);
	for (int64 i = 0; i < other->log.n; i++)
		state = sessions_add(state, &other->runs[i]);

	return state;
}

void *
sessions_state_compact(const void *given)
{
	SessionsState *state = state_copy(given);

	fold(state);

	return log_trim(state, FIXED, sizeof(Session));
}

void
sessions_check(const FlatState *flat)
{
	const SessionsState *state = (const SessionsState *) flat;

	log_check(&state->log, FIXED, sizeof(Session));
	state_expect(state->log.future == 0, "A count is out of range.");
	state_expect(state->gap > 0, "The gap is out of range.");
	for (int64 i = 0; i < state->log.n; i++)
	{
		const Session *run = &state->runs[i];

		state_expect(IS_VALID_TIMESTAMP(run->first) && IS_VALID_TIMESTAMP(run->last) && run->first <= run->last,
				   "A time is out of range.");
		state_expect(run->events >= (run->first < run->last ? 2 : 1) && run->events <= PG_INT64_MAX / 2 / LOG_MOST,
				   "A count is out of range.");
		state_expect(i == 0 || (run[-1].last < run->first && !belong(&run[-1], run, state->gap)),
				   "The times do not fit each other.");
	}
}

Sessions
sessions_values(const SessionsState *given)
{
	const SessionsState *state = sessions_state_compact(given);
	Sessions	values = {.sessions = state->log.n};
	double		seconds = 0;

	for (int64 i = 0; i < state->log.n; i++)
	{
		const Session *run = &state->runs[i];
		double		length = (double) time_between(run->first, run->last) / USECS_PER_SEC;

		values.events += run->events;
		values.longest_seconds = Max(values.longest_seconds, length);
		seconds += length;
	}
	values.mean_events = values.sessions > 0 ? (double) values.events / (double) values.sessions : NAN;
	values.mean_seconds = values.sessions > 0 ? seconds / (double) values.sessions : NAN;
	if (values.sessions > 0)
		values.latest = state->runs[state->log.n - 1];
	else
		values.longest_seconds = NAN;

	return values;
}
