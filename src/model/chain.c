/*
 * chain.c
 *		Chains of changes that keep the rules and gain.
 *
 * A chain changes two or three customers, the first of whom gains while the
 * others give back what it takes: with prices p, a chain gains at most the
 * priced slack of all rows less its regrets, so that few chains need to be
 * looked at.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/chain.h"

#define MOST_SWEEPS		60
#define LONGEST			3		/* customers changed at a time */
#define MOST_WORK		50000000	/* chains looked at */

typedef struct Chains
{
	Moves	   *moves;
	double	   *price;			/* (m): scaled gain of a unit */
	int			norder;
	int		   *order;			/* choices by regret of their moves */
	int		   *relief_first;	/* (m + 1) */
	int		   *relief;			/* choices by row that they relieve, in that order */
	int128	   *left;			/* (LONGEST, m): slack after the first moves of a chain */
	int64		work;			/* chains looked at so far */
} Chains;

static int
by_regret(const void *a, const void *b, void *of)
{
	const Moves *moves = of;
	double		x = moves->list[*(const int *) a].regret;
	double		y = moves->list[*(const int *) b].regret;

	return x < y ? -1 : x > y ? 1 : *(const int *) a - *(const int *) b;
}

/* Choices in the order of their regret, all and by row. */
static void
sort_moves(Chains *chains)
{
	Moves	   *moves = chains->moves;
	int			n = moves->core->nchoices;
	int			at = 0;

	chains->norder = 0;
	for (int choice = 0; choice < n; choice++)
		if (!moves_current(moves, choice))
			chains->order[chains->norder++] = choice;
	qsort_arg(chains->order, chains->norder, sizeof(int), by_regret, moves);

	memset(chains->relief_first, 0, sizeof(int) * (moves->m + 2));
	for (int choice = 0; choice < n; choice++)
		for (int c = 0; c < moves->list[choice].n; c++)
			if (moves_changes(moves, choice)[c].units < 0)
				chains->relief_first[moves_changes(moves, choice)[c].row + 2]++;
	for (int r = 0; r < moves->m; r++)
		chains->relief_first[r + 2] = at += chains->relief_first[r + 2];
	for (int o = 0; o < chains->norder; o++)
	{
		int			choice = chains->order[o];

		for (int c = 0; c < moves->list[choice].n; c++)
		{
			const Change *change = &moves_changes(moves, choice)[c];

			if (change->units < 0)
				chains->relief[chains->relief_first[change->row + 1]++] = choice;
		}
	}
}

/* The most that any change could still gain: the priced slack, and the regrets of the present. */
static double
loss_of(const Chains *chains, double *priced)
{
	const Moves *moves = chains->moves;
	const Core *core = moves->core;
	double		loss;

	*priced = 0;
	for (int r = 0; r < moves->m; r++)
		*priced += chains->price[r] * (double) core->slack[r];
	loss = *priced;
	for (int c = 0; c < core->ncustomers; c++)
		loss += core->choices[core->customers[c].current].regret;

	return loss;
}

/* The broken row with the fewest choices that relieve it, and how many are broken. */
static int
hardest_row(const Chains *chains, const int128 *left, int *nbroken)
{
	int			least = PG_INT32_MAX;
	int			row = -1;

	*nbroken = 0;
	for (int r = 0; r < chains->moves->m; r++)
	{
		int			length = chains->relief_first[r + 1] - chains->relief_first[r];

		if (left[r] >= 0)
			continue;
		(*nbroken)++;
		if (length < least)
		{
			least = length;
			row = r;
		}
	}

	return row;
}

/* What rows have left after a move. */
static void
take(const Moves *moves, int choice, const int128 *before, int128 *after)
{
	const Change *changes = moves_changes(moves, choice);

	memcpy(after, before, sizeof(int128) * moves->m);
	for (int at = 0; at < moves->list[choice].n; at++)
		after[changes[at].row] -= changes[at].units;
}

/*
 * Others that together with some moves keep all rows and gain: chain[0 .. n - 1]
 * are made, after which rows have left[n - 1].  Returns the length of the
 * chain with them, or 0.
 */
static int
find_others(Chains *chains, int *chain, int n, int longest, int64 gain, double regret, double priced)
{
	const Moves *moves = chains->moves;
	const Core *core = moves->core;
	int128	   *left = chains->left + (Size) (n - 1) * moves->m;
	int			nbroken;
	int			row = hardest_row(chains, left, &nbroken);

	for (int at = chains->relief_first[row]; at < chains->relief_first[row + 1]; at++)
	{
		int			other = chains->relief[at];
		const Move *move = &moves->list[other];
		const Change *changes = moves_changes(moves, other);
		int			relieved = 0;
		bool		fits = true;
		bool		again = false;

		if (move->regret > priced - regret || ++chains->work > MOST_WORK)
			break;
		for (int c = 0; c < n; c++)
			again |= core->choices[other].customer == core->choices[chain[c]].customer;
		if (again)
			continue;
		chain[n] = other;
		if (n + 1 < longest)
		{
			int			found;

			take(moves, other, left, left + moves->m);
			(void) hardest_row(chains, left + moves->m, &relieved);
			if (relieved == 0)
				continue;
			found = find_others(chains, chain, n + 1, longest, gain + move->gain, regret + move->regret, priced);
			if (found > 0)
				return found;
			continue;
		}
		if (gain + move->gain <= 0)
			continue;
		for (int c = 0; c < move->n && fits; c++)
		{
			fits = changes[c].units <= left[changes[c].row];
			relieved += left[changes[c].row] < 0;
		}
		if (fits && relieved == nbroken)
			return n + 1;
	}

	return 0;
}

static bool
fits(const Moves *moves, int choice)
{
	const Change *changes = moves_changes(moves, choice);

	for (int at = 0; at < moves->list[choice].n; at++)
		if (changes[at].units > moves->core->slack[changes[at].row])
			return false;

	return true;
}

/* One sweep of changes of up to so many customers at a time; false if none gained. */
static bool
better(Chains *chains, int longest)
{
	Moves	   *moves = chains->moves;
	bool		gained = false;
	double		priced;

	sort_moves(chains);
	loss_of(chains, &priced);
	for (int o = 0; o < chains->norder && chains->work <= MOST_WORK; o++)
	{
		int			chain[LONGEST] = {chains->order[o]};
		const Move *move = &moves->list[chain[0]];
		int			n = 1;

		if ((o & 0xf) == 0)
			CHECK_FOR_INTERRUPTS();
		if (move->gain <= 0 || moves_current(moves, chain[0]))
			continue;
		if (!fits(moves, chain[0]))
		{
			take(moves, chain[0], moves->core->slack, chains->left);
			n = find_others(chains, chain, 1, longest, move->gain, move->regret, priced);
		}
		for (int c = 0; c < n; c++)
			moves_apply(moves, chain[c]);
		gained |= n > 0;
		if (n > 0)
			loss_of(chains, &priced);
	}

	return gained;
}

void
chains_better(Moves *moves, double enough)
{
	const Core *core = moves->core;
	Chains		chains = {.moves = moves};
	double		priced;
	Size		nreliefs;

	chains.price = palloc_array(double, moves->m + 1);
	for (int r = 0; r < moves->m; r++)
		chains.price[r] = core->dual->price[r] * moves->unit[r];
	chains.order = palloc_huge(int, core->nchoices + 1);
	chains.relief_first = palloc_array(int, moves->m + 2);
	nreliefs = (Size) (core->nchoices + 1) * Min(moves->width, moves->m + 1);
	chains.relief = palloc_huge(int, nreliefs);
	chains.left = palloc_array(int128, moves->m * LONGEST + 1);

	for (int sweep = 0, longest = 2; sweep < MOST_SWEEPS && loss_of(&chains, &priced) > enough; sweep++)
		if (chains.work > MOST_WORK || (!better(&chains, longest) && ++longest > LONGEST))
			break;

	pfree(chains.price);
	pfree(chains.order);
	pfree(chains.relief_first);
	pfree(chains.relief);
	pfree(chains.left);
}
