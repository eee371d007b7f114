/*
 * bandit_policy.h
 *		Policies over the arms of a bandit: with which probability each arm is
 *		chosen, given a posterior of the outcomes.
 */
#ifndef COUPON_BANDIT_POLICY_H
#define COUPON_BANDIT_POLICY_H

#include "coupon.h"

#include "model/bayes.h"
#include "pg/options.h"

typedef enum BanditPolicy
{
	POLICY_THOMPSON,
	POLICY_UCB,
	POLICY_GREEDY,
	POLICY_EPSILON_GREEDY,
	POLICY_UNIFORM,
} BanditPolicy;

typedef struct PolicyOptions
{
	int			policy;			/* a BanditPolicy */
	int			draws;			/* of thompson */
	double		epsilon;		/* of epsilon_greedy */
	double		quantile;		/* of ucb */
	int64		seed;

	/* the gain of an arm is its outcome times multiply less cost; one for all, or one each */
	NumberList	multiply;
	NumberList	cost;
} PolicyOptions;

extern PolicyOptions policy_options(const Jsonb *jsonb);

/* Coefficients drawn from the posterior, for all rows of a query. */
typedef struct PolicyDraws
{
	int			n;
	double	   *theta;			/* (n, d) */
	double	   *noise;			/* (n) */
	double	   *scores;			/* (n) scratch for one arm, */
	double	   *best;			/* (n) ... for the best so far, */
	int		   *winner;			/* (n) ... and which it is */
} PolicyDraws;

/* Draws of the options' number under their seed, palloc'd. */
extern PolicyDraws *policy_draw(const Bayes *bayes, const PolicyOptions *options);

/*
 * The probabilities with which the policy chooses among the arms, rows of X
 * (arms, d), arms > 0.  "draws" is needed by thompson only.
 */
extern void policy_probabilities(const Bayes *bayes, const PolicyOptions *options, PolicyDraws *draws,
								 const double *X, int arms, double *probabilities);

/* The arm that "identity" draws, from 0. */
extern int	policy_choose(const double *probabilities, int arms, int64 seed, uint64 identity);

#endif							/* COUPON_BANDIT_POLICY_H */
