/*
 * world_sql.c
 *		world_bandit().
 */
#include "coupon.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "model/world_bandit.h"
#include "pg/array.h"

#define CUSTOMERS_MOST	1000000
#define ROUNDS_MOST		1000000

PG_FUNCTION_INFO_V1(world_bandit);

/* world_bandit(customers, rounds, seed) returns setof (round, customer, context, depth, x, expected, basket) */
Datum
world_bandit(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			customers = PG_GETARG_INT32(0);
	int			rounds = PG_GETARG_INT32(1);
	BanditWorld world;

	if (customers < 0 || customers > CUSTOMERS_MOST)
		bad_argument("customers must be between 0 and %d, not %d", CUSTOMERS_MOST, customers);
	if (rounds < 0 || rounds > ROUNDS_MOST)
		bad_argument("rounds must be between 0 and %d, not %d", ROUNDS_MOST, rounds);
	InitMaterializedSRF(fcinfo, 0);
	world_bandit_make(&world, PG_GETARG_INT64(2));
	for (int round = 1; round <= rounds; round++)
		for (int i = 1; i <= customers; i++)
		{
			BanditCustomer customer;
			Datum		context;

			CHECK_FOR_INTERRUPTS();
			world_bandit_customer(&world, round, i, &customer);
			context = vector_datum(customer.context, WORLD_CONTEXT);
			for (int k = 0; k < WORLD_DEPTHS; k++)
			{
				Datum		values[7] = {
					Int32GetDatum(round),
					Int64GetDatum((int64) (round - 1) * customers + i),
					context,
					Float8GetDatum(customer.depth[k]),
					vector_datum(customer.x[k], WORLD_FEATURES),
					Float8GetDatum(customer.expected[k]),
					Float8GetDatum(customer.basket[k]),
				};
				bool		nulls[7] = {false};

				tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
				pfree(DatumGetPointer(values[4]));
			}
			pfree(DatumGetPointer(context));
		}

	return (Datum) 0;
}
