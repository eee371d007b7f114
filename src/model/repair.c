/*
 * repair.c
 *		Whole offers made to keep the rules, and then bettered.
 *
 * First the steepest single changes under penalties for what is broken; the
 * penalties double where that gets stuck.  Then chains of changes of two or
 * three customers, the first of which gains while the others give back what it
 * takes: with prices p, a chain gains at most the priced slack of all rows
 * less its regrets, so that few chains need to be looked at.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/repair.h"

#define MOST_ROUNDS		100		/* of doubling penalties */
#define MOST_STEPS		100000
#define MOST_SWEEPS		60
#define LONGEST			3		/* customers changed at a time */
#define MOST_WORK		50000000	/* chains looked at */

/* What a choice changes against the present one of its customer. */
typedef struct Move
{
	int			n;
	int64		gain;
	double		regret;
} Move;

typedef struct Repair
{
	Core	   *core;
	int			m;
	int			width;			/* room for the changes of a move */
	Move	   *moves;			/* by choice */
	Change	   *changes;		/* (choices, width) */
	double	   *price;			/* (m): scaled gain of a unit */
	double	   *penalty;		/* (m): in units of gain, of a unit too much */
	double		gain_unit;		/* scaled gain of a unit of gain */

	int			norder;
	int		   *order;			/* choices by regret of their moves */
	int		   *relief_first;	/* (m + 1) */
	int		   *relief;			/* choices by row that they relieve, in that order */
	int128	   *left;			/* (LONGEST, m): slack after the first moves of a chain */
	int64		work;			/* chains looked at so far */
} Repair;

static void
add_to_move(Repair *repair, int choice, const Choice *from, int sign)
{
	Move	   *move = &repair->moves[choice];
	Change	   *changes = repair->changes + (Size) choice * repair->width;

	move->gain += sign * from->gain;
	move->regret += sign * from->regret;
	for (int64 at = from->first; at < from->first + from->n; at++)
	{
		const Change *change = &repair->core->changes[at];
		int			to = 0;

		while (to < move->n && changes[to].row != change->row)
			to++;
		if (to == move->n)
			changes[move->n++] = (Change) {change->row, 0};
		changes[to].units += sign * change->units;
		if (changes[to].units == 0)
			changes[to] = changes[--move->n];
	}
}

/* All moves of a customer, from its present choice. */
static void
make_moves(Repair *repair, int customer)
{
	Core	   *core = repair->core;
	int			first = core->customers[customer].first;
	int			end = customer + 1 < core->ncustomers ? core->customers[customer + 1].first : core->nchoices;

	for (int choice = first; choice < end; choice++)
	{
		repair->moves[choice] = (Move) {0};
		add_to_move(repair, choice, &core->choices[choice], 1);
		add_to_move(repair, choice, &core->choices[core->customers[customer].current], -1);
	}
}

static void
apply(Repair *repair, int choice)
{
	Core	   *core = repair->core;
	const Change *changes = repair->changes + (Size) choice * repair->width;

	for (int at = 0; at < repair->moves[choice].n; at++)
		core->slack[changes[at].row] -= changes[at].units;
	core->customers[core->choices[choice].customer].current = choice;
	make_moves(repair, core->choices[choice].customer);
}

static inline bool
is_current(const Repair *repair, int choice)
{
	return repair->core->customers[repair->core->choices[choice].customer].current == choice;
}

/* What a move is worth under the penalties. */
static double
worth(const Repair *repair, int choice)
{
	const Change *changes = repair->changes + (Size) choice * repair->width;
	double		value = repair->moves[choice].gain;

	for (int at = 0; at < repair->moves[choice].n; at++)
	{
		int128		slack = repair->core->slack[changes[at].row];
		int128		after = slack - changes[at].units;

		if (slack < 0 || after < 0)
			value += repair->penalty[changes[at].row] * ((double) Min(after, 0) - (double) Min(slack, 0));
	}

	return value;
}

static bool
is_broken(const Repair *repair)
{
	for (int r = 0; r < repair->m; r++)
		if (repair->core->slack[r] < 0)
			return true;

	return false;
}

/* The steepest single change; false if none is worth it. */
static bool
improve(Repair *repair)
{
	double		most = 0;
	int			best = -1;

	for (int choice = 0; choice < repair->core->nchoices; choice++)
	{
		double		value;

		if (is_current(repair, choice))
			continue;
		value = worth(repair, choice);
		if (value > most)
		{
			most = value;
			best = choice;
		}
	}
	if (best >= 0)
		apply(repair, best);

	return best >= 0;
}

/* Single changes until the rules are kept. */
static bool
mend(Repair *repair)
{
	int			rounds = 0;

	for (int step = 0; step < MOST_STEPS && is_broken(repair); step++)
	{
		CHECK_FOR_INTERRUPTS();
		if (improve(repair))
			continue;
		if (++rounds > MOST_ROUNDS)
			break;
		for (int r = 0; r < repair->m; r++)
			if (repair->core->slack[r] < 0)
				repair->penalty[r] *= 2;
	}

	return !is_broken(repair);
}

static int
by_regret(const void *a, const void *b, void *of)
{
	const Repair *repair = of;
	double		x = repair->moves[*(const int *) a].regret;
	double		y = repair->moves[*(const int *) b].regret;

	return x < y ? -1 : x > y ? 1 : *(const int *) a - *(const int *) b;
}

/* Choices in the order of their regret, all and by row. */
static void
sort_moves(Repair *repair)
{
	int			n = repair->core->nchoices;
	int			at = 0;

	repair->norder = 0;
	for (int choice = 0; choice < n; choice++)
		if (!is_current(repair, choice))
			repair->order[repair->norder++] = choice;
	qsort_arg(repair->order, repair->norder, sizeof(int), by_regret, repair);

	memset(repair->relief_first, 0, sizeof(int) * (repair->m + 2));
	for (int choice = 0; choice < n; choice++)
		for (int c = 0; c < repair->moves[choice].n; c++)
			if (repair->changes[(Size) choice * repair->width + c].units < 0)
				repair->relief_first[repair->changes[(Size) choice * repair->width + c].row + 2]++;
	for (int r = 0; r < repair->m; r++)
		repair->relief_first[r + 2] = at += repair->relief_first[r + 2];
	for (int o = 0; o < repair->norder; o++)
	{
		int			choice = repair->order[o];

		for (int c = 0; c < repair->moves[choice].n; c++)
		{
			const Change *change = &repair->changes[(Size) choice * repair->width + c];

			if (change->units < 0)
				repair->relief[repair->relief_first[change->row + 1]++] = choice;
		}
	}
}

/* The most that any change could still gain: the priced slack, and the regrets of the present. */
static double
loss_of(const Repair *repair, double *priced)
{
	double		loss;

	*priced = 0;
	for (int r = 0; r < repair->m; r++)
		*priced += repair->price[r] * (double) repair->core->slack[r];
	loss = *priced;
	for (int c = 0; c < repair->core->ncustomers; c++)
		loss += repair->core->choices[repair->core->customers[c].current].regret;

	return loss;
}

/* The broken row with the fewest choices that relieve it, and how many are broken. */
static int
hardest_row(const Repair *repair, const int128 *left, int *nbroken)
{
	int			least = PG_INT32_MAX;
	int			row = -1;

	*nbroken = 0;
	for (int r = 0; r < repair->m; r++)
	{
		int			length = repair->relief_first[r + 1] - repair->relief_first[r];

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
take(const Repair *repair, int choice, const int128 *before, int128 *after)
{
	const Change *changes = repair->changes + (Size) choice * repair->width;

	memcpy(after, before, sizeof(int128) * repair->m);
	for (int at = 0; at < repair->moves[choice].n; at++)
		after[changes[at].row] -= changes[at].units;
}

/*
 * Others that together with some moves keep all rows and gain: chain[0 .. n - 1]
 * are made, after which rows have left[n - 1].  Returns the length of the
 * chain with them, or 0.
 */
static int
find_others(Repair *repair, int *chain, int n, int longest, int64 gain, double regret, double priced)
{
	const Core *core = repair->core;
	int128	   *left = repair->left + (Size) (n - 1) * repair->m;
	int			nbroken;
	int			row = hardest_row(repair, left, &nbroken);

	for (int at = repair->relief_first[row]; at < repair->relief_first[row + 1]; at++)
	{
		int			other = repair->relief[at];
		const Move *move = &repair->moves[other];
		const Change *changes = repair->changes + (Size) other * repair->width;
		int			relieved = 0;
		bool		fits = true;
		bool		again = false;

		if (move->regret > priced - regret || ++repair->work > MOST_WORK)
			break;
		for (int c = 0; c < n; c++)
			again |= core->choices[other].customer == core->choices[chain[c]].customer;
		if (again)
			continue;
		chain[n] = other;
		if (n + 1 < longest)
		{
			int			found;

			take(repair, other, left, left + repair->m);
			(void) hardest_row(repair, left + repair->m, &relieved);
			if (relieved == 0)
				continue;
			found = find_others(repair, chain, n + 1, longest, gain + move->gain, regret + move->regret, priced);
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
fits(const Repair *repair, int choice)
{
	const Change *changes = repair->changes + (Size) choice * repair->width;

	for (int at = 0; at < repair->moves[choice].n; at++)
		if (changes[at].units > repair->core->slack[changes[at].row])
			return false;

	return true;
}

/* One sweep of changes of up to so many customers at a time; false if none gained. */
static bool
better(Repair *repair, int longest)
{
	bool		gained = false;
	double		priced;

	sort_moves(repair);
	loss_of(repair, &priced);
	for (int o = 0; o < repair->norder && repair->work <= MOST_WORK; o++)
	{
		int			chain[LONGEST] = {repair->order[o]};
		const Move *move = &repair->moves[chain[0]];
		int			n = 1;

		if ((o & 0xf) == 0)
			CHECK_FOR_INTERRUPTS();
		if (move->gain <= 0 || is_current(repair, chain[0]))
			continue;
		if (!fits(repair, chain[0]))
		{
			take(repair, chain[0], repair->core->slack, repair->left);
			n = find_others(repair, chain, 1, longest, move->gain, move->regret, priced);
		}
		for (int c = 0; c < n; c++)
			apply(repair, chain[c]);
		gained |= n > 0;
		if (n > 0)
			loss_of(repair, &priced);
	}

	return gained;
}

/* All moves, and what they cost at the prices. */
static Repair
start(Core *core)
{
	const Scanner *scanner = core->dual->scanner;
	Repair		repair = {.core = core, .m = core->dual->nrows};
	Size		nreliefs;

	repair.width = 4 * scanner->market->rules->most_terms + 1;
	repair.moves = palloc_huge(Move, core->nchoices + 1);
	repair.changes = palloc_huge(Change, (Size) (core->nchoices + 1) * repair.width);
	repair.price = palloc_array(double, repair.m + 1);
	repair.penalty = palloc_array(double, repair.m + 1);
	repair.order = palloc_huge(int, core->nchoices + 1);
	repair.relief_first = palloc_array(int, repair.m + 2);
	nreliefs = (Size) (core->nchoices + 1) * Min(repair.width, repair.m + 1);
	repair.relief = palloc_huge(int, nreliefs);
	repair.left = palloc_array(int128, repair.m * LONGEST + 1);
	repair.gain_unit = gain_amount(&core->scale, 1) / scanner->gain_unit;
	for (int r = 0; r < repair.m; r++)
	{
		double		unit = 1 / (scanner->row_unit[r] * ruleset_units_in_one(&scanner->market->rules->rows[r]));

		repair.price[r] = core->dual->price[r] * unit;
		repair.penalty[r] = (2 * core->dual->price[r] + 0.1) * unit / repair.gain_unit;
	}
	for (int c = 0; c < core->ncustomers; c++)
		make_moves(&repair, c);

	return repair;
}

static void
end(Repair *repair)
{
	pfree(repair->moves);
	pfree(repair->changes);
	pfree(repair->relief);
	pfree(repair->order);
}

bool
repair(Core *core, double enough)
{
	Repair		repair = start(core);
	double		priced;

	if (mend(&repair))
		for (int sweep = 0, longest = 2; sweep < MOST_SWEEPS && loss_of(&repair, &priced) > enough; sweep++)
			if (repair.work > MOST_WORK || (!better(&repair, longest) && ++longest > LONGEST))
				break;

	end(&repair);

	return !is_broken(&repair);
}

void
repair_least(Core *core, double price)
{
	Repair		repair = start(core);

	for (int r = 0; r < repair.m; r++)
		repair.penalty[r] = price * core->scale.factor /
			(core->dual->scanner->row_unit[r] * ruleset_units_in_one(&core->dual->scanner->market->rules->rows[r]));
	for (int step = 0; step < MOST_STEPS && improve(&repair); step++)
		CHECK_FOR_INTERRUPTS();
	end(&repair);
}
