/*
 * exact.c
 *		The best whole allocation under many rules, by branch and bound.
 *
 * An offer whose regret at the prices exceeds the distance from the incumbent
 * to the bound is in no better allocation (reduced-cost fixing: Dantzig,
 * Fulkerson and Johnson, 1954).  What is left open is an integer programme.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/exact.h"

#define NARROW		4		/* what is not all anyway had better be little */
#define NARROWINGS	12		/* looks for the regret that leaves enough open */
#define ROUNDING	1e-9		/* relative: regrets this much above the distance stay open */

typedef struct Program
{
	const Dual *dual;
	const Market *market;
	const bool *incumbent;		/* by offering; or NULL */
	int			rows;			/* of rules, then of customers */
	int64		columns;
	int64		room;
	int64		nonzeros;
	int64		room_nonzeros;
	int		   *row;
	int		   *column;
	double	   *value;
	int64	   *offering;		/* by column */
	double	   *objective;
	double	   *load;			/* (rules): of what is settled */
	double		gain;			/* likewise */
	int			room_rows;
	double	   *upper;			/* (rows) */
	bool	   *chosen;			/* by offering: what is settled */
} Program;

static void
add_nonzero(Program *program, int row, double value)
{
	if (program->nonzeros == program->room_nonzeros)
	{
		program->room_nonzeros *= 2;
		program->row = repalloc_huge(program->row, sizeof(int) * program->room_nonzeros);
		program->column = repalloc_huge(program->column, sizeof(int) * program->room_nonzeros);
		program->value = repalloc_huge(program->value, sizeof(double) * program->room_nonzeros);
	}
	program->row[program->nonzeros] = row;
	program->column[program->nonzeros] = program->columns;
	program->value[program->nonzeros++] = value;
}

/* Add what an offering loads rows with to a column, or to what is settled. */
static void
add_loads(Program *program, int64 at, bool settled)
{
	const RuleSet *rules = program->market->rules;
	const Offering *offering = &program->market->items[at];

	for (int t = rules->first[offering->class]; t < rules->first[offering->class + 1]; t++)
	{
		int			row = rules->terms[t].row;
		double		load = (double) ruleset_units(rules, row, offering->class, offering->gain, offering->cost,
												  market_attributes(program->market, at)) /
			ruleset_units_in_one(&rules->rows[row]);

		if (settled)
			program->load[row] += load;
		else
			add_nonzero(program, row, load / program->dual->scanner->row_unit[row]);
	}
}

static void
add_column(Program *program, int64 at, int customer_row)
{
	if (program->columns == program->room)
	{
		program->room *= 2;
		program->offering = repalloc_huge(program->offering, sizeof(int64) * program->room);
		program->objective = repalloc_huge(program->objective, sizeof(double) * program->room);
	}
	add_loads(program, at, false);
	if (customer_row >= 0)
		add_nonzero(program, customer_row, 1);
	program->offering[program->columns] = at;
	program->objective[program->columns++] = program->market->items[at].gain / program->dual->scanner->gain_unit;
}

/*
 * Which offers of a customer are open: those of little regret, and what the
 * incumbent has.  Returns how many choices that makes, "no offer" among them.
 */
static int
find_open(Program *program, int64 i, double most_regret)
{
	Scanner    *scanner = program->dual->scanner;
	const Market *market = program->market;
	int64		first = market->customers[i].first;
	int			n = market->customers[i + 1].first - first;
	bool		has_none = true;	/* the incumbent gives no offer */
	int			open = 0;
	double		smooth;
	double		exact;
	double		pull;

	scanner_customer(scanner, i, 0, &smooth, &exact, &pull);
	for (int j = 0; j < n; j++)
	{
		bool		has = program->incumbent && program->incumbent[first + j];

		has_none &= !has;
		scanner->parts[j] = has || market->rules->per_customer > 1 || exact - scanner->values[j] <= most_regret;
		open += scanner->parts[j] > 0;
	}

	return open + (exact <= most_regret || (has_none && program->incumbent) || market->rules->per_customer > 1);
}

/* A customer's offers: open, or settled. */
static void
add_customer(Program *program, int64 i, double most_regret)
{
	Scanner    *scanner = program->dual->scanner;
	const Market *market = program->market;
	int64		first = market->customers[i].first;
	int			n = market->customers[i + 1].first - first;
	int			choices = find_open(program, i, most_regret);
	int			row = -1;

	if (choices > 1 && n > market->rules->per_customer)
	{
		if (program->rows == program->room_rows)
			program->upper = repalloc_huge(program->upper, sizeof(double) * (program->room_rows *= 2));
		row = program->rows++;
		program->upper[row] = market->rules->per_customer;
	}
	for (int j = 0; j < n; j++)
	{
		if (scanner->parts[j] == 0)
			continue;
		if (choices > 1)
		{
			add_column(program, first + j, row);
			continue;
		}
		program->chosen[first + j] = true;
		program->gain += market->items[first + j].gain / scanner->gain_unit;
		add_loads(program, first + j, true);
	}
}

/* Columns that are open up to this regret. */
static int64
count_open(Program *program, double most_regret)
{
	const Market *market = program->market;
	int64		columns = 0;

	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int			choices = find_open(program, i, most_regret);

		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		columns += choices > 1 ? choices : 0;
	}

	return columns;
}

/* The most regret that leaves about so many columns open. */
static double
narrow(Program *program, double most_regret, int64 most_columns)
{
	double		least = 0;

	most_regret = Min(most_regret, 1);
	for (int round = 0; round < NARROWINGS; round++)
	{
		double		middle = round < NARROWINGS / 2 ? most_regret / 8 : (least + most_regret) / 2;

		if (count_open(program, middle) > most_columns)
			most_regret = middle;
		else
		{
			least = middle;
			round = Max(round, NARROWINGS / 2 - 1);
		}
	}

	return least;
}

static Exact *
solve(Program *program, const ExactOptions *options)
{
	Exact	   *exact = palloc0_object(Exact);
	const RuleSet *rules = program->market->rules;
	double		unit = program->dual->scanner->gain_unit;
	int64		columns = program->columns;
	double	   *zeros = palloc_huge(double, columns + 1);
	double	   *ones = palloc_huge(double, columns + 1);
	double	   *lower = palloc_huge(double, program->rows + 1);
	bool	   *integer = palloc_huge(bool, columns + 1);
	LinearProgram linear = {
		.rows = program->rows, .columns = columns, .nonzeros = program->nonzeros,
		.row = program->row, .column = program->column, .value = program->value,
		.objective = program->objective, .column_lower = zeros, .column_upper = ones,
		.row_lower = lower, .row_upper = program->upper, .integer = integer,
	};
	LinearOptions how = {.time_limit = options->time_limit, .gap = options->gap, .presolve = program->incumbent == NULL};
	double	   *start = palloc_huge(double, columns + 1);
	LinearSolution solution;

	for (int64 c = 0; c < columns; c++)
	{
		zeros[c] = 0;
		ones[c] = 1;
		integer[c] = true;
		start[c] = program->incumbent && program->incumbent[program->offering[c]];
	}
	for (int r = 0; r < program->rows; r++)
		lower[r] = -INFINITY;
	for (int r = 0; r < rules->nrows; r++)
		program->upper[r] = ((double) ruleset_bound_units(&rules->rows[r]) / ruleset_units_in_one(&rules->rows[r]) -
							 program->load[r]) / program->dual->scanner->row_unit[r];

	how.start = program->incumbent ? start : NULL;
	glpk_solve(&linear, &how, &solution);
	exact->status = solution.status;
	exact->bound = (solution.bound + program->gain) * unit;
	exact->chosen = program->chosen;
	if (solution.status == LP_OPTIMAL || solution.status == LP_FEASIBLE)
		for (int64 c = 0; c < columns; c++)
			if (solution.x[c] > 0.5)
				exact->chosen[program->offering[c]] = true;

	return exact;
}

Exact *
exact_solve(const Dual *dual, const bool *incumbent, double gain, const ExactOptions *options)
{
	const Market *market = dual->scanner->market;
	double		distance = dual->bound - gain / dual->scanner->gain_unit;
	double		most_regret = incumbent ? distance + ROUNDING * (1 + fabs(dual->bound)) : INFINITY;
	bool		whole = true;
	Exact	   *exact;
	Program		program = {.dual = dual, .market = market, .rows = market->rules->nrows};

	program.room = program.room_nonzeros = program.room_rows = 1024 + program.rows;
	program.row = palloc_huge(int, program.room_nonzeros);
	program.column = palloc_huge(int, program.room_nonzeros);
	program.value = palloc_huge(double, program.room_nonzeros);
	program.offering = palloc_huge(int64, program.room);
	program.objective = palloc_huge(double, program.room);
	program.upper = palloc_huge(double, program.room_rows);
	program.load = palloc0_array(double, program.rows + 1);
	program.chosen = palloc_extended(sizeof(bool) * Max(market->nitems, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	program.incumbent = incumbent;

	scanner_price(dual->scanner, dual->best_price);
	if (options->most_columns > 0 && count_open(&program, most_regret) > options->most_columns)
	{
		if (market->rules->per_customer > 1)
			return NULL;
		most_regret = narrow(&program, most_regret, options->most_columns / NARROW);
		whole = false;
	}
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		add_customer(&program, i, most_regret);
	}
	if (program.columns > PG_INT32_MAX / 4)
		return NULL;
	exact = solve(&program, options);
	exact->whole = whole;

	return exact;
}
