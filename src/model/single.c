/*
 * single.c
 *		One rule of any kind over at most one offer a customer: a knapsack.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/gains.h"
#include "model/pareto.h"
#include "model/single.h"

#define AUTO_WORK		4000000 /* selections looked at without being asked for */
#define MOST_UNITS		((int128) 1 << 61)

/* What an offer loads the rule with; false if that is too much for a weight. */
static bool
weigh(const Market *market, int64 at, int64 *weight)
{
	const RuleSet *rules = market->rules;
	const Offering *item = &market->items[at];
	int128		units = 0;

	if (rules->first[item->class] < rules->first[item->class + 1])
		units = ruleset_units(rules, 0, item->class, item->gain, item->cost, market_attributes(market, at));
	*weight = units;

	return units >= -MOST_UNITS && units <= MOST_UNITS;
}

bool
single_solve(const Market *market, const RuledOptions *options, Ruled *ruled)
{
	const RuleRow *row = &market->rules->rows[0];
	GainScale	scale = gain_scale(market->largest_gain);
	int64		nchoices = market->nitems + market->ncustomers;
	int64	   *first = palloc_huge(int64, market->ncustomers + 1);
	int64	   *value = palloc_huge(int64, nchoices + 1);
	int64	   *weight = palloc_huge(int64, nchoices + 1);
	ParetoLimits limits = {
		.work = options->method == RULED_EXACT ? 0 : AUTO_WORK,
		.seconds = options->time_limit,
	};
	MultipleChoice problem = {
		.n = market->ncustomers, .first = first, .value = value, .weight = weight,
		.capacity = ruleset_bound_units(row),
	};
	MultipleChosen best;
	int64		to = 0;

	/* no offer comes first: choice k of customer i is item k - i - 1 */
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		first[i] = to;
		value[to] = weight[to] = 0;
		to++;
		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++, to++)
		{
			value[to] = gain_units(&scale, market->items[at].gain);
			if (!weigh(market, at, &weight[to]))
				return false;
		}
	}
	first[market->ncustomers] = to;
	pareto_solve(&problem, &limits, &best);
	ruled->scans = 1;
	ruled->exact = true;
	if (!best.possible)
	{
		ruled->status = RULED_INFEASIBLE;
		ruled->price[0] = 1;
		ruled->missing = (double) (best.weight - problem.capacity) / ruleset_units_in_one(row);
		return true;
	}
	ruled->status = RULED_FEASIBLE;
	ruled->chosen = palloc_extended(sizeof(bool) * Max(market->nitems, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int64 i = 0; i < market->ncustomers; i++)
		if (best.chosen[i] > first[i])
			ruled->chosen[best.chosen[i] - i - 1] = true;
	ruled->price[0] = best.price * ruleset_units_in_one(row) / scale.factor;
	ruled->binding[0] = best.price > 0;
	ruled->bound = gain_amount(&scale, best.bound);
	pfree(first);
	pfree(value);
	pfree(weight);

	return true;
}
