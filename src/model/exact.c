/*
 * exact.c
 *		The best whole allocation under many rules, by branch and bound.
 */
#include "coupon.h"

#include <math.h>

#include "model/exact.h"
#include "model/open.h"
#include "model/open_program.h"

#define MOST_OPEN	300000	/* choices that are looked at for groups, where columns are limited */
#define MOST_PRICED	20000	/* choices in a linear programme for prices */
#define LEAST_REGRET 1e-3	/* scaled: offers of less are in it, at first, */
#define WIDER		8		/* and then of more */
#define WIDENINGS	6
#define PRICED		1e-11	/* relative: prices as good as can be */
#define NARROW		4		/* what is not all anyway had better be little */
#define ROUNDING	1e-9	/* relative: regrets this much above the distance stay open */

/* Whole, or in parts: its relaxation. */
static void
solve(OpenProgram *program, bool whole, const ExactOptions *options, LinearSolution *solution)
{
	const RuleSet *rules = program->market->rules;
	int64		columns = program->columns;
	double	   *zeros = palloc_huge(double, columns + 1);
	double	   *lower = palloc_huge(double, program->rows + 1);
	bool	   *integer = palloc_huge(bool, columns + 1);
	LinearProgram linear = {
		.rows = program->rows, .columns = columns, .objective = program->objective,
		.column_lower = zeros, .column_upper = program->most,
		.row_lower = lower, .row_upper = program->upper, .integer = whole ? integer : NULL,
	};
	LinearOptions how = {
		.time_limit = options->time_limit, .gap = options->gap, .presolve = whole && program->incumbent == NULL,
		.most_work = options->most_work,
	};

	linear.nonzeros = program->nonzeros;
	linear.row = program->row;
	linear.column = program->column;
	linear.value = program->value;
	for (int64 c = 0; c < columns; c++)
	{
		zeros[c] = 0;
		integer[c] = true;
	}
	for (int r = 0; r < program->rows; r++)
		lower[r] = -INFINITY;
	for (int r = 0; r < rules->nrows; r++)
		program->upper[r] = ((double) ruleset_bound_units(&rules->rows[r]) / ruleset_units_in_one(&rules->rows[r]) -
							 program->load[r]) / program->dual->scanner->row_unit[r];

	how.start = program->incumbent ? program->start : NULL;
	glpk_solve(&linear, &how, solution);
}

void
exact_prices(Dual *dual)
{
	ExactOptions options = {0};
	double	   *price = palloc_array(double, dual->nrows + 1);
	double		most_regret = Max(dual->gap * fabs(dual->bound), LEAST_REGRET);

	/* the programme of few offers is as good as that of all once its value is the bound at its prices */
	for (int round = 0; round < WIDENINGS && isfinite(most_regret); round++, most_regret *= WIDER)
	{
		OpenProgram program;
		LinearSolution solution;

		scanner_price(dual->scanner, dual->best_price);
		if (open_count(dual, NULL, most_regret) > MOST_PRICED)
			return;
		program = open_program_make(dual, NULL, most_regret);
		solve(&program, false, &options, &solution);
		if (solution.status != LP_OPTIMAL)
			continue;
		for (int r = 0; r < dual->nrows; r++)
			price[r] = Max(solution.dual[r], 0);
		dual_try(dual, price);
		if (dual->bound - solution.objective - program.gain <= PRICED * fabs(dual->bound))
			return;
	}
}

Exact *
exact_solve(const Dual *dual, const bool *incumbent, double gain, const ExactOptions *options)
{
	const Market *market = dual->scanner->market;
	double		distance = dual->bound - gain / dual->scanner->gain_unit;
	double		most_regret = incumbent ? distance + ROUNDING * (1 + fabs(dual->bound)) : INFINITY;
	bool		whole = true;
	bool		narrow = options->most_columns > 0;
	Exact	   *exact;
	OpenProgram program;
	LinearSolution solution;

	scanner_price(dual->scanner, dual->best_price);
	if (narrow && open_count(dual, incumbent, most_regret) > MOST_OPEN)
	{
		if (market->rules->per_customer > 1)
			return NULL;
		most_regret = open_limit(dual, incumbent, most_regret, MOST_OPEN);
		whole = false;
	}
	program = open_program_make(dual, incumbent, most_regret);
	if (narrow && program.columns > options->most_columns)
	{
		if (market->rules->per_customer > 1)
			return NULL;
		program = open_program_make(dual, incumbent, open_limit(dual, incumbent, most_regret, options->most_columns / NARROW));
		whole = false;
	}
	if (program.columns > (narrow ? options->most_columns : PG_INT32_MAX / 4))
		return NULL;
	solve(&program, true, options, &solution);
	exact = palloc0_object(Exact);
	exact->whole = whole;
	exact->status = solution.status;
	exact->bound = (solution.bound + program.gain) * dual->scanner->gain_unit;
	exact->chosen = program.chosen;
	if (solution.status == LP_OPTIMAL || solution.status == LP_FEASIBLE)
		open_program_deal(&program, solution.x, exact->chosen);

	return exact;
}
