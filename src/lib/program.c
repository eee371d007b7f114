/*
 * program.c
 *		What a linear programme needs no solver for: is it well-formed, is it
 *		trivial, is a point feasible, what do prices prove.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "lib/program.h"

/* GLPK's own limits. */
#define MAX_ROWS		100000000
#define MAX_COLUMNS		100000000
#define MAX_NONZEROS	INT64CONST(500000000)

static inline void
check_size(const char *what, int64 size, int64 largest)
{
	if (size < 0)
		elog(ERROR, "linear programme of " INT64_FORMAT " %s", size, what);
	if (size > largest)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("linear programme has " INT64_FORMAT " %s, but the solver takes at most " INT64_FORMAT,
						size, what, largest)));
}

static inline void
check_index(const char *what, int index, int size)
{
	if (index < 0 || index >= size)
		elog(ERROR, "linear programme of %d %ss refers to %s %d", size, what, what, index);
}

static inline void
check_finite(const char *what, double number)
{
	if (!isfinite(number))
		elog(ERROR, "%s of a linear programme must be finite, not %g", what, number);
}

static inline void
check_bounds(const char *what, int index, double lower, double upper)
{
	if (isnan(lower) || isnan(upper) || lower == get_float8_infinity() ||
		upper == -get_float8_infinity())
		elog(ERROR, "%s %d of a linear programme has impossible bounds %g and %g",
			 what, index, lower, upper);
}

static void
check_program(const LinearProgram *program)
{
	check_size("rows", program->rows, MAX_ROWS);
	check_size("columns", program->columns, MAX_COLUMNS);
	check_size("nonzeros", program->nonzeros, MAX_NONZEROS);

	for (int64 k = 0; k < program->nonzeros; k++)
	{
		check_index("row", program->row[k], program->rows);
		check_index("column", program->column[k], program->columns);
		check_finite("coefficient", program->value[k]);
	}
	for (int j = 0; j < program->columns; j++)
	{
		check_finite("objective", program->objective[j]);
		check_bounds("column", j, program->column_lower[j], program->column_upper[j]);
	}
	for (int i = 0; i < program->rows; i++)
		check_bounds("row", i, program->row_lower[i], program->row_upper[i]);
}

void
program_check_columns(const LinearColumns *more, int rows, int columns)
{
	check_size("columns", more->columns, MAX_COLUMNS - columns);
	for (int j = 0; j < more->columns; j++)
	{
		check_finite("objective", more->objective[j]);
		check_bounds("column", columns + j, more->lower[j], more->upper[j]);
		if (more->lower[j] > more->upper[j])
			elog(ERROR, "column %d of a linear programme has contradictory bounds %g and %g",
				 columns + j, more->lower[j], more->upper[j]);
		check_size("nonzeros in a column", more->first[j + 1] - more->first[j], rows);
		for (int64 k = more->first[j]; k < more->first[j + 1]; k++)
		{
			check_index("row", more->row[k], rows);
			check_finite("coefficient", more->value[k]);
		}
	}
}

static inline bool
whole(const LinearProgram *program, int column)
{
	return program->integer && program->integer[column];
}

bool
program_integer(const LinearProgram *program)
{
	for (int j = 0; j < program->columns; j++)
		if (whole(program, j))
			return true;

	return false;
}

double
program_lower(const LinearProgram *program, int column)
{
	double		lower = program->column_lower[column];

	return whole(program, column) ? ceil(lower) : lower;
}

double
program_upper(const LinearProgram *program, int column)
{
	double		upper = program->column_upper[column];

	return whole(program, column) ? floor(upper) : upper;
}

/* Does a bound exclude every value?  Then there is nothing to solve. */
static bool
contradictory(const LinearProgram *program)
{
	for (int i = 0; i < program->rows; i++)
		if (program->row_lower[i] > program->row_upper[i])
			return true;
	for (int j = 0; j < program->columns; j++)
		if (program_lower(program, j) > program_upper(program, j))
			return true;

	return false;
}

/* Solve a programme without nonzeros; false if it has one. */
static bool
trivial(const LinearProgram *program, LinearSolution *solution)
{
	bool		infeasible = false;

	for (int64 k = 0; k < program->nonzeros; k++)
		if (program->value[k] != 0)
			return false;

	solution->status = LP_OPTIMAL;
	solution->objective = 0;
	for (int j = 0; j < program->columns; j++)
	{
		double		objective = program->objective[j];
		double		lower = program_lower(program, j);
		double		upper = program_upper(program, j);

		solution->reduced_cost[j] = objective;
		if (objective == 0)
			solution->x[j] = Min(Max(lower, 0), upper);
		else
		{
			solution->x[j] = objective > 0 ? upper : lower;
			solution->objective += objective * solution->x[j];
		}
	}
	for (int i = 0; i < program->rows; i++)
		infeasible |= program->row_lower[i] > 0 || program->row_upper[i] < 0;

	solution->bound = solution->objective;
	if (infeasible)
		solution_clear(solution, LP_INFEASIBLE);
	else if (isinf(solution->objective))
		solution_clear(solution, LP_UNBOUNDED);

	return true;
}

bool
program_feasible(const LinearProgram *program, const double *x, double relative, double absolute)
{
	double	   *activity = palloc0_array(double, program->rows + 1);
	double	   *size = palloc0_array(double, program->rows + 1);
	bool		feasible = true;

	for (int64 k = 0; k < program->nonzeros; k++)
	{
		double		part = program->value[k] * x[program->column[k]];

		activity[program->row[k]] += part;
		size[program->row[k]] += fabs(part);
	}
	for (int i = 0; i < program->rows && feasible; i++)
		feasible = activity[i] >= program->row_lower[i] - (absolute + relative * size[i]) &&
			activity[i] <= program->row_upper[i] + (absolute + relative * size[i]);
	for (int j = 0; j < program->columns && feasible; j++)
		feasible = x[j] >= program->column_lower[j] - absolute && x[j] <= program->column_upper[j] + absolute &&
			(!whole(program, j) || fabs(x[j] - rint(x[j])) <= absolute);
	pfree(activity);
	pfree(size);

	return feasible;
}

/* The most that a variable of this price can bring between its bounds. */
static double
worth(double price, double lower, double upper)
{
	return price == 0 ? 0 : price * (price > 0 ? upper : lower);
}

void
program_prove(const LinearProgram *program, LinearSolution *solution)
{
	double		bound = 0;

	memcpy(solution->reduced_cost, program->objective, sizeof(double) * program->columns);
	for (int64 k = 0; k < program->nonzeros; k++)
		solution->reduced_cost[program->column[k]] -=
			program->value[k] * solution->dual[program->row[k]];

	for (int i = 0; i < program->rows; i++)
		bound += worth(solution->dual[i], program->row_lower[i], program->row_upper[i]);
	for (int j = 0; j < program->columns; j++)
		bound += worth(solution->reduced_cost[j], program_lower(program, j), program_upper(program, j));
	solution->bound = bound;
}

void
solution_allocate(LinearSolution *solution, int rows, int columns)
{
	Size		size = sizeof(double) * 2 * ((Size) rows + (Size) columns);

	solution->x = MemoryContextAllocExtended(CurrentMemoryContext, Max(size, 1),
											 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	solution->reduced_cost = solution->x + columns;
	solution->row_value = solution->reduced_cost + columns;
	solution->dual = solution->row_value + rows;
	solution->rows = rows;
	solution->columns = columns;
}

void
solution_clear(LinearSolution *solution, LinearStatus status)
{
	memset(solution->x, 0, sizeof(double) * 2 * ((Size) solution->rows + (Size) solution->columns));
	solution->status = status;
	solution->objective = get_float8_nan();
	solution->bound = status == LP_INFEASIBLE ? -get_float8_infinity() : get_float8_infinity();
}

static void
solve(const LinearProgram *program, const LinearOptions *options,
	  LinearPricer pricer, void *of, LinearSolution *solution)
{
	static const LinearOptions none = {0};

	check_program(program);
	memset(solution, 0, sizeof(*solution));
	solution_allocate(solution, program->rows, program->columns);
	solution_clear(solution, LP_UNFINISHED);
	if (contradictory(program))
		solution_clear(solution, LP_INFEASIBLE);
	else if (pricer || !trivial(program, solution))
		glpk_run(program, options ? options : &none, pricer, of, solution);

	if (isnan(solution->bound) || (solution->status <= LP_FEASIBLE && !isfinite(solution->objective)))
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("linear programming solver returned a value that is not finite")));
}

void
glpk_solve(const LinearProgram *program, const LinearOptions *options, LinearSolution *solution)
{
	solve(program, options, NULL, NULL, solution);
}

void
glpk_generate(const LinearProgram *program, const LinearOptions *options,
			  LinearPricer pricer, void *of, LinearSolution *solution)
{
	if (program_integer(program))
		elog(ERROR, "columns are generated for linear programmes only");
	solve(program, options, pricer, of, solution);
}
