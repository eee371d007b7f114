/*
 * mdp_sweep.c
 *		Sweeps in place, in an order in which what comes later is known first.
 *
 * A journey through many states in a row would otherwise need as many sweeps,
 * or products, as it has steps (Gauss and Seidel's way of solving, along the
 * depth-first order of the states).
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/mdp_sweep.h"

#define STRIDE		256			/* states between two looks at interrupts */
#define LEAST_LEFT	1e-9		/* a probability to leave that can be divided by */

int32 *
mdp_order(const Mdp *mdp)
{
	int32	   *order = palloc_huge(int32, (Size) mdp->nstates + 1);
	int32	   *path = palloc_huge(int32, (Size) mdp->nstates + 1);
	int64	   *at = palloc_huge(int64, (Size) mdp->nstates + 1);	/* transition to look at; -1: not seen */
	int			n = 0;

	for (int s = 0; s < mdp->nstates; s++)
		at[s] = -1;
	for (int root = 0; root < mdp->nstates; root++)
	{
		int			depth = 0;

		if (root % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		if (at[root] >= 0)
			continue;
		at[root] = mdp->first[mdp->pairs[root]];
		path[depth++] = root;
		while (depth > 0)
		{
			int			s = path[depth - 1];

			if (at[s] == mdp->first[mdp->pairs[s + 1]])
			{
				order[n++] = s;
				depth--;
				if (n % STRIDE == 0)
					CHECK_FOR_INTERRUPTS();
			}
			else
			{
				int			next = mdp->next[at[s]++];

				if (at[next] < 0)
				{
					at[next] = mdp->first[mdp->pairs[next]];
					path[depth++] = next;
				}
			}
		}
	}
	Assert(n == mdp->nstates);
	pfree(path);
	pfree(at);

	return order;
}

/* What a step with this pair makes of the values, as often as it stays in its state. */
static inline double
settled(const Mdp *mdp, int64 pair, double reward, double discount, const double *value)
{
	int32		state = mdp->state[pair];
	double		stays = 0;
	double		sum = 0;

	for (int64 t = mdp->first[pair]; t < mdp->first[pair + 1]; t++)
		if (mdp->next[t] == state)
			stays += mdp->probability[t];
		else
			sum += mdp->probability[t] * value[mdp->next[t]];
	if (1 - discount * stays >= LEAST_LEFT)
		return (reward + discount * sum) / (1 - discount * stays);

	return reward + discount * (sum + stays * value[state]);
}

void
mdp_sweep_policy(const Mdp *mdp, const int32 *order, const int64 *best,
				 const double *reward, double discount, double *value)
{
	for (int i = 0; i < mdp->nstates; i++)
	{
		int			s = order[i];

		if (i % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		value[s] = best[s] < 0 ? 0 : settled(mdp, best[s], reward[best[s]], discount, value);
	}
}

void
mdp_sweep_longest(const Mdp *mdp, const int32 *order, double *value)
{
	for (int i = 0; i < mdp->nstates; i++)
	{
		int			s = order[i];
		double		most = 0;

		if (i % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 pair = mdp->pairs[s]; pair < mdp->pairs[s + 1]; pair++)
			most = Max(most, settled(mdp, pair, 1, 1, value));
		value[s] = most;
	}
}
