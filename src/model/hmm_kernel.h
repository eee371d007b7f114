/*
 * hmm_kernel.h
 *		Inner loops over the states of a chain.
 *
 * They are inlined with a constant stride where it is a usual one.
 */
#ifndef COUPON_HMM_KERNEL_H
#define COUPON_HMM_KERNEL_H

#include "coupon.h"

#include "model/hmm_chain.h"

#define FOR_EACH_CPU __attribute__((target_clones("default", "arch=x86-64-v3")))
#define INLINE static inline __attribute__((always_inline))

/* Four numbers of a row, wherever it lies. */
typedef double Four __attribute__((vector_size(32), aligned(8), may_alias));

#define FOUR(at) (*(Four *) (at))
#define FOUR_OF(at) (*(const Four *) (at))

/* out = v'M, (P) and (P, P). */
INLINE void
times(const double *v, const double *M, double *out, int P)
{
	if (P == 4)
	{
		FOUR(out) = (v[0] * FOUR_OF(M) + v[1] * FOUR_OF(M + 4)) + (v[2] * FOUR_OF(M + 8) + v[3] * FOUR_OF(M + 12));
		return;
	}
	for (int j = 0; j < P; j += 8)
	{
		/* even and odd rows for themselves: shorter chains */
		Four		sum[4] = {{0}, {0}, {0}, {0}};

		for (int i = 0; i < P; i += 2)
		{
			sum[0] += v[i] * FOUR_OF(M + i * P + j);
			sum[1] += v[i] * FOUR_OF(M + i * P + j + 4);
			sum[2] += v[i + 1] * FOUR_OF(M + (i + 1) * P + j);
			sum[3] += v[i + 1] * FOUR_OF(M + (i + 1) * P + j + 4);
		}
		FOUR(out + j) = sum[0] + sum[2];
		FOUR(out + j + 4) = sum[1] + sum[3];
	}
}

/* states *= emission, scaled to sum to 1; returns the sum there was. */
INLINE double
observe(double *states, const double *emission, int P)
{
	Four		sum = {0};
	double		total;
	double		inverse;

	for (int j = 0; j < P; j += 4)
	{
		Four		joint = FOUR(states + j) * FOUR_OF(emission + j);

		FOUR(states + j) = joint;
		sum += joint;
	}
	total = (sum[0] + sum[2]) + (sum[1] + sum[3]);
	inverse = 1 / total;
	for (int j = 0; j < P; j += 4)
		FOUR(states + j) *= inverse;

	return total;
}

static inline int
input_of(const HmmSteps *steps, int64 t)
{
	return steps->inputs ? steps->inputs[t] : 0;
}

#endif							/* COUPON_HMM_KERNEL_H */
