/*
 * coupon_history.c
 *		State of coupon_history: the coupons that a customer was sent, and what
 *		became of them.
 */
#include "coupon.h"

#include "model/coupon_history.h"

#define FIXED	offsetof(HistoryState, coupons)

HistoryState *
history_make(int64 as_of, bool has_spend, const HistoryOptions *options)
{
	HistoryState *state = state_make(STATE_COUPON_HISTORY, FIXED);

	state->at.as_of = as_of;
	state->has_spend = has_spend;
	state->options = *options;

	return state;
}

HistoryState *
history_add(HistoryState *state, const Coupon *coupon)
{
	state = log_reserve(state, FIXED, sizeof(Coupon), state->at.log.n + 1);
	state->coupons[state->at.log.n++] = *coupon;

	return state;
}

void
history_spend(HistoryState *state, double spend, bool redeemed)
{
	state->spends++;
	sum_add(&state->spend, spend);
	if (redeemed)
		sum_add(&state->spend_redeemed, spend);
}

void *
history_merge(void *into, const void *given)
{
	HistoryState *state = into;
	const HistoryState *other = given;
	int64		n = other->at.log.n;

	if (memcmp(&state->options, &other->options, sizeof(HistoryOptions)) != 0)
		bad_argument("states of coupon_history have different options");
	if (state->has_spend != other->has_spend)
		bad_argument("one state of coupon_history has spend and another has none");
	state = log_reserve(state, FIXED, sizeof(Coupon), state->at.log.n + n);
	as_of_merge(&state->at, &other->at);
	memcpy(state->coupons + state->at.log.n, other->coupons, sizeof(Coupon) * n);
	state->at.log.n += n;
	state->spends += other->spends;
	sum_merge(&state->spend, &other->spend);
	sum_merge(&state->spend_redeemed, &other->spend_redeemed);

	return state;
}

#define COMPARE(a, b)	((a) < (b) ? -1 : (a) > (b))

/* By time; at the same time by content, what was redeemed last. */
static int
by_time(const void *one, const void *two)
{
	const Coupon *a = one;
	const Coupon *b = two;

	if (a->at != b->at)
		return COMPARE(a->at, b->at);
	if (a->redeemed != b->redeemed)
		return COMPARE(a->redeemed, b->redeemed);
	if (a->discount != b->discount)
		return COMPARE(a->discount, b->discount);
	return COMPARE(a->offer, b->offer);
}

static int
by_number(const void *one, const void *two)
{
	uint64		a = *(const uint64 *) one;
	uint64		b = *(const uint64 *) two;

	return COMPARE(a, b);
}

void *
history_compact(const void *given)
{
	HistoryState *state = log_trim(given, FIXED, sizeof(Coupon));

	qsort(state->coupons, state->at.log.n, sizeof(Coupon), by_time);

	return state;
}

static bool
options_are_sound(const HistoryOptions *options)
{
	return options->window > 0 && isfinite(options->window) &&
		options->prior_rate >= 0 && options->prior_rate <= 1 &&
		options->prior_weight >= 0 && isfinite(options->prior_weight);
}

void
history_check(const FlatState *flat)
{
	const HistoryState *state = (const HistoryState *) flat;

	log_check(&state->at.log, FIXED, sizeof(Coupon));
	as_of_check(&state->at);
	state_expect(options_are_sound(&state->options), "An option is out of range.");
	state_expect((state->has_spend == 0 || state->has_spend == 1) && state->spends >= 0 &&
			   state->spends <= (state->has_spend ? PG_INT64_MAX / 2 : 0), "A count is out of range.");
	state_expect(sum_is_sound(&state->spend, state->spends, MOST_AMOUNT) &&
			   sum_is_sound(&state->spend_redeemed, state->spends, MOST_AMOUNT) &&
			   sum_value(&state->spend_redeemed) >= 0 &&
			   sum_value(&state->spend_redeemed) <= sum_value(&state->spend) * (1 + 1e-9), "A sum is out of range.");
	for (int64 i = 0; i < state->at.log.n; i++)
	{
		const Coupon *coupon = &state->coupons[i];

		state_expect(IS_VALID_TIMESTAMP(coupon->at) && coupon->at <= state->at.as_of, "A time is out of range.");
		state_expect(coupon->redeemed == 0 || coupon->redeemed == 1, "A count or an index is out of range.");
		state_expect(coupon->discount >= 0 && coupon->discount <= MOST_AMOUNT, "A number is out of range.");
		state_expect(i == 0 || by_time(coupon - 1, coupon) <= 0, "The times do not fit each other.");
	}
}

static int64
count_offers(const Coupon *coupons, int64 n)
{
	uint64	   *offers = palloc_array(uint64, Max(n, 1));
	int64		different = 0;

	for (int64 i = 0; i < n; i++)
		offers[i] = coupons[i].offer;
	qsort(offers, n, sizeof(uint64), by_number);
	for (int64 i = 0; i < n; i++)
		different += i == 0 || offers[i] != offers[i - 1];

	return different;
}

History
history_values(const HistoryState *given)
{
	const HistoryState *state = history_compact(given);
	const HistoryOptions *options = &state->options;
	int64		as_of = state->at.as_of;
	int64		n = state->at.log.n;
	double		spend = sum_value(&state->spend);
	Sum			discounts = {0};
	History		values = {
		.sent = n,
		.offers = count_offers(state->coupons, n),
		.days_since_sent = n > 0 ? days_between(state->coupons[n - 1].at, as_of) : NAN,
		.days_since_redeemed = NAN,
		.best_discount = NAN,
		.spend_share = spend > 0 ? Min(sum_value(&state->spend_redeemed) / spend, 1) : NAN,
	};

	for (int64 i = 0; i < n; i++)
	{
		const Coupon *coupon = &state->coupons[i];

		sum_add(&discounts, coupon->discount);
		values.unredeemed_streak++;
		if (coupon->redeemed)
		{
			values.redeemed++;
			values.days_since_redeemed = days_between(coupon->at, as_of);
			values.unredeemed_streak = 0;
		}
		if (days_between(coupon->at, as_of) <= options->window &&
			!(coupon->discount <= values.best_discount))
			values.best_discount = coupon->discount;
	}
	values.mean_discount = n > 0 ? sum_value(&discounts) / (double) n : NAN;
	values.redemption_rate = ((double) values.redeemed + options->prior_weight * options->prior_rate) /
		((double) n + options->prior_weight);

	return values;
}
