/*
 * program.h
 *		What a linear programme needs no solver for: is it well-formed, is it
 *		trivial, is a point feasible, what do prices prove.  The solver, glpk.c,
 *		gets the others, and uses the rest.
 */
#ifndef COUPON_PROGRAM_H
#define COUPON_PROGRAM_H

#include "coupon.h"

#include "lib/glpk.h"

/* Raise an error if an index, a number or a size is wrong. */
extern void program_check_columns(const LinearColumns *more, int rows, int columns);

/* Is any column integer? */
extern bool program_integer(const LinearProgram *program);

/* Does x keep all bounds, up to rounding: of rows also relative to what is added up? */
extern bool program_feasible(const LinearProgram *program, const double *x, double relative, double absolute);

/* Set reduced costs and bound to what the duals prove, whatever they are (weak duality). */
extern void program_prove(const LinearProgram *program, LinearSolution *solution);

/* Bounds of a column, those of an integer one made whole. */
extern double program_lower(const LinearProgram *program, int column);
extern double program_upper(const LinearProgram *program, int column);

/* Give a solution its arrays, of zeros. */
extern void solution_allocate(LinearSolution *solution, int rows, int columns);

/* No solution, for this reason. */
extern void solution_clear(LinearSolution *solution, LinearStatus status);

/* In glpk.c: solve a programme that has been checked, and has rows that say something. */
extern void glpk_run(const LinearProgram *program, const LinearOptions *options,
					 LinearPricer pricer, void *of, LinearSolution *solution);

#endif							/* COUPON_PROGRAM_H */
