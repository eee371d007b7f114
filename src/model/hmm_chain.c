/*
 * hmm_chain.c
 *		Hidden Markov chains: scaled recursions over sequences of symbols.
 *
 * Rabiner, "A tutorial on hidden Markov models and selected applications in
 * speech recognition", Proceedings of the IEEE 77, 1989, with the scaling of
 * its section V.A: every belief sums to 1, and the scales multiply to the
 * probability of the sequence.  Where inputs choose the matrices: Bengio and
 * Frasconi, "An input output HMM architecture", NIPS 7, 1995.
 */
#include "coupon.h"

#include "miscadmin.h"
#include "model/hmm_kernel.h"

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
