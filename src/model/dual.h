/*
 * dual.h
 *		Prices of many rules at once.
 */
#ifndef COUPON_DUAL_H
#define COUPON_DUAL_H

#include "coupon.h"

#include "model/scan.h"

/* What prices are for. */
typedef enum DualAim
{
	DUAL_VIOLATION,				/* the least sum of violations, whatever it gains */
	DUAL_GAIN,					/* the most gain; without limit where no allocation keeps the rules */
	DUAL_BOTH,					/* the most gain less violations at the highest price */
} DualAim;

typedef struct Dual
{
	Scanner    *scanner;
	int			nrows;
	double	   *price;			/* (nrows), scaled: of the least gap */
	double		temperature;	/* there */
	double	   *best_price;		/* (nrows), scaled: of the least bound seen */
	double		bound;			/* there, scaled */
	double		most_price;		/* no price exceeds it: what breaking a rule costs */
	double		excess;			/* what the rules are broken by at these costs, scaled */
	double		gap;			/* there, to an allocation in parts, relative */
	int			scans;			/* of all customers */
	bool		hopeless;		/* the search went below what any allocation gains: there is none */
} Dual;

/*
 * Find prices under which the bound is within a relative gap of the least
 * possible one.  For DUAL_VIOLATION, the bound is minus the least sum of scaled
 * violations (for most_price 1): negative if no allocation keeps all rules.
 */
extern Dual *dual_solve(const Market *market, DualAim aim, double most_price,
						double gap, int64 seed);

/* Other prices (nrows; scaled): the best from now on if their bound is the least. */
extern void dual_try(Dual *dual, const double *price);

#endif							/* COUPON_DUAL_H */
