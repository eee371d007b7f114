/*
 * arms_state.c
 *		State of ab_test and balance: weighted moments of one or two variables
 *		in either arm, and what they tell.
 *
 * Welch, "The generalization of Student's problem when several different
 * population variances are involved" (Biometrika 1947).  Deng, Xu, Kohavi and
 * Walker, "Improving the sensitivity of online controlled experiments by
 * utilizing pre-experiment data" (WSDM 2013): the covariate's adjustment.
 * Austin and Stuart, "Moving towards best practice when using inverse
 * probability of treatment weighting" (Statistics in Medicine 2015): balance.
 */
#include "coupon.h"

#include <math.h>

#include "model/arms_state.h"
#include "model/student.h"

#define OUTSIDE	0.05			/* of the interval */

void
arms_state_add(ArmsState *state, bool treated, double first, double second, double weight)
{
	ArmMoments *arm = &state->arm[treated];
	double		dx = first - arm->mean[0];
	double		dy = second - arm->mean[1];
	double		share;

	arm->n++;
	if (weight == 0)
		return;
	arm->weight += weight;
	arm->weight2 += weight * weight;
	share = weight / arm->weight;
	arm->mean[0] += share * dx;
	arm->M[0] += weight * dx * (first - arm->mean[0]);
	if (state->variables > 1)
	{
		arm->mean[1] += share * dy;
		arm->M[1] += weight * dx * (second - arm->mean[1]);
		arm->M[2] += weight * dy * (second - arm->mean[1]);
	}
}

void *
arms_state_merge(void *into, const void *given)
{
	ArmsState  *state = into;
	const ArmsState *other = given;

	if (state->variables != other->variables)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("one state has a covariate and another has none")));
	state->skipped += other->skipped;
	for (int a = 0; a < 2; a++)
	{
		ArmMoments *to = &state->arm[a];
		const ArmMoments *from = &other->arm[a];
		double		dx = from->mean[0] - to->mean[0];
		double		dy = from->mean[1] - to->mean[1];
		double		share;
		double		between;

		to->n += from->n;
		if (from->weight == 0)
			continue;
		share = from->weight / (to->weight + from->weight);
		between = share * to->weight;
		to->mean[0] += share * dx;
		to->mean[1] += share * dy;
		to->M[0] += from->M[0] + between * dx * dx;
		to->M[1] += from->M[1] + between * dx * dy;
		to->M[2] += from->M[2] + between * dy * dy;
		to->weight += from->weight;
		to->weight2 += from->weight2;
	}

	return state;
}

static bool
is_finite(const ArmMoments *arm)
{
	return isfinite(arm->weight) && isfinite(arm->weight2) && isfinite(arm->mean[0]) &&
		isfinite(arm->mean[1]) && isfinite(arm->M[0]) && isfinite(arm->M[1]) && isfinite(arm->M[2]);
}

void
arms_state_finite(const ArmsState *state)
{
	for (int a = 0; a < 2; a++)
		if (!is_finite(&state->arm[a]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of squares is out of range"),
					 errhint("Values must be less than about 1e150: give them other units.")));
}

void *
arms_state_compact(const void *state)
{
	arms_state_finite(state);

	return state_copy(state);
}

void
arms_state_check(const FlatState *flat)
{
	const ArmsState *state = (const ArmsState *) flat;
	const char *wrong = NULL;

	if (VARSIZE(flat) != sizeof(ArmsState))
		wrong = "The length is not that of such a state.";
	else if (state->skipped < 0 || state->variables < 1 || state->variables > 2 || state->unused != 0)
		wrong = "A count is out of range.";
	for (int a = 0; a < 2 && wrong == NULL; a++)
	{
		const ArmMoments *arm = &state->arm[a];

		if (!is_finite(arm))
			wrong = "A number is not finite.";
		else if (arm->n < 0 || arm->weight < 0 || arm->weight2 < 0 || arm->M[0] < 0 || arm->M[2] < 0 ||
				 (arm->n == 0 && arm->weight > 0) ||
				 (arm->weight == 0 && (arm->weight2 != 0 || arm->mean[0] != 0 || arm->mean[1] != 0 ||
									   arm->M[0] != 0 || arm->M[2] != 0)) ||
				 (state->variables == 1 && (arm->mean[1] != 0 || arm->M[2] != 0)) ||
				 fabs(arm->M[1]) > sqrt(arm->M[0]) * sqrt(arm->M[2]) * (1 + 1e-6))
			wrong = "The sums of an arm do not fit each other.";
	}
	if (wrong)
		state_unsound(wrong);
}

/* The difference of two means: its standard error and Welch's degrees of freedom. */
static double
welch(const double variance[2], const ArmMoments arm[2], double *freedom)
{
	double		part[2];
	double		total;

	for (int a = 0; a < 2; a++)
		part[a] = arm[a].n > 1 ? variance[a] / (double) arm[a].n : NAN;
	total = part[0] + part[1];
	/* in shares of the total, whose square may be too small for a number */
	*freedom = 1 / ((part[0] / total) * (part[0] / total) / (double) (arm[0].n - 1) +
					(part[1] / total) * (part[1] / total) / (double) (arm[1].n - 1));

	return sqrt(total);
}

AbTest
arms_ab_test(const ArmsState *state)
{
	const ArmMoments *arm = state->arm;
	AbTest		test = {.reduction = NAN};
	double		slope = 0;
	double		pooled = 0;		/* mean of the covariate */
	double		variance[2];
	double		plain[2];
	double		freedom;
	double		reach;
	double		of_lift;

	if (state->variables > 1 && arm[0].n + arm[1].n > 0)
	{
		double		within = arm[0].M[2] + arm[1].M[2];

		slope = within > 0 ? (arm[0].M[1] + arm[1].M[1]) / within : 0;
		pooled = arm[0].mean[1] + (arm[1].mean[1] - arm[0].mean[1]) *
			((double) arm[1].n / ((double) arm[0].n + (double) arm[1].n));
	}
	for (int a = 0; a < 2; a++)
	{
		double		squares = arm[a].M[0] - 2 * slope * arm[a].M[1] + slope * slope * arm[a].M[2];

		test.mean[a] = arm[a].n == 0 ? NAN : arm[a].mean[0] - slope * (arm[a].mean[1] - pooled);
		plain[a] = arm[a].M[0] / (double) (arm[a].n - 1);
		variance[a] = Max(squares, 0) / (double) (arm[a].n - 1);
	}

	test.difference = test.mean[1] - test.mean[0];
	test.se = welch(variance, arm, &freedom);
	if (state->variables > 1)
	{
		double		without = welch(plain, arm, &reach);

		test.reduction = without > 0 ? 1 - (test.se / without) * (test.se / without) : NAN;
		test.se = welch(variance, arm, &freedom);
	}
	if (test.se > 0)
	{
		reach = student_quantile(OUTSIDE, freedom);
		test.p = student_tails(test.difference / test.se, freedom);
	}
	else
	{
		reach = 0;
		test.p = isnan(test.se) ? NAN : test.difference == 0;
	}
	test.low = test.difference - reach * test.se;
	test.high = test.difference + reach * test.se;

	/* the ratio of two means, by its derivatives */
	test.lift = test.mean[0] != 0 ? test.difference / test.mean[0] : NAN;
	of_lift = hypot(sqrt(variance[1] / (double) arm[1].n),
					test.mean[1] / test.mean[0] * sqrt(variance[0] / (double) arm[0].n)) / fabs(test.mean[0]);
	test.lift_low = test.lift - reach * of_lift;
	test.lift_high = test.lift + reach * of_lift;

	return test;
}

Balance
arms_balance(const ArmsState *state)
{
	Balance		balance;
	double		variance[2];

	for (int a = 0; a < 2; a++)
	{
		const ArmMoments *arm = &state->arm[a];
		double		freedom = arm->weight - arm->weight2 / arm->weight;

		balance.mean[a] = arm->weight > 0 ? arm->mean[0] : NAN;
		balance.effective[a] = arm->weight > 0 ? arm->weight / arm->weight2 * arm->weight : 0;
		/* one row, or one with all the weight, has no variance */
		variance[a] = balance.effective[a] > 1 + 1e-9 ? arm->M[0] / freedom : NAN;
	}
	balance.difference = (balance.mean[1] - balance.mean[0]) / sqrt((variance[0] + variance[1]) / 2);
	balance.variance_ratio = variance[1] / variance[0];

	return balance;
}
