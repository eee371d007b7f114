/*
 * relax.h
 *		Who gets what where no allocation keeps all rules.
 */
#ifndef COUPON_RELAX_H
#define COUPON_RELAX_H

#include "coupon.h"

#include "model/ruled.h"

/*
 * As ruled_solve(), but where that finds nothing, the allocation of least
 * violation that is found, and of those the one that gains most.  The bound
 * is then of all allocations that break no rule by more than this one does.
 */
extern Ruled *relax_solve(const Market *market, const RuledOptions *options);

#endif							/* COUPON_RELAX_H */
