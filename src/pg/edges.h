/*
 * edges.h
 *		The edges of a graph: state of the fits that need all of them.
 *
 * An edge takes 16 bytes: names are kept once each.
 */
#ifndef COUPON_EDGES_H
#define COUPON_EDGES_H

#include "coupon.h"

#include "pg/collector.h"
#include "pg/lexicon.h"
#include "pg/options.h"

#define MAX_WEIGHT		1e18	/* sums of many are single-precision numbers */
#define MIN_WEIGHT		1e-18

/* Numbers of names are in order of appearance. */
typedef struct Edge
{
	int32		customer;
	int32		product;
	int32		action;
	float		weight;			/* MIN_WEIGHT .. MAX_WEIGHT */
} Edge;

typedef struct Edges
{
	MemoryContext context;		/* of the aggregate */
	const Jsonb *options;		/* as given, or NULL */
	Lexicon    *customers;
	Lexicon    *products;
	Lexicon    *actions;
	Collector  *rows;			/* Edge */
	int64		skipped;		/* rows in which something is null */
	int64		zeros;			/* rows of weight 0 */
} Edges;

static inline const Edge *
edges_rows(const Edges *edges)
{
	return (const Edge *) edges->rows->rows;
}

extern Edges *edges_make(MemoryContext context, const Jsonb *options);

/* Add an edge; weights that cannot be are errors. */
extern void edges_add(Edges *edges, const text *customer, const text *product, const text *action,
					  double weight);

/* Add the edges of others. */
extern void edges_append(Edges *edges, const Edges *other);

/* To and from bytes, for parallel workers. */
extern void edges_put(StringInfo to, const Edges *edges);
extern Edges *edges_get(StringInfo from, MemoryContext context);

#endif							/* COUPON_EDGES_H */
