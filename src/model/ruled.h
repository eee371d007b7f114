/*
 * ruled.h
 *		Who gets what under many rules.
 */
#ifndef COUPON_RULED_H
#define COUPON_RULED_H

#include "coupon.h"

#include "model/market.h"

typedef enum RuledStatus
{
	RULED_OPTIMAL,				/* the allocation reaches the bound */
	RULED_FEASIBLE,
	RULED_INFEASIBLE,			/* proven: no allocation keeps all rules, not even one in parts */
	RULED_INDIVISIBLE,			/* proven by branch and bound: none of whole offers does */
	RULED_UNKNOWN,				/* none was found that does */
	RULED_RELAXED,				/* rules are broken, by as little as was found */
} RuledStatus;

typedef struct Ruled
{
	RuledStatus status;
	bool	   *chosen;			/* by item */
	double	   *price;			/* (rows): of one of the row's right side; if infeasible: of the proof */
	double	   *used;			/* (rows): the sum, mean, share or ratio that the row bounds */
	int128	   *left;			/* (rows): right side less left side, in units; negative: broken */
	double	   *slack;			/* (rows): the same */
	bool	   *binding;		/* (rows): its price matters */
	double		missing;		/* if infeasible: what the priced bounds fall short by */
	double		violation;		/* if relaxed: of all rows, scaled */
	double		least_violation;	/* no allocation breaks the rows by less */
	double		objective;
	double		bound;			/* no allocation within the rules gains more */
	double		spent;
	int64		allocated;		/* customers who get an offer */
	int64		offers;			/* that they get */
	int			most;			/* of them, a customer */
	int			scans;			/* of all customers */
	bool		exact;			/* more than prices and repair had a part in it */
} Ruled;

typedef enum RuledMethod
{
	RULED_AUTO,					/* a limited search where the gap is not good enough */
	RULED_DUAL,					/* prices and repair alone */
	RULED_EXACT,				/* until it is proven */
} RuledMethod;

typedef struct RuledOptions
{
	RuledMethod method;
	int64		seed;
	double		gap;			/* good enough: relative to the bound */
	double		time_limit;		/* seconds of the search; 0: as many as it takes */
	const bool *known;			/* by item: keeps all rules; NULL: nothing is known */
} RuledOptions;

#define RULED_COLUMNS	1000	/* open ones that RULED_AUTO gives to branch and bound, */
#define RULED_WORK		8e6		/* and how much of it: about two seconds */

extern Ruled *ruled_solve(const Market *market, const RuledOptions *options);

/* Nothing found so far. */
extern Ruled *ruled_make(const Market *market);

/* Gain, cost and loads of what is chosen; false if a rule is broken. */
extern bool ruled_add_up(const Market *market, const bool *chosen, Ruled *ruled);

#endif							/* COUPON_RULED_H */
