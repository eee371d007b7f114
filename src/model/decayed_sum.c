/*
 * decayed_sum.c
 *		State of decayed_sum: amounts that halve with every half-life of age.
 */
#include "coupon.h"

#include "model/decayed_sum.h"

#define VANISHED	5000		/* halvings that leave nothing of any number */

double
halved_many(double number, uint64 times)
{
	return ldexp(number, -(int) Min(times, VANISHED));
}

static void
scale(DecayedState *state, double by)
{
	state->amount.sum *= by;
	state->amount.lost *= by;
	state->weight.sum *= by;
	state->weight.lost *= by;
}

void
decayed_use_unit(DecayedState *state, uint64 halvings)
{
	if (state->at.log.n > 0)
		scale(state, halved(1, state->halvings - halvings));
	state->halvings = halvings;
}

/* Let the events of a state grow older. */
static void
age_by(DecayedState *state, uint64 more)
{
	state->halvings += more / (uint64) state->half_life;
	more %= (uint64) state->half_life;
	if (more > 0)
		scale(state, exp2(-(double) more / (double) state->half_life));
	/* or being brought forward again and again would let the sums vanish */
	if (sum_value(&state->weight) < 0.5)
	{
		scale(state, 2);
		state->halvings++;
	}
}

void *
decayed_merge(void *into, const void *given)
{
	DecayedState *state = into;
	DecayedState other = *(const DecayedState *) given;
	int64		was = state->at.as_of;

	if (state->half_life != other.half_life)
		bad_argument("states of decayed_sum have different half-lives");
	as_of_merge(&state->at, &other.at);
	if (other.at.log.n == 0 && state->at.log.n == 0)
		return state;
	if (state->at.log.n > 0)
		age_by(state, time_between(was, state->at.as_of));
	if (other.at.log.n == 0)
		return state;
	age_by(&other, time_between(other.at.as_of, state->at.as_of));
	if (state->at.log.n == 0 || other.halvings < state->halvings)
		decayed_use_unit(state, other.halvings);
	else
		decayed_use_unit(&other, state->halvings);

	state->at.log.n += other.at.log.n;
	sum_merge(&state->amount, &other.amount);
	sum_merge(&state->weight, &other.weight);

	return state;
}

void *
decayed_copy(const void *state)
{
	return state_copy(state);
}

void
decayed_check(const FlatState *flat)
{
	const DecayedState *state = (const DecayedState *) flat;
	int64		n = state->at.log.n;

	log_check(&state->at.log, sizeof(DecayedState), 0);
	as_of_check(&state->at);
	state_expect(state->half_life > 0, "The half-life is out of range.");
	/* rounding may have let the age of a single event reach the next half-life */
	state_expect(state->halvings <= time_between(MIN_TIMESTAMP, state->at.as_of) / (uint64) state->half_life + 1 &&
			   (n > 0 || state->halvings == 0), "A time is out of range.");
	state_expect(sum_is_sound(&state->amount, n, MOST_AMOUNT) && sum_is_sound(&state->weight, n, 1) &&
			   (n == 0 || sum_value(&state->weight) > 0), "A sum is out of range.");
}

Decayed
decayed_values(const DecayedState *state)
{
	double		sum = sum_value(&state->amount);
	double		weight = sum_value(&state->weight);

	return (Decayed) {
		.sum = halved(sum, state->halvings),
		.weight = halved(weight, state->halvings),
		.mean = state->at.log.n > 0 ? sum / weight : NAN,
	};
}
