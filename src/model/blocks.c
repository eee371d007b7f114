/*
 * blocks.c
 *		Customers in blocks, each under a rule of its own besides those for all.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/bins.h"
#include "model/blocks.h"
#include "model/gains.h"
#include "model/partition.h"

#define MOST_FREE		32		/* blocks of customers under no rule of their own */
#define FREE_SIZE		64		/* customers of one, at least */
#define MOST_UNITS		((int128) 1 << 60)

/* The most regret that leaves about so many choices; infinite if that is all. */
static double
find_limit(const Scanner *scanner, int64 most_choices)
{
	const Market *market = scanner->market;
	int64	   *bins;
	double		limit;

	if (market->nitems + market->ncustomers <= most_choices)
		return INFINITY;
	bins = palloc0_array(int64, BINS);
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		double		best = 0;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
			best = Max(best, scanner_value(scanner, at));
		bins[bin_of(best)]++;
		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
			bins[bin_of(best - scanner_value(scanner, at))]++;
	}
	/* everybody's best choice has no regret: it counts where there is another one */
	bins[0] = 0;
	limit = bin_least(bin_limit(bins, most_choices));
	pfree(bins);

	return limit;
}

static int64
units_of(const Market *market, int row, int64 at)
{
	const RuleSet *rules = market->rules;
	const Offering *item = &market->items[at];

	for (int t = rules->first[item->class]; t < rules->first[item->class + 1]; t++)
		if (rules->terms[t].row == row)
		{
			int128		units = ruleset_units(rules, row, item->class, item->gain, item->cost, market_attributes(market, at));

			/* more than fits: a weight that says so, and no plan is believed that has it */
			return Max(Min(units, MOST_UNITS), -MOST_UNITS);
		}

	return 0;
}

/* What an item loads coupling rows with, in their units: sums of many cancel exactly. */
static void
add_loads(const Blocks *blocks, int64 at, int sign, int128 *load)
{
	const Market *market = blocks->dual->scanner->market;
	const RuleSet *rules = market->rules;
	const Offering *item = &market->items[at];

	for (int t = rules->first[item->class]; t < rules->first[item->class + 1]; t++)
	{
		int			row = rules->terms[t].row;

		if (blocks->coupling_of[row] >= 0)
			load[blocks->coupling_of[row]] += sign *
				ruleset_units(rules, row, item->class, item->gain, item->cost, market_attributes(market, at));
	}
}

/* Units of coupling rows, scaled. */
static void
scale_loads(const Blocks *blocks, const int128 *load, double *scaled)
{
	const Scanner *scanner = blocks->dual->scanner;

	for (int c = 0; c < blocks->ncoupling; c++)
		scaled[c] = (double) load[c] / ruleset_units_in_one(&scanner->market->rules->rows[blocks->coupling[c]]) /
			scanner->row_unit[blocks->coupling[c]];
}

/* A customer's choices up to a regret, and what it has; what leaves no choice is settled. */
static void
add_group(Blocks *blocks, Block *block, int64 i, const bool *incumbent)
{
	const Scanner *scanner = blocks->dual->scanner;
	const Market *market = scanner->market;
	int64		end = market->customers[i + 1].first;
	int64		begin = blocks->first[blocks->ngroups];
	int64		to = begin;
	double		best = 0;
	bool		none = true;

	for (int64 at = market->customers[i].first; at < end; at++)
		best = Max(best, scanner_value(scanner, at));
	for (int64 at = market->customers[i].first; at < end; at++)
	{
		none &= !(incumbent && incumbent[at]);
		if (best - scanner_value(scanner, at) < blocks->limit || (incumbent && incumbent[at]))
			blocks->item[to++] = at;
	}
	if (best < blocks->limit || (none && incumbent))
		blocks->item[to++] = NO_OFFER;
	if (to == begin + 1)
	{
		int64		at = blocks->item[begin];

		if (at < 0)
			return;
		blocks->settled[at] = true;
		blocks->settled_gain += market->items[at].gain / scanner->gain_unit;
		add_loads(blocks, at, -1, blocks->left);
		if (block->row >= 0)
			block->capacity -= units_of(market, block->row, at);
		return;
	}
	for (int64 at = begin; at < to; at++)
		blocks->weight[at] = block->row < 0 || blocks->item[at] < 0 ? 0 : units_of(market, block->row, blocks->item[at]);
	blocks->first[++blocks->ngroups] = to;
	block->ngroups++;
}

Blocks *
blocks_find(const Dual *dual, const bool *incumbent, int64 most_choices)
{
	Scanner    *scanner = dual->scanner;
	const Market *market = scanner->market;
	int			m = market->rules->nrows;
	int		   *block_of = palloc_array(int, m + 1);
	int			nruled;
	Blocks	   *blocks;
	int64	   *order;
	int64	   *first;
	int64		room = market->nitems + market->ncustomers;

	if (market->rules->per_customer != 1)
		return NULL;
	nruled = partition_rows(dual, block_of);
	if (nruled < 2)
		return NULL;

	blocks = palloc0_object(Blocks);
	blocks->dual = dual;
	blocks->n = nruled + Min(1 + market->ncustomers / FREE_SIZE, MOST_FREE);
	blocks->blocks = palloc0_array(Block, blocks->n);
	blocks->price = palloc0_array(double, blocks->n);
	blocks->coupling = palloc_array(int, m + 1);
	blocks->coupling_of = palloc_array(int, m + 1);
	blocks->left = palloc_array(int128, m + 1);
	blocks->bound = palloc_array(double, m + 1);
	for (int b = nruled; b < blocks->n; b++)
		blocks->blocks[b].row = -1;
	for (int r = 0; r < m; r++)
	{
		blocks->coupling_of[r] = -1;
		if (block_of[r] != NO_BLOCK)
		{
			blocks->blocks[block_of[r]].row = r;
			blocks->blocks[block_of[r]].capacity = ruleset_bound_units(&market->rules->rows[r]);
			blocks->price[block_of[r]] = dual->best_price[r] / scanner->row_unit[r] / ruleset_units_in_one(&market->rules->rows[r]);
			continue;
		}
		blocks->left[blocks->ncoupling] = ruleset_bound_units(&market->rules->rows[r]);
		blocks->coupling_of[r] = blocks->ncoupling;
		blocks->coupling[blocks->ncoupling++] = r;
	}
	first = palloc_array(int64, blocks->n + 2);
	order = partition_customers(market, block_of, nruled, blocks->n, first);

	scanner_price(scanner, dual->best_price);
	blocks->limit = find_limit(scanner, most_choices);
	blocks->first = palloc_huge(int64, market->ncustomers + 1);
	blocks->item = palloc_huge(int64, room + 1);
	blocks->weight = palloc_huge(int64, room + 1);
	blocks->settled = palloc_extended(sizeof(bool) * Max(market->nitems, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	blocks->first[0] = 0;
	for (int b = 0; b < blocks->n; b++)
	{
		Block	   *block = &blocks->blocks[b];

		block->group = blocks->ngroups;
		for (int64 k = first[b]; k < first[b + 1]; k++)
		{
			if ((k & 0x3f) == 0)
				CHECK_FOR_INTERRUPTS();
			add_group(blocks, block, order[k], incumbent);
		}
	}
	pfree(order);
	scale_loads(blocks, blocks->left, blocks->bound);
	blocks->worth = palloc_huge(double, blocks->first[blocks->ngroups] + 1);
	blocks->value = palloc_huge(int64, blocks->first[blocks->ngroups] + 1);

	return blocks;
}

void
blocks_price(Blocks *blocks, const double *price)
{
	Scanner    *scanner = blocks->dual->scanner;
	double	   *all = palloc0_array(double, blocks->dual->nrows + 1);

	for (int c = 0; c < blocks->ncoupling; c++)
		all[blocks->coupling[c]] = price[c];
	scanner_price(scanner, all);
	for (int64 at = 0; at < blocks->first[blocks->ngroups]; at++)
		blocks->worth[at] = blocks->item[at] < 0 ? 0 : scanner_value(scanner, blocks->item[at]);
	pfree(all);
}

void
blocks_add_up(const Blocks *blocks, int b, BlockPlan *plan)
{
	const Block *block = &blocks->blocks[b];
	const Scanner *scanner = blocks->dual->scanner;

	int128	   *load = palloc0_array(int128, blocks->ncoupling + 1);

	plan->gain = 0;
	for (int64 g = 0; g < block->ngroups; g++)
	{
		int64		at = blocks->item[plan->chosen[g]];

		if (at < 0)
			continue;
		plan->gain += scanner->market->items[at].gain / scanner->gain_unit;
		add_loads(blocks, at, 1, load);
	}
	scale_loads(blocks, load, plan->load);
	pfree(load);
}

bool
blocks_solve(Blocks *blocks, int b, int64 most_work, BlockPlan *plan)
{
	const Block *block = &blocks->blocks[b];
	const int64 *first = blocks->first + block->group;
	double		largest = 0;
	GainScale	scale;
	MultipleChosen best;
	MultipleChoice problem = {
		.n = block->ngroups, .first = first, .value = blocks->value, .weight = blocks->weight,
		.capacity = block->capacity,
	};

	for (int64 at = first[0]; at < first[block->ngroups]; at++)
		largest = Max(largest, fabs(blocks->worth[at]));
	scale = gain_scale(largest);
	problem.price = blocks->price[b] * scale.factor;
	for (int64 at = first[0]; at < first[block->ngroups]; at++)
		blocks->value[at] = gain_units(&scale, blocks->worth[at]);
	pareto_solve(&problem, &(ParetoLimits) {.work = most_work}, &best);
	if (!best.possible)
		return false;
	blocks->price[b] = best.price / scale.factor;
	plan->chosen = best.chosen;
	plan->load = palloc_array(double, blocks->ncoupling + 1);
	/* values were rounded, each by half a unit at most */
	plan->bound = gain_amount(&scale, best.bound + block->ngroups);
	blocks_add_up(blocks, b, plan);

	return true;
}
