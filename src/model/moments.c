/*
 * moments.c
 *		Means and centred second moments, built up block by block.
 *
 * Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
 * computing sample variances" (1979), for matrices: a block is centred on its
 * own mean, its Gram matrix added, and the distance of the two means
 * accounted for by a matrix of rank one.
 */
#include "coupon.h"

#include <math.h>

#include "lib/blas.h"
#include "model/moments.h"

void
moments_make(Moments *moments, int p)
{
	moments->p = p;
	moments->ld = p;
	moments->n = 0;
	moments->mean = palloc0_array(double, Max(p, 1));
	moments->M = palloc0_array(double, Max((Size) p * p, 1));
}

/* Move the mean to that of n more rows with mean + delta; delta is kept. */
static void
move_mean(Moments *moments, int64 n, const double *delta)
{
	double		share = (double) n / (double) (moments->n + n);

	if (moments->n > 0)
		blas_rank_one_add(share * (double) moments->n, delta, moments->p, moments->M, moments->ld);
	for (int j = 0; j < moments->p; j++)
		moments->mean[j] += share * delta[j];
	moments->n += n;
}

void
moments_add(Moments *moments, double *X, int rows)
{
	int			p = moments->p;
	double	   *delta;

	if (rows == 0 || p == 0)
		return;

	/* the block's mean, about its first row to keep digits */
	delta = palloc0_array(double, p);
	for (int i = 1; i < rows; i++)
		for (int j = 0; j < p; j++)
			delta[j] += X[(Size) i * p + j] - X[j];
	for (int j = 0; j < p; j++)
		delta[j] = X[j] + delta[j] / rows;

	for (int i = 0; i < rows; i++)
		for (int j = 0; j < p; j++)
			X[(Size) i * p + j] -= delta[j];
	blas_gram_add(X, rows, p, moments->M, moments->ld);

	for (int j = 0; j < p; j++)
		delta[j] -= moments->mean[j];
	move_mean(moments, rows, delta);
	pfree(delta);
}

void
moments_merge(Moments *moments, const Moments *other)
{
	int			p = moments->p;
	double	   *delta;

	Assert(p == other->p);

	if (other->n == 0 || p == 0)
		return;

	delta = palloc_array(double, p);
	for (int i = 0; i < p; i++)
	{
		delta[i] = other->mean[i] - moments->mean[i];
		for (int j = i; j < p; j++)
			moments->M[(Size) i * moments->ld + j] += other->M[(Size) i * other->ld + j];
	}
	move_mean(moments, other->n, delta);
	pfree(delta);
}

void
moments_shear(Moments *moments, int j, double shift, int m)
{
	double	   *M = moments->M;
	Size		ld = moments->ld;

	if (shift == 0)
		return;
	moments->mean[j] += shift * moments->mean[m];
	for (int k = 0; k < moments->p; k++)
		M[j * ld + k] += shift * M[m * ld + k];
	for (int k = 0; k < moments->p; k++)
		M[k * ld + j] += shift * M[k * ld + m];
}

void
moments_check(const Moments *moments)
{
	for (int j = 0; j < moments->p; j++)
		if (!isfinite(moments->mean[j]) || !isfinite(moments->M[(Size) j * moments->ld + j]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of squares is out of range"),
					 errhint("Outcomes and features must be less than about 1e150: give them other units.")));
}

void
moments_complete(Moments *moments)
{
	Size		ld = moments->ld;

	for (int i = 0; i < moments->p; i++)
		for (int j = 0; j < i; j++)
			moments->M[i * ld + j] = moments->M[j * ld + i];
}
