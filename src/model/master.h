/*
 * master.h
 *		Whole offers by blocks: plans of each block, put together by a master
 *		programme.
 */
#ifndef COUPON_MASTER_H
#define COUPON_MASTER_H

#include "coupon.h"

#include "model/dual.h"

typedef struct Mastered
{
	bool	   *chosen;			/* by item: keeps the rules up to rounding; NULL if none was found */
	double		bound;			/* no allocation gains more, unless it is one that */
	double		reach;			/* lacks at least this to the bound of the prices */
} Mastered;

/*
 * Better an allocation (by item; NULL if there is none) to within a relative
 * gap of the bound, if the rules make blocks; NULL if they
 * do not.  With patience blocks are searched longer.
 */
extern Mastered *master_solve(const Dual *dual, const bool *incumbent, double gap, bool patient, double time_limit);

#endif							/* COUPON_MASTER_H */
