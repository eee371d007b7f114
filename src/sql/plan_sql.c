/*
 * plan_sql.c
 *		plan_rules() and last_plan().
 */
#include "coupon.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "model/plan.h"
#include "sql/plan_sql.h"

/* The latest allocation of this session, in TopMemoryContext; or NULL. */
static Model *latest = NULL;

PG_FUNCTION_INFO_V1(plan_rules);

/* plan_rules(model) returns setof (rule, bound, used, price, binding) */
Datum
plan_rules(PG_FUNCTION_ARGS)
{
	const ModelArg *arg = model_arg(fcinfo, 0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const AllocationPlan *plan;

	model_check_kind(arg, MODEL_PLAN);
	plan = arg->model;
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < plan->nrules; i++)
	{
		const PlanRule *rule = &plan->rules[i];
		Datum		values[5] = {
			CStringGetTextDatum(rule->name),
			Float8GetDatum(rule->bound),
			Float8GetDatum(rule->used),
			Float8GetDatum(rule->price),
			BoolGetDatum(rule->binding),
		};
		bool		nulls[5] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}

void
plan_remember(const Model *plan)
{
	Model	   *copy = MemoryContextAlloc(TopMemoryContext, VARSIZE(plan));

	memcpy(copy, plan, VARSIZE(plan));
	if (latest)
		pfree(latest);
	latest = copy;
}

PG_FUNCTION_INFO_V1(last_plan);

/* last_plan() returns model */
Datum
last_plan(PG_FUNCTION_ARGS)
{
	Model	   *copy;

	if (latest == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there is no allocation in this session yet"),
				 errhint("Call coupon.allocate() first, or coupon.allocation_plan().")));

	/* a later allocation frees the kept one, maybe within the same query */
	copy = palloc(VARSIZE(latest));
	memcpy(copy, latest, VARSIZE(latest));

	PG_RETURN_POINTER(copy);
}
