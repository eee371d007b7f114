/*
 * blocks.c
 *		Customers in blocks, each under a rule of its own besides those for all.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/blocks.h"
#include "model/gains.h"
#include "model/weighted.h"

#define PRICED			1e-6	/* scaled: a rule that matters */
#define MOST_FREE		32		/* blocks of customers under no rule of their own */
#define FREE_SIZE		64		/* customers of one, at least */
#define BIN_SHIFT		50		/* of a regret as a float8: exponent and two more bits */
#define BINS			(1 << (64 - BIN_SHIFT))
#define MOST_UNITS		((int128) 1 << 60)
#define NO_BLOCK		(-1)

/* Which rows touch which customers. */
typedef struct Touch
{
	int			m;
	int64	   *customers;		/* (m): touched */
	bool	   *together;		/* (m, m): some customer is touched by both */
} Touch;

/* The rows that touch a customer's offers. */
static int
rows_of(const Market *market, int64 i, bool *seen, int *rows)
{
	const RuleSet *rules = market->rules;
	int			n = 0;

	for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
	{
		int			class = market->items[at].class;

		for (int t = rules->first[class]; t < rules->first[class + 1]; t++)
			if (!seen[rules->terms[t].row])
			{
				seen[rules->terms[t].row] = true;
				rows[n++] = rules->terms[t].row;
			}
	}
	for (int k = 0; k < n; k++)
		seen[rows[k]] = false;

	return n;
}

static Touch
find_touch(const Market *market)
{
	int			m = market->rules->nrows;
	Touch		touch = {m, palloc0_array(int64, m + 1), palloc0_array(bool, m * m + 1)};
	bool	   *seen = palloc0_array(bool, m + 1);
	int		   *rows = palloc_array(int, m + 1);

	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int			n = rows_of(market, i, seen, rows);

		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int a = 0; a < n; a++)
		{
			touch.customers[rows[a]]++;
			for (int b = 0; b < n; b++)
				touch.together[rows[a] * m + rows[b]] = true;
		}
	}

	return touch;
}

/* Does a row count offers?  Then whole offers are hardly harder than parts. */
static inline bool
is_count(const RuleRow *row)
{
	return row->kind == ROW_SHARE || (row->kind == ROW_SUM && row->column == COLUMN_ONE);
}

/* The block of each row or NO_BLOCK: rows that no customer shares, those of few customers first. */
static int
choose_rows(const Dual *dual, int *block_of)
{
	const Market *market = dual->scanner->market;
	Touch		touch = find_touch(market);
	int			n = 0;

	for (int r = 0; r < touch.m; r++)
		block_of[r] = NO_BLOCK;
	for (;;)
	{
		int			best = -1;

		for (int r = 0; r < touch.m; r++)
		{
			bool		apart = block_of[r] == NO_BLOCK && dual->best_price[r] > PRICED && touch.customers[r] > 0 &&
				!is_count(&market->rules->rows[r]);

			for (int q = 0; q < touch.m && apart; q++)
				apart = block_of[q] == NO_BLOCK || !touch.together[r * touch.m + q];
			if (apart && (best < 0 || touch.customers[r] < touch.customers[best]))
				best = r;
		}
		if (best < 0)
			return n;
		block_of[best] = n++;
	}
}

/* The most regret that leaves about so many choices; infinite if that is all. */
static double
find_limit(const Scanner *scanner, int64 most_choices)
{
	const Market *market = scanner->market;
	int64	   *bins;
	int64		left = most_choices;
	int			limit = 0;

	if (market->nitems + market->ncustomers <= most_choices)
		return INFINITY;
	bins = palloc0_array(int64, BINS);
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		double		best = 0;

		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
			best = Max(best, scanner_value(scanner, at));
		bins[weighted_key(best) >> BIN_SHIFT]++;
		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
			bins[weighted_key(best - scanner_value(scanner, at)) >> BIN_SHIFT]++;
	}
	/* everybody's best choice has no regret: it counts where there is another one */
	bins[0] = 0;
	while (limit < BINS - 1 && bins[limit] <= left)
		left -= bins[limit++];
	pfree(bins);

	return weighted_number((uint64) limit << BIN_SHIFT);
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

/* What an item loads coupling rows with, in scaled units. */
static void
add_loads(const Blocks *blocks, int64 at, double sign, double *load)
{
	const Scanner *scanner = blocks->dual->scanner;
	const RuleSet *rules = scanner->market->rules;
	const Offering *item = &scanner->market->items[at];

	for (int t = rules->first[item->class]; t < rules->first[item->class + 1]; t++)
	{
		int			row = rules->terms[t].row;

		if (blocks->coupling_of[row] >= 0)
			load[blocks->coupling_of[row]] += sign *
				(double) ruleset_units(rules, row, item->class, item->gain, item->cost, market_attributes(scanner->market, at)) /
				ruleset_units_in_one(&rules->rows[row]) / scanner->row_unit[row];
	}
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
		add_loads(blocks, at, -1, blocks->bound);
		if (block->row >= 0)
			block->capacity -= units_of(market, block->row, at);
		return;
	}
	for (int64 at = begin; at < to; at++)
		blocks->weight[at] = block->row < 0 || blocks->item[at] < 0 ? 0 : units_of(market, block->row, blocks->item[at]);
	blocks->first[++blocks->ngroups] = to;
	block->ngroups++;
}

/* Customers by block: a counting sort. */
static int64 *
sort_customers(const Blocks *blocks, const int *block_of, int nruled, int64 *first)
{
	const Market *market = blocks->dual->scanner->market;
	int			m = market->rules->nrows;
	bool	   *seen = palloc0_array(bool, m + 1);
	int		   *rows = palloc_array(int, m + 1);
	int		   *block = palloc_huge(int, market->ncustomers + 1);
	int64	   *order = palloc_huge(int64, market->ncustomers + 1);
	int64		nfree = 0;

	memset(first, 0, sizeof(int64) * (blocks->n + 2));
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int			n = rows_of(market, i, seen, rows);

		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		block[i] = NO_BLOCK;
		for (int k = 0; k < n; k++)
			if (block_of[rows[k]] != NO_BLOCK)
				block[i] = block_of[rows[k]];
		/* blocks of customers under no rule of their own come last, equally large */
		if (block[i] == NO_BLOCK)
			block[i] = nruled + nfree++ % (blocks->n - nruled);
		first[block[i] + 2]++;
	}
	for (int b = 0; b < blocks->n; b++)
		first[b + 2] += first[b + 1];
	for (int64 i = 0; i < market->ncustomers; i++)
		order[first[block[i] + 1]++] = i;
	pfree(block);

	return order;
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
	nruled = choose_rows(dual, block_of);
	if (nruled < 2)
		return NULL;

	blocks = palloc0_object(Blocks);
	blocks->dual = dual;
	blocks->n = nruled + Min(1 + market->ncustomers / FREE_SIZE, MOST_FREE);
	blocks->blocks = palloc0_array(Block, blocks->n);
	blocks->price = palloc0_array(double, blocks->n);
	blocks->coupling = palloc_array(int, m + 1);
	blocks->coupling_of = palloc_array(int, m + 1);
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
		blocks->bound[blocks->ncoupling] = (double) ruleset_bound_units(&market->rules->rows[r]) /
			ruleset_units_in_one(&market->rules->rows[r]) / scanner->row_unit[r];
		blocks->coupling_of[r] = blocks->ncoupling;
		blocks->coupling[blocks->ncoupling++] = r;
	}
	first = palloc_array(int64, blocks->n + 2);
	order = sort_customers(blocks, block_of, nruled, first);

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
			if ((k & 0xfff) == 0)
				CHECK_FOR_INTERRUPTS();
			add_group(blocks, block, order[k], incumbent);
		}
	}
	pfree(order);
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

	plan->gain = 0;
	memset(plan->load, 0, sizeof(double) * blocks->ncoupling);
	for (int64 g = 0; g < block->ngroups; g++)
	{
		int64		at = blocks->item[plan->chosen[g]];

		if (at < 0)
			continue;
		plan->gain += scanner->market->items[at].gain / scanner->gain_unit;
		add_loads(blocks, at, 1, plan->load);
	}
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
