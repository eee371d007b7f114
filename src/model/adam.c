/*
 * adam.c
 *		Steps along a gradient: Kingma and Ba, "Adam: a method for stochastic
 *		optimization" (2015).
 */
#include "coupon.h"

#include <math.h>

#include "model/adam.h"
#include "model/clones.h"

#define BETA1	0.9
#define BETA2	0.999
#define EPSILON	1e-8

FOR_EACH_CPU
static void
step_all(float *restrict parameters, float *restrict gradient, float *restrict first,
		 float *restrict second, Size n, float rate, float correction, float decay)
{
	for (Size i = 0; i < n; i++)
	{
		float		g = gradient[i] + decay * parameters[i];

		first[i] = (float) BETA1 * first[i] + (float) (1 - BETA1) * g;
		second[i] = (float) BETA2 * second[i] + (float) (1 - BETA2) * g * g;
		parameters[i] -= rate * first[i] / (sqrtf(second[i] * correction) + (float) EPSILON);
		gradient[i] = 0;
	}
}

void
adam_step(float *parameters, float *gradient, float *first, float *second, Size n,
		  int64 step, double learning_rate, double decay)
{
	float		rate = (float) (learning_rate / (1 - pow(BETA1, (double) step)));
	float		correction = (float) (1 / (1 - pow(BETA2, (double) step)));

	step_all(parameters, gradient, first, second, n, rate, correction, (float) decay);
}
