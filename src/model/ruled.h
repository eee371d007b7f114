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
} RuledStatus;

typedef struct Ruled
{
	RuledStatus status;
	bool	   *chosen;			/* by item */
	double	   *price;			/* (rows): of one of the row's right side; if infeasible: of the proof */
	double	   *used;			/* (rows): the sum, mean, share or ratio that the row bounds */
	double	   *slack;			/* (rows): right side less left side */
	bool	   *binding;		/* (rows): its price matters */
	double		missing;		/* if infeasible: what the priced bounds fall short by */
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
} RuledOptions;

extern Ruled *ruled_solve(const Market *market, const RuledOptions *options);

#endif							/* COUPON_RULED_H */
