/*
 * training_sql.c
 *		Support functions shared by the fits that need all their rows.
 */
#include "coupon.h"

#include "libpq/pqformat.h"

#include "pg/training.h"

PG_FUNCTION_INFO_V1(training_combine);

/* training_combine(internal, internal) returns internal */
Datum
training_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Training   *training = training_arg(fcinfo, 0);
	Training   *other = training_arg(fcinfo, 1);

	if (other == NULL)
	{
		if (training == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(training);
	}
	if (training == NULL)
		training = training_like(other, context);
	training_append(training, other);

	PG_RETURN_POINTER(training);
}

PG_FUNCTION_INFO_V1(training_serial);

/* training_serial(internal) returns bytea */
Datum
training_serial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;

	aggregate_context(fcinfo);
	pq_begintypsend(&bytes);
	training_put(&bytes, training_arg(fcinfo, 0));

	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

PG_FUNCTION_INFO_V1(training_deserial);

/* training_deserial(bytea, internal) returns internal */
Datum
training_deserial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes = aggregate_bytes(fcinfo);

	PG_RETURN_POINTER(training_get(&bytes, CurrentMemoryContext));
}
