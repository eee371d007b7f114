/*
 * moves.c
 *		What the choices of a core would change against the present ones.
 */
#include "coupon.h"

#include "model/moves.h"

static void
add_to_move(Moves *moves, int choice, const Choice *from, int sign)
{
	Move	   *move = &moves->list[choice];
	Change	   *changes = moves_changes(moves, choice);

	move->gain += sign * from->gain;
	move->regret += sign * from->regret;
	for (int64 at = from->first; at < from->first + from->n; at++)
	{
		const Change *change = &moves->core->changes[at];
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
make_moves(Moves *moves, int customer)
{
	Core	   *core = moves->core;
	int			first = core->customers[customer].first;
	int			end = customer + 1 < core->ncustomers ? core->customers[customer + 1].first : core->nchoices;

	for (int choice = first; choice < end; choice++)
	{
		moves->list[choice] = (Move) {0};
		add_to_move(moves, choice, &core->choices[choice], 1);
		add_to_move(moves, choice, &core->choices[core->customers[customer].current], -1);
	}
}

void
moves_apply(Moves *moves, int choice)
{
	Core	   *core = moves->core;
	const Change *changes = moves_changes(moves, choice);

	for (int at = 0; at < moves->list[choice].n; at++)
		core->slack[changes[at].row] -= changes[at].units;
	core->customers[core->choices[choice].customer].current = choice;
	make_moves(moves, core->choices[choice].customer);
}

Moves *
moves_make(Core *core)
{
	const Scanner *scanner = core->dual->scanner;
	Moves	   *moves = palloc0_object(Moves);

	moves->core = core;
	moves->m = core->dual->nrows;
	moves->width = 4 * scanner->market->rules->most_terms + 1;
	moves->list = palloc_huge(Move, core->nchoices + 1);
	moves->changes = palloc_huge(Change, (Size) (core->nchoices + 1) * moves->width);
	moves->unit = palloc_array(double, moves->m + 1);
	for (int r = 0; r < moves->m; r++)
		moves->unit[r] = 1 / (scanner->row_unit[r] * ruleset_units_in_one(&scanner->market->rules->rows[r]));
	for (int c = 0; c < core->ncustomers; c++)
		make_moves(moves, c);

	return moves;
}

bool
moves_broken(const Moves *moves)
{
	for (int r = 0; r < moves->m; r++)
		if (moves->core->slack[r] < 0)
			return true;

	return false;
}

void
moves_free(Moves *moves)
{
	pfree(moves->list);
	pfree(moves->changes);
	pfree(moves->unit);
	pfree(moves);
}
