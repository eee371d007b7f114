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
 * over GLPK's frames, which are plain C and are never returned to.  Within a
 * node the simplex method prints every 5 s only, which GLPK does not let us
 * change; it starts from the parent's basis, so nodes take a fraction of that.
 */
#include "coupon.h"

#include <glpk.h>
#include <limits.h>
#include <math.h>

#include "miscadmin.h"

#include "lib/glpk.h"
#include "lib/program.h"
#include "lib/watch.h"

#define HEARTBEAT_MS	100
#define SLICE_MS		100		/* of the simplex method, to begin with */

/* With more nonzeros GLPK would spend a second where it hears no cancel. */
#define LARGE		2000000

/* Branch and bound: closer than this is as good, and whole, relatively. */
#define TOL_OBJ		1e-9
#define LOOK_WORK		0.1		/* of a look at a node, to choose the next one */
#define TOL_INT		1e-7

/* Of a start's rows; and of what no solution breaks unless the solver has lost its way. */
#define ROUNDING	1e-9
#define ASTRAY		1e-5

typedef struct Fence
{
	const LinearProgram *program;
	const LinearOptions *options;
	LinearPricer pricer;		/* NULL: solve as it is */
	void	   *of;
	LinearSolution *solution;
	bool		integer;
	bool		presolve;
	bool		branching;
	int			iterations;		/* before it began */
	double		looked_at;		/* nodes, to choose the next one */
	const double *start;		/* for branch and bound, until it has been given */
	Watch		watch;
} Fence;

/* What GLPK prints: its last words, or a heartbeat. */
static int
overhear(void *info, const char *line)
{
	Fence	   *fence = info;
	int			iterations;

	if (glp_at_error())
		watch_listen(&fence->watch, line);
	else
	{
		CHECK_FOR_INTERRUPTS();
		if (!fence->branching && sscanf(line, "%*[ *#]%d:", &iterations) == 1 &&
			watch_notice(&fence->watch))
			ereport(NOTICE,
					(errmsg("linear programme: %d simplex iterations", iterations)));
	}

	return 1;					/* nothing reaches stdout */
}

static void
give_up(void *info)
{
	watch_failed(&((Fence *) info)->watch);
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

static glp_prob *
load(const LinearProgram *program)
{
	glp_prob   *prob = glp_create_prob();
	int		   *row = palloc_huge(int, program->nonzeros + 1);
	int		   *column = palloc_huge(int, program->nonzeros + 1);

	glp_set_obj_dir(prob, GLP_MAX);
	if (program->rows > 0)
		glp_add_rows(prob, program->rows);
	if (program->columns > 0)
		glp_add_cols(prob, program->columns);
	for (int i = 0; i < program->rows; i++)
		glp_set_row_bnds(prob, i + 1, bounds_type(program->row_lower[i], program->row_upper[i]),
						 program->row_lower[i], program->row_upper[i]);
	for (int j = 0; j < program->columns; j++)
	{
		set_column(prob, j + 1, program->objective[j],
				   program_lower(program, j), program_upper(program, j));
		if (program->integer && program->integer[j])
			glp_set_col_kind(prob, j + 1, GLP_IV);
	}

	for (int64 k = 0; k < program->nonzeros; k++)
	{
		row[k + 1] = program->row[k] + 1;
		column[k + 1] = program->column[k] + 1;
	}
	glp_load_matrix(prob, program->nonzeros, row, column, program->value - 1);
	pfree(row);
	pfree(column);
	CHECK_FOR_INTERRUPTS();

	return prob;
}

static void
scale(glp_prob *prob)
{
	glp_scale_prob(prob, glp_get_num_nz(prob) > LARGE ? GLP_SF_EQ | GLP_SF_2N : GLP_SF_AUTO);
	CHECK_FOR_INTERRUPTS();
}

/*
 * Solve the linear programme, from the basis it has.
 *
 * In slices, should the heartbeat ever stop.  A slice begins with work of its
 * own, so they get longer: one that is too short would never end.
 */
static LinearStatus
simplex(Fence *fence, glp_prob *prob, int method)
{
	glp_smcp	parm;
	int			slice = SLICE_MS;
	bool		again = false;

	glp_init_smcp(&parm);
	parm.msg_lev = GLP_MSG_ALL;
	parm.out_frq = HEARTBEAT_MS;
	parm.meth = method;
	parm.r_test = GLP_RT_FLIP;
	for (;;)
	{
		int			left = watch_left(&fence->watch);
		int			result;

		if (left == 0)
			return LP_UNFINISHED;
		parm.tm_lim = Min(slice, left);
		result = glp_simplex(prob, &parm);
		CHECK_FOR_INTERRUPTS();
		if (result == GLP_ETMLIM)
		{
			slice = Min(slice, INT_MAX / 2) * 2;
			continue;
		}
		if (result == 0)
			switch (glp_get_status(prob))
			{
				case GLP_OPT:
					return LP_OPTIMAL;
				case GLP_NOFEAS:
					return LP_INFEASIBLE;
				case GLP_UNBND:
					return LP_UNBOUNDED;
			}

		/* no dual solution to go on from, a singular basis, or numerical trouble */
		if (again)
			return LP_UNFINISHED;
		again = true;
		glp_std_basis(prob);
		parm.meth = GLP_PRIMAL;
		parm.r_test = GLP_RT_HAR;
	}
}

/* By branch and bound so far: pivots, what nodes cost besides, and looks for the best of them. */
static double
work_done(const Fence *fence, glp_prob *prob)
{
	double		rows = fence->program->rows;

	return (glp_get_it_cnt(prob) - fence->iterations) * rows + fence->solution->nodes * (rows + fence->program->columns) +
		fence->looked_at * LOOK_WORK;
}

/* Called back by branch and bound at every step. */
static void
visit(glp_tree *tree, void *info)
{
	Fence	   *fence = info;
	double	   *bound = &fence->solution->bound;
	int			active;
	bool		enough;

	CHECK_FOR_INTERRUPTS();
	glp_ios_tree_size(tree, &active, NULL, &fence->solution->nodes);
	if (glp_ios_reason(tree) == GLP_ISELECT)
		fence->looked_at += active;
	if (fence->start && glp_ios_reason(tree) == GLP_IHEUR)
	{
		int			columns = fence->program->columns;
		double	   *x = palloc_array(double, columns + 1);

		memcpy(x + 1, fence->start, sizeof(double) * columns);
		glp_ios_heur_sol(tree, x);
		fence->start = NULL;
		pfree(x);
	}

	enough = fence->options->most_work > 0 && work_done(fence, glp_ios_get_prob(tree)) > fence->options->most_work;
	if (enough)
		glp_ios_terminate(tree);

	/* to find the best node takes as long as there are nodes */
	if (watch_beat(&fence->watch, HEARTBEAT_MS) || enough)
	{
		int			best = glp_ios_best_node(tree);

		if (best > 0)
			*bound = Min(*bound, glp_ios_node_bound(tree, best));
		if (watch_notice(&fence->watch))
			ereport(NOTICE,
					(glp_mip_status(glp_ios_get_prob(tree)) == GLP_FEAS ?
					 errmsg("integer programme: %d nodes, %.3g %% from its bound at most",
							fence->solution->nodes, 100 * glp_ios_mip_gap(tree)) :
					 errmsg("integer programme: %d nodes, nothing found yet",
							fence->solution->nodes)));
	}
}

/* From the optimal basis of the relaxation to whole numbers. */
static LinearStatus
branch_and_bound(Fence *fence, glp_prob *prob)
{
	glp_iocp	parm;
	double	   *bound = &fence->solution->bound;
	int			left = watch_left(&fence->watch);
	double		objective;
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
	fence->branching = true;
	fence->iterations = glp_get_it_cnt(prob);
	result = glp_intopt(prob, &parm);
	CHECK_FOR_INTERRUPTS();

	if (glp_mip_status(prob) != GLP_OPT && glp_mip_status(prob) != GLP_FEAS)
		return result == 0 ? LP_INFEASIBLE : LP_UNFINISHED;
	objective = glp_mip_obj_val(prob);
	if (result == 0)
		*bound = objective;
	else if (result == GLP_EMIPGAP)
		*bound = Min(*bound, objective + parm.mip_gap * fabs(objective));
	*bound = Max(*bound, objective);

	return result == 0 || result == GLP_EMIPGAP ? LP_OPTIMAL : LP_FEASIBLE;
}

static void
read_duals(LinearSolution *solution, glp_prob *prob)
{
	for (int i = 0; i < solution->rows; i++)
		solution->dual[i] = glp_get_row_dual(prob, i + 1);
	for (int j = 0; j < solution->columns; j++)
		solution->reduced_cost[j] = glp_get_col_dual(prob, j + 1);
}

static void
read_solution(LinearSolution *solution, glp_prob *prob, bool integer)
{
	solution->objective = integer ? glp_mip_obj_val(prob) : glp_get_obj_val(prob);
	for (int i = 0; i < solution->rows; i++)
		solution->row_value[i] = integer ? glp_mip_row_val(prob, i + 1) : glp_get_row_prim(prob, i + 1);
	for (int j = 0; j < solution->columns; j++)
		solution->x[j] = integer ? glp_mip_col_val(prob, j + 1) : glp_get_col_prim(prob, j + 1);
}

/* Solve `prob`; what its relaxation says goes into the solution, its x does not. */
static LinearStatus
optimise(Fence *fence, glp_prob *prob, bool shrunk)
{
	LinearStatus status;

	scale(prob);
	status = simplex(fence, prob, GLP_DUALP);
	if (status == LP_INFEASIBLE || status == LP_UNBOUNDED)
		return status;
	if (!shrunk)
		read_duals(fence->solution, prob);
	if (status == LP_UNFINISHED)
		program_prove(fence->program, fence->solution);
	else
		fence->solution->bound = glp_get_obj_val(prob);

	return status == LP_OPTIMAL && fence->integer ? branch_and_bound(fence, prob) : status;
}

/*
 * Shrink the programme, solve what is left, carry the solution back.  GLPK's
 * own presolver, inside its solvers, would start anew in each slice.
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
	if (result == 0)
		glp_npp_build_prob(prep, small);

	/* unbounded if it is feasible; and branch and bound wants something to branch on */
	if (result != 0 || (fence->integer && glp_get_num_nz(small) == 0))
		return optimise(fence, prob, false);

	status = optimise(fence, small, true);
	glp_set_it_cnt(prob, glp_get_it_cnt(small));
	if (status == LP_OPTIMAL || status == LP_FEASIBLE)
	{
		glp_npp_postprocess(prep, small);
		glp_npp_obtain_sol(prep, prob);
		if (!fence->integer)
			read_duals(fence->solution, prob);
	}

	return status;
}

/* Add columns, each scaled by the rows' scales. */
static void
add_columns(glp_prob *prob, const LinearColumns *more)
{
	int			j = glp_add_cols(prob, more->columns);
	int		   *row = palloc_array(int, glp_get_num_rows(prob) + 1);

	for (int i = 0; i < more->columns; i++, j++)
	{
		int64		first = more->first[i];
		int			length = more->first[i + 1] - first;
		double		largest = 0;

		for (int k = 0; k < length; k++)
		{
			row[k + 1] = more->row[first + k] + 1;
			largest = Max(largest, fabs(more->value[first + k]) * glp_get_rii(prob, row[k + 1]));
		}
		set_column(prob, j, more->objective[i], more->lower[i], more->upper[i]);
		glp_set_mat_col(prob, j, length, row, more->value + first - 1);
		if (largest > 0)
			glp_set_sjj(prob, j, exp2(-rint(log2(largest))));
	}
	pfree(row);
}

/* Solve, ask for more columns, and go on from where we are. */
static LinearStatus
generate(Fence *fence, glp_prob *prob)
{
	LinearSolution *solution = fence->solution;

	scale(prob);
	for (int method = GLP_DUALP;; method = GLP_PRIMAL)
	{
		LinearColumns more = {0};

		solution->status = simplex(fence, prob, method);
		solution->iterations = glp_get_it_cnt(prob);
		if (solution->status != LP_OPTIMAL)
		{
			solution_clear(solution, solution->status);
			return solution->status;
		}
		solution->bound = glp_get_obj_val(prob);
		read_duals(solution, prob);
		read_solution(solution, prob, false);
		fence->pricer(fence->of, solution, &more);
		if (more.columns == 0)
			return LP_OPTIMAL;
		program_check_columns(&more, solution->rows, solution->columns);
		add_columns(prob, &more);
		pfree(solution->x);
		solution_allocate(solution, solution->rows, solution->columns + more.columns);
	}
}

static void
work(Fence *fence)
{
	LinearSolution *solution = fence->solution;
	glp_prob   *prob;

	if (fence->options->memory_mb > 0)
		glp_mem_limit(fence->options->memory_mb);
	prob = load(fence->program);
	if (fence->pricer)
		solution->status = generate(fence, prob);
	else if (fence->presolve)
		solution->status = optimise_presolved(fence, prob);
	else
		solution->status = optimise(fence, prob, false);

	solution->iterations = glp_get_it_cnt(prob);
	if (solution->status == LP_OPTIMAL || solution->status == LP_FEASIBLE)
	{
		read_solution(solution, prob, fence->integer);
		/* coefficients of very different sizes can lead the solver astray: then nothing it says counts */
		if (!fence->pricer && !program_feasible(fence->program, solution->x, ASTRAY, ASTRAY))
			solution_clear(solution, LP_UNFINISHED);
	}
	else if (solution->status != LP_UNFINISHED)
		solution_clear(solution, solution->status);
}

void
glpk_run(const LinearProgram *program, const LinearOptions *options,
		 LinearPricer pricer, void *of, LinearSolution *solution)
{
	Fence		fence = {
		.program = program,
		.options = options,
		.pricer = pricer,
		.of = of,
		.solution = solution,
		.integer = program_integer(program),
		.presolve = options->presolve && !pricer && program->nonzeros <= LARGE,
	};
	int			result;

	if (fence.integer && !fence.presolve && options->start &&
		program_feasible(program, options->start, ROUNDING, 0))
		fence.start = options->start;
	watch_start(&fence.watch, options->progress, options->time_limit, options->memory_mb);

	/* a solve within a solve would free the other's memory */
	result = glp_init_env();
	if (result == 1)
		elog(ERROR, "GLPK is already at work");
	if (result != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));

	PG_TRY();
	{
		glp_term_hook(overhear, &fence);
		glp_error_hook(give_up, &fence);
		work(&fence);
	}
	PG_FINALLY();
	{
		glp_free_env();
	}
	PG_END_TRY();
}
