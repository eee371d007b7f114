/*
 * blas.h
 *		The BLAS routines that we use; matrices are row by row.
 */
#ifndef COUPON_BLAS_H
#define COUPON_BLAS_H

#include "coupon.h"

/* Upper triangle of C (cols, cols; rows ldc apart) += X' X, X (rows, cols). */
extern void blas_gram_add(const double *X, int rows, int cols, double *C, int ldc);

/* Upper triangle of C (n, n; rows ldc apart) += weight x x'. */
extern void blas_rank_one_add(double weight, const double *x, int n, double *C, int ldc);

/* y (rows) = A (rows, cols) x. */
extern void blas_times(const double *A, int rows, int cols, const double *x, double *y);

/* y (cols) += A' x, A (rows, cols). */
extern void blas_transpose_times_add(const double *A, int rows, int cols,
									 const double *x, double *y);

/*
 * The upper triangle of A (n, n) becomes R with A = R'R.  Returns 0, or from 1
 * the first column that makes A no longer positive definite.
 */
extern int	blas_cholesky(double *A, int n);

/* x (n) becomes R^-1 x, or R'^-1 x; R (n, n) is an upper triangle. */
extern void blas_solve(const double *R, int n, double *x);
extern void blas_solve_transposed(const double *R, int n, double *x);

/* Every row x of X (rows, n) becomes R'^-1 x. */
extern void blas_solve_transposed_rows(const double *R, int n, double *X, int rows);

/* Eigenvalues of A (n, n; upper triangle), ascending; A becomes the eigenvectors, row by row. */
extern void blas_eigen(double *A, int n, double *values);

/* Single precision: C (m, n) = A B, A (m, k), B (k, n). */
extern void blas_product(const float *A, const float *B, int m, int k, int n, float *C);

/* C (k, n) += A' B, A (m, k), B (m, n). */
extern void blas_left_transposed_add(const float *A, const float *B, int m, int k, int n, float *C);

/* C (m, k) = A B', A (m, n), B (k, n). */
extern void blas_right_transposed(const float *A, const float *B, int m, int n, int k, float *C);

#endif							/* COUPON_BLAS_H */
