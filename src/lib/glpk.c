/*
 * glpk.c
 *		The only file that calls GLPK, and the fence around it.
 *
 * GLPK prints to stdout, allocates with malloc and ends fatal errors with
 * abort(), which in a backend restarts the whole server.  Inside the fence it
 * prints to us, a fatal error is an ordinary SQL error, and however we leave,
 * glp_free_env() gives back every block GLPK still holds, hooks included.
 *
 * The simplex method prints a line every HEARTBEAT_MS, branch and bound calls
 * back at every node, and there interrupts are served: an SQL error jumps out
 * over GLPK's frames, which are plain C and are never returned to.
 */
#include "coupon.h"

#include <float.h>
#include <glpk.h>
#include <limits.h>
#include <math.h>

#include "utils/float.h"

#include "lib/glpk.h"
#include "lib/glpk_check.h"

#define HEARTBEAT_MS	100
#define SLICE_MS		100		/* of the simplex method, to begin with */

/* Branch and bound: closer than this is as good, and whole, relatively. */
#define TOL_OBJ		1e-9
#define TOL_INT		1e-7

typedef struct Fence
{
	const LinearProgram *program;
	const LinearOptions *options;
	LinearPricer pricer;		/* NULL: solve as it is */
	void	   *of;
	bool		integer;
	LinearSolution *solution;
	instr_time	began;
	instr_time	looked;			/* when branch and bound last looked at its bound */
	double		bound;			/* on the integer optimum, so far */
	bool		start_given;
	char		last_words[256];
} Fence;

static bool inside = false;

/* Milliseconds left: INT_MAX without a limit, 0 when there is no time left. */
static int
time_left(const Fence *fence)
{
	instr_time	passed;
	double		left;

	if (fence->options->time_limit <= 0)
		return INT_MAX;
	INSTR_TIME_SET_CURRENT(passed);
	INSTR_TIME_SUBTRACT(passed, fence->began);
	left = fence->options->time_limit * 1000 - INSTR_TIME_GET_MILLISEC(passed);

	return left <= 0 ? 0 : (int) Min(ceil(left), INT_MAX - 1);
}

static bool
notice_due(const Fence *fence)
{
	return fence->options->progress && progress_due(fence->options->progress);
}

/* What GLPK prints: its last words, the first of which say what is wrong, or a heartbeat. */
static int
overhear(void *info, const char *line)
{
	Fence	   *fence = info;

	if (glp_at_error())
	{
		if (fence->last_words[0] == '\0')
			strlcpy(fence->last_words, line, sizeof(fence->last_words));
	}
	else
	{
		int			iterations;

		CHECK_FOR_INTERRUPTS();
		if (sscanf(line, "%*[ *#]%d:", &iterations) == 1 && notice_due(fence))
			ereport(NOTICE,
					(errmsg("linear programme: %d simplex iterations", iterations)));
	}

	return 1;					/* nothing reaches stdout */
}

static void
give_up(void *info)
{
	Fence	   *fence = info;
	char	   *words = fence->last_words;

	words[strcspn(words, "\n")] = '\0';
	if (strstr(words, "allocation limit exceeded"))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("linear programming solver needs more than %d MB",
						fence->options->memory_mb)));
	if (strstr(words, "no memory available"))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed in the linear programming solver.")));
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("linear programming solver failed"),
			 errdetail_internal("%s", words)));
}

static int
bounds_type(double lower, double upper)
{
	if (isinf(lower))
		return isinf(upper) ? GLP_FR : GLP_UP;
	if (isinf(upper))
		return GLP_LO;

	return lower < upper ? GLP_DB : GLP_FX;
}

static void
set_column(glp_prob *prob, int j, double objective, double lower, double upper)
{
	glp_set_obj_coef(prob, j, objective);
	glp_set_col_bnds(prob, j, bounds_type(lower, upper), lower, upper);
}

static void
load_matrix(glp_prob *prob, const LinearProgram *program)
{
	int		   *row = palloc_huge(int, program->nonzeros + 1);
	int		   *column = palloc_huge(int, program->nonzeros + 1);
	double	   *value = palloc_huge(double, program->nonzeros + 1);
	int			n = 0;

	for (int64 k = 0; k < program->nonzeros; k++)
		if (program->value[k] != 0)
		{
			row[++n] = program->row[k] + 1;
			column[n] = program->column[k] + 1;
			value[n] = program->value[k];
		}
	glp_load_matrix(prob, n, row, column, value);
	pfree(row);
	pfree(column);
	pfree(value);
}

static glp_prob *
load(const Fence *fence)
{
	const LinearProgram *program = fence->program;
	glp_prob   *prob = glp_create_prob();

	glp_set_obj_dir(prob, GLP_MAX);
	if (program->rows > 0)
		glp_add_rows(prob, program->rows);
	for (int i = 0; i < program->rows; i++)
		glp_set_row_bnds(prob, i + 1, bounds_type(program->row_lower[i], program->row_upper[i]),
						 program->row_lower[i], program->row_upper[i]);
	if (program->columns > 0)
		glp_add_cols(prob, program->columns);
	for (int j = 0; j < program->columns; j++)
	{
		double		lower = program->column_lower[j];
		double		upper = program->column_upper[j];
		bool		whole = fence->integer && program->integer[j];

		set_column(prob, j + 1, program->objective[j], whole ? ceil(lower) : lower,
				   whole ? floor(upper) : upper);
		if (whole)
			glp_set_col_kind(prob, j + 1, GLP_IV);
	}
	load_matrix(prob, program);

	return prob;
}

/* The most that a variable of this price can bring between its bounds. */
static double
worth(double price, double lower, double upper)
{
	double		at = price > 0 ? upper : lower;

	if (price == 0)
		return 0;

	return fabs(at) == DBL_MAX ? get_float8_infinity() : price * at;
}

/* Whatever the duals are, by weak duality no x has more than this. */
static double
dual_bound(glp_prob *prob)
{
	int			rows = glp_get_num_rows(prob);
	int		   *row = palloc_array(int, rows + 1);
	double	   *value = palloc_array(double, rows + 1);
	double		bound = glp_get_obj_coef(prob, 0);

	for (int i = 1; i <= rows; i++)
		bound += worth(glp_get_row_dual(prob, i), glp_get_row_lb(prob, i), glp_get_row_ub(prob, i));
	for (int j = 1; j <= glp_get_num_cols(prob); j++)
	{
		int			n = glp_get_mat_col(prob, j, row, value);
		double		price = glp_get_obj_coef(prob, j);

		for (int k = 1; k <= n; k++)
			price -= value[k] * glp_get_row_dual(prob, row[k]);
		bound += worth(price, glp_get_col_lb(prob, j), glp_get_col_ub(prob, j));
	}
	pfree(row);
	pfree(value);

	return isnan(bound) ? get_float8_infinity() : bound;
}

/*
 * Solve the linear programme, from the basis it has.
 *
 * In slices, should its heartbeat stop; each new one forgets the weights of
 * steepest edge pricing, so they grow, and are long enough to make headway.
 */
static LinearStatus
simplex(Fence *fence, glp_prob *prob)
{
	glp_smcp	parm;
	int			slice = SLICE_MS;
	bool		again = false;

	glp_init_smcp(&parm);
	parm.msg_lev = GLP_MSG_ALL;
	parm.out_frq = HEARTBEAT_MS;
	for (;;)
	{
		int			left = time_left(fence);
		int			result;

		if (left == 0)
			return LP_UNFINISHED;
		parm.tm_lim = Min(slice, left);
		result = glp_simplex(prob, &parm);
		CHECK_FOR_INTERRUPTS();
		if (result == 0)
			break;
		if (result == GLP_ETMLIM)
			slice = Min(slice, INT_MAX / 2) * 2;
		else if (again)
			return LP_UNFINISHED;
		else
		{
			/* a singular basis, or numerical trouble: once more, from another basis */
			again = true;
			glp_adv_basis(prob, 0);
			parm.meth = GLP_DUALP;
		}
	}

	switch (glp_get_status(prob))
	{
		case GLP_OPT:
			return LP_OPTIMAL;
		case GLP_NOFEAS:
			return LP_INFEASIBLE;
		case GLP_UNBND:
			return LP_UNBOUNDED;
		default:
			return LP_UNFINISHED;
	}
}

/* Called back by branch and bound at every step. */
static void
visit(glp_tree *tree, void *info)
{
	Fence	   *fence = info;
	instr_time	now;
	instr_time	passed;

	CHECK_FOR_INTERRUPTS();
	if (glp_ios_reason(tree) == GLP_IHEUR && fence->options->start && !fence->start_given)
	{
		int			columns = fence->program->columns;
		double	   *x = palloc_array(double, columns + 1);

		fence->start_given = true;
		memcpy(x + 1, fence->options->start, sizeof(double) * columns);
		glp_ios_heur_sol(tree, x);
		pfree(x);
	}

	/* to find the best node takes as long as there are nodes */
	INSTR_TIME_SET_CURRENT(now);
	passed = now;
	INSTR_TIME_SUBTRACT(passed, fence->looked);
	if (INSTR_TIME_GET_MILLISEC(passed) >= HEARTBEAT_MS)
	{
		int			best = glp_ios_best_node(tree);

		fence->looked = now;
		glp_ios_tree_size(tree, NULL, NULL, &fence->solution->nodes);
		if (best > 0)
			fence->bound = Min(fence->bound, glp_ios_node_bound(tree, best));
		if (notice_due(fence))
			ereport(NOTICE,
					(errmsg("integer programme: %d nodes, %.3g %% from its bound at most",
							fence->solution->nodes, 100 * glp_ios_mip_gap(tree))));
	}
}

/* From the optimal basis of the relaxation to whole numbers. */
static LinearStatus
branch_and_bound(Fence *fence, glp_prob *prob)
{
	glp_iocp	parm;
	int			left = time_left(fence);
	double		objective;
	bool		found;
	int			result;

	if (left == 0)
		return LP_UNFINISHED;
	glp_init_iocp(&parm);
	parm.msg_lev = GLP_MSG_ALL;
	parm.out_frq = HEARTBEAT_MS;
	parm.out_dly = 0;
	parm.tm_lim = left;
	parm.tol_int = TOL_INT;
	parm.tol_obj = TOL_OBJ;
	parm.mip_gap = fence->options->gap;
	parm.cb_func = visit;
	parm.cb_info = fence;
	result = glp_intopt(prob, &parm);
	CHECK_FOR_INTERRUPTS();

	found = glp_mip_status(prob) == GLP_OPT || glp_mip_status(prob) == GLP_FEAS;
	objective = glp_mip_obj_val(prob);
	if (result == 0 && !found)
		return LP_INFEASIBLE;
	if (!found)
		return LP_UNFINISHED;
	if (result == 0)
		fence->bound = objective;
	else if (result == GLP_EMIPGAP)
		fence->bound = Min(fence->bound, objective + parm.mip_gap * fabs(objective));
	fence->bound = Max(fence->bound, objective);

	return result == 0 || result == GLP_EMIPGAP ? LP_OPTIMAL : LP_FEASIBLE;
}

static LinearStatus
optimise(Fence *fence, glp_prob *prob)
{
	LinearStatus status;

	glp_scale_prob(prob, GLP_SF_AUTO);
	status = simplex(fence, prob);
	if (status == LP_UNFINISHED)
		fence->bound = dual_bound(prob);
	if (status == LP_OPTIMAL)
	{
		fence->bound = glp_get_obj_val(prob);
		if (fence->integer)
			status = branch_and_bound(fence, prob);
	}

	return status;
}

/*
 * Shrink the programme, solve what is left, and carry the solution back.
 * GLPK's own presolver, within its solvers, would start anew in each slice.
 */
static LinearStatus
optimise_presolved(Fence *fence, glp_prob *prob)
{
	glp_prep   *prep = glp_npp_alloc_wksp();
	glp_prob   *small = glp_create_prob();
	LinearStatus status;
	int			result;

	glp_npp_load_prob(prep, prob, fence->integer ? GLP_MIP : GLP_SOL, GLP_OFF);
	result = glp_npp_preprocess1(prep, fence->integer ? GLP_ON : GLP_OFF);
	if (result == GLP_ENOPFS)
		return LP_INFEASIBLE;

	/* unbounded, if it is feasible; and of nothing branch and bound makes nothing */
	if (result == 0)
		glp_npp_build_prob(prep, small);
	if (result != 0 || (fence->integer && glp_get_num_nz(small) == 0))
		return optimise(fence, prob);

	status = optimise(fence, small);
	glp_set_it_cnt(prob, glp_get_it_cnt(small));
	if (status == LP_OPTIMAL || status == LP_FEASIBLE)
	{
		glp_npp_postprocess(prep, small);
		glp_npp_obtain_sol(prep, prob);
	}

	return status;
}

static void
read_solution(Fence *fence, glp_prob *prob, LinearStatus status)
{
	LinearSolution *solution = fence->solution;
	int			rows = glp_get_num_rows(prob);
	int			columns = glp_get_num_cols(prob);
	bool		found = status == LP_OPTIMAL || status == LP_FEASIBLE;
	bool		relaxed = glp_get_status(prob) == GLP_OPT;

	solution->status = status;
	solution->bound = fence->bound;
	solution->objective = get_float8_nan();
	if (found)
		solution->objective = fence->integer ? glp_mip_obj_val(prob) : glp_get_obj_val(prob);
	solution->iterations = glp_get_it_cnt(prob);

	for (int i = 0; i < rows; i++)
	{
		solution->row_value[i] = !found ? 0 :
			fence->integer ? glp_mip_row_val(prob, i + 1) : glp_get_row_prim(prob, i + 1);
		solution->dual[i] = relaxed ? glp_get_row_dual(prob, i + 1) : 0;
	}
	for (int j = 0; j < columns; j++)
	{
		solution->x[j] = !found ? 0 :
			fence->integer ? glp_mip_col_val(prob, j + 1) : glp_get_col_prim(prob, j + 1);
		solution->reduced_cost[j] = relaxed ? glp_get_col_dual(prob, j + 1) : 0;
	}
}

/* Arrays for so many rows and columns, of zeros. */
static void
allocate_solution(LinearSolution *solution, int rows, int columns)
{
	Size		vectors = sizeof(double) * 2 * ((Size) rows + (Size) columns);
	double	   *at = MemoryContextAllocExtended(CurrentMemoryContext, Max(vectors, 1),
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	solution->x = at;
	solution->reduced_cost = solution->x + columns;
	solution->row_value = solution->reduced_cost + columns;
	solution->dual = solution->row_value + rows;
}

/* Add columns, each scaled by the rows' scales. */
static void
add_columns(glp_prob *prob, const LinearColumns *more)
{
	int			first = glp_add_cols(prob, more->columns);
	int		   *row = palloc_array(int, glp_get_num_rows(prob) + 1);
	double	   *value = palloc_array(double, glp_get_num_rows(prob) + 1);

	for (int j = 0; j < more->columns; j++)
	{
		double		largest = 0;
		int			n = 0;

		for (int64 k = more->first[j]; k < more->first[j + 1]; k++)
			if (more->value[k] != 0)
			{
				row[++n] = more->row[k] + 1;
				value[n] = more->value[k];
				largest = Max(largest, fabs(value[n]) * glp_get_rii(prob, row[n]));
			}
		set_column(prob, first + j, more->objective[j], more->lower[j], more->upper[j]);
		glp_set_mat_col(prob, first + j, n, row, value);
		if (largest > 0)
			glp_set_sjj(prob, first + j, exp2(-rint(log2(largest))));
	}
	pfree(row);
	pfree(value);
}

/* Solve, ask for more columns, and go on from where we are. */
static void
generate(Fence *fence, glp_prob *prob)
{
	glp_scale_prob(prob, GLP_SF_AUTO);
	for (;;)
	{
		LinearColumns more = {0};
		LinearStatus status = simplex(fence, prob);

		fence->bound = status == LP_OPTIMAL ? glp_get_obj_val(prob) :
			status == LP_UNFINISHED ? dual_bound(prob) : fence->bound;
		read_solution(fence, prob, status);
		if (status != LP_OPTIMAL)
			return;
		fence->pricer(fence->of, fence->solution, &more);
		if (more.columns == 0)
			return;
		check_columns(&more, glp_get_num_rows(prob), glp_get_num_cols(prob));
		add_columns(prob, &more);
		pfree(fence->solution->x);
		allocate_solution(fence->solution, glp_get_num_rows(prob), glp_get_num_cols(prob));
	}
}

static void
work(Fence *fence)
{
	glp_prob   *prob;

	if (fence->options->memory_mb > 0)
		glp_mem_limit(fence->options->memory_mb);
	prob = load(fence);
	if (fence->pricer)
		generate(fence, prob);
	else
		read_solution(fence, prob, fence->options->presolve ?
					  optimise_presolved(fence, prob) : optimise(fence, prob));
}

static void
fenced(Fence *fence)
{
	if (inside)
		elog(ERROR, "GLPK is already at work");
	if (glp_init_env() != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));

	PG_TRY();
	{
		inside = true;
		glp_term_hook(overhear, fence);
		glp_error_hook(give_up, fence);
		work(fence);
	}
	PG_FINALLY();
	{
		glp_free_env();
		inside = false;
	}
	PG_END_TRY();
}

static void
solve(const LinearProgram *program, const LinearOptions *options,
	  LinearPricer pricer, void *of, LinearSolution *solution)
{
	static const LinearOptions none = {0};
	Fence		fence = {
		.program = program,
		.options = options ? options : &none,
		.pricer = pricer,
		.of = of,
		.solution = solution,
		.bound = get_float8_infinity(),
	};

	check_program(program);
	memset(solution, 0, sizeof(*solution));
	allocate_solution(solution, program->rows, program->columns);
	INSTR_TIME_SET_CURRENT(fence.began);
	fence.looked = fence.began;
	for (int j = 0; j < program->columns && program->integer; j++)
		fence.integer |= program->integer[j];
	if (fence.options->start &&
		(!fence.integer || fence.options->presolve || !program_feasible(program, fence.options->start)))
		fence.start_given = true;	/* of no use */

	if (program_contradicts(program))
	{
		solution->status = LP_INFEASIBLE;
		solution->objective = get_float8_nan();
		solution->bound = -get_float8_infinity();
	}
	else if (pricer || !program_trivial(program, solution))
		fenced(&fence);

	if (isnan(solution->bound) || ((solution->status == LP_OPTIMAL || solution->status == LP_FEASIBLE) &&
								   !isfinite(solution->objective)))
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
	if (program->integer)
		elog(ERROR, "columns are generated for linear programmes only");
	solve(program, options, pricer, of, solution);
}
