/*
 * collector.h
 *		Plumbing of collectors: aggregates that need all their rows.
 *
 * The rows are numbers of fixed width in one flat buffer that may exceed
 * 1 GB.  They are appended one at a time, travel between workers as bytes and
 * are never moved by a final function, which sorts a permutation instead: so
 * aggregates over the same arguments share one state.
 */
#ifndef COUPON_COLLECTOR_H
#define COUPON_COLLECTOR_H

#include "coupon.h"

#include "lib/stringinfo.h"

typedef struct Collector
{
	MemoryContext context;		/* where the rows live */
	int			width;			/* numbers a row */
	int64		n;				/* rows */
	int64		room;			/* rows there is room for */
	double	   *rows;			/* (room, width), one row after another */
} Collector;

/* The memory context of the aggregate that makes this call; an error outside one. */
extern MemoryContext aggregate_context(FunctionCallInfo fcinfo);

/* The bytes that an aggregate's deserialising function is given; an error outside of an aggregate. */
extern StringInfoData aggregate_bytes(FunctionCallInfo fcinfo);

extern Collector *collector_make(MemoryContext context, int width);

/* One more row, to be filled by the caller. */
extern double *collector_row(Collector *collector);

/* The rows of another of the same width, behind ours. */
extern void collector_append(Collector *collector, const Collector *other);

/* To and from bytes, for parallel workers. */
extern void collector_put(StringInfo to, const Collector *collector);
extern Collector *collector_get(StringInfo from, MemoryContext context);

/* Raise an error if so many more bytes, of n rows, are too many to travel. */
extern void check_travel(StringInfo to, Size size, int64 n, const char *what);

#endif							/* COUPON_COLLECTOR_H */
