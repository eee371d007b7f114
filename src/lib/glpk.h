/*
 * glpk.h
 *		Linear and integer programmes: maximise objective' x within bounds on
 *		columns and rows.
 *
 * Indices are from 0.  An integer programme is a linear one some of whose
 * columns must be whole.  What is wrong in a programme (an index out of
 * range, a place given twice, a number that is not finite) is a bug of the
 * caller, and an SQL error; so is whatever fails in the solver.  However a
 * call ends, nothing of the solver's is left, and the next call works.
 */
#ifndef COUPON_GLPK_H
#define COUPON_GLPK_H

#include "coupon.h"

#include "pg/progress.h"

typedef struct LinearProgram
{
	int			rows;			/* 0 is fine, and so are 0 columns */
	int			columns;
	int64		nonzeros;
	const int  *row;			/* (nonzeros); a place at most once */
	const int  *column;			/* (nonzeros) */
	const double *value;		/* (nonzeros); zeros are skipped */
	const double *objective;	/* (columns) */
	const double *column_lower; /* (columns); may be -infinity */
	const double *column_upper; /* (columns); may be infinity */
	const double *row_lower;	/* (rows); may be -infinity */
	const double *row_upper;	/* (rows); may be infinity */
	const bool *integer;		/* (columns); NULL if no column is */
} LinearProgram;

/*
 * All of it up to the solver's tolerances: about 1e-7 on the scaled bounds of
 * rows and columns and on reduced costs, 1e-9 on an integer objective.  Given
 * up means out of time, or (rarely) beyond the solver's numerical means.
 */
typedef enum LinearStatus
{
	LP_OPTIMAL,					/* of an integer programme: within the gap */
	LP_FEASIBLE,				/* integer programmes: given up, with something whole */
	LP_INFEASIBLE,				/* nothing keeps all bounds */
	LP_UNBOUNDED,				/* no limit to the objective (or to its relaxation's) */
	LP_UNFINISHED,				/* given up, with nothing; but see bound */
} LinearStatus;

/* The arrays are in the caller's memory context. */
typedef struct LinearSolution
{
	LinearStatus status;
	int			rows;
	int			columns;		/* generated ones included */
	double		objective;		/* if optimal or feasible, else NaN */
	double		bound;			/* no x has more; infinity if nothing is known, and
								 * -infinity if there is no x */
	double	   *x;				/* (columns), if optimal or feasible, else zeros */
	double	   *row_value;		/* (rows), likewise */

	/*
	 * Of the linear programme if it is optimal, of an integer programme's
	 * relaxation if that is (after presolve: zeros), of an unfinished one what
	 * proves the bound, else zeros.  A dual is what a unit more of a row's
	 * bound is worth: of a row at its upper bound >= 0, at its lower <= 0.  A
	 * reduced cost is objective - sum of value * dual down a column.
	 */
	double	   *dual;			/* (rows) */
	double	   *reduced_cost;	/* (columns) */

	int			iterations;		/* of the simplex method */
	int			nodes;			/* of branch and bound */
} LinearSolution;

typedef struct LinearOptions
{
	double		time_limit;		/* seconds; 0: none */
	double		gap;			/* relative, of integer programmes; 0: prove it */
	double		most_work;		/* of branch and bound: pivots times rows, and nodes times rows and
								 * columns, the same on every machine; 0: no limit */
	int			memory_mb;		/* of the solver alone; 0: no limit */
	bool		presolve;		/* shrink it first: worth it if there is something to shrink;
								 * not done with more than two million nonzeros */
	const double *start;		/* (columns) integer programmes without presolve: a solution to
								 * beat, not used if it breaks a bound; may be NULL */
	Progress   *progress;		/* NULL: say nothing */
} LinearOptions;

/* Solve; options may be NULL. */
extern void glpk_solve(const LinearProgram *program, const LinearOptions *options,
					   LinearSolution *solution);

/* More columns, one after another; integer ones there are none. */
typedef struct LinearColumns
{
	int			columns;
	const int64 *first;			/* (columns + 1): where each column begins in row and value */
	const int  *row;			/* (first[columns]) */
	const double *value;		/* (first[columns]) */
	const double *objective;	/* (columns) */
	const double *lower;		/* (columns) */
	const double *upper;		/* (columns) */
} LinearColumns;

/*
 * Look at a solution of the columns there are (optimal, never anything else)
 * and give more; no more ends it.  What `more` points to has to live until
 * the next call.  New columns are numbered on from those there are.  It may
 * raise an SQL error, run queries, and allocate; it must not call
 * glpk_solve() or glpk_generate().
 */
typedef void (*LinearPricer) (void *of, const LinearSolution *solution, LinearColumns *more);

/*
 * Solve a linear programme by column generation: each solve goes on from the
 * basis of the one before.  Its solution is that of all columns, those
 * generated last; its bound holds for the columns there are.  It ends early,
 * with no more than its status, when a solve ends in anything but an optimum.
 * No column is integer; presolve is not used.
 */
extern void glpk_generate(const LinearProgram *program, const LinearOptions *options,
						  LinearPricer pricer, void *of, LinearSolution *solution);

#endif							/* COUPON_GLPK_H */
