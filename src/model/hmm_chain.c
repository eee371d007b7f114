/*
 * hmm_chain.c
 *		Hidden Markov chains: scaled recursions over sequences of symbols.
 *
 * Rabiner, "A tutorial on hidden Markov models and selected applications in
 * speech recognition", Proceedings of the IEEE 77, 1989, with the scaling of
 * its section V.A: every belief sums to 1, and the scales multiply to the
 * probability of the sequence.  Where inputs choose the matrices: Bengio and
 * Frasconi, "An input output HMM architecture", NIPS 7, 1995.
 *
 * Long sequences go in blocks: only the belief before each block is kept on
 * the way forward, and the beliefs within it are computed again on the way back.
 */
#include "coupon.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/hmm_chain.h"

#define FOR_EACH_CPU __attribute__((target_clones("default", "arch=x86-64-v3")))
#define INLINE static inline __attribute__((always_inline))

/* Four numbers of a row, wherever it lies. */
typedef double Four __attribute__((vector_size(32), aligned(8), may_alias));

#define FOUR(at) (*(Four *) (at))
#define FOUR_OF(at) (*(const Four *) (at))

struct HmmRoom
{
	double	   *alpha;			/* (HMM_BLOCK + 1, stride): the belief before the block and those of its steps */
	double	   *w;				/* (HMM_BLOCK, stride): what a step says about the state in which it is made */
	double	   *inverse;		/* (HMM_BLOCK): one over the probability of each step */
	double	   *beta;			/* (stride) */
	double	   *before;			/* (nbefore, stride): beliefs before the second block and those that follow */
	int64		nbefore;
};

HmmChain *
hmm_chain_make(int nstates, int nsymbols, int ninputs, bool by_input)
{
	HmmChain   *chain = palloc0_object(HmmChain);
	int			stride = nstates <= 4 ? 4 : TYPEALIGN(8, nstates);

	chain->nstates = nstates;
	chain->stride = stride;
	chain->nsymbols = nsymbols;
	chain->ninputs = ninputs;
	chain->by_input = by_input;
	chain->start = palloc0_array(double, stride);
	chain->A = palloc0_array(double, (Size) ninputs * stride * stride);
	chain->At = palloc0_array(double, (Size) ninputs * stride * stride);
	chain->B = palloc0_array(double, (Size) (by_input ? ninputs : 1) * (nsymbols + 1) * stride);

	return chain;
}

void
hmm_chain_set(HmmChain *chain, const double *start, const double *transitions, const double *emissions)
{
	int			n = chain->nstates;
	int			stride = chain->stride;

	memcpy(chain->start, start, sizeof(double) * n);
	for (int u = 0; u < chain->ninputs; u++)
	{
		double	   *A = hmm_chain_transition(chain, u);
		double	   *At = chain->At + (Size) u * stride * stride;

		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				A[i * stride + j] = At[j * stride + i] = transitions[((Size) u * n + i) * n + j];
	}
	for (int u = 0; u < (chain->by_input ? chain->ninputs : 1); u++)
		for (int i = 0; i < n; i++)
		{
			for (int o = 0; o < chain->nsymbols; o++)
				hmm_chain_emission(chain, u, o)[i] = emissions[((Size) u * n + i) * chain->nsymbols + o];
			hmm_chain_emission(chain, u, chain->nsymbols)[i] = 1;
		}
}

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

INLINE int64
forward(const HmmChain *chain, const HmmSteps *steps, int64 from, int64 to, const double *before,
		double *beliefs, double *probabilities, int P)
{
	for (int64 t = from; t < to; t++)
	{
		int			u = input_of(steps, t);
		double		total;

		if (before)
			times(before, chain->A + (Size) u * P * P, beliefs, P);
		else
			memcpy(beliefs, chain->start, sizeof(double) * P);
		total = observe(beliefs, chain->B + ((Size) (chain->by_input ? u : 0) * (chain->nsymbols + 1) +
											 steps->symbols[t]) * P, P);
		/* 1 / total may be out of range where total is hardly more than 0 */
		if (unlikely(!(total >= 1e-300)))
			return t;
		*probabilities++ = total;
		before = beliefs;
		beliefs += P;
	}

	return to;
}

FOR_EACH_CPU int64
hmm_forward(const HmmChain *chain, const HmmSteps *steps, int64 from, int64 to,
			const double *before, double *beliefs, double *probabilities)
{
	switch (chain->stride)
	{
		case 4:
			return forward(chain, steps, from, to, before, beliefs, probabilities, 4);
		case 8:
			return forward(chain, steps, from, to, before, beliefs, probabilities, 8);
		case 16:
			return forward(chain, steps, from, to, before, beliefs, probabilities, 16);
		default:
			return forward(chain, steps, from, to, before, beliefs, probabilities, chain->stride);
	}
}

FOR_EACH_CPU void
hmm_predict(const HmmChain *chain, const double *belief, int input, double *states)
{
	times(belief, hmm_chain_transition(chain, input), states, chain->stride);
}

FOR_EACH_CPU double
hmm_observe(const HmmChain *chain, double *states, int input, int symbol)
{
	double		total = observe(states, hmm_chain_emission(chain, input, symbol), chain->stride);

	return total >= 1e-300 ? total : 0;
}

double
hmm_filter_steps(const HmmChain *chain, const HmmSteps *steps, double *belief, int64 *impossible)
{
	int			P = chain->stride;
	int			block = Min(steps->n, HMM_BLOCK / 4);
	double	   *beliefs = palloc_array(double, Max(block, 1) * P);
	double	   *probabilities = palloc_array(double, Max(block, 1));
	double		before[TYPEALIGN(8, 64)];
	LogProduct	product = {0, 1};
	int64		stopped = steps->n;

	memcpy(before, chain->start, sizeof(double) * P);
	for (int64 from = 0; from < steps->n; from += block)
	{
		int64		to = Min(from + block, steps->n);

		CHECK_FOR_INTERRUPTS();
		stopped = hmm_forward(chain, steps, from, to, from > 0 ? before : NULL, beliefs, probabilities);
		if (stopped < to)
			break;
		for (int64 t = 0; t < to - from; t++)
			log_product(&product, probabilities[t]);
		memcpy(before, beliefs + (to - 1 - from) * P, sizeof(double) * P);
	}
	if (belief)
		memcpy(belief, before, sizeof(double) * P);
	if (impossible)
		*impossible = stopped;
	pfree(beliefs);
	pfree(probabilities);

	return stopped < steps->n ? -INFINITY : product.log + log(product.product);
}
