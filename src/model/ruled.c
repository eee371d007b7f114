/*
 * ruled.c
 *		Who gets what under many rules.
 *
 * Prices first (dual.c), then whole offers from them and repair among the
 * customers for whom it hardly matters (core.c, repair.c).  Whether rules are
 * kept, and what is gained, is computed anew from what is chosen, in integers.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/exact.h"
#include "model/master.h"
#include "model/money.h"
#include "model/repair.h"
#include "model/ruled.h"
#include "model/single.h"
#include "pg/clock.h"

#define MOST_PRICE		1e4		/* scaled, at first */
#define PRICE_GROWTH	1e3
#define TRIES			3
#define NO_PRICE		1e-6	/* scaled: the barrier's trace */
#define SURE			1e-9	/* relative: a bound below zero by more is no rounding */
#define NOTHING			1e-14	/* of the largest gain */
#define FIRST_CHOICES	6000
#define MORE_CHOICES	8
#define ROUNDS			3
#define FEW_CUSTOMERS	20000	/* their scans cost nothing: prices as exact as can be */

/* Is there a proof that no allocation keeps the rules? */
static bool
prove_infeasible(const Market *market, int64 seed, Ruled *ruled)
{
	Dual	   *dual = dual_solve(market, DUAL_VIOLATION, 1, 1e-6, seed);
	double		size = 0;

	for (int r = 0; r < dual->nrows; r++)
		size += dual->best_price[r] * fabs(ruleset_bound(&market->rules->rows[r])) / dual->scanner->row_unit[r];
	if (dual->bound >= -SURE * (1 + size))
		return false;
	ruled->status = RULED_INFEASIBLE;
	ruled->missing = -dual->bound;
	for (int r = 0; r < dual->nrows; r++)
		ruled->price[r] = dual->best_price[r] < 1e-6 ? 0 : dual->best_price[r] / dual->scanner->row_unit[r];

	return true;
}

/* What is chosen of a class. */
typedef struct Sums
{
	double		count;
	double		gain;
	double		cost;
} Sums;

/* What a row bounds: its sum as it is written, or a mean, share or ratio; 0 of nothing. */
static double
usage(const RuleSet *rules, int r, int128 load, const Sums *sums)
{
	const RuleRow *row = &rules->rows[r];
	double		amount = (double) (row->at_least ? -load : load) / ruleset_units_in_one(row);
	Sums		in = {0};		/* the selection */
	double		of = 0;			/* offers in "of" */

	if (row->kind == ROW_SUM)
		return amount;
	for (int class = 0; class < rules->nclasses; class++)
	{
		const bool *matches = rules->matches + (Size) class * rules->nselections;

		if (matches[row->selection])
		{
			in.count += sums[class].count;
			in.gain += sums[class].gain;
			in.cost += sums[class].cost;
		}
		if (row->kind == ROW_SHARE && matches[row->of])
			of += sums[class].count;
	}
	if (row->kind == ROW_SHARE)
		return of > 0 ? in.count / of : 0;
	if (row->kind == ROW_RETURN)
		return in.cost > 0 ? in.gain / in.cost : 0;

	return in.count > 0 ? row->bound + amount / in.count : 0;
}

bool
ruled_add_up(const Market *market, const bool *chosen, Ruled *ruled)
{
	const RuleSet *rules = market->rules;
	GainScale	scale = gain_scale(market->largest_gain);
	int128	   *load = palloc0_array(int128, rules->nrows + 1);
	Sums	   *sums = palloc_extended(sizeof(Sums) * Max(rules->nclasses, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	int128		gain = 0;
	int128		spent = 0;
	bool		kept = true;

	ruled->allocated = ruled->offers = ruled->most = 0;
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int			offers = 0;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
		{
			const Offering *item = &market->items[at];

			if (!chosen[at])
				continue;
			offers++;
			sums[item->class].count++;
			sums[item->class].gain += item->gain;
			sums[item->class].cost += item->cost;
			gain += gain_units(&scale, item->gain);
			spent += money_up(item->cost);
			for (int t = rules->first[item->class]; t < rules->first[item->class + 1]; t++)
				load[rules->terms[t].row] += ruleset_units(rules, rules->terms[t].row, item->class, item->gain,
														   item->cost, market_attributes(market, at));
		}
		ruled->allocated += offers > 0;
		ruled->offers += offers;
		ruled->most = Max(ruled->most, offers);
		kept &= offers <= rules->per_customer;
	}
	for (int r = 0; r < rules->nrows; r++)
	{
		ruled->left[r] = ruleset_bound_units(&market->rules->rows[r]) - load[r];
		ruled->slack[r] = (double) ruled->left[r] / ruleset_units_in_one(&market->rules->rows[r]);
		kept &= ruled->left[r] >= 0;
		ruled->used[r] = usage(rules, r, load[r], sums);
	}
	ruled->objective = gain_amount(&scale, gain);
	ruled->spent = money_amount(spent);
	pfree(load);
	pfree(sums);

	return kept;
}

/* Whole offers from the prices. */
static bool
make_whole(const Market *market, const Dual *dual, const RuledOptions *options, Ruled *ruled)
{
	Core	   *core = core_round(dual, options->seed);
	double		enough = fabs(dual->bound) * options->gap;
	int			most = FIRST_CHOICES;
	bool		kept = false;

	for (int round = 0; round < ROUNDS && !kept; round++, most *= MORE_CHOICES)
	{
		if (round > 0 && options->known)
			core_take(core, options->known);
		core_choices(core, most, options->seed);
		kept = repair(core, enough);
		core_settle(core);
	}
	ruled->chosen = core->chosen;

	return kept;
}

/* Add up an allocation that keeps the rules. */
static void
check(const Market *market, Ruled *ruled)
{
	if (!ruled_add_up(market, ruled->chosen, ruled))
		elog(ERROR, "allocation breaks a rule");
}

/* Is there more to be looked for? */
static bool
is_open(const Ruled *ruled, double gap)
{
	return ruled->status == RULED_UNKNOWN || ruled->bound - ruled->objective > gap * fabs(ruled->bound);
}

/* Plans of blocks of customers; false if the rules are not of that kind. */
static bool
search_blocks(const Market *market, const Dual *dual, const RuledOptions *options, double seconds, Ruled *ruled)
{
	bool		found = ruled->status == RULED_FEASIBLE;
	Mastered   *mastered = master_solve(dual, found ? ruled->chosen : NULL, options->gap, options->method == RULED_EXACT, seconds);
	Ruled		better = *ruled;

	if (mastered == NULL)
		return false;
	ruled->exact = true;
	if (mastered->chosen && ruled_add_up(market, mastered->chosen, &better) && (!found || better.objective > ruled->objective))
	{
		ruled->chosen = mastered->chosen;
		ruled->status = RULED_FEASIBLE;
	}
	if (ruled->status == RULED_FEASIBLE)
		check(market, ruled);
	/* the bound knows all that could be better than what lacks less than the reach */
	if (ruled->status == RULED_FEASIBLE ? ruled->bound - ruled->objective < mastered->reach : isinf(mastered->reach))
		ruled->bound = Min(ruled->bound, mastered->bound);
	if (ruled->status == RULED_FEASIBLE)
		ruled->bound = Max(ruled->bound, ruled->objective);

	return true;
}

/* Branch and bound on what the prices and the allocation found leave open. */
static void
search_core(const Market *market, const Dual *dual, const RuledOptions *options, double auto_work, double seconds, Ruled *ruled)
{
	bool		all = options->method == RULED_EXACT;
	bool		found = ruled->status == RULED_FEASIBLE;
	ExactOptions how = {
		.most_columns = all ? 0 : RULED_COLUMNS,
		.gap = options->gap,
		.most_work = all ? 0 : auto_work,
		.time_limit = seconds,
	};
	Exact	   *exact = exact_solve(dual, found ? ruled->chosen : NULL, ruled->objective, &how);
	Ruled		better = *ruled;

	if (exact == NULL)
		return;
	ruled->exact = true;

	/* an allocation at hand is in the programme: then the solver has lost its way */
	if (exact->status == LP_INFEASIBLE)
	{
		if (exact->whole && !found)
			ruled->status = RULED_INDIVISIBLE;
		return;
	}
	if (exact->status == LP_OPTIMAL || exact->status == LP_FEASIBLE)
	{
		/* the solver keeps rows up to its tolerance; only what keeps them exactly will do */
		if (ruled_add_up(market, exact->chosen, &better) && (!found || better.objective > ruled->objective))
		{
			ruled->chosen = exact->chosen;
			ruled->status = RULED_FEASIBLE;
		}
		if (ruled->status == RULED_FEASIBLE)
			check(market, ruled);
	}
	if (exact->whole && isfinite(exact->bound))
		ruled->bound = Max(Min(ruled->bound, exact->bound), ruled->objective);
}

/* The last word on an allocation that has been added up: is that all? */
static void
settle(const Market *market, Ruled *ruled)
{
	/* rounding must not let an allocation beat what is proven of all, nor miss it */
	if (ruled->bound - ruled->objective <= SURE * fabs(ruled->bound) + NOTHING * market->largest_gain)
		ruled->bound = ruled->objective;
	if (ruled->objective == ruled->bound)
		ruled->status = RULED_OPTIMAL;
}

Ruled *
ruled_make(const Market *market)
{
	Ruled	   *ruled = palloc0_object(Ruled);
	int			m = market->rules->nrows;

	ruled->status = RULED_UNKNOWN;
	ruled->bound = INFINITY;
	ruled->price = palloc0_array(double, m + 1);
	ruled->used = palloc0_array(double, m + 1);
	ruled->left = palloc0_array(int128, m + 1);
	ruled->slack = palloc0_array(double, m + 1);
	ruled->binding = palloc0_array(bool, m + 1);

	return ruled;
}

Ruled *
ruled_solve(const Market *market, const RuledOptions *options)
{
	instr_time	began;
	Ruled	   *ruled = ruled_make(market);
	int			m = market->rules->nrows;
	double		most_price = MOST_PRICE;
	bool		blocks = false;
	Dual	   *dual;

	INSTR_TIME_SET_CURRENT(began);
	if (m == 1 && market->rules->per_customer == 1 && options->method != RULED_DUAL && single_solve(market, options, ruled))
	{
		if (ruled->status == RULED_FEASIBLE)
		{
			check(market, ruled);
			settle(market, ruled);
		}
		return ruled;
	}
	for (int try = 1;; try++, most_price *= PRICE_GROWTH)
	{
		dual = dual_solve(market, DUAL_GAIN, most_price, market->ncustomers < FEW_CUSTOMERS ? 1e-10 : options->gap / 20,
						  options->seed);
		ruled->scans += dual->scans;
		if (!dual->hopeless && (dual->excess <= 1e-9 * (1 + market->ncustomers) || try == TRIES))
			break;
		if (prove_infeasible(market, options->seed, ruled) || try == TRIES)
			return ruled;
	}

	if (market->ncustomers < FEW_CUSTOMERS && dual->gap > SURE && !dual->hopeless)
		exact_prices(dual);
	for (int r = 0; r < m; r++)
	{
		ruled->price[r] = dual->best_price[r] * dual->scanner->gain_unit / dual->scanner->row_unit[r];
		ruled->binding[r] = dual->best_price[r] > NO_PRICE;
	}
	ruled->status = make_whole(market, dual, options, ruled) ? RULED_FEASIBLE : RULED_UNKNOWN;
	if (ruled->status == RULED_UNKNOWN && prove_infeasible(market, options->seed, ruled))
		return ruled;
	if (ruled->status == RULED_FEASIBLE)
		check(market, ruled);
	ruled->bound = dual->bound * dual->scanner->gain_unit;
	if (options->method != RULED_DUAL && is_open(ruled, options->gap))
		blocks = search_blocks(market, dual, options, seconds_left(options->time_limit, &began), ruled);
	if (options->method == RULED_EXACT ||
		(options->method == RULED_AUTO && is_open(ruled, options->gap)))
		search_core(market, dual, options, blocks ? RULED_WORK / 4 : RULED_WORK, seconds_left(options->time_limit, &began), ruled);
	if (ruled->status != RULED_FEASIBLE)
		return ruled;

	settle(market, ruled);

	return ruled;
}
