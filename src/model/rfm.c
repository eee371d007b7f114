/*
 * rfm.c
 *		State of rfm: recency, frequency and monetary value of a customer.
 */
#include "coupon.h"

#include "model/rfm.h"

void *
rfm_merge(void *into, const void *given)
{
	RfmState   *state = into;
	const RfmState *other = given;

	as_of_merge(&state->at, &other->at);
	if (other->at.log.n == 0)
		return state;
	if (state->at.log.n == 0)
	{
		state->first = other->first;
		state->last = other->last;
	}
	state->first = Min(state->first, other->first);
	state->last = Max(state->last, other->last);
	state->at.log.n += other->at.log.n;
	sum_merge(&state->amount, &other->amount);

	return state;
}

void *
rfm_copy(const void *state)
{
	return state_copy(state);
}

void
rfm_check(const FlatState *flat)
{
	const RfmState *state = (const RfmState *) flat;

	log_check(&state->at.log, sizeof(RfmState), 0);
	as_of_check(&state->at);
	state_expect(sum_is_sound(&state->amount, state->at.log.n, MOST_AMOUNT), "A sum is out of range.");
	if (state->at.log.n == 0)
		state_expect(state->first == 0 && state->last == 0, "The times do not fit each other.");
	else
		state_expect(IS_VALID_TIMESTAMP(state->first) && state->first <= state->last &&
				   state->last <= state->at.as_of, "The times do not fit each other.");
}

Rfm
rfm_values(const RfmState *state)
{
	if (state->at.log.n == 0)
		return (Rfm) {NAN, NAN, NAN};

	return (Rfm) {
		.recency = days_between(state->last, state->at.as_of),
		.age = days_between(state->first, state->at.as_of),
		.monetary = sum_value(&state->amount) / (double) state->at.log.n,
	};
}
