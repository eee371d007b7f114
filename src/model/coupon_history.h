/*
 * coupon_history.h
 *		State of coupon_history: the coupons that a customer was sent, and what
 *		became of them.
 */
#ifndef COUPON_COUPON_HISTORY_H
#define COUPON_COUPON_HISTORY_H

#include "coupon.h"

#include "model/sum.h"
#include "model/summary_log.h"

typedef struct HistoryOptions
{
	double		window;			/* days, of best_discount */
	double		prior_rate;		/* what the redemption rate is shrunk to, */
	double		prior_weight;	/* ... as if so many coupons more had been sent */
} HistoryOptions;

typedef struct Coupon
{
	int64		at;
	uint64		offer;			/* a hash of it */
	double		discount;
	int64		redeemed;		/* 0 or 1 */
} Coupon;

typedef struct HistoryState
{
	AsOfState	at;				/* n coupons */
	HistoryOptions options;
	int64		has_spend;		/* 0 or 1 */
	int64		spends;			/* rows with a spend */
	Sum			spend;			/* of all rows */
	Sum			spend_redeemed; /* of those with a redeemed coupon */
	Coupon		coupons[FLEXIBLE_ARRAY_MEMBER]; /* in any order */
} HistoryState;

/* What cannot be told is NaN. */
typedef struct History
{
	int64		sent;
	int64		redeemed;
	int64		offers;			/* different ones */
	double		redemption_rate;
	double		days_since_sent;
	double		days_since_redeemed;
	double		mean_discount;
	int64		unredeemed_streak;
	double		spend_share;
	double		best_discount;
} History;

extern HistoryState *history_make(int64 as_of, bool has_spend, const HistoryOptions *options);

/* Add a coupon; returns the same state or, if it had to grow, a new one. */
extern HistoryState *history_add(HistoryState *state, const Coupon *coupon);

/* Add what was spent, with a redeemed coupon or without; not negative, within MOST_AMOUNT. */
extern void history_spend(HistoryState *state, double spend, bool redeemed);

/* Add another state of the same options. */
extern void *history_merge(void *state, const void *other);

/* A copy, the coupons in an order of their own. */
extern void *history_compact(const void *state);
extern void history_check(const FlatState *state);

extern History history_values(const HistoryState *state);

#endif							/* COUPON_COUPON_HISTORY_H */
