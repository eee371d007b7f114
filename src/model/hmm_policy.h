/*
 * hmm_policy.h
 *		What an offer is worth to a customer of whom there is only a belief.
 */
#ifndef COUPON_HMM_POLICY_H
#define COUPON_HMM_POLICY_H

#include "coupon.h"

#include "model/hmm.h"
#include "pg/options.h"

#define HMM_POLICY_MOST_LOOKAHEAD	20
#define HMM_POLICY_MOST_BELIEFS		1000000

/* Offers are the inputs of the model. */
typedef struct HmmPolicy
{
	const Hmm  *hmm;
	double		discount;
	double		price;			/* of a unit of cost */
	int			control;		/* the offer that is none, or -1 */
	int			lookahead;		/* steps through beliefs before states count as known */
	double	   *reward;			/* (ninputs, nstates): expected of this step, net of the priced cost */
	double	   *cost;			/* (ninputs, nstates): expected of this step */
	double	  **q;				/* (lookahead + 1) tables (ninputs, nstates): by steps passed, if the state were seen */
	double	   *room;			/* (2 * lookahead + 1, stride) */
} HmmPolicy;

/* What an offer is worth to one customer. */
typedef struct HmmOffer
{
	double		q;
	double		cost;			/* expected of this step */
	double		gain;			/* q without the price of this cost, above that of the control; NaN without one */
} HmmOffer;

/* Plan for all customers: margins by symbol, and the options or NULL. */
extern HmmPolicy *hmm_policy_make(const Hmm *hmm, const Jsonb *margins, const Jsonb *options);

/* By offer: (ninputs).  The belief is (stride). */
extern void hmm_policy_offers(HmmPolicy *policy, const double *belief, HmmOffer *offers);

#endif							/* COUPON_HMM_POLICY_H */
