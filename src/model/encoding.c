/*
 * encoding.c
 *		Vectors that encode an offer.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "model/encoding.h"

void
encode_rbf(double depth, const double *centres, int n, double alpha, double *result)
{
	for (int k = 0; k < n; k++)
	{
		double		off = depth - centres[k];

		result[k] = alpha == 0 ? 1 : exp(-alpha * off * off);
	}
}

void
encode_cross(const double *a, int n, const double *b, int m, double *result)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++)
		{
			double		product = a[i] * b[j];

			if (unlikely(isinf(product)))
				float_overflow_error();
			*result++ = product;
		}
}
