/*
 * market.h
 *		All candidates, by customer, for rules that need more than hulls.
 */
#ifndef COUPON_MARKET_H
#define COUPON_MARKET_H

#include "coupon.h"

#include <math.h>

#include "model/hull.h"
#include "model/ruleset.h"

typedef struct Offering
{
	double		gain;
	double		cost;
	int32		offer;
	int32		class;			/* of the rule set */
} Offering;

/*
 * Once finished, customers are in the order of their keys and the items of
 * each in the order of its offers, whatever the order of the rows was: what
 * is computed in this order does not depend on it.
 */
typedef struct Market
{
	RuleSet    *rules;
	DuplicateFound duplicate;
	const void *of;				/* handed to it */

	int64		ncustomers;
	int64		room_customers;
	Customer   *customers;		/* one more than there are; "first" is an item */
	int64		nitems;
	int64		room_items;
	Offering	   *items;
	double	   *attributes;		/* (nitems, rules->nattributes) */
	int64		most_items;		/* of a customer */
	double		largest_gain;	/* absolute */
} Market;

extern Market *market_make(RuleSet *rules, DuplicateFound duplicate, const void *of);

/* What is added from now on is of this customer, who may come back later. */
extern void market_customer(Market *market, int64 customer);

/* Room for one more item; its attributes follow it. */
extern void market_grow(Market *market);

/*
 * There are no more.  Keys give the order of customers by their number, or
 * are NULL where the number is the key; places give that of offers.
 */
extern void market_finish(Market *market, const uint64 *keys, const int32 *places);

static inline void
market_add(Market *market, int32 offer, int32 class, double gain, double cost)
{
	if (market->nitems == market->room_items)
		market_grow(market);
	market->items[market->nitems++] = (Offering) {gain, cost, offer, class};
	market->largest_gain = Max(market->largest_gain, fabs(gain));
}

/* The attributes of an item. */
static inline double *
market_attributes(const Market *market, int64 at)
{
	return market->attributes + at * market->rules->nattributes;
}

#endif							/* COUPON_MARKET_H */
