/*
 * budget.h
 *		What the policy that predicted gains and costs imply brings at every
 *		budget, judged by scores from a trial.
 *
 * At a price of money the policy gives each customer the offer of the largest
 * gain - price * cost.  As the price falls customers move up the upper hull
 * of their offers, one increment after the other in the order of efficiency,
 * gain per unit of money; increments of one efficiency are taken together,
 * and each with the same part where the budget ends among them.  So the
 * result does not depend on the order of the customers.
 */
#ifndef COUPON_BUDGET_H
#define COUPON_BUDGET_H

#include "coupon.h"

#include "model/evaluation.h"
#include "model/radix.h"
#include "model/sum.h"

/* A move of a customer to the next offer of its hull. */
typedef struct BudgetStep
{
	double		efficiency;		/* predicted; infinite where it costs nothing */
	double		cost;			/* what it adds: cost, */
	double		score;			/* ... and the score of the gain */
	double		customer;
} BudgetStep;

typedef struct BudgetPolicy
{
	int64		n;				/* customers */
	int64		nsteps;
	int64		room;
	BudgetStep *steps;

	/* once finished: */
	SortKey    *keys;			/* (nsteps), from the best efficiency down */
	double		full;			/* what all steps cost */

	/* where the budget stands: */
	int64		first;			/* steps before it are taken, */
	int64		end;			/* ... those from first to here in part */
	double		part;
	Sum			cost_taken;		/* by the steps taken */
	Sum			score_taken;
	double	   *cost;			/* (n) of the steps taken, by customer */
	double	   *score;
} BudgetPolicy;

/* A customer's offers; scratch has room for n + 1 of them. */
extern void budget_add(BudgetPolicy *policy, int n, const double *gains, const double *costs,
					   const double *scores, int *scratch);

/* There are no more customers. */
extern void budget_finish(BudgetPolicy *policy);

/* Spend so much, not less than before. */
extern void budget_spend(BudgetPolicy *policy, double budget);

/* What is spent, and the gain by the scores. */
extern double budget_spent(const BudgetPolicy *policy);
extern double budget_gain(const BudgetPolicy *policy);

/* Add sign times the influence of each customer on that gain. */
extern void budget_influence(const BudgetPolicy *policy, double sign, double *influence);

#endif							/* COUPON_BUDGET_H */
