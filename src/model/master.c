/*
 * master.c
 *		Whole offers by blocks: plans of each block, put together by a master
 *		programme.
 *
 * Decomposition (Dantzig and Wolfe, 1960): the master picks a mixture of plans
 * for each block so that the coupling rows are kept; its prices make the
 * blocks, each an integer knapsack solved exactly, propose better plans.
 * Priced so, the sum of what the blocks could reach is a bound (Geoffrion,
 * 1974) that knows of whole offers inside the blocks, and so lies below that
 * of the linear relaxation.  Prices between the best ones so far and the
 * master's keep them from swinging (Wentges, 1997).  In the end the master
 * picks one plan a block, whole.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "lib/glpk.h"
#include "model/blocks.h"
#include "model/master.h"
#include "pg/clock.h"

#define MOST_CHOICES	120000	/* those of least regret come in */
#define BLOCK_WORK		100000	/* selections of a block that are looked at, each time */
#define PATIENT_WORK	20000000
#define MOST_ROUNDS		40
#define CAUTION			0.7		/* weight of the best prices so far */
#define PENALTY			1e3		/* of breaking a coupling row by a scaled unit */
#define CLOSE			0.1		/* of the gap: what is left to the bound is for whole plans */
#define PICK_WORK		8e6		/* of branch and bound */

typedef struct Plan
{
	int			block;
	BlockPlan	plan;
} Plan;

typedef struct Master
{
	Blocks	   *blocks;
	double		enough;			/* scaled: good enough a gap */
	int			nplans;
	int			room;
	Plan	   *plans;
	double	   *centre;			/* (coupling): prices of the least bound */
	double	   *price;
	double		bound;			/* scaled, of what is not settled */
	int			rounds;
	instr_time	began;
	double		time_limit;
	int64		work;			/* selections of a block that are looked at, each time */

	/* what the master was given last */
	LinearColumns columns;
	int64	   *first;
	int		   *row;
	double	   *value;
	double	   *objective;
	double	   *zeros;
	double	   *infinities;
} Master;

/* A plan that is not there yet; false if it is. */
static bool
add_plan(Master *master, int block, const BlockPlan *plan)
{
	for (int p = master->nplans - 1; p >= 0; p--)
		if (master->plans[p].block == block && master->plans[p].plan.gain == plan->gain &&
			memcmp(master->plans[p].plan.load, plan->load, sizeof(double) * master->blocks->ncoupling) == 0)
			return false;
	if (master->nplans == master->room)
		master->plans = repalloc_huge(master->plans, sizeof(Plan) * (master->room *= 2));
	master->plans[master->nplans++] = (Plan) {block, *plan};

	return true;
}

/* Plans of all blocks at some prices; false if a block has none. */
static bool
propose(Master *master, const double *price)
{
	Blocks	   *blocks = master->blocks;
	double		bound = 0;

	blocks_price(blocks, price);
	for (int c = 0; c < blocks->ncoupling; c++)
		bound += price[c] * blocks->bound[c];
	for (int b = 0; b < blocks->n; b++)
	{
		BlockPlan	plan;

		if (!blocks_solve(blocks, b, master->work, &plan))
			return false;
		bound += plan.bound;
		if (!add_plan(master, b, &plan))
		{
			pfree(plan.chosen);
			pfree(plan.load);
		}
	}
	if (bound < master->bound)
	{
		master->bound = bound;
		memmove(master->centre, price, sizeof(double) * blocks->ncoupling);
	}

	return true;
}

/* Plans from number `from` on, as columns. */
static void
make_columns(Master *master, int from, LinearColumns *columns)
{
	const Blocks *blocks = master->blocks;
	int			n = master->nplans - from;
	int64		nonzeros = 0;

	master->first = palloc_array(int64, n + 1);
	master->row = palloc_array(int, n * (blocks->ncoupling + 1) + 1);
	master->value = palloc_array(double, n * (blocks->ncoupling + 1) + 1);
	master->objective = palloc_array(double, n + 1);
	master->zeros = palloc0_array(double, n + 1);
	master->infinities = palloc_array(double, n + 1);
	for (int p = 0; p < n; p++)
	{
		const Plan *plan = &master->plans[from + p];

		master->first[p] = nonzeros;
		for (int c = 0; c < blocks->ncoupling; c++)
		{
			master->row[nonzeros] = c;
			master->value[nonzeros++] = plan->plan.load[c];
		}
		master->row[nonzeros] = blocks->ncoupling + plan->block;
		master->value[nonzeros++] = 1;
		master->objective[p] = plan->plan.gain;
		master->infinities[p] = INFINITY;
	}
	master->first[n] = nonzeros;
	*columns = (LinearColumns) {
		.columns = n, .first = master->first, .row = master->row, .value = master->value,
		.objective = master->objective, .lower = master->zeros, .upper = master->infinities,
	};
}

/* The master has prices: what do the blocks propose? */
static void
price_blocks(void *of, const LinearSolution *solution, LinearColumns *more)
{
	Master	   *master = of;
	int			m = master->blocks->ncoupling;
	int			from = master->nplans;

	*more = (LinearColumns) {0};
	/* first near the best prices; where that brings nothing, at the master's own */
	for (int caution = 1; caution >= 0 && master->nplans == from; caution--)
	{
		if (master->bound - solution->objective <= master->enough * CLOSE || ++master->rounds > MOST_ROUNDS ||
			(master->time_limit > 0 && seconds_left(master->time_limit, &master->began) <= LEAST_SECONDS))
			return;
		for (int c = 0; c < m; c++)
		{
			double		price = Max(solution->dual[c], 0);

			master->price[c] = caution ? CAUTION * master->centre[c] + (1 - CAUTION) * price : price;
		}
		if (!propose(master, master->price))
			return;
	}
	if (master->nplans > from)
		make_columns(master, from, more);
}

/* Coupling rows are limited; of each block there is one plan. */
static void
bound_rows(const Blocks *blocks, double *lower, double *upper)
{
	int			m = blocks->ncoupling;

	for (int r = 0; r < m + blocks->n; r++)
	{
		lower[r] = r < m ? -INFINITY : 1;
		upper[r] = r < m ? blocks->bound[r] : 1;
	}
}

/* The linear master: coupling rows may be broken at a price, each block has one plan. */
static void
mix_plans(Master *master)
{
	const Blocks *blocks = master->blocks;
	int			m = blocks->ncoupling;
	int			rows = m + blocks->n;
	int			columns = m + master->nplans;
	LinearColumns plans;
	LinearProgram program = {.rows = rows, .columns = columns};
	LinearSolution solution;
	int		   *row;
	int		   *column;
	double	   *value;
	double	   *objective = palloc_array(double, columns);
	double	   *lower = palloc0_array(double, columns);
	double	   *upper = palloc_array(double, columns);
	double	   *row_lower = palloc_array(double, rows);
	double	   *row_upper = palloc_array(double, rows);
	int64		n = 0;

	make_columns(master, 0, &plans);
	row = palloc_array(int, m + plans.first[plans.columns]);
	column = palloc_array(int, m + plans.first[plans.columns]);
	value = palloc_array(double, m + plans.first[plans.columns]);
	for (int c = 0; c < columns; c++)
	{
		objective[c] = c < m ? -PENALTY : plans.objective[c - m];
		upper[c] = INFINITY;
	}
	for (int c = 0; c < m; c++, n++)
	{
		row[n] = column[n] = c;
		value[n] = -1;
	}
	for (int p = 0; p < plans.columns; p++)
		for (int64 at = plans.first[p]; at < plans.first[p + 1]; at++, n++)
		{
			row[n] = plans.row[at];
			column[n] = m + p;
			value[n] = plans.value[at];
		}
	bound_rows(blocks, row_lower, row_upper);
	program.nonzeros = n;
	program.row = row;
	program.column = column;
	program.value = value;
	program.objective = objective;
	program.column_lower = lower;
	program.column_upper = upper;
	program.row_lower = row_lower;
	program.row_upper = row_upper;
	glpk_generate(&program, NULL, price_blocks, master, &solution);
}

/* One plan a block, whole; false if none was found. */
static bool
pick_plans(Master *master, const bool *start, bool *chosen, double *gain)
{
	const Blocks *blocks = master->blocks;
	int			m = blocks->ncoupling;
	int			rows = m + blocks->n;
	LinearColumns plans;
	LinearProgram program = {.rows = rows, .columns = master->nplans};
	LinearOptions options = {.time_limit = seconds_left(master->time_limit, &master->began), .most_work = PICK_WORK};
	LinearSolution solution;
	int		   *column;
	double	   *row_lower = palloc_array(double, rows);
	double	   *row_upper = palloc_array(double, rows);
	double	   *ones = palloc_array(double, master->nplans + 1);
	double	   *first = palloc0_array(double, master->nplans + 1);
	bool	   *integer = palloc_array(bool, master->nplans + 1);

	make_columns(master, 0, &plans);
	column = palloc_array(int, plans.first[plans.columns] + 1);
	for (int p = 0; p < plans.columns; p++)
	{
		for (int64 at = plans.first[p]; at < plans.first[p + 1]; at++)
			column[at] = p;
		ones[p] = 1;
		integer[p] = true;
		first[p] = start && p < blocks->n;
	}
	bound_rows(blocks, row_lower, row_upper);
	program.nonzeros = plans.first[plans.columns];
	program.row = plans.row;
	program.column = column;
	program.value = plans.value;
	program.objective = plans.objective;
	program.column_lower = plans.lower;
	program.column_upper = ones;
	program.row_lower = row_lower;
	program.row_upper = row_upper;
	program.integer = integer;
	options.start = start ? first : NULL;
	options.gap = master->enough / 4 / Max(fabs(master->bound), 1e-300);
	glpk_solve(&program, &options, &solution);
	if (solution.status != LP_OPTIMAL && solution.status != LP_FEASIBLE)
		return false;

	*gain = solution.objective + blocks->settled_gain;
	memcpy(chosen, blocks->settled, sizeof(bool) * blocks->dual->scanner->market->nitems);
	for (int p = 0; p < master->nplans; p++)
		if (solution.x[p] > 0.5)
			for (int64 g = 0; g < blocks->blocks[master->plans[p].block].ngroups; g++)
				if (blocks->item[master->plans[p].plan.chosen[g]] >= 0)
					chosen[blocks->item[master->plans[p].plan.chosen[g]]] = true;

	return true;
}

/* The plan that an allocation is for a block. */
static void
add_incumbent(Master *master, int b, const bool *incumbent)
{
	const Blocks *blocks = master->blocks;
	const Block *block = &blocks->blocks[b];
	BlockPlan	plan = {palloc_huge(int64, block->ngroups + 1), 0, palloc_array(double, blocks->ncoupling + 1), 0};

	for (int64 g = 0; g < block->ngroups; g++)
	{
		/* no offer comes last */
		for (int64 at = blocks->first[block->group + g]; at < blocks->first[block->group + g + 1]; at++)
			if (blocks->item[at] < 0 || incumbent[blocks->item[at]])
			{
				plan.chosen[g] = at;
				break;
			}
	}
	blocks_add_up(blocks, b, &plan);
	add_plan(master, b, &plan);
}

/* The bound of the best prices, over all choices. */
static double
bound_all(const Master *master, const Dual *dual)
{
	Blocks	   *all = blocks_find(dual, NULL, PG_INT64_MAX);
	double		bound = 0;

	memcpy(all->price, master->blocks->price, sizeof(double) * all->n);
	blocks_price(all, master->centre);
	for (int c = 0; c < all->ncoupling; c++)
		bound += master->centre[c] * all->bound[c];
	for (int b = 0; b < all->n; b++)
	{
		BlockPlan	plan;

		if (!blocks_solve(all, b, master->work, &plan))
			return INFINITY;
		bound += plan.bound;
		pfree(plan.chosen);
		pfree(plan.load);
	}

	return bound;
}

Mastered *
master_solve(const Dual *dual, const bool *incumbent, double gap, bool patient, double time_limit)
{
	Mastered   *mastered;
	Master		master = {.blocks = blocks_find(dual, incumbent, MOST_CHOICES), .bound = INFINITY, .room = 256, .time_limit = time_limit,
		.work = patient ? PATIENT_WORK : BLOCK_WORK};
	int			m;
	double		gain = -INFINITY;
	double		reach;

	if (master.blocks == NULL)
		return NULL;
	mastered = palloc0_object(Mastered);
	mastered->bound = INFINITY;
	INSTR_TIME_SET_CURRENT(master.began);
	m = master.blocks->ncoupling;
	master.enough = gap * fabs(dual->bound);
	master.plans = palloc_array(Plan, master.room);
	master.centre = palloc0_array(double, m + 1);
	master.price = palloc0_array(double, m + 1);
	for (int c = 0; c < m; c++)
		master.price[c] = dual->best_price[master.blocks->coupling[c]];
	if (incumbent)
		for (int b = 0; b < master.blocks->n; b++)
			add_incumbent(&master, b, incumbent);
	if (!propose(&master, master.price))
		return mastered;
	mix_plans(&master);
	mastered->chosen = palloc_huge(bool, dual->scanner->market->nitems + 1);
	if (!pick_plans(&master, incumbent, mastered->chosen, &gain))
		mastered->chosen = NULL;

	/* choices that were left out have so much regret that nothing better has one; or they are all looked at */
	reach = master.blocks->limit;
	master.bound += master.blocks->settled_gain;
	if (dual->bound - gain >= reach)
	{
		reach = INFINITY;
		master.bound = bound_all(&master, dual);
	}
	mastered->bound = master.bound * dual->scanner->gain_unit;
	mastered->reach = reach * dual->scanner->gain_unit;

	return mastered;
}
