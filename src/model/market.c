/*
 * market.c
 *		All candidates, by customer.
 *
 * Rows are kept in the order in which they come, as runs of one customer
 * each.  Only where customers come back, or not in the order of their keys,
 * the runs are sorted and the items moved, once.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/market.h"
#include "model/radix.h"

#define FIRST_ROOM	1024

Market *
market_make(RuleSet *rules, DuplicateFound duplicate, const void *of)
{
	Market	   *market = palloc0_object(Market);

	market->rules = rules;
	market->duplicate = duplicate;
	market->of = of;
	market->room_customers = market->room_items = FIRST_ROOM;
	market->customers = palloc_array(Customer, FIRST_ROOM);
	market->items = palloc_array(Offering, FIRST_ROOM);
	market->attributes = palloc_array(double, FIRST_ROOM * Max(rules->nattributes, 1));

	return market;
}

void
market_customer(Market *market, int64 customer)
{
	if (market->ncustomers > 0 && market->customers[market->ncustomers - 1].customer == customer)
		return;
	if (market->ncustomers + 1 == market->room_customers)
	{
		market->room_customers *= 2;
		market->customers = repalloc_huge(market->customers, sizeof(Customer) * market->room_customers);
	}
	market->customers[market->ncustomers].customer = customer;
	market->customers[market->ncustomers++].first = market->nitems;
}

void
market_grow(Market *market)
{
	market->room_items *= 2;
	market->items = repalloc_huge(market->items, sizeof(Offering) * market->room_items);
	if (market->rules->nattributes > 0)
		market->attributes = repalloc_huge(market->attributes, sizeof(double) *
										   market->room_items * market->rules->nattributes);
}

/* Numbers that are their own keys sort as signed ones. */
static inline uint64
key_of(const uint64 *keys, int64 customer)
{
	return keys ? keys[customer] : (uint64) customer ^ (UINT64CONST(1) << 63);
}

static bool
in_order(const Market *market, const uint64 *keys)
{
	for (int64 i = 1; i < market->ncustomers; i++)
		if (key_of(keys, market->customers[i].customer) <= key_of(keys, market->customers[i - 1].customer))
			return false;

	return true;
}

/* Bring the runs of each customer together. */
static void
sort_runs(Market *market, const uint64 *keys)
{
	int64		n = market->ncustomers;
	int			width = market->rules->nattributes;
	SortKey    *runs = palloc_huge(SortKey, n);
	SortKey    *spare = palloc_huge(SortKey, n);
	Customer   *customers = palloc_huge(Customer, n + 1);
	Offering	   *items = palloc_huge(Offering, Max(market->nitems, 1));
	double	   *attributes = palloc_huge(double, Max(market->nitems * width, 1));
	int64		at = 0;

	for (int64 i = 0; i < n; i++)
		runs[i] = (SortKey) {key_of(keys, market->customers[i].customer), i};
	radix_sort(runs, spare, n);
	pfree(spare);

	market->ncustomers = 0;
	for (int64 i = 0; i < n; i++)
	{
		const Customer *run = &market->customers[runs[i].row];
		int64		length = run[1].first - run->first;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		if (market->ncustomers == 0 || customers[market->ncustomers - 1].customer != run->customer)
			customers[market->ncustomers++] = (Customer) {run->customer, at};
		memcpy(items + at, market->items + run->first, sizeof(Offering) * length);
		if (width > 0)
			memcpy(attributes + at * width, market->attributes + run->first * width, sizeof(double) * length * width);
		at += length;
	}
	customers[market->ncustomers].first = at;

	pfree(runs);
	pfree(market->customers);
	pfree(market->items);
	pfree(market->attributes);
	market->customers = customers;
	market->items = items;
	market->attributes = attributes;
}

/* Exchange an item with the one before it. */
static void
swap_back(Market *market, int64 at)
{
	Offering		item = market->items[at];
	double	   *attributes = market_attributes(market, at);

	market->items[at] = market->items[at - 1];
	market->items[at - 1] = item;
	for (int k = 0; k < market->rules->nattributes; k++)
	{
		double		value = attributes[k];

		attributes[k] = attributes[k - market->rules->nattributes];
		attributes[k - market->rules->nattributes] = value;
	}
}

void
market_finish(Market *market, const uint64 *keys, const int32 *places)
{
	market->customers[market->ncustomers].first = market->nitems;
	if (!in_order(market, keys))
		sort_runs(market, keys);

	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int64		first = market->customers[i].first;
		int64		end = market->customers[i + 1].first;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		market->most_items = Max(market->most_items, end - first);
		for (int64 at = first + 1; at < end; at++)
		{
			if ((at & 0x3ff) == 0)
				CHECK_FOR_INTERRUPTS();
			for (int64 to = at; to > first; to--)
			{
				int32		place = places[market->items[to].offer];
				int32		before = places[market->items[to - 1].offer];

				if (place > before)
					break;
				if (place == before)
					market->duplicate(market->of, market->customers[i].customer, market->items[to].offer);
				swap_back(market, to);
			}
		}
	}
}
