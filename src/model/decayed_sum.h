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

/* The number times 2^-times, rounded once. */
extern double halved_many(double number, uint64 times);

static inline double
halved(double number, uint64 times)
{
	union
	{
		uint64		bits;
		double		number;
	}			power;

	if (unlikely(times > 1000))
		return halved_many(number, times);

	power.bits = (1023 - times) << 52;	/* a double by its exponent */

	return number * power.number;
}

/* Go over to the unit of an event or state that is younger. */
extern void decayed_use_unit(DecayedState *state, uint64 halvings);

/* Add an event no later than as_of; the amount within MOST_AMOUNT. */
static inline void
decayed_add(DecayedState *state, int64 at, double amount)
{
	uint64		age = time_between(at, state->at.as_of);
	uint64		halvings = age / (uint64) state->half_life;
	double		weight = exp2(-(double) (age % (uint64) state->half_life) / (double) state->half_life);

	if (unlikely(state->at.log.n == 0 || halvings < state->halvings))
		decayed_use_unit(state, halvings);
	weight = halved(weight, halvings - state->halvings);
	state->at.log.n++;
	sum_add(&state->amount, amount * weight);
	sum_add(&state->weight, weight);
}

/* Add another state; half-lives must be the same. */
extern void *decayed_merge(void *state, const void *other);
extern void *decayed_copy(const void *state);
extern void decayed_check(const FlatState *state);

/* What the events come to; the mean is NaN without any. */
extern Decayed decayed_values(const DecayedState *state);

#endif							/* COUPON_DECAYED_SUM_H */
