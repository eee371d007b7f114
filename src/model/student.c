/*
 * student.c
 *		Student's distribution, tails and quantiles, and the normal one's.
 *
 * Both tails together are the regularised incomplete beta function
 * I_x(freedom / 2, 1 / 2) at x = freedom / (freedom + t^2), whose continued
 * fraction (Abramowitz and Stegun 26.5.8) is evaluated from its beginning by
 * the method of Lentz.  Of many degrees, where that loses its digits, t is
 * taken to the normal distribution as Hill does (Communications of the ACM
 * 13, 1970, algorithm 395).
 */
#include "coupon.h"

#include <math.h>

#include "model/student.h"

#define TINY	1e-300
#define TERMS	10000
#define FREE	1e5				/* degrees that are all but infinite */

static inline double
off_zero(double x)
{
	return fabs(x) < TINY ? TINY : x;
}

/* The continued fraction of I_x(a, b), good for x < (a + 1) / (a + b + 2). */
static double
fraction(double x, double a, double b)
{
	double		c = 1;
	double		d = 1 / off_zero(1 - (a + b) * x / (a + 1));
	double		value = d;

	for (int m = 1; m < TERMS; m++)
	{
		double		even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double		odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double		step;

		d = 1 / off_zero(1 + even * d);
		c = off_zero(1 + even / c);
		value *= c * d;
		d = 1 / off_zero(1 + odd * d);
		c = off_zero(1 + odd / c);
		step = c * d;
		value *= step;
		if (fabs(step - 1) < 1e-15)
			break;
	}

	return value;
}

/* What Stirling's formula leaves out of lgamma. */
static inline double
stirling_rest(double a)
{
	double		square = 1 / (a * a);

	return (1.0 / 12 - square * (1.0 / 360 - square / 1260)) / a;
}

double
log_gamma_rise(double a, double rise)
{
	/* the two are great and near to each other */
	if (a > 100)
		return (a - 0.5) * log1p(rise / a) + rise * log(a + rise) - rise + stirling_rest(a + rise) - stirling_rest(a);

	return lgamma(a + rise) - lgamma(a);
}

double
student_tails(double t, double freedom)
{
	double		a = freedom / 2;
	double		b = 0.5;
	double		u = fabs(t) / sqrt(freedom);
	double		x = 1 / (1 + u * u);
	double		log_x = u < 1e100 ? -log1p(u * u) : -2 * log(u);
	double		front;

	if (t == 0)
		return 1;
	if (freedom > FREE)
	{
		double		squared = (freedom - 0.5) * -log_x;

		return erfc(sqrt(squared / 2) * (1 + (squared + 3) / (48 * (freedom - 0.5) * (freedom - 0.5))));
	}
	front = exp(log_gamma_rise(a, b) - lgamma(b) + a * log_x + b * (log_x + 2 * log(u)));

	return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a :
		1 - front * fraction(u * u * x, b, a) / b;
}

double
student_quantile(double p, double freedom)
{
	double		low = 0;
	double		high = 1;

	while (student_tails(high, freedom) > p && high < 1e300)
		high *= 2;
	for (int i = 0; i < 200 && high - low > 1e-15 * high; i++)
	{
		double		middle = low + (high - low) / 2;

		if (student_tails(middle, freedom) > p)
			low = middle;
		else
			high = middle;
	}

	return low + (high - low) / 2;
}

double
normal_quantile(double p)
{
	double		low = 0;
	double		high = 40;

	for (int i = 0; i < 100; i++)
	{
		double		middle = 0.5 * (low + high);

		if (erfc(middle / M_SQRT2) > p)
			low = middle;
		else
			high = middle;
	}

	return low;
}
