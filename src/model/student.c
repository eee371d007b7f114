/*
 * student.c
 *		Student's distribution, tails and quantiles, and the normal one's.
 *
 * Both tails together are the regularised incomplete beta function
 * I_x(freedom / 2, 1 / 2) at x = freedom / (freedom + t^2), whose continued
 * fraction (Abramowitz and Stegun 26.5.8) is evaluated from its beginning by
 * the method of Lentz.
 */
#include "coupon.h"

#include <math.h>

#include "model/student.h"

#define TINY	1e-300
#define TERMS	10000

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

double
student_tails(double t, double freedom)
{
	double		a = freedom / 2;
	double		b = 0.5;
	double		x = freedom / (freedom + t * t);
	double		y = t * t / (freedom + t * t);
	double		front;

	if (t == 0)
		return 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));

	return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a :
		1 - front * fraction(y, b, a) / b;
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
