/*
 * gaps.h
 *		State of gaps: the times between a customer's consecutive events.
 */
#ifndef COUPON_GAPS_H
#define COUPON_GAPS_H

#include "coupon.h"

#include "model/summary_log.h"

typedef struct GapsState
{
	LogState	log;
	int64		at[FLEXIBLE_ARRAY_MEMBER];	/* of the events, in any order */
} GapsState;

/* In days; what cannot be told is NaN. */
typedef struct Gaps
{
	double		mean;
	double		variance;		/* of the sample */
	double		last;			/* between the latest two events */
	double		last_in_means;	/* the same in units of the mean */
} Gaps;

extern GapsState *gaps_make(void);

/* Add an event; returns the same state or, if it had to grow, a new one. */
extern GapsState *gaps_add(GapsState *state, int64 at);
extern void *gaps_merge(void *state, const void *other);

/* A copy, earliest event first. */
extern void *gaps_state_compact(const void *state);
extern void gaps_check(const FlatState *state);

extern Gaps gaps_values(const GapsState *state);

#endif							/* COUPON_GAPS_H */
