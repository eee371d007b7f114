/*
 * hmm_options.h
 *		Options of hmm_fit() and hmm_model().
 */
#ifndef COUPON_HMM_OPTIONS_H
#define COUPON_HMM_OPTIONS_H

#include "coupon.h"

#include "pg/options.h"

#define HMM_STATES	3			/* when nothing says how many */

typedef struct HmmOptions
{
	int			states;			/* 0: as many as the least BIC asks for; -1: not given */
	int			max_states;		/* then */
	int			restarts;
	int			iterations;
	double		tolerance;
	double		smoothing;
	int64		seed;
	char	   *order_by;		/* or NULL */
	TextList	symbols;		/* those there are; none: all that occur */
	const Jsonb *init;			/* or NULL */
	bool		by_input;
	bool		ignore_unseen;
	double		shrinkage;
	bool		quiet;
} HmmOptions;

extern HmmOptions hmm_options(const Jsonb *jsonb);

/* Those of hmm_model(). */
extern HmmOptions hmm_model_options(const Jsonb *jsonb);

#endif							/* COUPON_HMM_OPTIONS_H */
