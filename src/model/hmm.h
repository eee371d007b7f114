/*
 * hmm.h
 *		Models of kind hmm: what clicks say about the customer.
 */
#ifndef COUPON_HMM_H
#define COUPON_HMM_H

#include "coupon.h"

#include "model/hmm_chain.h"
#include "pg/dictionary.h"
#include "pg/model.h"

#define HMM_MOST_STATES		64
#define HMM_MOST_SYMBOLS	10000
#define HMM_MOST_INPUTS		256
#define HMM_MOST_NUMBERS	(4 * 1024 * 1024)	/* of all matrices */
#define HMM_MOST_STARTS		10000
#define HMM_MOST_ITERATIONS	100000
#define HMM_SUM_TOLERANCE	1e-6

/* One point of a fit's progress. */
typedef struct HmmTrace
{
	double		log_likelihood;
	double		objective;		/* with the logarithm of the prior */
} HmmTrace;

/* One start of a fit, and where it ended. */
typedef struct HmmStart
{
	int			nstates;
	int			restart;		/* from 1 */
	int			iterations;
	bool		converged;
	double		log_likelihood;
	double		objective;
	double		bic;
} HmmStart;

/* How a model was fitted. */
typedef struct HmmFit
{
	int64		sequences;
	int64		distinct;		/* sequences that differ */
	int64		steps;
	int64		skipped;
	double		smoothing;
	double		tolerance;
	int64		seed;
	char	   *order_by;		/* or NULL */
	int			parameters;		/* free ones */
	int			best;			/* of the starts */
	int			nstarts;
	HmmStart   *starts;			/* (nstarts) */
	int			ntrace;
	HmmTrace   *trace;			/* (ntrace): before each iteration of the best start, and at the end */
	double	   *share;			/* (nstates): of all steps, expected */
} HmmFit;

typedef struct Hmm
{
	int			nstates;
	int			nsymbols;
	int			ninputs;		/* 0: transitions do not depend on inputs */
	bool		by_input;		/* emissions depend on the input, too */
	bool		ignore_unseen;	/* a symbol not among "symbols" tells nothing; else it is an error */
	double		shrinkage;		/* of hmm_embedding: what a row of the model is worth, in steps */
	Dictionary *symbols;
	Dictionary *inputs;			/* empty if there are none */
	double	   *start;			/* (nstates) */
	double	   *transitions;	/* (1 or ninputs, nstates, nstates): input, from, to */
	double	   *emissions;		/* (1 or ninputs, nstates, nsymbols): input, state, symbol */
	HmmFit	   *fit;			/* NULL of a model from known parameters */
	HmmChain   *chain;			/* the same, padded: what the recursions use */
} Hmm;

static inline int
hmm_transition_sets(const Hmm *hmm)
{
	return Max(hmm->ninputs, 1);
}

static inline int
hmm_emission_sets(const Hmm *hmm)
{
	return hmm->by_input ? hmm->ninputs : 1;
}

static inline const double *
hmm_transition_row(const Hmm *hmm, int input, int state)
{
	return hmm->transitions + ((Size) input * hmm->nstates + state) * hmm->nstates;
}

static inline const double *
hmm_emission_row(const Hmm *hmm, int input, int state)
{
	return hmm->emissions + ((Size) (hmm->by_input ? input : 0) * hmm->nstates + state) * hmm->nsymbols;
}

/* Raise an error if a model of this shape would be too large. */
extern void hmm_check_size(int nstates, int nsymbols, int ninputs, bool by_input);

/*
 * Scale rows to sum to 1: (nrows, n).  A number below 0 or not finite, or a
 * row whose sum is farther from 1 than the tolerance, is an error that calls
 * the row of r (or all of them, if there is but one) "what".
 */
extern void hmm_scale_rows(double *rows, int64 nrows, int n, int nstates, const char *what);

/* The numbers of a symbol and an input; what is unknown is an error, or nsymbols if that is ignored. */
extern int	hmm_symbol(const Hmm *hmm, const char *text, int length);
extern int	hmm_input(const Hmm *hmm, const char *text, int length);

/* Raise an error unless inputs are given exactly where the model has them. */
extern void hmm_check_inputs(const Hmm *hmm, bool given);

/* Raise the error of a sequence that the model has at step (from 0) as impossible. */
pg_noreturn extern void hmm_impossible(const Hmm *hmm, const HmmSteps *steps, int64 step);

/* Raise the error of a symbol that the model has as impossible after a belief. */
pg_noreturn extern void hmm_impossible_next(const Hmm *hmm, int symbol);

/* The padded form of the belief that a user gives; an error of what is none. */
extern double *hmm_belief(const Hmm *hmm, const double *given, int n);

/* By state: the long-run share of steps when every step has this input, from the start distribution. */
extern void hmm_stationary(const Hmm *hmm, int input, double *share);

/* The probabilities of the next symbol, (nsymbols), from states that are (stride). */
extern void hmm_symbols_of(const Hmm *hmm, const double *states, int input, double *probabilities);

/* How many numbers hmm_embed() gives. */
extern int64 hmm_embedding_length(const Hmm *hmm);

/*
 * A customer's own transitions and emissions, (1 or ninputs, nstates,
 * nstates) and (1 or ninputs, nstates, nsymbols): expected counts and, worth
 * "shrinkage" steps, the row of the model; and behind them the belief after
 * the last step.
 */
extern void hmm_embed(const Hmm *hmm, const HmmSteps *steps, double *embedding);

extern void hmm_pack(StringInfo to, const Hmm *hmm);
extern void *hmm_unpack(Reader *from, int version);
extern void hmm_describe(const void *model, StringInfo json);
extern void hmm_trace(const void *model, TraceSink sink, void *to);

#endif							/* COUPON_HMM_H */
