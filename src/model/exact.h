/*
 * exact.h
 *		The best whole allocation under many rules, by branch and bound.
 */
#ifndef COUPON_EXACT_H
#define COUPON_EXACT_H

#include "coupon.h"

#include "lib/glpk.h"
#include "model/dual.h"

typedef struct Exact
{
	LinearStatus status;
	bool	   *chosen;			/* by offering, if optimal or feasible */
	bool		whole;			/* all that could be better was looked at */
	double		bound;			/* if so: no allocation gains more */
} Exact;

typedef struct ExactOptions
{
	int64		most_columns;	/* of more open ones those of least regret are tried; 0: no limit */
	double		gap;			/* relative: good enough; 0: prove it */
	double		most_work;		/* of branch and bound, as for glpk_solve(); 0: no limit */
	double		time_limit;		/* seconds; 0: none */
} ExactOptions;

/*
 * Search what the prices leave open: whatever is better than "incumbent"
 * (NULL: anything will do), whose gain is given.  NULL if too much is open
 * of customers who may get several offers.
 */
extern Exact *exact_solve(const Dual *dual, const bool *incumbent, double gain,
						  const ExactOptions *options);

/* Better prices from the linear programme of what those found leave open, as long as that is small. */
extern void exact_prices(Dual *dual);

#endif							/* COUPON_EXACT_H */
