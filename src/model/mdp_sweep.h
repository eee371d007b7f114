/*
 * mdp_sweep.h
 *		Sweeps in place, in an order in which what comes later is known first.
 */
#ifndef COUPON_MDP_SWEEP_H
#define COUPON_MDP_SWEEP_H

#include "coupon.h"

#include "model/mdp.h"

/* The states, (nstates): each behind those that it leads to, but for cycles. */
extern int32 *mdp_order(const Mdp *mdp);

/*
 * Put what the policy "best" (a pair of each state, or -1) makes of the values
 * in their place, state by state.  Without cycles of more than one state they
 * are then those of the policy.
 */
extern void mdp_sweep_policy(const Mdp *mdp, const int32 *order, const int64 *best,
							 const double *reward, double discount, double *value);

/* The same with the pair that makes most of them, of rewards of 1 and no discount. */
extern void mdp_sweep_longest(const Mdp *mdp, const int32 *order, double *value);

#endif							/* COUPON_MDP_SWEEP_H */
