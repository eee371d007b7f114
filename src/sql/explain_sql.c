/*
 * explain_sql.c
 *		importance() and explain(): what the features are worth.
 */
#include "coupon.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "model/response.h"
#include "model/trees_explain.h"
#include "model/trees_model.h"
#include "pg/scorer.h"

/* The schema of a model that can be explained. */
static const Schema *
explained_schema(const ModelArg *arg)
{
	switch (arg->type->kind)
	{
		case MODEL_LINEAR:
		case MODEL_LOGIT:
			return ((const Response *) arg->model)->design->schema;
		case MODEL_TREES:
			return ((const Trees *) arg->model)->schema;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("a model of kind \"%s\" cannot be explained", arg->type->name),
					 errhint("Models of kind \"linear\", \"logit\" and \"trees\" can.")));
	}

	return NULL;				/* not reached */
}

static void
put_row(FunctionCallInfo fcinfo, const char *name, double value)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[2] = {CStringGetTextDatum(name), Float8GetDatum(value)};
	bool		nulls[2] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(model_importance);

/* importance(model) returns setof (feature, importance) */
Datum
model_importance(PG_FUNCTION_ARGS)
{
	ModelArg   *arg = model_arg(fcinfo, 0);
	const Schema *schema = explained_schema(arg);
	int			n = schema_parts(schema);
	double	   *importance = palloc0_array(double, Max(n, 1));
	double		sum = 0;

	if (arg->type->kind == MODEL_TREES)
		forest_importance(((const Trees *) arg->model)->forest, schema, importance);
	else
		response_importance(arg->model, importance);
	for (int i = 0; i < n; i++)
		sum += importance[i];

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < n; i++)
		put_row(fcinfo, schema_part_name(schema, i), sum > 0 ? importance[i] / sum : 0);

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(model_explain);

/* explain(model, features) returns setof (feature, contribution) */
Datum
model_explain(PG_FUNCTION_ARGS)
{
	ModelArg   *arg = model_arg(fcinfo, 0);
	const Schema *schema = explained_schema(arg);
	const double *slots = scorer_slots(fcinfo, arg, schema);
	int			n = schema_parts(schema);
	double	   *worth = palloc_array(double, Max(n, 1));
	double		intercept = arg->type->kind == MODEL_TREES ?
		forest_explain(((const Trees *) arg->model)->forest, schema, slots, worth) :
		response_explain(arg->model, slots, worth);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	put_row(fcinfo, "intercept", intercept);
	for (int i = 0; i < n; i++)
		put_row(fcinfo, schema_part_name(schema, i), worth[i]);

	return (Datum) 0;
}
