/*
 * sample_size.c
 *		How many customers a test of two means needs.
 *
 * The test is Welch's, as in ab_test; under the difference sought its
 * statistic has a noncentral t distribution (exactly with equal variances and
 * arms), which is a normal one averaged over the estimate of the variance.
 */
#include "coupon.h"

#include <math.h>

#include "model/sample_size.h"
#include "model/student.h"

#define ROWS_MOST	1e15
#define FREEDOM_MOST	1e7		/* beyond, Student's distribution is the normal one to 7 digits */
#define STEPS		400			/* of the integral, even */
#define SPREAD		10			/* standard deviations on both sides */

static double
normal_above(double x)
{
	return 0.5 * erfc(x / M_SQRT2);
}

/* Beyond the limit on either side, with the estimated standard error s times the true one. */
static double
beyond(double shift, double limit, double s)
{
	return normal_above(limit * s - shift) + normal_above(limit * s + shift);
}

/* The density of s, the root of a chi-squared variable over its degrees of freedom, but for a constant. */
static double
density(double s, double freedom)
{
	double		half = 0.5 * freedom;

	if (s <= 0)
		return freedom > 1 ? 0 : exp(half);
	return exp((freedom - 1) * log(s) - half * (s * s - 1));
}

double
sample_size_power(const TestPlan *plan, const int64 arms[2])
{
	double		part[2];
	double		total;
	double		shift;
	double		freedom;
	double		limit;
	double		width;
	double		low;
	double		step;
	double		sum = 0;
	double		mass = 0;

	for (int a = 0; a < 2; a++)
		part[a] = plan->variance[a] / (double) arms[a];
	total = part[0] + part[1];
	shift = fabs(plan->difference) / sqrt(total);
	freedom = 1 / (part[0] / total * (part[0] / total) / (double) (arms[0] - 1) +
				   part[1] / total * (part[1] / total) / (double) (arms[1] - 1));
	if (freedom > FREEDOM_MOST)
		return beyond(shift, normal_quantile(plan->alpha), 1);

	/* Simpson's rule, divided by the mass within */
	limit = student_quantile(plan->alpha, freedom);
	width = SPREAD / sqrt(2 * freedom);
	low = Max(0, 1 - width);
	step = (1 + width - low) / STEPS;
	for (int i = 0; i <= STEPS; i++)
	{
		double		s = low + i * step;
		double		weight = density(s, freedom) * (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2);

		sum += weight * beyond(shift, limit, s);
		mass += weight;
	}

	return sum / mass;
}

static void
split(const TestPlan *plan, double rows, int64 arms[2])
{
	arms[1] = (int64) Max(2, ceil(plan->treated_share * rows - 1e-9));
	arms[0] = (int64) Max(2, ceil((1 - plan->treated_share) * rows - 1e-9));
}

double
sample_size_arms(const TestPlan *plan, int64 arms[2])
{
	double		low = 2;		/* too few, or the least there is */
	double		high = 4;		/* enough */

	for (split(plan, high, arms); sample_size_power(plan, arms) < plan->power; split(plan, high, arms))
	{
		low = high;
		high *= 2;
		if (high > ROWS_MOST)
			return NAN;
	}
	while (high - low > 1)
	{
		double		middle = floor(0.5 * (low + high));

		split(plan, middle, arms);
		if (sample_size_power(plan, arms) < plan->power)
			low = middle;
		else
			high = middle;
	}
	split(plan, high, arms);

	return sample_size_power(plan, arms);
}
