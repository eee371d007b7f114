/*
 * mdp.h
 *		A Markov decision process of states, offers and transitions, and its Bellman equation.
 */
#ifndef COUPON_MDP_H
#define COUPON_MDP_H

#include "coupon.h"

#include "pg/options.h"
#include "pg/progress.h"

#define MDP_AMOUNT_MOST		1e100	/* sums of rewards stay finite */
#define MDP_PRICE_MOST		1e9
#define MDP_HORIZON_MOST	100000
#define MDP_MASS_SLACK		1e-6	/* of probabilities from a sum of 1 */
#define MDP_THE_END			(-1)	/* what a journey that ends goes to */

/* A row as it came; states and offers are numbers. */
typedef struct Transition
{
	int32		state;
	int32		offer;
	int32		next;			/* a state, or MDP_THE_END */
	double		probability;
	double		reward;
	double		cost;
} Transition;

typedef struct Transitions
{
	Transition *rows;
	int64		n;
	int64		room;
} Transitions;

/* A pair is a state with an offer that can be made there. */
typedef struct Mdp
{
	int			nstates;
	int64		npairs;
	int64	   *pairs;			/* (nstates + 1): the first pair of each state */
	int32	   *state;			/* (npairs) */
	int32	   *offer;			/* (npairs), rising within a state */
	double	   *mass;			/* (npairs): sum of the probabilities as they came */
	double	   *reward;			/* (npairs): expected */
	double	   *cost;			/* (npairs): expected */
	int64	   *first;			/* (npairs + 1): the first transition of each pair */
	int32	   *next;			/* by transition: a state */
	double	   *probability;	/* by transition, in sum 1 but for what ends */
	bool	   *ends;			/* (npairs): part of the probability is the end */
} Mdp;

typedef enum MdpMethod
{
	MDP_VALUE,
	MDP_POLICY,
	MDP_MODIFIED_POLICY,
} MdpMethod;

typedef struct MdpOptions
{
	double		discount;
	int			horizon;		/* 0: none */
	int			iterations;
	int			method;			/* an MdpMethod */
	double		price;			/* of a unit of cost */
	bool		quiet;
	bool		steps;			/* all steps of the horizon */
	double		tolerance;
	const char *work;			/* for messages */
} MdpOptions;

/* What the best policy earns. */
typedef struct MdpSolution
{
	double	   *value;			/* (nstates) */
	double	   *q;				/* (npairs) */
	int64	   *best;			/* (nstates): a pair, or -1 of a state without any */
	double		error;			/* no value is farther from the truth, rounding aside */
	bool		converged;		/* the error is within the tolerance */
	int			iterations;
} MdpSolution;

/* Called with the solution of each step of a horizon, the last step first. */
typedef void (*MdpStep) (void *to, int step, const MdpSolution *solution);

/* The options, or their defaults of NULL. */
extern MdpOptions mdp_options(const Jsonb *jsonb);

extern void transitions_init(Transitions *transitions);
extern void transitions_add(Transitions *transitions, const Transition *row);

/* Give states and offers other numbers: those in these arrays. */
extern void transitions_renumber(Transitions *transitions, const int32 *states, const int32 *offers);

/* The process of these rows, in whatever order they came. */
extern Mdp *mdp_make(const Transitions *transitions, int nstates);

/* The first pair whose probabilities do not sum to 1, or -1. */
extern int64 mdp_unbalanced(const Mdp *mdp);

/* A state from which some policy never comes to an end, or -1. */
extern int	mdp_endless(const Mdp *mdp);

/* The best policy of a horizon of steps from now; step() may be NULL. */
extern MdpSolution *mdp_finite(const Mdp *mdp, const MdpOptions *options, Progress *progress,
							   MdpStep step, void *to);

/*
 * The best policy for ever.  Without a discount every policy must come to an
 * end: mdp_endless() says so.
 */
extern MdpSolution *mdp_infinite(const Mdp *mdp, const MdpOptions *options, Progress *progress);

#endif							/* COUPON_MDP_H */
