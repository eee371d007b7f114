/*
 * off_policy.h
 *		State of off_policy: what another policy would have earned, from the
 *		log of the one that acted.
 *
 * All estimators are means of a term of each row, or ratios of such means; so
 * the state is the means and the products of deviations of these terms.
 */
#ifndef COUPON_OFF_POLICY_H
#define COUPON_OFF_POLICY_H

#include "coupon.h"

#include "pg/state.h"

/* The terms of a row; w is its target probability / logged probability. */
typedef enum OffPolicyTerm
{
	TERM_WEIGHT,				/* w */
	TERM_IPS,					/* w * reward */
	TERM_CLIPPED,				/* min(w, clip) * reward */
	TERM_DM,					/* model_target */
	TERM_DR,					/* model_target + w * (reward - model_logged) */
	TERM_SWITCH,				/* the same where w <= switch, else model_target */
	NTERMS
} OffPolicyTerm;

typedef struct OffPolicyState
{
	FlatState	head;
	int64		n;				/* rows */
	int64		skipped;		/* rows with a null */
	double		clip;			/* the options */
	double		switch_at;
	double		weight_most;	/* the largest w */
	double		mean[NTERMS];
	double		M[NTERMS];		/* sums of squared deviations from the mean */
	double		cross;			/* sum of products of deviations of w and w * reward */
} OffPolicyState;

typedef struct OffPolicyRow
{
	double		reward;
	double		logged;			/* probabilities of what was done, above 0, */
	double		target;			/* ... by either policy */
	double		model_logged;	/* predicted rewards: of what was done, */
	double		model_target;	/* ... and expected of the target policy */
} OffPolicyRow;

extern void off_policy_add(OffPolicyState *state, const OffPolicyRow *row);

/* Add the rows of another state; its options must be the same. */
extern void *off_policy_merge(void *state, const void *other);

/* Raise an error if squares have exceeded the range of numbers. */
extern void off_policy_finite(const OffPolicyState *state);
extern void *off_policy_state_compact(const void *state);

/* Raise an error unless a state from outside is sound. */
extern void off_policy_check(const FlatState *state);

/* A value of the target policy; what cannot be told is NaN. */
typedef struct PolicyValue
{
	double		value;
	double		se;
	double		low;			/* of the 95 % interval */
	double		high;
} PolicyValue;

typedef struct OffPolicy
{
	PolicyValue ips;
	PolicyValue clipped;
	PolicyValue snips;
	PolicyValue dm;
	PolicyValue dr;
	PolicyValue switched;
	double		effective;		/* rows that as many equal weights would be worth */
	PolicyValue weight;			/* mean of the weights; 1 is expected */
} OffPolicy;

extern OffPolicy off_policy_values(const OffPolicyState *state);

#endif							/* COUPON_OFF_POLICY_H */
