/*
 * moves.h
 *		What the choices of a core would change against the present ones.
 */
#ifndef COUPON_MOVES_H
#define COUPON_MOVES_H

#include "coupon.h"

#include "model/core.h"

/* What a choice changes against the present one of its customer. */
typedef struct Move
{
	int			n;				/* rows whose loads it changes */
	int64		gain;
	double		regret;
} Move;

typedef struct Moves
{
	Core	   *core;
	int			m;				/* rows */
	int			width;			/* room for the changes of a move */
	Move	   *list;			/* by choice */
	Change	   *changes;		/* (choices, width) */
	double	   *unit;			/* (m): what a row's unit is, scaled as prices are */
} Moves;

extern Moves *moves_make(Core *core);
extern void moves_free(Moves *moves);

/* Make a choice the present one of its customer. */
extern void moves_apply(Moves *moves, int choice);

/* Is some rule broken? */
extern bool moves_broken(const Moves *moves);

/* The changes of a move. */
static inline Change *
moves_changes(const Moves *moves, int choice)
{
	return moves->changes + (Size) choice * moves->width;
}

static inline bool
moves_current(const Moves *moves, int choice)
{
	return moves->core->customers[moves->core->choices[choice].customer].current == choice;
}

#endif							/* COUPON_MOVES_H */
