/*
 * arms_state.h
 *		State of ab_test and balance: weighted moments of one or two variables
 *		in either arm, and what they tell.
 */
#ifndef COUPON_ARMS_STATE_H
#define COUPON_ARMS_STATE_H

#include "coupon.h"

#include "pg/state.h"

/* Of the rows of one arm. */
typedef struct ArmMoments
{
	int64		n;				/* rows */
	double		weight;			/* sum of the weights */
	double		weight2;		/* sum of their squares */
	double		mean[2];
	double		M[3];			/* sums of w d d' about the mean: first, both, second variable */
} ArmMoments;

typedef struct ArmsState
{
	FlatState	head;
	int64		skipped;		/* rows with a null */
	int32		variables;		/* 1, or 2 with a covariate */
	int32		unused;			/* zero */
	ArmMoments	arm[2];			/* control, treated */
} ArmsState;

/* Add a row; second is ignored by a state of one variable. */
extern void arms_state_add(ArmsState *state, bool treated, double first, double second, double weight);

/* Add the rows of another state of the same kind. */
extern void *arms_state_merge(void *state, const void *other);

/* Raise an error if squares have exceeded the range of numbers. */
extern void arms_state_finite(const ArmsState *state);
extern void *arms_state_compact(const void *state);

/* Raise an error unless a state from outside is sound. */
extern void arms_state_check(const FlatState *state);

/* What has no value is NaN. */
typedef struct AbTest
{
	double		mean[2];		/* control, treated; with a covariate adjusted */
	double		difference;
	double		se;
	double		low;			/* of the 95 % interval */
	double		high;
	double		p;				/* that of two sides */
	double		lift;			/* difference / mean of the control */
	double		lift_low;
	double		lift_high;
	double		reduction;		/* of the variance, by the covariate */
} AbTest;

extern AbTest arms_ab_test(const ArmsState *state);

typedef struct Balance
{
	double		mean[2];		/* control, treated */
	double		difference;		/* of the means, in standard deviations */
	double		variance_ratio; /* treated / control */
	double		effective[2];	/* rows that as many equal weights would be worth */
} Balance;

extern Balance arms_balance(const ArmsState *state);

#endif							/* COUPON_ARMS_STATE_H */
