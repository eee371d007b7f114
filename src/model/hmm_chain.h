/*
 * hmm_chain.h
 *		Hidden Markov chains: scaled recursions over sequences of symbols.
 *
 * The matrices are padded with zeros so that a row is a whole number of
 * vector registers.  Beliefs are rows of "stride" numbers that sum to 1.
 */
#ifndef COUPON_HMM_CHAIN_H
#define COUPON_HMM_CHAIN_H

#include "coupon.h"

#include <math.h>

#define HMM_BLOCK	1024		/* steps that are in memory at a time */

typedef struct HmmChain
{
	int			nstates;
	int			stride;			/* nstates, rounded up */
	int			nsymbols;
	int			ninputs;		/* at least 1 */
	bool		by_input;		/* emissions depend on the input, too */
	double	   *start;			/* (stride) */
	double	   *A;				/* (ninputs, stride, stride): from, to */
	double	   *At;				/* (ninputs, stride, stride): to, from */
	double	   *B;				/* (1 or ninputs, nsymbols + 1, stride); the last row is of a symbol unseen: ones */
} HmmChain;

/* One sequence. */
typedef struct HmmSteps
{
	int64		n;
	const uint16 *symbols;		/* (n); nsymbols of one unseen */
	const uint16 *inputs;		/* (n), or NULL: each is 0 */
	double		weight;			/* customers who have it */
} HmmSteps;

/* Expected counts; the shapes of a chain. */
typedef struct HmmCounts
{
	double	   *start;			/* (stride) */
	double	   *A;				/* (ninputs, stride, stride); to be multiplied with the chain's A at the end */
	double	   *B;				/* (1 or ninputs, nsymbols + 1, stride) */
} HmmCounts;

/* The logarithm of a product of many numbers. */
typedef struct LogProduct
{
	double		log;
	double		product;
} LogProduct;

/* A chain without probabilities in this context. */
extern HmmChain *hmm_chain_make(int nstates, int nsymbols, int ninputs, bool by_input);

/* Fill it: (nstates), (ninputs, nstates, nstates), (1 or ninputs, nstates, nsymbols). */
extern void hmm_chain_set(HmmChain *chain, const double *start, const double *transitions,
						  const double *emissions);

static inline double *
hmm_chain_emission(const HmmChain *chain, int input, int symbol)
{
	return chain->B + ((Size) (chain->by_input ? input : 0) * (chain->nsymbols + 1) + symbol) * chain->stride;
}

static inline double *
hmm_chain_transition(const HmmChain *chain, int input)
{
	return chain->A + (Size) input * chain->stride * chain->stride;
}

/*
 * Beliefs after the steps from..to-1, given the one before them (NULL: none):
 * rows of belief; and the probability of each step.  Returns the first step
 * that is impossible (less probable than 1e-300 after those before it), or "to".
 */
extern int64 hmm_forward(const HmmChain *chain, const HmmSteps *steps, int64 from, int64 to,
						 const double *before, double *beliefs, double *probabilities);

/*
 * The logarithm of the probability of a sequence and, unless they are NULL,
 * the belief after it (stride) and the first impossible step, or n.  -infinity
 * of what is impossible.
 */
extern double hmm_filter_steps(const HmmChain *chain, const HmmSteps *steps, double *belief, int64 *impossible);

/* The states expected one step on, (stride) each. */
extern void hmm_predict(const HmmChain *chain, const double *belief, int input, double *states);

/* Take a symbol into account: states becomes a belief.  Returns its probability; 0 leaves nothing. */
extern double hmm_observe(const HmmChain *chain, double *states, int input, int symbol);

/* What hmm_count_steps() works with, for sequences of up to so many steps. */
typedef struct HmmRoom HmmRoom;

extern HmmRoom *hmm_room_make(const HmmChain *chain, int64 longest);

/*
 * Add a sequence's expected counts to "counts", unless NULL; and put the
 * probabilities of its states, (n, stride), unless NULL.  Returns the
 * logarithm of the sequence's probability; -infinity, and nothing is counted.
 */
extern double hmm_count_steps(const HmmChain *chain, const HmmSteps *steps, HmmRoom *room,
							  HmmCounts *counts, double *posterior);

extern HmmCounts *hmm_counts_make(const HmmChain *chain);
extern void hmm_counts_clear(const HmmChain *chain, HmmCounts *counts);

/* The counts of transitions are complete: multiply with the chain's A. */
extern void hmm_counts_end(const HmmChain *chain, HmmCounts *counts);

/* The logarithms of a chain's probabilities, in its shapes. */
typedef struct HmmLogs
{
	const HmmChain *chain;
	double	   *start;
	double	   *A;
	double	   *B;
} HmmLogs;

extern HmmLogs *hmm_logs_make(const HmmChain *chain);

/*
 * The most probable states (n), from 0, and the logarithm of the probability
 * of these and the symbols; of equals, the lower state.  -infinity of what is
 * impossible, where the states mean nothing.
 */
extern double hmm_viterbi(const HmmLogs *logs, const HmmSteps *steps, uint8 *states);

static inline void
log_product(LogProduct *to, double factor)
{
	/* a single factor may be as small as numbers go */
	if (factor < 1e-150)
		to->log += log(factor);
	else
		to->product *= factor;
	if (to->product < 1e-100 || to->product > 1e100)
	{
		to->log += log(to->product);
		to->product = 1;
	}
}

#endif							/* COUPON_HMM_CHAIN_H */
