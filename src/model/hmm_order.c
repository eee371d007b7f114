/*
 * hmm_order.c
 *		Hidden Markov models: which state is called the first.
 */
#include "coupon.h"

#include "model/hmm_fit.h"

typedef struct Rank
{
	double		key;
	int			state;
} Rank;

static int
by_key(const void *a, const void *b)
{
	const Rank *x = a;
	const Rank *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;

	return x->state - y->state;
}

/* Rows of n numbers, (nstates, n), in another order. */
static void
reorder_rows(double *rows, int nstates, int n, const Rank *ranks)
{
	double	   *old = palloc_array(double, (Size) nstates * n);

	memcpy(old, rows, sizeof(double) * nstates * n);
	for (int i = 0; i < nstates; i++)
		memcpy(rows + (Size) i * n, old + (Size) ranks[i].state * n, sizeof(double) * n);
	pfree(old);
}

/* How often a state emits a symbol, over all inputs as they were. */
static double
emits(const Hmm *hmm, const double *uses, int state, int symbol)
{
	const double *counts = uses + (Size) state * (hmm->nsymbols + 1);
	double		total = 0;

	if (!hmm->by_input)
		return hmm_emission_row(hmm, 0, state)[symbol];
	for (int o = 0; o < hmm->nsymbols; o++)
		total += counts[o];

	return total > 0 ? counts[symbol] / total : 0;
}

void
hmm_order(Hmm *hmm, const HmmOptions *options, const double *uses)
{
	int			n = hmm->nstates;
	Rank	   *ranks = palloc_array(Rank, n);
	int			symbol = -1;

	if (options->order_by)
		symbol = dictionary_find(hmm->symbols, options->order_by, strlen(options->order_by));
	/* who says what the states are at the start knows their order */
	else if (options->init)
		return;
	for (int i = 0; i < n; i++)
	{
		ranks[i].state = i;
		ranks[i].key = symbol >= 0 ? emits(hmm, uses, i, symbol) : -hmm->fit->share[i];
	}
	qsort(ranks, n, sizeof(Rank), by_key);

	reorder_rows(hmm->start, n, 1, ranks);
	reorder_rows(hmm->fit->share, n, 1, ranks);
	for (int u = 0; u < hmm_transition_sets(hmm); u++)
	{
		double	   *A = hmm->transitions + (Size) u * n * n;

		reorder_rows(A, n, n, ranks);
		for (int i = 0; i < n; i++)
			reorder_rows(A + (Size) i * n, n, 1, ranks);
	}
	for (int u = 0; u < hmm_emission_sets(hmm); u++)
		reorder_rows(hmm->emissions + (Size) u * n * hmm->nsymbols, n, hmm->nsymbols, ranks);
}
