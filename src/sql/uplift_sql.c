/*
 * uplift_sql.c
 *		uplift_fit(), uplift(), uplifts(), uplift_array(), propensities() and
 *		arms().
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"
#include "utils/builtins.h"

#include "model/learner.h"
#include "pg/array.h"
#include "pg/scorer.h"
#include "pg/training.h"

static TextList
uplift_exclude(const Jsonb *jsonb)
{
	UpliftOptions options;

	learner_options(jsonb, &options);

	return options.exclude;
}

PG_FUNCTION_INFO_V1(uplift_fit_add);

/* uplift_fit_add(internal, outcome, arm, features [, options]) returns internal */
Datum
uplift_fit_add(PG_FUNCTION_ARGS)
{
	return training_add(fcinfo, TRAINING_ARMS, uplift_exclude);
}

PG_FUNCTION_INFO_V1(uplift_fit_final);

/* uplift_fit_final(internal) returns model */
Datum
uplift_fit_final(PG_FUNCTION_ARGS)
{
	Training   *training = training_arg(fcinfo, 0);
	UpliftOptions options;
	Trial		trial;
	Uplift		uplift;
	StringInfoData payload;

	/* as with avg(): no row, no model */
	if (training == NULL || training->schema == NULL)
		PG_RETURN_NULL();

	learner_options(training->options, &options);
	sample_make(&trial.sample, training->schema, training->rows->rows, training->rows->width,
				training->rows->n);
	trial.names = training->arms;
	trial.skipped = training->skipped;
	learner_fit(&trial, &options, &uplift);

	initStringInfo(&payload);
	uplift_pack(&payload, &uplift);

	PG_RETURN_POINTER(model_make(MODEL_UPLIFT, model_type_of(MODEL_UPLIFT)->version, &payload));
}

/* The uplift model in argument 0. */
static const Uplift *
uplift_arg(FunctionCallInfo fcinfo, ModelArg **arg)
{
	*arg = model_arg(fcinfo, 0);
	model_check_kind(*arg, MODEL_UPLIFT);

	return (*arg)->model;
}

PG_FUNCTION_INFO_V1(uplift);

/* uplift(model, features) returns float8 */
Datum
uplift(PG_FUNCTION_ARGS)
{
	ModelArg   *arg;
	const Uplift *model = uplift_arg(fcinfo, &arg);

	if (model->narms != 2)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("the model has %d offers, not one", model->narms - 1),
				 errhint("Use uplifts() or uplift_array().")));

	PG_RETURN_FLOAT8(uplift_effect(model, 1, scorer_slots(fcinfo, arg, model->design->schema)));
}

PG_FUNCTION_INFO_V1(uplift_array);

/* uplift_array(model, features) returns float8[] */
Datum
uplift_array(PG_FUNCTION_ARGS)
{
	ModelArg   *arg;
	const Uplift *model = uplift_arg(fcinfo, &arg);
	const double *slots = scorer_slots(fcinfo, arg, model->design->schema);
	double		uplifts[MAX_ARMS];

	for (int a = 1; a < model->narms; a++)
		uplifts[a - 1] = uplift_effect(model, a, slots);

	PG_RETURN_DATUM(vector_datum(uplifts, model->narms - 1));
}

PG_FUNCTION_INFO_V1(uplifts);

/* uplifts(model, features) returns setof (offer, uplift, baseline, standard_error) */
Datum
uplifts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ModelArg   *arg;
	const Uplift *model = uplift_arg(fcinfo, &arg);
	const double *slots = scorer_slots(fcinfo, arg, model->design->schema);
	double		baseline = uplift_baseline(model, slots);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int a = 1; a < model->narms; a++)
	{
		double		error = uplift_standard_error(model, a, slots);
		Datum		values[4] = {
			CStringGetTextDatum(model->arms[a].name),
			Float8GetDatum(uplift_effect(model, a, slots)),
			Float8GetDatum(baseline),
			Float8GetDatum(error),
		};
		bool		nulls[4] = {false, false, false, isnan(error)};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(uplift_propensities);

/* propensities(model, features) returns setof (arm, propensity) */
Datum
uplift_propensities(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ModelArg   *arg;
	const Uplift *model = uplift_arg(fcinfo, &arg);
	const double *slots = scorer_slots(fcinfo, arg, model->design->schema);
	double		p[MAX_ARMS];

	propensity_of(&model->propensity, model->design, slots, p);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int a = 0; a < model->narms; a++)
	{
		Datum		values[2] = {CStringGetTextDatum(model->arms[a].name), Float8GetDatum(p[a])};
		bool		nulls[2] = {false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(uplift_arms);

/* arms(model) returns text[] */
Datum
uplift_arms(PG_FUNCTION_ARGS)
{
	ModelArg   *arg;
	const Uplift *model = uplift_arg(fcinfo, &arg);
	char	   *names[MAX_ARMS];

	for (int a = 1; a < model->narms; a++)
		names[a - 1] = model->arms[a].name;

	PG_RETURN_DATUM(texts_datum(names, model->narms - 1));
}
