/*
 * solve.c
 *		Symmetric positive semidefinite systems whose dependent columns are dropped.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "model/solve.h"

/* Below this share of its own square a column is taken for explained. */
#define TOLERANCE	1e-11

static inline double
dot(const double *a, const double *b, int n)
{
	double		sum = 0;

	for (int k = 0; k < n; k++)
		sum += a[k] * b[k];

	return sum;
}

void
factor_make(Factor *factor, const double *A, int p, int ld, const double *floor)
{
	double	   *L = factor->L = palloc0_array(double, Max((Size) p * p, 1));
	double		tolerance = Max(TOLERANCE, 8 * DBL_EPSILON * p);

	factor->p = p;
	factor->rank = 0;
	factor->dropped = palloc0_array(bool, Max(p, 1));

	for (int j = 0; j < p; j++)
	{
		double	   *row = L + (Size) j * p;
		double		own = A[(Size) j * ld + j];
		double		left;

		CHECK_FOR_INTERRUPTS();

		for (int k = 0; k < j; k++)
			if (!factor->dropped[k])
			{
				const double *other = L + (Size) k * p;

				row[k] = (A[(Size) k * ld + j] - dot(row, other, k)) / other[k];
			}
		left = own - dot(row, row, j);

		if (left > own * tolerance && own > (floor ? floor[j] : 0))
		{
			row[j] = sqrt(left);
			factor->rank++;
		}
		else
		{
			factor->dropped[j] = true;
			memset(row, 0, sizeof(double) * p);
		}
	}
}

void
factor_solve(const Factor *factor, double *b)
{
	int			p = factor->p;
	const double *L = factor->L;

	for (int j = 0; j < p; j++)
		b[j] = factor->dropped[j] ? 0 :
			(b[j] - dot(L + (Size) j * p, b, j)) / L[(Size) j * p + j];

	for (int j = p - 1; j >= 0; j--)
	{
		if (factor->dropped[j])
			continue;
		b[j] /= L[(Size) j * p + j];
		for (int k = 0; k < j; k++)
			b[k] -= L[(Size) j * p + k] * b[j];
	}
}

void
factor_inverse(const Factor *factor, double *inverse)
{
	int			p = factor->p;

	for (int j = 0; j < p; j++)
	{
		double	   *column = inverse + (Size) j * p;

		CHECK_FOR_INTERRUPTS();
		memset(column, 0, sizeof(double) * p);
		if (factor->dropped[j])
			continue;
		column[j] = 1;
		factor_solve(factor, column);
	}
}
