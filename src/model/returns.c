/*
 * returns.c
 *		What is still to come at each step of a trajectory.
 */
#include "coupon.h"

#include <math.h>

#include "model/returns.h"

double *
to_go(const double *values, int n, double discount, const char *name)
{
	double	   *sums = palloc_array(double, Max(n, 1));
	double		sum = 0;

	/* backwards: G_t = r_t + discount G_(t+1) */
	for (int i = n - 1; i >= 0; i--)
		sums[i] = sum = values[i] + discount * sum;
	for (int i = 0; i < n; i++)
		if (!isfinite(sums[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of %s is out of range", name),
					 errhint("Give rewards and costs other units.")));

	return sums;
}
