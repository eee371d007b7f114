/*
 * hmm_counts.c
 *		Hidden Markov chains: expected counts of a sequence, forward and back.
 *
 * Long sequences go in blocks: only the belief before each block is kept on
 * the way forward, and the beliefs within it are computed again on the way back.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/hmm_kernel.h"

struct HmmRoom
{
	double	   *alpha;			/* (block + 1, stride): the belief before the block and those of its steps */
	double	   *w;				/* (block, stride): what is known of the state at a step from it and those after it */
	double	   *probabilities;	/* (block): of the steps */
	double	   *beta;			/* (stride) */
	double	   *before;			/* (nbefore, stride): beliefs before the second block and those that follow */
	int64		nbefore;
};

HmmRoom *
hmm_room_make(const HmmChain *chain, int64 longest)
{
	HmmRoom    *room = palloc0_object(HmmRoom);
	int			block = Min(longest, HMM_BLOCK);

	room->alpha = palloc_array(double, (block + 1) * chain->stride);
	room->w = palloc_array(double, Max(block, 1) * chain->stride);
	room->probabilities = palloc_array(double, Max(block, 1));
	room->beta = palloc_array(double, chain->stride);

	return room;
}

static Size
transition_numbers(const HmmChain *chain)
{
	return (Size) chain->ninputs * chain->stride * chain->stride;
}

static Size
emission_numbers(const HmmChain *chain)
{
	return (Size) (chain->by_input ? chain->ninputs : 1) * (chain->nsymbols + 1) * chain->stride;
}

HmmCounts *
hmm_counts_make(const HmmChain *chain)
{
	HmmCounts  *counts = palloc_object(HmmCounts);

	counts->start = palloc_array(double, chain->stride);
	counts->A = palloc_array(double, transition_numbers(chain));
	counts->B = palloc_array(double, emission_numbers(chain));
	hmm_counts_clear(chain, counts);

	return counts;
}

void
hmm_counts_clear(const HmmChain *chain, HmmCounts *counts)
{
	memset(counts->start, 0, sizeof(double) * chain->stride);
	memset(counts->A, 0, sizeof(double) * transition_numbers(chain));
	memset(counts->B, 0, sizeof(double) * emission_numbers(chain));
}

void
hmm_counts_end(const HmmChain *chain, HmmCounts *counts)
{
	for (Size k = 0; k < transition_numbers(chain); k++)
		counts->A[k] *= chain->A[k];
}

/* sum += x'y over n rows; (P, P), (n, P) and (n, P). */
INLINE void
add_products(double *sum, const double *x, const double *y, int64 n, int P)
{
	int			wide = P == 4 ? 4 : 8;

	for (int i = 0; i < P; i += 4)
		for (int j = 0; j < P; j += wide)
		{
			Four		tile[4][2];

			for (int k = 0; k < 4; k++)
				for (int l = 0; l < wide / 4; l++)
					tile[k][l] = FOUR_OF(sum + (i + k) * P + j + 4 * l);
			for (int64 t = 0; t < n; t++)
				for (int k = 0; k < 4; k++)
					for (int l = 0; l < wide / 4; l++)
						tile[k][l] += x[t * P + i + k] * FOUR_OF(y + t * P + j + 4 * l);
			for (int k = 0; k < 4; k++)
				for (int l = 0; l < wide / 4; l++)
					FOUR(sum + (i + k) * P + j + 4 * l) = tile[k][l];
		}
}

/* Back over the steps from..to-1, whose beliefs are in the room; room->beta is that of the last of them. */
INLINE void
backward(const HmmChain *chain, const HmmSteps *steps, int64 from, int64 to, HmmRoom *room,
		 HmmCounts *counts, double *posterior, int P)
{
	double	   *beta = room->beta;

	for (int64 t = to - 1; t >= from; t--)
	{
		int			u = input_of(steps, t);
		const double *alpha = room->alpha + (t - from + 1) * P;
		double	   *w = room->w + (t - from) * P;
		Size		at = ((Size) (chain->by_input ? u : 0) * (chain->nsymbols + 1) + steps->symbols[t]) * P;
		double		inverse = 1 / room->probabilities[t - from];

		for (int j = 0; j < P; j += 4)
		{
			Four		gamma = FOUR_OF(alpha + j) * FOUR_OF(beta + j);

			if (posterior)
				FOUR(posterior + t * P + j) = gamma;
			if (counts)
			{
				FOUR(counts->B + at + j) += steps->weight * gamma;
				if (t == 0)
					FOUR(counts->start + j) += steps->weight * gamma;
			}
			FOUR(w + j) = FOUR_OF(beta + j) * (inverse * FOUR_OF(chain->B + at + j));
		}
		if (t > 0)
			times(w, chain->At + (Size) u * P * P, beta, P);
		if (counts)
			for (int j = 0; j < P; j += 4)
				FOUR(w + j) *= steps->weight;
	}

	if (counts == NULL)
		return;
	for (int64 t = Max(from, 1); t < to;)
	{
		int			u = input_of(steps, t);
		int64		end = to;

		if (steps->inputs)
			for (end = t + 1; end < to && steps->inputs[end] == u;)
				end++;
		add_products(counts->A + (Size) u * P * P, room->alpha + (t - from) * P, room->w + (t - from) * P, end - t, P);
		t = end;
	}
}

FOR_EACH_CPU static void
backward_any(const HmmChain *chain, const HmmSteps *steps, int64 from, int64 to, HmmRoom *room,
			 HmmCounts *counts, double *posterior)
{
	switch (chain->stride)
	{
		case 4:
			backward(chain, steps, from, to, room, counts, posterior, 4);
			break;
		case 8:
			backward(chain, steps, from, to, room, counts, posterior, 8);
			break;
		case 16:
			backward(chain, steps, from, to, room, counts, posterior, 16);
			break;
		default:
			backward(chain, steps, from, to, room, counts, posterior, chain->stride);
	}
}

/* The beliefs of a block, whose number is given, into the room; false of an impossible step. */
static bool
block_forward(const HmmChain *chain, const HmmSteps *steps, int64 block, HmmRoom *room)
{
	int64		from = block * HMM_BLOCK;
	int64		to = Min(from + HMM_BLOCK, steps->n);
	int			P = chain->stride;

	CHECK_FOR_INTERRUPTS();
	if (block > 0)
		memcpy(room->alpha, room->before + (block - 1) * P, sizeof(double) * P);

	return hmm_forward(chain, steps, from, to, block > 0 ? room->alpha : NULL, room->alpha + P,
					   room->probabilities) == to;
}

double
hmm_count_steps(const HmmChain *chain, const HmmSteps *steps, HmmRoom *room,
				HmmCounts *counts, double *posterior)
{
	int			P = chain->stride;
	int64		nblocks = (steps->n + HMM_BLOCK - 1) / HMM_BLOCK;
	LogProduct	product = {0, 1};

	if (nblocks - 1 > room->nbefore)
	{
		if (room->before)
			pfree(room->before);
		room->nbefore = nblocks - 1;
		room->before = palloc_huge(double, room->nbefore * P);
	}
	for (int64 block = 0; block < nblocks; block++)
	{
		int64		n = Min(HMM_BLOCK, steps->n - block * HMM_BLOCK);

		if (!block_forward(chain, steps, block, room))
			return -INFINITY;
		for (int64 t = 0; t < n; t++)
			log_product(&product, room->probabilities[t]);
		if (block < nblocks - 1)
			memcpy(room->before + block * P, room->alpha + n * P, sizeof(double) * P);
	}
	for (int j = 0; j < P; j++)
		room->beta[j] = j < chain->nstates;
	for (int64 block = nblocks - 1; block >= 0; block--)
	{
		if (block < nblocks - 1)
			block_forward(chain, steps, block, room);
		backward_any(chain, steps, block * HMM_BLOCK, Min((block + 1) * HMM_BLOCK, steps->n), room,
					 counts, posterior);
	}

	return product.log + log(product.product);
}
