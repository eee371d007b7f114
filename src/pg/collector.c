/*
 * collector.c
 *		Plumbing of collectors: aggregates that need all their rows.
 */
#include "coupon.h"

#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "pg/collector.h"

#define FIRST_ROOM		8		/* there may be one aggregate for each customer */
#define TUPLE_OVERHEAD	(1024 * 1024)

MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("support function of an aggregate called outside of it")));

	return context;
}

StringInfoData
aggregate_bytes(FunctionCallInfo fcinfo)
{
	bytea	   *value = PG_GETARG_BYTEA_PP(0);
	StringInfoData bytes = {
		.data = VARDATA_ANY(value),
		.len = VARSIZE_ANY_EXHDR(value),
		.maxlen = VARSIZE_ANY_EXHDR(value),
	};

	aggregate_context(fcinfo);

	return bytes;
}

Collector *
collector_make(MemoryContext context, int width)
{
	Collector  *collector = MemoryContextAllocZero(context, sizeof(Collector));

	collector->context = context;
	collector->width = width;

	return collector;
}

/* Make room for so many rows in all. */
static void
reserve(Collector *collector, int64 rows)
{
	Size		row = sizeof(double) * Max(collector->width, 1);

	if (rows <= collector->room)
		return;
	rows = Max(rows, Max(FIRST_ROOM, collector->room * 2));
	if (rows > MaxAllocHugeSize / row)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for one aggregate")));
	if (collector->rows)
		collector->rows = repalloc_huge(collector->rows, row * rows);
	else
		collector->rows = MemoryContextAllocHuge(collector->context, row * rows);
	collector->room = rows;
}

double *
collector_row(Collector *collector)
{
	if (collector->n == collector->room)
		reserve(collector, collector->n + 1);

	return collector->rows + collector->n++ * collector->width;
}

void
collector_append(Collector *collector, const Collector *other)
{
	Assert(collector->width == other->width);

	if (other->n == 0)
		return;
	reserve(collector, collector->n + other->n);
	memcpy(collector->rows + collector->n * collector->width, other->rows,
		   sizeof(double) * other->n * other->width);
	collector->n += other->n;
}

void
check_travel(StringInfo to, Size size, int64 n, const char *what)
{
	/* a tuple that carries the bytes adds some of its own */
	if (size > MaxAllocSize - to->len - TUPLE_OVERHEAD)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%lld collected %s are too many to travel between parallel workers", (long long) n, what),
				 errhint("SET max_parallel_workers_per_gather = 0 for this query.")));
}

void
collector_put(StringInfo to, const Collector *collector)
{
	Size		size = sizeof(double) * collector->n * collector->width;

	check_travel(to, size, collector->n, "rows");
	pq_sendint32(to, collector->width);
	pq_sendint64(to, collector->n);
	pq_sendbytes(to, (const char *) collector->rows, size);
}

Collector *
collector_get(StringInfo from, MemoryContext context)
{
	int			width = pq_getmsgint(from, 4);
	int64		n = pq_getmsgint64(from);
	Collector  *collector = collector_make(context, width);

	if (n > 0)
	{
		reserve(collector, n);
		pq_copymsgbytes(from, (char *) collector->rows, sizeof(double) * n * width);
		collector->n = n;
	}

	return collector;
}
