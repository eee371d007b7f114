/*
 * solve.h
 *		Symmetric positive semidefinite systems whose dependent columns are dropped.
 */
#ifndef COUPON_SOLVE_H
#define COUPON_SOLVE_H

#include "coupon.h"

typedef struct Factor
{
	int			p;				/* columns */
	double	   *L;				/* (p, p), lower triangle; zero in dropped rows and columns */
	bool	   *dropped;		/* (p) depends on the columns before it */
	int			rank;
} Factor;

/*
 * Cholesky factor of A (p, p; upper triangle, rows ld apart), column by
 * column.  A column that the columns before it explain, or whose diagonal
 * does not exceed floor[j], is dropped.  floor may be NULL.
 */
extern void factor_make(Factor *factor, const double *A, int p, int ld, const double *floor);

/* Solve A x = b in place; dropped columns get zero. */
extern void factor_solve(const Factor *factor, double *b);

/* The inverse of A (p, p), full; zero in dropped rows and columns. */
extern void factor_inverse(const Factor *factor, double *inverse);

#endif							/* COUPON_SOLVE_H */
