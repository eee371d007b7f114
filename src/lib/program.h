/*
 * program.h
 *		What a linear programme needs no solver for: is it well-formed, is it
 *		trivial, is a point feasible, what do prices prove.
 */
#ifndef COUPON_PROGRAM_H
#define COUPON_PROGRAM_H

#include "coupon.h"

#include "lib/glpk.h"

/* Raise an error if an index, a number or a size is wrong. */
extern void program_check(const LinearProgram *program);
extern void program_check_columns(const LinearColumns *more, int rows, int columns);

/* Does a bound exclude every value?  Then there is nothing to solve. */
extern bool program_contradicts(const LinearProgram *program);

/* Solve a programme without nonzeros; false if it has one. */
extern bool program_trivial(const LinearProgram *program, LinearSolution *solution);

/* Does x keep all bounds, up to rounding? */
extern bool program_feasible(const LinearProgram *program, const double *x);

/* Set reduced costs and bound to what the duals prove, whatever they are (weak duality). */
extern void program_prove(const LinearProgram *program, LinearSolution *solution);

/* Bounds of a column, those of an integer one made whole. */
extern double program_lower(const LinearProgram *program, int column);
extern double program_upper(const LinearProgram *program, int column);

/* Give a solution its arrays, of zeros. */
extern void solution_allocate(LinearSolution *solution, int rows, int columns);

/* No solution, for this reason. */
extern void solution_clear(LinearSolution *solution, LinearStatus status);

#endif							/* COUPON_PROGRAM_H */
