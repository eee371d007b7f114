/*
 * query.h
 *		Inner queries: run one and hand its rows to a reader.
 *
 * The query runs read-only, with the rights of the caller, as a sub-select.
 * So the server finds the columns, casts them and complains about them, and
 * whatever is not a single SELECT is refused.
 */
#ifndef COUPON_QUERY_H
#define COUPON_QUERY_H

#include "coupon.h"

#include "access/tupdesc.h"

/*
 * Called for each row, in the caller's memory context.  By-reference values
 * live as long as the call, and what the reader allocates it must free.
 */
typedef void (*RowReader) (void *to, const Datum *values, const bool *nulls);

/* The inner query in argument i; NULL is an error that names the argument. */
extern char *query_arg(FunctionCallInfo fcinfo, int i, const char *name);

/* The columns that a query returns; nothing is run. */
extern TupleDesc query_columns(const char *query);

/* The number of the column of this name, from 0, or -1. */
extern int	query_column(TupleDesc columns, const char *name);

/*
 * Run a query and hand its rows to reader(to, values, nulls).  "wanted" is a
 * list of expressions over the columns of the query, for example
 * "score::pg_catalog.float8, treated::pg_catalog.bool"; a cast to the type
 * that the column has costs nothing.  Returns the number of rows.
 */
extern uint64 query_read(const char *query, const char *wanted, RowReader reader, void *to);

#endif							/* COUPON_QUERY_H */
