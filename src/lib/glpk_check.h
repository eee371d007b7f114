/*
 * glpk_check.h
 *		What needs no solver: is a programme well-formed, is it trivial, is a
 *		point feasible.
 */
#ifndef COUPON_GLPK_CHECK_H
#define COUPON_GLPK_CHECK_H

#include "coupon.h"

#include "lib/glpk.h"

/* Raise an error if an index, a number or a size is wrong. */
extern void check_program(const LinearProgram *program);
extern void check_columns(const LinearColumns *more, int rows, int64 columns);

/* Does a bound exclude every value?  Then there is nothing to solve. */
extern bool program_contradicts(const LinearProgram *program);

/* Solve a programme whose rows say nothing about its columns; false if one does. */
extern bool program_trivial(const LinearProgram *program, LinearSolution *solution);

/* Does x keep all bounds, up to rounding? */
extern bool program_feasible(const LinearProgram *program, const double *x);

#endif							/* COUPON_GLPK_CHECK_H */
