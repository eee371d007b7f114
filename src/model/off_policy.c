/*
 * off_policy.c
 *		State of off_policy: what another policy would have earned, from the
 *		log of the one that acted.
 *
 * Horvitz and Thompson (JASA 1952): ips.  Ionides, "Truncated importance
 * sampling" (JCGS 2008): clipping.  Swaminathan and Joachims, "The
 * self-normalized estimator for counterfactual learning" (NIPS 2015): snips.
 * Dudik, Langford and Li, "Doubly robust policy evaluation and learning"
 * (ICML 2011): dm, dr.  Wang, Agarwal and Dudik, "Optimal and adaptive
 * off-policy evaluation in contextual bandits" (ICML 2017): switch-dr.
 */
#include "coupon.h"

#include <math.h>

#include "model/off_policy.h"

#define REACH	1.959963984540054	/* of the 95 % interval, in standard errors */

void
off_policy_add(OffPolicyState *state, const OffPolicyRow *row)
{
	double		w = row->target / row->logged;
	double		beyond = row->reward - row->model_logged;
	double		terms[NTERMS] = {
		[TERM_WEIGHT] = w,
		[TERM_IPS] = w * row->reward,
		[TERM_CLIPPED] = Min(w, state->clip) * row->reward,
		[TERM_DM] = row->model_target,
		[TERM_DR] = row->model_target + w * beyond,
		[TERM_SWITCH] = row->model_target + (w <= state->switch_at ? w * beyond : 0),
	};
	double		off_weight = w - state->mean[TERM_WEIGHT];

	state->n++;
	state->weight_most = Max(state->weight_most, w);
	for (int t = 0; t < NTERMS; t++)
	{
		double		off = terms[t] - state->mean[t];

		state->mean[t] += off / (double) state->n;
		state->M[t] += off * (terms[t] - state->mean[t]);
	}
	state->cross += off_weight * (terms[TERM_IPS] - state->mean[TERM_IPS]);
}

void *
off_policy_merge(void *into, const void *given)
{
	OffPolicyState *state = into;
	const OffPolicyState *other = given;
	double		n = (double) state->n + (double) other->n;
	double		share;
	double		between;
	double		off_weight = other->mean[TERM_WEIGHT] - state->mean[TERM_WEIGHT];
	double		off_ips = other->mean[TERM_IPS] - state->mean[TERM_IPS];

	if (state->clip != other->clip || state->switch_at != other->switch_at)
		bad_argument("states of off_policy have different options");
	state->skipped += other->skipped;
	if (other->n == 0)
		return state;
	share = (double) other->n / n;
	between = share * (double) state->n;
	for (int t = 0; t < NTERMS; t++)
	{
		double		off = other->mean[t] - state->mean[t];

		state->mean[t] += share * off;
		state->M[t] += other->M[t] + between * off * off;
	}
	state->cross += other->cross + between * off_weight * off_ips;
	state->weight_most = Max(state->weight_most, other->weight_most);
	state->n += other->n;

	return state;
}

static bool
is_finite(const OffPolicyState *state)
{
	for (int t = 0; t < NTERMS; t++)
		if (!isfinite(state->mean[t]) || !isfinite(state->M[t]))
			return false;

	return isfinite(state->cross) && isfinite(state->weight_most);
}

void
off_policy_finite(const OffPolicyState *state)
{
	if (!is_finite(state))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of squares is out of range"),
				 errhint("Rewards times weights must be less than about 1e150; the weight of a row is target_probability / logged_probability.")));
}

void *
off_policy_state_compact(const void *state)
{
	off_policy_finite(state);

	return state_copy(state);
}

void
off_policy_check(const FlatState *flat)
{
	const OffPolicyState *state = (const OffPolicyState *) flat;
	const char *wrong = NULL;

	if (VARSIZE(flat) != sizeof(OffPolicyState))
		wrong = "The length is not that of such a state.";
	else if (state->n < 0 || state->skipped < 0 || state->n > PG_INT64_MAX / 2 || state->skipped > PG_INT64_MAX / 2)
		wrong = "A count is out of range.";
	else if (!(state->clip > 0) || !(state->switch_at >= 0) || !isfinite(state->clip) || !isfinite(state->switch_at))
		wrong = "An option is out of range.";
	else if (!is_finite(state))
		wrong = "A number is not finite.";
	else
	{
		if (state->mean[TERM_WEIGHT] < 0 || state->weight_most < state->mean[TERM_WEIGHT] * (1 - 1e-9) ||
			fabs(state->cross) > sqrt(state->M[TERM_WEIGHT]) * sqrt(state->M[TERM_IPS]) * (1 + 1e-6))
			wrong = "The sums do not fit each other.";
		for (int t = 0; t < NTERMS; t++)
			if (state->M[t] < 0 || (state->n == 0 && (state->mean[t] != 0 || state->M[t] != 0)))
				wrong = "The sums do not fit each other.";
	}
	if (wrong)
		state_unsound(wrong);
}

static PolicyValue
interval(double value, double se)
{
	return (PolicyValue) {value, se, value - REACH * se, value + REACH * se};
}

/* The standard error of a mean, from n and the sum of squared deviations. */
static double
mean_error(int64 n, double squares)
{
	return n > 1 ? sqrt(Max(squares, 0) / ((double) (n - 1) * (double) n)) : NAN;
}

static PolicyValue
mean_of(const OffPolicyState *state, OffPolicyTerm term)
{
	return interval(state->n > 0 ? state->mean[term] : NAN, mean_error(state->n, state->M[term]));
}

OffPolicy
off_policy_values(const OffPolicyState *state)
{
	double		weight = state->mean[TERM_WEIGHT];
	double		n = (double) state->n;
	OffPolicy	policy = {
		.ips = mean_of(state, TERM_IPS),
		.clipped = mean_of(state, TERM_CLIPPED),
		.snips = {NAN, NAN, NAN, NAN},
		.dm = mean_of(state, TERM_DM),
		.dr = mean_of(state, TERM_DR),
		.switched = mean_of(state, TERM_SWITCH),
		/* (sum of w)^2 / sum of w^2, without a square that overflows */
		.effective = weight > 0 ? n / (1 + state->M[TERM_WEIGHT] / n / weight / weight) : 0,
		.weight = mean_of(state, TERM_WEIGHT),
	};

	/* a ratio of means: the row's term is w * (reward - snips) / mean w */
	if (weight > 0)
	{
		double		snips = state->mean[TERM_IPS] / weight;

		policy.snips = interval(snips, mean_error(state->n,
												  state->M[TERM_IPS] - 2 * snips * state->cross +
												  snips * snips * state->M[TERM_WEIGHT]) / weight);
	}

	return policy;
}
