/*
 * allocation_rows_sql.c
 *		The rows of an allocation: who gets which offer.
 */
#include "coupon.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"

#include "sql/allocation_rows_sql.h"

/* Where the rows of an allocation go. */
typedef struct Emitter
{
	const CandidateSet *set;
	Oid			type;			/* of the customers */
	Tuplestorestate *store;
	TupleDesc	row;
} Emitter;

static inline void
emit_offer(const Emitter *to, int64 customer, int32 offer, double gain, double cost)
{
	Datum		values[4] = {
		to->type == INT8OID ? Int64GetDatum(customer) : keys_value(to->set->keys, customer),
		PointerGetDatum(to->set->offers->words[offer].value),
		Float8GetDatum(gain),
		Float8GetDatum(cost),
	};
	bool		nulls[4] = {false};

	tuplestore_putvalues(to->store, to->row, values, nulls);
}

static void
emit_vertices(const Emitter *to, const Hulls *hulls, const Allocation *allocation)
{
	for (int64 i = 0; i < hulls->n; i++)
	{
		const Candidate *vertex = allocation_choice(allocation, hulls, i);

		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (vertex)
			emit_offer(to, hulls->customers[i].customer, vertex->offer, vertex->gain, vertex->cost);
	}
}

static void
emit_items(const Emitter *to, const Market *market, const bool *chosen)
{
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
			if (chosen[at])
				emit_offer(to, market->customers[i].customer, market->items[at].offer,
						   market->items[at].gain, market->items[at].cost);
	}
}

int64
allocation_emit(FunctionCallInfo fcinfo, const CandidateSet *set, const Allocation *allocation,
				const Ruled *ruled, Oid type)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Emitter		to = {set, type, result->setResult, result->setDesc};

	if (allocation)
	{
		emit_vertices(&to, set->hulls, allocation);
		return allocation->allocated;
	}
	emit_items(&to, set->market, ruled->chosen);

	return ruled->offers;
}
