/*
 * glpk_test.c
 *		SQL functions that provoke the GLPK fence: for test/glpk.t only, never
 *		installed.  Linked with the fence's own object files, so that a test
 *		needs nothing of the extension.
 */
#include "coupon.h"

#include <glpk.h>
#include <math.h>

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "lib/glpk.h"

PG_MODULE_MAGIC;

/* A programme being written down. */
typedef struct Draft
{
	LinearProgram p;
	int64		room;
	int		   *row;
	int		   *column;
	double	   *value;
	double	   *objective;
	double	   *column_lower;
	double	   *column_upper;
	double	   *row_lower;
	double	   *row_upper;
	bool	   *integer;
	uint64		seed;
} Draft;

/* splitmix64, as a number from 0 to n - 1 */
static int
draw(Draft *draft, int n)
{
	uint64		z = (draft->seed += UINT64CONST(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94d049bb133111eb);

	return (z ^ (z >> 31)) % n;
}

static Draft *
draft_new(int rows, int columns, int64 room, int seed)
{
	Draft	   *draft = palloc0_object(Draft);

	draft->p.rows = rows;
	draft->p.columns = columns;
	draft->room = room;
	draft->seed = seed;
	draft->p.row = draft->row = palloc_huge(int, room + 1);
	draft->p.column = draft->column = palloc_huge(int, room + 1);
	draft->p.value = draft->value = palloc_huge(double, room + 1);
	draft->p.objective = draft->objective = palloc0_array(double, columns + 1);
	draft->p.column_lower = draft->column_lower = palloc0_array(double, columns + 1);
	draft->p.column_upper = draft->column_upper = palloc0_array(double, columns + 1);
	draft->p.row_lower = draft->row_lower = palloc0_array(double, rows + 1);
	draft->p.row_upper = draft->row_upper = palloc0_array(double, rows + 1);
	draft->integer = palloc0_array(bool, columns + 1);

	return draft;
}

static void
put(Draft *draft, int row, int column, double value)
{
	int64		k = draft->p.nonzeros++;

	Assert(k < draft->room);
	draft->row[k] = row;
	draft->column[k] = column;
	draft->value[k] = value;
}

/* Random rows of all kinds around a point that keeps them. */
static Draft *
mixed(int rows, int columns, int seed, bool integer)
{
	Draft	   *draft = draft_new(rows, columns, (int64) rows * columns, seed);
	double	   *activity = palloc0_array(double, rows + 1);

	for (int j = 0; j < columns; j++)
	{
		int			at = draw(draft, 6);

		draft->objective[j] = draw(draft, 201) - 60;
		draft->column_upper[j] = draw(draft, 10) ? 5 + draw(draft, 6) : get_float8_infinity();
		draft->column_lower[j] = draw(draft, 5) ? 0 : -3;
		draft->integer[j] = integer && draw(draft, 4) > 0;
		for (int i = 0; i < rows; i++)
			if (draw(draft, 3) == 0 || j == i % columns)
			{
				int			value = draw(draft, 60) - (i % 4 == 0 ? 0 : 12);

				put(draft, i, j, value);
				activity[i] += value * at;
			}
	}
	for (int i = 0; i < rows; i++)
	{
		draft->row_lower[i] = i % 3 == 1 ? activity[i] - draw(draft, 40) : -get_float8_infinity();
		draft->row_upper[i] = i % 7 == 1 ? get_float8_infinity() : activity[i] + draw(draft, 40);
	}
	pfree(activity);
	if (integer)
		draft->p.integer = draft->integer;

	return draft;
}

/* Customers and offers: one offer a customer, some budgets over all. */
static Draft *
choice(int customers, int offers, int budgets, int seed, bool integer)
{
	Draft	   *draft = draft_new(customers + budgets, customers * offers,
								  (int64) customers * offers * (budgets + 1), seed);

	for (int c = 0; c < customers; c++)
	{
		draft->row_lower[c] = -get_float8_infinity();
		draft->row_upper[c] = 1;
		for (int o = 0; o < offers; o++)
		{
			int			j = c * offers + o;

			draft->objective[j] = 100 + draw(draft, 9900);
			draft->column_upper[j] = 1;
			draft->integer[j] = integer;
			put(draft, c, j, 1);
			for (int b = 0; b < budgets; b++)
				put(draft, customers + b, j, 1 + draw(draft, 1000));
		}
	}
	for (int b = customers; b < customers + budgets; b++)
	{
		draft->row_lower[b] = -get_float8_infinity();
		draft->row_upper[b] = 150.0 * customers;
	}
	if (integer)
		draft->p.integer = draft->integer;

	return draft;
}

/* Cornuejols and Dawande's market split: few columns, and hopeless for branch and bound. */
static Draft *
market_split(int rows, int seed)
{
	int			columns = 10 * (rows - 1);
	Draft	   *draft = draft_new(rows, columns + 2 * rows, (int64) rows * (columns + 2), seed);

	for (int i = 0; i < rows; i++)
	{
		int			sum = 0;

		for (int j = 0; j < columns; j++)
		{
			int			value = draw(draft, 100);

			put(draft, i, j, value);
			sum += value;
		}
		put(draft, i, columns + 2 * i, 1);
		put(draft, i, columns + 2 * i + 1, -1);
		draft->row_lower[i] = draft->row_upper[i] = sum / 2;
	}
	for (int j = 0; j < columns; j++)
	{
		draft->column_upper[j] = 1;
		draft->integer[j] = true;
	}
	for (int j = columns; j < columns + 2 * rows; j++)
	{
		draft->objective[j] = -1;
		draft->column_upper[j] = get_float8_infinity();
	}
	draft->p.integer = draft->integer;

	return draft;
}

static Draft *
draft_arg(FunctionCallInfo fcinfo)
{
	char	   *kind = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			rows = PG_GETARG_INT32(1);
	int			columns = PG_GETARG_INT32(2);
	int			seed = PG_GETARG_INT32(3);

	if (strcmp(kind, "split") == 0)
		return market_split(rows, seed);
	if (strncmp(kind, "choice", 6) == 0)
		return choice(rows, columns, 5, seed, strcmp(kind, "choice mip") == 0);

	return mixed(rows, columns, seed, strcmp(kind, "mip") == 0);
}

/* A number as the LP format takes it. */
static char *
bound(double number)
{
	return isinf(number) ? pstrdup(number > 0 ? "+inf" : "-inf") : psprintf("%.17g", number);
}

PG_FUNCTION_INFO_V1(glpk_test_write);

/* The programme in CPLEX LP format, for glpsol. */
Datum
glpk_test_write(PG_FUNCTION_ARGS)
{
	Draft	   *draft = draft_arg(fcinfo);
	LinearProgram *p = &draft->p;
	StringInfoData *rows = palloc_array(StringInfoData, p->rows);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "Maximize\n o:");
	for (int j = 0; j < p->columns; j++)
		appendStringInfo(&text, " %+.17g x%d\n", p->objective[j], j);
	appendStringInfoString(&text, "Subject To\n");
	for (int i = 0; i < p->rows; i++)
		initStringInfo(&rows[i]);
	for (int64 k = 0; k < p->nonzeros; k++)
		appendStringInfo(&rows[p->row[k]], " %+.17g x%d\n", p->value[k], p->column[k]);
	for (int i = 0; i < p->rows; i++)
	{
		if (!isinf(p->row_lower[i]))
			appendStringInfo(&text, " l%d: %s >= %.17g\n", i, rows[i].data, p->row_lower[i]);
		if (!isinf(p->row_upper[i]))
			appendStringInfo(&text, " u%d: %s <= %.17g\n", i, rows[i].data, p->row_upper[i]);
	}
	appendStringInfoString(&text, "Bounds\n");
	for (int j = 0; j < p->columns; j++)
		appendStringInfo(&text, " %s <= x%d <= %s\n", bound(p->column_lower[j]), j,
						 bound(p->column_upper[j]));
	if (p->integer)
	{
		appendStringInfoString(&text, "Generals\n");
		for (int j = 0; j < p->columns; j++)
			if (p->integer[j])
				appendStringInfo(&text, " x%d\n", j);
	}
	appendStringInfoString(&text, "End\n");

	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}

/* Largest violation of bounds and rows, and of strong duality if there are duals. */
static double
violation(const LinearProgram *p, const LinearSolution *solution, bool duality)
{
	double	   *activity = palloc0_array(double, p->rows + 1);
	double	   *price = palloc_array(double, p->columns + 1);
	double		worst = 0;
	double		dual = 0;

	memcpy(price, p->objective, sizeof(double) * p->columns);
	for (int64 k = 0; k < p->nonzeros; k++)
	{
		activity[p->row[k]] += p->value[k] * solution->x[p->column[k]];
		price[p->column[k]] -= p->value[k] * solution->dual[p->row[k]];
	}
	for (int i = 0; i < p->rows; i++)
	{
		double		y = solution->dual[i];

		worst = Max(worst, Max(p->row_lower[i] - activity[i], activity[i] - p->row_upper[i]));
		worst = Max(worst, fabs(activity[i] - solution->row_value[i]));
		dual += fabs(y) < 1e-7 ? 0 : y * (y > 0 ? p->row_upper[i] : p->row_lower[i]);
	}
	for (int j = 0; j < p->columns; j++)
	{
		double		x = solution->x[j];
		double		d = price[j];

		worst = Max(worst, Max(p->column_lower[j] - x, x - p->column_upper[j]));
		if (p->integer && p->integer[j])
			worst = Max(worst, fabs(x - rint(x)));
		if (duality)
			worst = Max(worst, fabs(d - solution->reduced_cost[j]));
		dual += fabs(d) < 1e-7 ? 0 : d * (d > 0 ? p->column_upper[j] : p->column_lower[j]);
	}
	if (duality)
		worst = Max(worst, fabs(dual - solution->objective));

	return worst / (1 + fabs(solution->objective));
}

static Datum
report(const LinearProgram *p, const LinearSolution *solution)
{
	static const char *status[] = {"optimal", "feasible", "infeasible", "unbounded", "unfinished"};
	bool		found = solution->status <= LP_FEASIBLE;

	return CStringGetTextDatum(psprintf("%s %.15g %.15g %s", status[solution->status],
										solution->objective, solution->bound,
										!found ? "-" : violation(p, solution, !p->integer) < 1e-7 ? "kept" : "broken"));
}

PG_FUNCTION_INFO_V1(glpk_test_solve);

/* (kind, rows, columns, seed, presolve, seconds, gap, megabytes, start from the optimum) */
Datum
glpk_test_solve(PG_FUNCTION_ARGS)
{
	Draft	   *draft = draft_arg(fcinfo);
	Progress	progress;
	LinearOptions options = {
		.presolve = PG_GETARG_BOOL(4),
		.time_limit = PG_GETARG_FLOAT8(5),
		.gap = PG_GETARG_FLOAT8(6),
		.memory_mb = PG_GETARG_INT32(7),
		.progress = &progress,
	};
	LinearSolution solution;

	progress_start(&progress, false);
	if (PG_GETARG_BOOL(8))
	{
		LinearSolution first;

		glpk_solve(&draft->p, NULL, &first);
		options.start = first.x;
	}
	glpk_solve(&draft->p, &options, &solution);

	PG_RETURN_DATUM(report(&draft->p, &solution));
}

/* A pricer that knows all columns, and gives the best of them. */
typedef struct Shop
{
	Draft	   *draft;
	char	   *mischief;
	bool	   *sold;
	int64	   *first;
	int		   *row;
	double	   *value;
	double	   *objective;
	double	   *lower;
	double	   *upper;
	int			calls;
	int			columns;
} Shop;

static void
misbehave(const char *mischief)
{
	if (strcmp(mischief, "fatal") == 0)
		glp_set_row_bnds(glp_create_prob(), 7, GLP_FR, 0, 0);
	if (strcmp(mischief, "assert") == 0)
		glp_assert_("test == provoked", "glpk_test.c", 1);
	if (strcmp(mischief, "memory") == 0)
		for (;;)
			memset(glp_alloc(1 << 20, 1), 1, 1 << 20);
	if (strcmp(mischief, "error") == 0)
		ereport(ERROR, (errcode(ERRCODE_DIVISION_BY_ZERO), errmsg("the pricer's own error")));
	if (strcmp(mischief, "sql") == 0)
	{
		SPI_connect();
		SPI_execute("SELECT 1 / (random() * 0)::int", true, 0);
		SPI_finish();
	}
	if (strcmp(mischief, "query") == 0)
	{
		SPI_connect();
		SPI_execute("SELECT count(*) FROM generate_series(1, 1000)", true, 0);
		SPI_finish();
	}
	if (strcmp(mischief, "nested") == 0)
	{
		LinearSolution solution;

		glpk_solve(&mixed(3, 3, 1, false)->p, NULL, &solution);
	}
}

static void
shop(void *of, const LinearSolution *solution, LinearColumns *more)
{
	Shop	   *s = of;
	LinearProgram *p = &s->draft->p;
	double	   *price = palloc_array(double, p->columns + 1);
	int64		n = 0;

	s->calls++;
	if (s->calls == 3)
		misbehave(s->mischief);
	memcpy(price, p->objective, sizeof(double) * p->columns);
	for (int64 k = 0; k < p->nonzeros; k++)
		price[p->column[k]] -= p->value[k] * solution->dual[p->row[k]];
	for (int j = 0; j < p->columns && more->columns < 10; j++)
		if (!s->sold[j] && price[j] > 1e-9)
		{
			int			at = more->columns++;

			s->sold[j] = true;
			s->first[at] = n;
			s->objective[at] = p->objective[j];
			s->lower[at] = p->column_lower[j];
			s->upper[at] = p->column_upper[j];
			for (int64 k = 0; k < p->nonzeros; k++)
				if (p->column[k] == j)
				{
					s->row[n] = p->row[k];
					s->value[n++] = p->value[k];
				}
		}
	if (strcmp(s->mischief, "index") == 0 && s->calls == 3)
		s->row[0] = p->rows;
	if (strcmp(s->mischief, "twice") == 0 && s->calls == 3)
		s->row[1] = s->row[0];
	if (strcmp(s->mischief, "nan") == 0 && s->calls == 3)
		s->value[0] = get_float8_nan();
	s->first[more->columns] = n;
	s->columns += more->columns;
	more->first = s->first;
	more->row = s->row;
	more->value = s->value;
	more->objective = s->objective;
	more->lower = s->lower;
	more->upper = s->upper;
	pfree(price);
}

PG_FUNCTION_INFO_V1(glpk_test_generate);

/* (mischief, customers, offers, seed): by column generation from no columns at all. */
Datum
glpk_test_generate(PG_FUNCTION_ARGS)
{
	Draft	   *draft = choice(PG_GETARG_INT32(1), PG_GETARG_INT32(2), 5, PG_GETARG_INT32(3), false);
	LinearProgram master = draft->p;
	LinearOptions options = {.memory_mb = 64};
	LinearSolution solution;
	int64		room = Max(draft->p.nonzeros, draft->p.columns) + 1;
	Shop		s = {
		.draft = draft,
		.mischief = text_to_cstring(PG_GETARG_TEXT_PP(0)),
		.sold = palloc0_array(bool, room),
		.first = palloc_array(int64, room),
		.row = palloc_array(int, room),
		.value = palloc_array(double, room),
		.objective = palloc_array(double, room),
		.lower = palloc_array(double, room),
		.upper = palloc_array(double, room),
	};

	master.columns = master.nonzeros = 0;
	glpk_generate(&master, &options, shop, &s, &solution);

	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%d %.15g %s", solution.status, solution.objective,
											  s.calls > 2 && s.columns < draft->p.columns ? "some" : "all")));
}

PG_FUNCTION_INFO_V1(glpk_test_bad);

/* What is wrong in a programme of two rows and two columns. */
Datum
glpk_test_bad(PG_FUNCTION_ARGS)
{
	char	   *what = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Draft	   *draft = draft_new(2, 2, 5, 0);
	LinearSolution solution;
	double		infinity = get_float8_infinity();

#define IS(name) (strcmp(what, name) == 0)
	for (int i = 0; i < 2; i++)
	{
		draft->objective[i] = 1;
		draft->column_upper[i] = 1;
		draft->row_upper[i] = 1;
		put(draft, i, i, 1);
	}
	put(draft, 0, IS("twice") ? 0 : 1, 1);
	if (IS("row")) draft->row[1] = 2;
	if (IS("column")) draft->column[1] = -1;
	if (IS("coefficient")) draft->value[0] = get_float8_nan();
	if (IS("infinite")) draft->value[0] = infinity;
	if (IS("objective")) draft->objective[1] = infinity;
	if (IS("bound")) draft->column_lower[1] = get_float8_nan();
	if (IS("bounds")) draft->row_lower[1] = infinity;
	if (IS("contradiction")) draft->row_lower[0] = 2;
	if (IS("whole")) draft->column_lower[0] = 0.3, draft->column_upper[0] = 0.6, draft->integer[0] = true;
	if (IS("whole")) draft->p.integer = draft->integer;
	if (IS("fractions")) draft->column_lower[0] = -0.3, draft->column_upper[0] = 0.6, draft->p.integer = memset(draft->integer, true, 2);
	if (IS("infeasible")) draft->row_lower[0] = draft->row_upper[0] = 3;
	if (IS("unbounded")) draft->column_upper[1] = draft->row_upper[0] = draft->row_upper[1] = infinity;
	if (IS("zeros")) draft->value[0] = draft->value[1] = draft->value[2] = 0;
	if (IS("zeros infeasible")) draft->value[0] = draft->value[1] = draft->value[2] = 0, draft->row_lower[0] = 1;
	if (IS("no rows")) draft->p.rows = draft->p.nonzeros = 0;
	if (IS("no rows unbounded")) draft->p.rows = draft->p.nonzeros = 0, draft->column_upper[1] = infinity;
	if (IS("no columns")) draft->p.columns = draft->p.nonzeros = 0;
	if (IS("nothing")) draft->p.rows = draft->p.columns = draft->p.nonzeros = 0;
	if (IS("sizes")) draft->p.columns = 200000000;
	if (IS("negative")) draft->p.rows = -1;

	for (int presolve = 0; presolve < 2; presolve++)
	{
		LinearOptions options = {.presolve = presolve};

		glpk_solve(&draft->p, &options, &solution);
	}

	PG_RETURN_DATUM(report(&draft->p, &solution));
}
