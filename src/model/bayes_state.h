/*
 * bayes_state.h
 *		State of bayes_fit: statistics, and rows that wait to be added to them.
 */
#ifndef COUPON_BAYES_STATE_H
#define COUPON_BAYES_STATE_H

#include "coupon.h"

#include "model/bayes_stats.h"
#include "pg/state.h"

typedef struct BayesState
{
	FlatState	head;
	int32		d;				/* 0 until there is a row */
	int32		nprecision;
	int32		block;			/* rows waiting */
	int32		room;			/* rows that may wait */
	int32		prior;			/* the options */
	int16		log;
	int16		back;
	double		noise;
	double		a0;
	double		b0;
	int64		rows;			/* in the sums, as all that follows */
	int64		skipped;
	double		weight;

	/*
	 * prior precision (nprecision), and if d > 0 least (d) and greatest (d)
	 * elements of x, sums (d + 1, d + 1), rows waiting (room, d + 1)
	 */
	double		numbers[FLEXIBLE_ARRAY_MEMBER];
} BayesState;

/* A state without rows; d may be 0. */
extern BayesState *bayes_state_make(const BayesOptions *options, int d);

/* A state of these statistics. */
extern BayesState *bayes_state_of(const BayesStats *stats);

/* Raise an error unless the state was begun with these options. */
extern void bayes_state_same(const BayesState *state, const BayesOptions *options);

/* Add a row whose d is that of the state, d > 0, an error unless x is finite; use the result, not the argument. */
extern BayesState *bayes_state_add(BayesState *state, double outcome, const double *x);

/* The statistics of all rows, those that wait as well; copied, not finished. */
extern void bayes_state_stats(const BayesState *state, BayesStats *stats);

extern void *bayes_state_merge(void *state, const void *other);
extern void *bayes_state_compact(const void *state);

/* Raise an error unless a state from outside is sound. */
extern void bayes_state_check(const FlatState *state);

#endif							/* COUPON_BAYES_STATE_H */
