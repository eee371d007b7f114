/*
 * hmm_decode.c
 *		Hidden Markov chains: the most probable sequence of states.
 *
 * Viterbi, "Error bounds for convolutional codes and an asymptotically
 * optimum decoding algorithm", IEEE Transactions on Information Theory 13,
 * 1967; in logarithms, so that nothing underflows.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/hmm_kernel.h"

static double *
logs_of(const double *values, Size n)
{
	double	   *logs = palloc_huge(double, Max(n, 1));

	for (Size k = 0; k < n; k++)
		logs[k] = log(values[k]);

	return logs;
}

HmmLogs *
hmm_logs_make(const HmmChain *chain)
{
	HmmLogs    *logs = palloc_object(HmmLogs);
	int			P = chain->stride;

	logs->chain = chain;
	logs->start = logs_of(chain->start, P);
	logs->A = logs_of(chain->A, (Size) chain->ninputs * P * P);
	logs->B = logs_of(chain->B, (Size) (chain->by_input ? chain->ninputs : 1) * (chain->nsymbols + 1) * P);

	return logs;
}

/* One step: to each state from the best before it. */
INLINE void
step(const double *before, const double *A, const double *emission, double *after, uint8 *from, int P)
{
	double		best[TYPEALIGN(8, 64)];
	double		source[TYPEALIGN(8, 64)];

	for (int j = 0; j < P; j++)
	{
		best[j] = before[0] + A[j];
		source[j] = 0;
	}
	for (int i = 1; i < P; i++)
		for (int j = 0; j < P; j++)
		{
			double		path = before[i] + A[i * P + j];

			source[j] = path > best[j] ? i : source[j];
			best[j] = path > best[j] ? path : best[j];
		}
	for (int j = 0; j < P; j++)
	{
		after[j] = best[j] + emission[j];
		from[j] = (uint8) source[j];
	}
}

FOR_EACH_CPU static void
step_any(const double *before, const double *A, const double *emission, double *after, uint8 *from, int P)
{
	switch (P)
	{
		case 4:
			step(before, A, emission, after, from, 4);
			break;
		case 8:
			step(before, A, emission, after, from, 8);
			break;
		default:
			step(before, A, emission, after, from, P);
	}
}

double
hmm_viterbi(const HmmLogs *logs, const HmmSteps *steps, uint8 *states)
{
	const HmmChain *chain = logs->chain;
	int			P = chain->stride;
	double		rows[2][TYPEALIGN(8, 64)];
	uint8	   *from;
	int			last = 0;

	if (steps->n == 0)
		return 0;
	from = palloc_huge(uint8, steps->n * P);
	for (int64 t = 0; t < steps->n; t++)
	{
		int			u = input_of(steps, t);
		const double *emission = logs->B + ((Size) (chain->by_input ? u : 0) * (chain->nsymbols + 1) + steps->symbols[t]) * P;

		if (t % HMM_BLOCK == 0)
			CHECK_FOR_INTERRUPTS();
		if (t > 0)
			step_any(rows[(t - 1) % 2], logs->A + (Size) u * P * P, emission, rows[t % 2], from + t * P, P);
		else
			for (int j = 0; j < P; j++)
				rows[0][j] = logs->start[j] + emission[j];
	}
	for (int j = 1; j < chain->nstates; j++)
		if (rows[(steps->n - 1) % 2][j] > rows[(steps->n - 1) % 2][last])
			last = j;
	states[steps->n - 1] = last;
	for (int64 t = steps->n - 1; t > 0; t--)
		states[t - 1] = from[t * P + states[t]];
	pfree(from);

	return rows[(steps->n - 1) % 2][last];
}
