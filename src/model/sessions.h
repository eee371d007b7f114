/*
 * sessions.h
 *		State of sessions: a customer's events, put together where no pause
 *		between them is longer than a gap.
 *
 * The items are runs of events that belong to one session.  Runs are put
 * together when room runs out, so the state grows with the sessions, not with
 * the events; until then runs may touch, overlap and stand in any order.
 */
#ifndef COUPON_SESSIONS_H
#define COUPON_SESSIONS_H

#include "coupon.h"

#include "model/summary_log.h"

typedef struct Session
{
	int64		first;
	int64		last;
	int64		events;
} Session;

typedef struct SessionsState
{
	LogState	log;			/* n runs */
	int64		gap;			/* microseconds */
	Session		runs[FLEXIBLE_ARRAY_MEMBER];
} SessionsState;

typedef struct Sessions
{
	int64		sessions;
	int64		events;
	double		mean_events;	/* of a session; NaN without any */
	double		mean_seconds;	/* from first to last event */
	double		longest_seconds;
	Session		latest;
} Sessions;

extern SessionsState *sessions_make(int64 gap);

/* Add a run; returns the same state or, if it had to grow, a new one. */
extern SessionsState *sessions_add(SessionsState *state, const Session *run);

/* Add another state; gaps must be the same. */
extern void *sessions_merge(void *state, const void *other);

/* A copy of whole sessions, earliest first. */
extern void *sessions_state_compact(const void *state);
extern void sessions_check(const FlatState *state);

extern Sessions sessions_values(const SessionsState *state);

#endif							/* COUPON_SESSIONS_H */
