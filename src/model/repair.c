/*
 * repair.c
 *		Whole offers made to keep the rules, and then bettered.
 *
 * First the steepest single changes under penalties for what is broken; the
 * penalties double where that gets stuck.  Then chains of changes.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/chain.h"
#include "model/moves.h"
#include "model/repair.h"

#define MOST_ROUNDS		100		/* of doubling penalties */
#define MOST_STEPS		100000

/* What a move is worth under the penalties (m): gain that a unit too much costs. */
static double
worth(const Moves *moves, const double *penalty, int choice)
{
	const Change *changes = moves_changes(moves, choice);
	double		value = moves->list[choice].gain;

	for (int at = 0; at < moves->list[choice].n; at++)
	{
		int128		slack = moves->core->slack[changes[at].row];
		int128		after = slack - changes[at].units;

		if (slack < 0 || after < 0)
			value += penalty[changes[at].row] * ((double) Min(after, 0) - (double) Min(slack, 0));
	}

	return value;
}

/* The steepest single change; false if none is worth it. */
static bool
improve(Moves *moves, const double *penalty)
{
	double		most = 0;
	int			best = -1;

	for (int choice = 0; choice < moves->core->nchoices; choice++)
	{
		double		value;

		if (moves_current(moves, choice))
			continue;
		value = worth(moves, penalty, choice);
		if (value > most)
		{
			most = value;
			best = choice;
		}
	}
	if (best >= 0)
		moves_apply(moves, best);

	return best >= 0;
}

/* Single changes until the rules are kept. */
static bool
mend(Moves *moves, double *penalty)
{
	int			rounds = 0;

	for (int step = 0; step < MOST_STEPS && moves_broken(moves); step++)
	{
		CHECK_FOR_INTERRUPTS();
		if (improve(moves, penalty))
			continue;
		if (++rounds > MOST_ROUNDS)
			break;
		for (int r = 0; r < moves->m; r++)
			if (moves->core->slack[r] < 0)
				penalty[r] *= 2;
	}

	return !moves_broken(moves);
}

bool
repair(Core *core, double enough)
{
	double		gain_unit = gain_amount(&core->scale, 1) / core->dual->scanner->gain_unit;
	Moves	   *moves = moves_make(core);
	double	   *penalty = palloc_array(double, moves->m + 1);
	bool		kept;

	for (int r = 0; r < moves->m; r++)
		penalty[r] = (2 * core->dual->price[r] + 0.1) * moves->unit[r] / gain_unit;
	if (mend(moves, penalty))
		chains_better(moves, enough);
	kept = !moves_broken(moves);
	pfree(penalty);
	moves_free(moves);

	return kept;
}
