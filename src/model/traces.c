/*
 * traces.c
 *		How selections came about: the last choice of each, and the trace before it.
 */
#include "coupon.h"

#include "model/traces.h"

#define FIRST_ROOM	1024
#define ENOUGH		8000000

void
traces_start(Traces *traces)
{
	*traces = (Traces) {.room = FIRST_ROOM, .enough = ENOUGH, .list = palloc_huge(Trace, FIRST_ROOM)};
}

int
traces_add(Traces *traces, int before, int64 group, int64 choice)
{
	if (traces->n == traces->room)
	{
		traces->room *= 2;
		traces->list = repalloc_huge(traces->list, sizeof(Trace) * traces->room);
	}
	traces->list[traces->n] = (Trace) {before, group, choice};

	return traces->n++;
}

void
traces_collect(Traces *traces, int *number)
{
	int			n = 0;

	/* a trace comes after the one before it */
	for (int at = traces->n - 1; at >= 0; at--)
		if (number[at] && traces->list[at].before != NO_TRACE)
			number[traces->list[at].before] = 1;
	for (int at = 0; at < traces->n; at++)
		if (number[at])
		{
			Trace		trace = traces->list[at];

			if (trace.before != NO_TRACE)
				trace.before = number[trace.before];
			traces->list[n] = trace;
			number[at] = n++;
		}
	traces->n = n;
	traces->enough = Max(ENOUGH, 2 * n);
}
