/*
 * rfm.h
 *		State of rfm: recency, frequency and monetary value of a customer.
 */
#ifndef COUPON_RFM_H
#define COUPON_RFM_H

#include "coupon.h"

#include "model/sum.h"
#include "model/summary_log.h"

typedef struct RfmState
{
	AsOfState	at;
	int64		first;			/* of the events; 0 without any */
	int64		last;
	Sum			amount;
} RfmState;

typedef struct Rfm
{
	double		recency;		/* days since the last event */
	double		age;			/* days since the first */
	double		monetary;		/* mean amount */
} Rfm;

/* Add an event no later than as_of; the amount within MOST_AMOUNT. */
static inline void
rfm_add(RfmState *state, int64 at, double amount)
{
	if (state->at.log.n++ == 0)
		state->first = state->last = at;
	else if (at > state->last)
		state->last = at;
	else if (at < state->first)
		state->first = at;
	sum_add(&state->amount, amount);
}

extern void *rfm_merge(void *state, const void *other);
extern void *rfm_copy(const void *state);
extern void rfm_check(const FlatState *state);

/* What the events come to; NaN without any. */
extern Rfm	rfm_values(const RfmState *state);

#endif							/* COUPON_RFM_H */
