/*
 * hmm_fit.h
 *		Hidden Markov models fitted to sequences.
 */
#ifndef COUPON_HMM_FIT_H
#define COUPON_HMM_FIT_H

#include "coupon.h"

#include "model/hmm.h"
#include "model/hmm_options.h"
#include "pg/progress.h"
#include "pg/sequences.h"

/* What a fit is to: a multiset of sequences, in an order of its own. */
typedef struct HmmData
{
	int64		n;				/* sequences */
	int64		ndistinct;
	HmmSteps   *distinct;		/* (ndistinct): by length, then by content */
	int64		nsteps;			/* of all sequences */
	Dictionary *symbols;
	Dictionary *inputs;
	double	   *frequency;		/* (symbols): how often each occurs, and never 0 */
} HmmData;

/* What a start begins from: what is not given is drawn. */
typedef struct HmmInit
{
	int			nstates;		/* 0: nothing is given */
	double	   *start;			/* each NULL, or the shape of a model's */
	double	   *transitions;
	double	   *emissions;
} HmmInit;

extern void hmm_data(const Sequences *sequences, const HmmOptions *options, HmmData *data);

/* Option "init" for these symbols and inputs. */
extern void hmm_init(const HmmOptions *options, const HmmData *data, HmmInit *init);

/* The parameters that the start of this number (from 1) begins from, in an empty model. */
extern void hmm_begin(Hmm *hmm, const HmmInit *init, const HmmOptions *options, const HmmData *data, int restart);

extern Hmm *hmm_fit_data(const HmmData *data, const HmmOptions *options);

/*
 * Number the states anew: by a symbol's emission, or by their share of steps,
 * unless option "init" has numbered them.  "uses" (nstates, nsymbols + 1) is
 * how often each state emits a symbol.
 */
extern void hmm_order(Hmm *hmm, const HmmOptions *options, const double *uses);

#endif							/* COUPON_HMM_FIT_H */
