/*
 * budget.c
 *		What the policy that predicted gains and costs imply brings at every
 *		budget, judged by scores from a trial.
 *
 * Sverdrup, Wu, Athey and Wager, "Qini curves for multi-armed treatment
 * rules" (Journal of Computational and Graphical Statistics 2025).
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "model/budget.h"

#define WIDTH	((int) (sizeof(BudgetStep) / sizeof(double)))

/* Steps between two looks at interrupts. */
#define STRIDE_MASK	0xFFFF

/* Steps around the end of the budget from which the gain of more money is taken. */
#define WINDOW	200

static inline const BudgetStep *
step_at(const BudgetPolicy *policy, int64 i)
{
	return &policy->steps[policy->keys[i].row];
}

/*
 * The offers of positive gain on the upper hull over (cost, gain), from the
 * cheapest to the best; of equal ones the first.  Returns their number.
 */
static int
hull_of(int n, const double *gains, const double *costs, int *hull)
{
	int			nsorted = 0;
	int			top = 0;

	for (int i = 0; i < n; i++)
	{
		int			at = nsorted;

		if (!(gains[i] > 0))
			continue;
		while (at > 0 && (costs[hull[at - 1]] > costs[i] ||
						  (costs[hull[at - 1]] == costs[i] && gains[hull[at - 1]] < gains[i])))
		{
			hull[at] = hull[at - 1];
			at--;
		}
		hull[at] = i;
		nsorted++;
	}

	for (int k = 0; k < nsorted; k++)
	{
		int			i = hull[k];

		if (top > 0 && gains[i] <= gains[hull[top - 1]])
			continue;
		/* an offer below the line from the one before it to this one is never the best */
		while (top > 0)
		{
			double		gain = top > 1 ? gains[hull[top - 2]] : 0;
			double		cost = top > 1 ? costs[hull[top - 2]] : 0;

			if ((gains[i] - gain) * (costs[hull[top - 1]] - cost) < (gains[hull[top - 1]] - gain) * (costs[i] - cost))
				break;
			top--;
		}
		hull[top++] = i;
	}

	return top;
}

void
budget_add(BudgetPolicy *policy, int n, const double *gains, const double *costs,
		   const double *scores, int *scratch)
{
	int			length = hull_of(n, gains, costs, scratch);
	double		gain = 0;
	double		cost = 0;
	double		score = 0;

	if (policy->nsteps + length > policy->room)
	{
		Size		room = Max(1024, 2 * (policy->nsteps + length));

		if (policy->steps)
			policy->steps = repalloc_huge(policy->steps, sizeof(BudgetStep) * room);
		else
			policy->steps = palloc_huge(BudgetStep, room);
		policy->room = room;
	}
	for (int k = 0; k < length; k++)
	{
		int			i = scratch[k];
		double		more = costs[i] - cost;

		policy->steps[policy->nsteps++] = (BudgetStep) {
			more > 0 ? (gains[i] - gain) / more : INFINITY, more, scores[i] - score, policy->n
		};
		gain = gains[i];
		cost = costs[i];
		score = scores[i];
	}
	policy->n++;
}

void
budget_finish(BudgetPolicy *policy)
{
	Sum			full = {0};

	policy->keys = radix_sort_rows((const double *) policy->steps, policy->nsteps, WIDTH);
	for (int64 i = 0; i < policy->nsteps; i++)
		sum_add(&full, step_at(policy, i)->cost);
	policy->full = sum_value(&full);
	policy->cost = palloc_huge(double, policy->n + 1);
	policy->score = palloc_huge(double, policy->n + 1);
	memset(policy->cost, 0, sizeof(double) * (policy->n + 1));
	memset(policy->score, 0, sizeof(double) * (policy->n + 1));
}

/* Take the steps from first to end. */
static void
take(BudgetPolicy *policy, int64 end)
{
	for (; policy->first < end; policy->first++)
	{
		const BudgetStep *step = step_at(policy, policy->first);
		int64		customer = (int64) step->customer;

		sum_add(&policy->cost_taken, step->cost);
		sum_add(&policy->score_taken, step->score);
		policy->cost[customer] += step->cost;
		policy->score[customer] += step->score;
	}
	policy->part = 0;
}

void
budget_spend(BudgetPolicy *policy, double budget)
{
	policy->end = policy->first;
	policy->part = 0;
	while (policy->first < policy->nsteps)
	{
		double		left = budget - sum_value(&policy->cost_taken);
		Sum			cost = {0};
		int64		end = policy->first;

		/* all of one efficiency */
		do
		{
			if ((end & STRIDE_MASK) == 0)
				CHECK_FOR_INTERRUPTS();
			sum_add(&cost, step_at(policy, end)->cost);
		} while (++end < policy->nsteps && policy->keys[end].key == policy->keys[policy->first].key);

		/* the last steps are reached although their sums are rounded */
		if (sum_value(&cost) > left + 4 * DBL_EPSILON * budget)
		{
			policy->end = end;
			policy->part = Max(0, left) / sum_value(&cost);
			break;
		}
		take(policy, end);
		policy->end = end;
	}
}

/* What the steps taken in part add, were they taken in full. */
static BudgetStep
partial(const BudgetPolicy *policy)
{
	Sum			cost = {0};
	Sum			score = {0};

	for (int64 i = policy->first; i < policy->end; i++)
	{
		sum_add(&cost, step_at(policy, i)->cost);
		sum_add(&score, step_at(policy, i)->score);
	}

	return (BudgetStep) {.cost = sum_value(&cost), .score = sum_value(&score)};
}

double
budget_spent(const BudgetPolicy *policy)
{
	return sum_value(&policy->cost_taken) + policy->part * partial(policy).cost;
}

double
budget_gain(const BudgetPolicy *policy)
{
	return sum_value(&policy->score_taken) + policy->part * partial(policy).score;
}

/* What one more unit of money brings where the budget ends; 0 where there is nothing left to buy. */
static double
marginal_gain(const BudgetPolicy *policy)
{
	int64		low = policy->first;
	int64		high = Max(policy->end, policy->first + 1);
	int64		wanted = Min(WINDOW, policy->nsteps);
	Sum			cost = {0};
	Sum			score = {0};

	if (policy->first == policy->nsteps)
		return 0;
	while (high - low < wanted)
	{
		/* from both sides in turn, as far as there are any */
		if (low > 0)
			low--;
		if (high < policy->nsteps)
			high++;
	}
	for (int64 i = low; i < high; i++)
		if (step_at(policy, i)->cost > 0)
		{
			sum_add(&cost, step_at(policy, i)->cost);
			sum_add(&score, step_at(policy, i)->score);
		}

	return sum_value(&cost) > 0 ? sum_value(&score) / sum_value(&cost) : 0;
}

void
budget_influence(const BudgetPolicy *policy, double sign, double *influence)
{
	double		slope = marginal_gain(policy);
	double		mean = (budget_gain(policy) - slope * budget_spent(policy)) / (double) policy->n;

	for (int64 i = 0; i < policy->n; i++)
	{
		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		influence[i] += sign * (policy->score[i] - slope * policy->cost[i] - mean);
	}
	for (int64 i = policy->first; i < policy->end; i++)
	{
		const BudgetStep *step = step_at(policy, i);

		influence[(int64) step->customer] += sign * policy->part * (step->score - slope * step->cost);
	}
}
