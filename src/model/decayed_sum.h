/*
 * decayed_sum.h
 *		State of decayed_sum: amounts that halve with every half-life of age.
 *
 * An event of age (halvings + part) * half_life weighs 2^-part * 2^-halvings.
 * The sums are in units of 2^-halvings of the youngest event so far, so they
 * neither overflow nor vanish, and going over to another unit is exact.
 */
#ifndef COUPON_DECAYED_SUM_H
#define COUPON_DECAYED_SUM_H

#include "coupon.h"

#include "model/sum.h"
#include "model/summary_log.h"

typedef struct DecayedState
{
	AsOfState	at;
	int64		half_life;		/* microseconds */
	uint64		halvings;		/* the unit of the sums */
	Sum			amount;			/* of amount * weight */
	Sum			weight;
} DecayedState;

typedef struct Decayed
{
	double		sum;
	double		weight;
	double		mean;			/* sum / weight */
} Decayed;

/* Add an event no later than as_of; the amount within MOST_AMOUNT. */
extern void decayed_add(DecayedState *state, int64 at, double amount);

/* Add another state; half-lives must be the same. */
extern void *decayed_merge(void *state, const void *other);
extern void *decayed_copy(const void *state);
extern void decayed_check(const FlatState *state);

/* What the events come to; the mean is NaN without any. */
extern Decayed decayed_values(const DecayedState *state);

#endif							/* COUPON_DECAYED_SUM_H */
