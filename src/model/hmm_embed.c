/*
 * hmm_embed.c
 *		Models of kind hmm: a customer in numbers.
 */
#include "coupon.h"

#include "model/hmm.h"

int64
hmm_embedding_length(const Hmm *hmm)
{
	int64		n = hmm->nstates;

	return hmm_transition_sets(hmm) * n * n + hmm_emission_sets(hmm) * n * hmm->nsymbols + n;
}

/* (counts + weight * row) / its sum; counts lie "apart" from each other. */
static double *
put_row(double *to, const double *counts, int apart, const double *row, int n, double weight)
{
	double		total = weight;

	for (int j = 0; j < n; j++)
		total += counts[(Size) j * apart];
	for (int j = 0; j < n; j++)
		*to++ = total > 0 ? (counts[(Size) j * apart] + weight * row[j]) / total : row[j];

	return to;
}

void
hmm_embed(const Hmm *hmm, const HmmSteps *steps, double *embedding)
{
	const HmmChain *chain = hmm->chain;
	HmmCounts  *counts = hmm_counts_make(chain);
	double	   *belief = palloc_array(double, chain->stride);
	int			n = hmm->nstates;
	Size		stride = chain->stride;
	int64		step;

	hmm_filter_steps(chain, steps, belief, &step);
	if (step < steps->n)
		hmm_impossible(hmm, steps, step);
	hmm_count_steps(chain, steps, hmm_room_make(chain, steps->n), counts, NULL);
	hmm_counts_end(chain, counts);
	for (int u = 0; u < hmm_transition_sets(hmm); u++)
		for (int i = 0; i < n; i++)
			embedding = put_row(embedding, counts->A + (u * stride + i) * stride, 1,
								hmm_transition_row(hmm, u, i), n, hmm->shrinkage);
	for (int u = 0; u < hmm_emission_sets(hmm); u++)
		for (int i = 0; i < n; i++)
			embedding = put_row(embedding, counts->B + (Size) u * (hmm->nsymbols + 1) * stride + i, stride,
								hmm_emission_row(hmm, u, i), hmm->nsymbols, hmm->shrinkage);
	memcpy(embedding, belief, sizeof(double) * n);
}
