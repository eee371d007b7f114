/*
 * adam.h
 *		Steps along a gradient, each parameter at a rate of its own.
 */
#ifndef COUPON_ADAM_H
#define COUPON_ADAM_H

#include "coupon.h"

/*
 * Step number "step", from 1, for n parameters, along their gradient, to which
 * decay times the parameters is added first; the gradient is zero afterwards.
 * first and second are the moments, zero at first.
 */
extern void adam_step(float *parameters, float *gradient, float *first, float *second, Size n,
					  int64 step, double learning_rate, double decay);

#endif							/* COUPON_ADAM_H */
