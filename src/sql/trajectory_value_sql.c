/*
 * trajectory_value_sql.c
 *		Type coupon.trajectory: input and output, its steps, what is to go.
 */
#include "coupon.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "model/returns.h"
#include "pg/array.h"
#include "pg/trajectory.h"
#include "pg/trajectory_text.h"

#define STEP_COLUMNS	9

PG_FUNCTION_INFO_V1(trajectory_in);

/* trajectory_in(cstring) returns trajectory */
Datum
trajectory_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(trajectory_parse(PG_GETARG_CSTRING(0)));
}

PG_FUNCTION_INFO_V1(trajectory_out);

/* trajectory_out(trajectory) returns cstring */
Datum
trajectory_out(PG_FUNCTION_ARGS)
{
	TrajectoryView view;

	trajectory_arg(fcinfo, 0, &view);

	PG_RETURN_CSTRING(trajectory_text(&view));
}

PG_FUNCTION_INFO_V1(trajectory_recv);

/* trajectory_recv(internal) returns trajectory */
Datum
trajectory_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			bytes = message->len - message->cursor;
	Size		size = VARHDRSZ + (Size) bytes;
	Trajectory *trajectory = palloc0(Max(size, sizeof(Trajectory)));

	SET_VARSIZE(trajectory, size);
	pq_copymsgbytes(message, (char *) trajectory + VARHDRSZ, bytes);
	trajectory_check(trajectory, size);

	PG_RETURN_POINTER(trajectory);
}

PG_FUNCTION_INFO_V1(trajectory_send);

/* trajectory_send(trajectory) returns bytea */
Datum
trajectory_send(PG_FUNCTION_ARGS)
{
	struct varlena *trajectory = PG_GETARG_VARLENA_P(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA(trajectory), VARSIZE(trajectory) - VARHDRSZ);

	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(trajectory_append_sql);

/* append(trajectory, trajectory) returns trajectory, which is operator || */
Datum
trajectory_append_sql(PG_FUNCTION_ARGS)
{
	TrajectoryView first;
	TrajectoryView second;

	trajectory_arg(fcinfo, 0, &first);
	trajectory_arg(fcinfo, 1, &second);

	PG_RETURN_POINTER(trajectory_append(&first, &second));
}

PG_FUNCTION_INFO_V1(trajectory_last_steps);

/* last_steps(trajectory, k) returns trajectory */
Datum
trajectory_last_steps(PG_FUNCTION_ARGS)
{
	TrajectoryView view;
	int			k = PG_GETARG_INT32(1);

	if (k < 1)
		bad_argument("k must be at least 1, not %d", k);
	trajectory_arg(fcinfo, 0, &view);

	PG_RETURN_POINTER(trajectory_last(&view, k));
}

PG_FUNCTION_INFO_V1(trajectory_length);

/* length(trajectory) returns integer */
Datum
trajectory_length(PG_FUNCTION_ARGS)
{
	const Trajectory *head = (const Trajectory *)
		PG_DETOAST_DATUM_SLICE(PG_GETARG_DATUM(0), 0, offsetof(Trajectory, columns) - VARHDRSZ);
	int32		nsteps;

	/* the slice may have a short header, and then it is not aligned */
	memcpy(&nsteps, VARDATA_ANY(head) + offsetof(Trajectory, nsteps) - VARHDRSZ, sizeof(nsteps));

	PG_RETURN_INT32(nsteps);
}

PG_FUNCTION_INFO_V1(trajectory_present_state);

/* present_state(trajectory) returns float8[] */
Datum
trajectory_present_state(PG_FUNCTION_ARGS)
{
	TrajectoryView view;

	trajectory_arg(fcinfo, 0, &view);
	if (view.nacted == view.nsteps)
		PG_RETURN_NULL();

	PG_RETURN_DATUM(vector_datum(view.states + (Size) view.nacted * view.dimension, view.dimension));
}

static double
discount_arg(FunctionCallInfo fcinfo, int i)
{
	double		discount = PG_GETARG_FLOAT8(i);

	if (!(discount >= 0 && discount <= 1))
		bad_argument("discount must be from 0 to 1, not %g", discount);

	return discount;
}

/* What is to go of rewards or costs at each step with an offer. */
static Datum
column_to_go(FunctionCallInfo fcinfo, bool costs)
{
	double		discount = discount_arg(fcinfo, 1);
	TrajectoryView view;

	trajectory_arg(fcinfo, 0, &view);

	return vector_datum(to_go(costs ? view.costs : view.rewards, view.nacted, discount,
							  costs ? "costs" : "rewards"), view.nacted);
}

PG_FUNCTION_INFO_V1(returns_to_go);

/* returns_to_go(trajectory, discount) returns float8[] */
Datum
returns_to_go(PG_FUNCTION_ARGS)
{
	return column_to_go(fcinfo, false);
}

PG_FUNCTION_INFO_V1(costs_to_go);

/* costs_to_go(trajectory, discount) returns float8[] */
Datum
costs_to_go(PG_FUNCTION_ARGS)
{
	return column_to_go(fcinfo, true);
}

PG_FUNCTION_INFO_V1(trajectory_steps);

/* steps(trajectory, discount) returns setof (step, at, state, offer, reward, cost, propensity, ...) */
Datum
trajectory_steps(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double		discount = discount_arg(fcinfo, 1);
	TrajectoryView view;
	double	   *returns;
	double	   *costs;
	MemoryContext garbage;
	MemoryContext caller;

	trajectory_arg(fcinfo, 0, &view);
	returns = to_go(view.rewards, view.nacted, discount, "rewards");
	costs = to_go(view.costs, view.nacted, discount, "costs");
	InitMaterializedSRF(fcinfo, 0);
	garbage = AllocSetContextCreate(CurrentMemoryContext, "coupon steps", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(garbage);
	for (int i = 0; i < view.nsteps; i++)
	{
		Datum		values[STEP_COLUMNS] = {0};
		bool		nulls[STEP_COLUMNS] = {false};

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(garbage);
		values[0] = Int32GetDatum(i + 1);
		values[1] = TimestampTzGetDatum(view.at[i]);
		values[2] = vector_datum(view.states + (Size) i * view.dimension, view.dimension);
		if (i < view.nacted)
		{
			values[3] = CStringGetTextDatum(view.names[view.offers[i]]);
			values[4] = Float8GetDatum(view.rewards[i]);
			values[5] = Float8GetDatum(view.costs[i]);
			nulls[6] = view.propensities == NULL;
			if (view.propensities)
				values[6] = Float8GetDatum(view.propensities[i]);
			values[7] = Float8GetDatum(returns[i]);
			values[8] = Float8GetDatum(costs[i]);
		}
		else
			memset(nulls + 3, true, STEP_COLUMNS - 3);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(garbage);

	return (Datum) 0;
}
