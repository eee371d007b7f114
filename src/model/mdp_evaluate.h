/*
 * mdp_evaluate.h
 *		The values of one policy of a Markov decision process.
 */
#ifndef COUPON_MDP_EVALUATE_H
#define COUPON_MDP_EVALUATE_H

#include "coupon.h"

#include "model/mdp.h"

/* A policy, and what it earns in a step. */
typedef struct MdpPolicy
{
	const Mdp  *mdp;
	const int64 *best;			/* (nstates): a pair, or -1 of a state without any */
	const double *reward;		/* (npairs): net */
	double		discount;
} MdpPolicy;

/*
 * Solve  value = reward + discount * P value  from the values given, until no
 * equation is off by more than "target".  The values are left as they were if
 * that does not bring them nearer.  Returns what they are off by.
 */
extern double mdp_evaluate(const MdpPolicy *policy, double *value, double target,
						   const MdpOptions *options, Progress *progress);

#endif							/* COUPON_MDP_EVALUATE_H */
