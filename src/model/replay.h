/*
 * replay.h
 *		States of replay, what another policy earned where it agreed with a
 *		randomised log, and of wape, the error of a forecast.
 */
#ifndef COUPON_REPLAY_H
#define COUPON_REPLAY_H

#include "coupon.h"

#include "model/sum.h"
#include "pg/state.h"

typedef struct ReplayState
{
	FlatState	head;
	int64		n;				/* rows */
	int64		skipped;		/* rows with a null */
	int64		matched;		/* rows whose offer is the one chosen, in what follows */
	double		mean;			/* of the reward */
	double		M;				/* sum of squared deviations from it */
} ReplayState;

extern void replay_add(ReplayState *state, double reward, bool matched);
extern void *replay_merge(void *state, const void *other);
extern void *replay_state_compact(const void *state);
extern void replay_state_check(const FlatState *state);

/* What cannot be told is NaN. */
typedef struct Replay
{
	double		value;
	double		se;
	double		low;			/* of the 95 % interval */
	double		high;
} Replay;

/* An error if squares have exceeded the range of numbers. */
extern Replay replay_values(const ReplayState *state);

typedef struct WapeState
{
	FlatState	head;
	int64		n;				/* rows */
	int64		skipped;
	Sum			off;			/* of |actual - predicted| */
	Sum			actual;			/* of |actual| */
} WapeState;

extern void wape_add(WapeState *state, double actual, double predicted);
extern void *wape_merge(void *state, const void *other);
extern void *wape_state_compact(const void *state);
extern void wape_state_check(const FlatState *state);

/* NaN where all that is actual is 0. */
extern double wape_value(const WapeState *state);

#endif							/* COUPON_REPLAY_H */
