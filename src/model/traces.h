/*
 * traces.h
 *		How selections came about: the last choice of each, and the trace before it.
 */
#ifndef COUPON_TRACES_H
#define COUPON_TRACES_H

#include "coupon.h"

#define NO_TRACE	(-1)

typedef struct Trace
{
	int			before;			/* or NO_TRACE */
	int64		group;
	int64		choice;
} Trace;

typedef struct Traces
{
	int			n;
	int			room;
	int			enough;			/* with more it is time to collect */
	Trace	   *list;
} Traces;

extern void traces_start(Traces *traces);
extern int	traces_add(Traces *traces, int before, int64 group, int64 choice);

/*
 * Forget what no trace marked in "number" (n, by trace; else zeros) goes back
 * to; then their new numbers are there.
 */
extern void traces_collect(Traces *traces, int *number);

#endif							/* COUPON_TRACES_H */
