/*
 * core.h
 *		Whole offers from prices, and the customers for whom it hardly matters.
 */
#ifndef COUPON_CORE_H
#define COUPON_CORE_H

#include "coupon.h"

#include "model/dual.h"
#include "model/gains.h"

typedef struct Change
{
	int			row;
	int128		units;
} Change;

/* Another set of offers for a customer: what it was, less one, plus one. */
typedef struct Choice
{
	int			customer;		/* of the core */
	int64		drop;			/* item, or -1 */
	int64		add;			/* item, or -1 */
	double		regret;			/* value lost against the best, scaled */
	int64		gain;			/* more than at first, in units */
	int64		first;			/* change */
	int			n;				/* changes of loads from what they were at first */
} Choice;

typedef struct CoreCustomer
{
	int			first;			/* choice: things as they are; the others follow */
	int			current;
} CoreCustomer;

typedef struct Core
{
	const Dual *dual;
	GainScale	scale;
	bool	   *chosen;			/* by item */
	int128	   *slack;			/* (nrows), in units; negative: broken */

	int			ncustomers;
	CoreCustomer *customers;
	int			nchoices;
	Choice	   *choices;
	int64		nchanges;
	Change	   *changes;

	int			room_customers;
	int			room_choices;
	int64		room_changes;
} Core;

/* Round what the prices leave open: whole offers for everyone, and what is left of each bound. */
extern Core *core_round(const Dual *dual, int64 seed);

/* Begin anew, with this allocation. */
extern void core_take(Core *core, const bool *chosen);

/* The choices of least regret, about so many. */
extern void core_choices(Core *core, int most, int64 seed);

/* Make the current choices those that things are compared with. */
extern void core_settle(Core *core);

#endif							/* COUPON_CORE_H */
