/*
 * elastic.c
 *		Whole offers where rules may be broken, by branch and bound.
 *
 * Every row of a rule gets a column of its own, which takes up what the row
 * is broken by; one more row adds those columns up.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/elastic.h"

#define ROUNDING	1e-9		/* relative: of what is added up */

typedef struct Build
{
	const Scanner *scanner;
	const Market *market;
	LinearProgram linear;
	int64	   *item;			/* by column */
	int		   *row;
	int		   *column;
	double	   *value;
	double	   *objective;
	double	   *least;			/* by column */
	double	   *most;			/* by column */
	double	   *lower;			/* by row */
	double	   *upper;			/* by row */
	bool	   *integer;
} Build;

static void
add_nonzero(Build *build, int row, int column, double value)
{
	build->row[build->linear.nonzeros] = row;
	build->column[build->linear.nonzeros] = column;
	build->value[build->linear.nonzeros++] = value;
}

/* What an item adds to a row that a term of its class is of, scaled. */
static double
load_of(const Build *build, int64 at, const Term *term)
{
	const RuleSet *rules = build->market->rules;
	const Offering *item = &build->market->items[at];

	return (double) ruleset_units(rules, term->row, item->class, item->gain, item->cost,
								  market_attributes(build->market, at)) /
		ruleset_units_in_one(&rules->rows[term->row]) / build->scanner->row_unit[term->row];
}

/* Columns for what is open of a customer; what is settled lowers the bounds. */
static void
add_customer(Build *build, int64 i, const bool *open, const bool *chosen)
{
	const Market *market = build->market;
	const RuleSet *rules = market->rules;
	int			nopen = 0;
	int			left = rules->per_customer;
	int			row = -1;

	for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
		if (open == NULL || open[at])
			nopen++;
		else
			left -= chosen[at];
	if (nopen > left)
	{
		row = build->linear.rows++;
		build->upper[row] = left;
	}
	for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
	{
		bool		is_open = open == NULL || open[at];
		int			class = market->items[at].class;
		int			column = build->linear.columns;

		if (!is_open && !chosen[at])
			continue;
		for (int t = rules->first[class]; t < rules->first[class + 1]; t++)
			if (is_open)
				add_nonzero(build, rules->terms[t].row, column, load_of(build, at, &rules->terms[t]));
			else
				build->upper[rules->terms[t].row] -= load_of(build, at, &rules->terms[t]);
		if (!is_open)
			continue;
		if (row >= 0)
			add_nonzero(build, row, column, 1);
		build->item[column] = at;
		build->objective[column] = market->items[at].gain / build->scanner->gain_unit;
		build->most[column] = 1;
		build->integer[column] = true;
		build->linear.columns++;
	}
}

/* The allocation as a solution: what each row is broken by as the program adds up. */
static void
make_start(const Build *build, const bool *chosen, int ncolumns, int nrules, double *x)
{
	double	   *excess = palloc_array(double, nrules + 1);

	for (int r = 0; r < nrules; r++)
		excess[r] = -build->upper[r];
	for (int c = 0; c < ncolumns; c++)
		x[c] = chosen[build->item[c]];
	for (int64 k = 0; k < build->linear.nonzeros; k++)
		if (build->row[k] < nrules && build->column[k] < ncolumns)
			excess[build->row[k]] += build->value[k] * x[build->column[k]];
	for (int r = 0; r < nrules; r++)
		x[ncolumns + r] = Max(excess[r], 0);
	pfree(excess);
}

/* Room for everything; false if it is more than the solver takes. */
static bool
make_room(Build *build, const bool *open)
{
	const Market *market = build->market;
	const RuleSet *rules = market->rules;
	int64		rows = rules->nrows + 1 + market->ncustomers;
	int64		columns = rules->nrows;
	int64		nonzeros = 2 * rules->nrows;

	for (int64 at = 0; at < market->nitems; at++)
	{
		int			class = market->items[at].class;

		if ((at & 0xfffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (open && !open[at])
			continue;
		columns++;
		nonzeros += rules->first[class + 1] - rules->first[class] + 1;
	}
	if (Max(rows, columns) > PG_INT32_MAX / 4)
		return false;
	build->item = palloc_huge(int64, columns + 1);
	build->row = palloc_huge(int, nonzeros + 1);
	build->column = palloc_huge(int, nonzeros + 1);
	build->value = palloc_huge(double, nonzeros + 1);
	build->objective = palloc_huge(double, columns + 1);
	build->least = palloc_huge(double, columns + 1);
	build->most = palloc_huge(double, columns + 1);
	build->integer = palloc_huge(bool, columns + 1);
	build->lower = palloc_huge(double, rows);
	build->upper = palloc_huge(double, rows);
	memset(build->least, 0, sizeof(double) * columns);
	for (int64 r = 0; r < rows; r++)
		build->lower[r] = -INFINITY;

	return true;
}

/* Rows of rules and customers, columns of what is open. */
static void
add_offers(Build *build, const bool *open, const bool *chosen, double most_violation)
{
	const Market *market = build->market;
	int			nrules = market->rules->nrows;

	build->linear.rows = nrules + 1;
	for (int r = 0; r < nrules; r++)
	{
		const RuleRow *row = &market->rules->rows[r];

		build->upper[r] = (double) ruleset_bound_units(row) / ruleset_units_in_one(row) / build->scanner->row_unit[r];
	}
	build->upper[nrules] = most_violation * (1 + ROUNDING) + ROUNDING;
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		add_customer(build, i, open, chosen);
	}
}

/* Columns of what rows are broken by; if that is to be the least, nothing else counts. */
static void
add_violations(Build *build, bool least)
{
	int			nrules = build->market->rules->nrows;

	if (least)
		memset(build->objective, 0, sizeof(double) * build->linear.columns);
	for (int r = 0; r < nrules; r++)
	{
		int			column = build->linear.columns++;

		add_nonzero(build, r, column, -1);
		add_nonzero(build, nrules, column, 1);
		build->objective[column] = least ? -1 : 0;
		build->most[column] = INFINITY;
		build->integer[column] = false;
	}
}

Elastic
elastic_solve(const Scanner *scanner, const bool *open, const bool *chosen, const ElasticOptions *options)
{
	const Market *market = scanner->market;
	int			nrules = market->rules->nrows;
	Build		build = {.scanner = scanner, .market = market};
	Elastic		elastic = {.bound = INFINITY};
	LinearOptions how = {.most_work = options->most_work, .time_limit = options->time_limit, .gap = options->gap};
	LinearSolution solution;
	double	   *start;
	int			noffers;

	if (!make_room(&build, open))
		return elastic;
	add_offers(&build, open, chosen, options->most_violation);
	noffers = build.linear.columns;
	add_violations(&build, isinf(options->most_violation));
	build.linear.row = build.row;
	build.linear.column = build.column;
	build.linear.value = build.value;
	build.linear.objective = build.objective;
	build.linear.column_lower = build.least;
	build.linear.column_upper = build.most;
	build.linear.row_lower = build.lower;
	build.linear.row_upper = build.upper;
	build.linear.integer = build.integer;

	start = palloc_huge(double, build.linear.columns + 1);
	make_start(&build, chosen, noffers, nrules, start);
	how.start = start;
	glpk_solve(&build.linear, &how, &solution);
	elastic.bound = solution.bound;
	if (solution.status == LP_OPTIMAL || solution.status == LP_FEASIBLE)
	{
		elastic.chosen = palloc_huge(bool, Max(market->nitems, 1));
		memcpy(elastic.chosen, chosen, sizeof(bool) * market->nitems);
		for (int c = 0; c < noffers; c++)
			elastic.chosen[build.item[c]] = solution.x[c] > 0.5;
	}

	return elastic;
}
