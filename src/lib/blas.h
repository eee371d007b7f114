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

/* Single precision: C (m, n) = A B, A (m, k), B (k, n). */
extern void blas_product(const float *A, const float *B, int m, int k, int n, float *C);

/* C (k, n) += A' B, A (m, k), B (m, n). */
extern void blas_left_transposed_add(const float *A, const float *B, int m, int k, int n, float *C);

/* C (m, k) = A B', A (m, n), B (k, n). */
extern void blas_right_transposed(const float *A, const float *B, int m, int n, int k, float *C);

/*
 * Eigenvalues (n) of a symmetric matrix, rising, and in place of its upper
 * triangle the vectors of length 1, one row after another.
 */
extern void blas_eigen(double *A, int n, double *values);

#endif							/* COUPON_BLAS_H */
