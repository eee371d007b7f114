/*
 * trajectory_build_sql.c
 *		Aggregate trajectory(): the steps of one customer as a value.
 */
#include "coupon.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "pg/array.h"
#include "pg/steps.h"

/* Arguments of trajectory_add(). */
enum
{
	ARG_STEPS, ARG_AT, ARG_STATE, ARG_OFFER, ARG_REWARD, ARG_COST, ARG_PROPENSITY,
};

static Steps *
steps_arg(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : (Steps *) PG_GETARG_POINTER(i);
}

/* A number of a step; an offer's must not be null, without an offer null is 0. */
static double
number_arg(FunctionCallInfo fcinfo, int i, const char *name, const Step *step)
{
	if (!PG_ARGISNULL(i))
		return PG_GETARG_FLOAT8(i);
	if (step->offer)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s at %s is null", name, timestamptz_to_str(step->at)),
				 i == ARG_PROPENSITY ? errhint("Leave the argument out where propensities are not known.") :
				 errhint("Pass coalesce(%s, 0) where null means none.", name)));

	return 0;
}

PG_FUNCTION_INFO_V1(trajectory_add);

/* trajectory_add(internal, at, state, offer, reward, cost [, propensity]) returns internal */
Datum
trajectory_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Steps	   *steps = steps_arg(fcinfo, ARG_STEPS);
	Step		step = {0};
	Vector		state;

	/* what happened at no time did not happen: the other side of an outer join */
	if (PG_ARGISNULL(ARG_AT))
	{
		if (steps == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(steps);
	}
	if (steps == NULL)
		steps = steps_make(context);

	step.at = PG_GETARG_TIMESTAMPTZ(ARG_AT);
	if (PG_ARGISNULL(ARG_STATE))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("state at %s is null", timestamptz_to_str(step.at))));
	state = vector_of(PG_GETARG_DATUM(ARG_STATE), "state");
	step.state = state.values;
	step.dimension = state.n;
	if (!PG_ARGISNULL(ARG_OFFER))
	{
		text	   *offer = PG_GETARG_TEXT_PP(ARG_OFFER);

		step.offer = VARDATA_ANY(offer);
		step.length = VARSIZE_ANY_EXHDR(offer);
	}
	step.reward = number_arg(fcinfo, ARG_REWARD, "reward", &step);
	step.cost = number_arg(fcinfo, ARG_COST, "cost", &step);
	if (PG_NARGS() > ARG_PROPENSITY)
	{
		step.propensity = number_arg(fcinfo, ARG_PROPENSITY, "propensity", &step);
		step.has_propensity = !PG_ARGISNULL(ARG_PROPENSITY);
	}
	steps_add(steps, &step);

	PG_RETURN_POINTER(steps);
}

PG_FUNCTION_INFO_V1(trajectory_combine);

/* trajectory_combine(internal, internal) returns internal */
Datum
trajectory_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Steps	   *steps = steps_arg(fcinfo, 0);
	const Steps *other = steps_arg(fcinfo, 1);

	if (other == NULL)
	{
		if (steps == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(steps);
	}
	if (steps == NULL)
		steps = steps_make(context);
	steps_append(steps, other);

	PG_RETURN_POINTER(steps);
}

PG_FUNCTION_INFO_V1(trajectory_serial);

/* trajectory_serial(internal) returns bytea */
Datum
trajectory_serial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;

	aggregate_context(fcinfo);
	pq_begintypsend(&bytes);
	steps_put(&bytes, steps_arg(fcinfo, 0));

	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

PG_FUNCTION_INFO_V1(trajectory_deserial);

/* trajectory_deserial(bytea, internal) returns internal */
Datum
trajectory_deserial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes = aggregate_bytes(fcinfo);

	PG_RETURN_POINTER(steps_get(&bytes, CurrentMemoryContext));
}

PG_FUNCTION_INFO_V1(trajectory_final);

/* trajectory_final(internal) returns trajectory */
Datum
trajectory_final(PG_FUNCTION_ARGS)
{
	const Steps *steps = steps_arg(fcinfo, 0);

	aggregate_context(fcinfo);
	if (steps == NULL)
		PG_RETURN_NULL();

	PG_RETURN_POINTER(steps_pack(steps, true));
}
