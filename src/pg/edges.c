/*
 * edges.c
 *		The edges of a graph: state of the fits that need all of them.
 */
#include "coupon.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "pg/edges.h"
#include "pg/site.h"

#define EDGE_WIDTH		(sizeof(Edge) / sizeof(double))

StaticAssertDecl(sizeof(Edge) == EDGE_WIDTH * sizeof(double), "an edge is a row of a collector");

Edges *
edges_make(MemoryContext context, const Jsonb *options)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	Edges	   *edges = palloc0_object(Edges);

	edges->context = context;
	edges->options = options_copy(context, options);
	edges->customers = lexicon_make();
	edges->products = lexicon_make();
	edges->actions = lexicon_make();
	edges->rows = collector_make(context, EDGE_WIDTH);
	MemoryContextSwitchTo(caller);

	return edges;
}

static inline int32
number_of(Lexicon *lexicon, const text *name)
{
	return lexicon_number(lexicon, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

void
edges_add(Edges *edges, const text *customer, const text *product, const text *action, double weight)
{
	Edge	   *edge;

	if (!isfinite(weight))
		bad_argument("weight is %s, not a finite number", isnan(weight) ? "NaN" : "infinite");
	if (weight < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must not be negative, but is %s", float8out_internal(weight)),
				 errhint("Leave edges of dislike out, or make them an action of their own.")));
	if (weight == 0)
	{
		edges->zeros++;
		return;
	}
	if (weight < MIN_WEIGHT || weight > MAX_WEIGHT)
		bad_argument("weight must be 0 or between %g and %g, not %s", MIN_WEIGHT, MAX_WEIGHT,
					 float8out_internal(weight));

	edge = (Edge *) collector_row(edges->rows);
	edge->customer = number_of(edges->customers, customer);
	edge->product = number_of(edges->products, product);
	edge->action = number_of(edges->actions, action);
	edge->weight = (float) weight;
}

/* What the other's names are called here. */
static int32 *
learn_from(Lexicon *lexicon, const Lexicon *other)
{
	int32	   *numbers = palloc_huge(int32, Max(other->n, 1));

	for (int i = 0; i < other->n; i++)
	{
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		numbers[i] = number_of(lexicon, other->words[i].value);
	}

	return numbers;
}

void
edges_append(Edges *edges, const Edges *other)
{
	int32	   *customers = learn_from(edges->customers, other->customers);
	int32	   *products = learn_from(edges->products, other->products);
	int32	   *actions = learn_from(edges->actions, other->actions);
	int64		first = edges->rows->n;

	options_check_same(edges->options, other->options);
	edges->skipped += other->skipped;
	edges->zeros += other->zeros;
	collector_append(edges->rows, other->rows);
	for (int64 i = first; i < edges->rows->n; i++)
	{
		Edge	   *edge = (Edge *) edges->rows->rows + i;

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		edge->customer = customers[edge->customer];
		edge->product = products[edge->product];
		edge->action = actions[edge->action];
	}
	pfree(customers);
	pfree(products);
	pfree(actions);
}

void
edges_put(StringInfo to, const Edges *edges)
{
	int			size = edges->options ? VARSIZE(edges->options) : 0;

	pq_sendint32(to, size);
	if (size > 0)
		pq_sendbytes(to, (const char *) edges->options, size);
	pq_sendint64(to, edges->skipped);
	pq_sendint64(to, edges->zeros);
	lexicon_put(to, edges->customers);
	lexicon_put(to, edges->products);
	lexicon_put(to, edges->actions);
	collector_put(to, edges->rows);
}

Edges *
edges_get(StringInfo from, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	Edges	   *edges = palloc0_object(Edges);
	int			size = pq_getmsgint(from, 4);

	edges->context = context;
	/* a copy: what stands in the message is not aligned */
	if (size > 0)
		edges->options = memcpy(palloc(size), pq_getmsgbytes(from, size), size);
	edges->skipped = pq_getmsgint64(from);
	edges->zeros = pq_getmsgint64(from);
	edges->customers = lexicon_get(from);
	edges->products = lexicon_get(from);
	edges->actions = lexicon_get(from);
	edges->rows = collector_get(from, context);
	MemoryContextSwitchTo(caller);

	return edges;
}
