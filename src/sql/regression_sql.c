/*
 * regression_sql.c
 *		linear_fit() and its partial forms, logit_fit(), predict().
 */
#include "coupon.h"

#include <math.h>

#include "model/linear_state.h"
#include "model/network_model.h"
#include "model/response.h"
#include "model/trees_model.h"
#include "pg/scorer.h"
#include "pg/training.h"

typedef struct LinearOptions
{
	double		ridge;
	TextList	exclude;
	bool		quiet;
} LinearOptions;

static const Option linear_known[] = {
	{.name = "exclude", .type = OPTION_TEXTS, .offset = offsetof(LinearOptions, exclude)},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(LinearOptions, quiet)},
	{.name = "ridge", .type = OPTION_NUMBER, .offset = offsetof(LinearOptions, ridge),
	.least = 0, .most = INFINITY},
};

typedef struct LogitOptions
{
	double		ridge;
	int			iterations;
	TextList	exclude;
	bool		quiet;
} LogitOptions;

static const Option logit_known[] = {
	{.name = "exclude", .type = OPTION_TEXTS, .offset = offsetof(LogitOptions, exclude)},
	{.name = "iterations", .type = OPTION_INT, .offset = offsetof(LogitOptions, iterations),
	.least = 1, .most = 10000},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(LogitOptions, quiet)},
	{.name = "ridge", .type = OPTION_NUMBER, .offset = offsetof(LogitOptions, ridge),
	.least = 0, .most = INFINITY},
};

static LogitOptions
logit_options(const Jsonb *jsonb)
{
	LogitOptions options = {.iterations = 100};

	options_read(jsonb, logit_known, lengthof(logit_known), &options);

	return options;
}

/* What a call site of linear_fit remembers from row to row. */
typedef struct LinearSite
{
	Site	   *site;
	FeatureReader *reader;		/* for which the schema was made */
	Schema	   *schema;
	uint64		signature;
	double		ridge;
} LinearSite;

static LinearOptions
linear_options(const Jsonb *jsonb)
{
	LinearOptions options = {0};

	options_read(jsonb, linear_known, lengthof(linear_known), &options);

	return options;
}

static TextList
linear_exclude(const Jsonb *options)
{
	return linear_options(options).exclude;
}

static LinearSite *
linear_site(FunctionCallInfo fcinfo)
{
	LinearSite *linear = fcinfo->flinfo->fn_extra;
	const Jsonb *options = options_arg(fcinfo, 3);

	if (linear == NULL)
	{
		double		ridge = linear_options(options).ridge;

		linear = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(LinearSite));
		linear->ridge = ridge;
		linear->site = site_make(fcinfo->flinfo->fn_mcxt, options);
		fcinfo->flinfo->fn_extra = linear;
	}
	else if (site_renew(linear->site, options))
		linear->ridge = linear_options(options).ridge;

	return linear;
}

PG_FUNCTION_INFO_V1(linear_fit_add);

/* linear_fit_add(state, outcome, features [, options]) returns state */
Datum
linear_fit_add(PG_FUNCTION_ARGS)
{
	LinearState *state = state_arg(fcinfo, 0, STATE_LINEAR);
	LinearSite *linear = linear_site(fcinfo);
	FeatureReader *reader;
	double		outcome;

	if (state && state->ridge != linear->ridge)
		bad_argument("options must be the same in every row");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		/* without features the columns are not known yet: a state of none */
		if (state == NULL)
		{
			state = linear_state_make(schema_make(CurrentMemoryContext, 0, false),
									  linear->ridge);
		}
		state->skipped++;
		PG_RETURN_POINTER(state);
	}

	outcome = PG_GETARG_FLOAT8(1);
	if (!isfinite(outcome))
		bad_argument("outcome is %s, not a finite number", isnan(outcome) ? "NaN" : "infinite");
	reader = site_reader(linear->site, fcinfo, 2, linear_exclude);
	if (linear->reader != reader || linear->schema == NULL)
	{
		linear->reader = reader;
		linear->schema = features_schema(reader, reader->context);
		linear->signature = schema_signature(linear->schema);
	}
	features_read(reader, fcinfo, 2);

	if (state == NULL || linear_state_is_empty(state))
	{
		int64		skipped = state ? state->skipped : 0;

		state = linear_state_make(linear->schema, linear->ridge);
		state->skipped = skipped;
	}
	else if (state->signature != linear->signature ||
			 state->nfeatures != linear->schema->ncolumns)
		schema_check_same(linear_state_schema(state), linear->schema);

	PG_RETURN_POINTER(linear_state_add(state, outcome, reader->values));
}

PG_FUNCTION_INFO_V1(linear_fit_combine);

/* linear_fit_combine(state, state) returns state */
Datum
linear_fit_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_LINEAR);
}

PG_FUNCTION_INFO_V1(linear_fit_compact);

/* linear_fit_compact(state) returns state */
Datum
linear_fit_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_LINEAR);
}

static Datum
response_datum(const Response *response)
{
	StringInfoData payload;
	ModelKind	kind = response->base == BASE_LINEAR ? MODEL_LINEAR : MODEL_LOGIT;

	initStringInfo(&payload);
	response_pack(&payload, response);

	return PointerGetDatum(model_make(kind, model_type_of(kind)->version, &payload));
}

PG_FUNCTION_INFO_V1(linear_fit_final);

/* linear_fit_final(state) returns model */
Datum
linear_fit_final(PG_FUNCTION_ARGS)
{
	LinearState *state = state_arg(fcinfo, 0, STATE_LINEAR);
	BaseOptions options = {.covariance = true};
	BaseFit		fit;
	Moments		moments;
	Response	response = {.base = BASE_LINEAR, .fit = &fit};

	/* as with avg(): no row, no model */
	if (state == NULL || linear_state_is_empty(state))
		PG_RETURN_NULL();

	options.ridge = response.ridge = state->ridge;
	response.skipped = state->skipped;
	response.design = linear_state_moments(state, &moments);
	linear_from_moments(&moments, &options, &fit);

	PG_RETURN_DATUM(response_datum(&response));
}

static TextList
logit_exclude(const Jsonb *options)
{
	return logit_options(options).exclude;
}

PG_FUNCTION_INFO_V1(logit_fit_add);

/* logit_fit_add(internal, outcome, features [, options]) returns internal */
Datum
logit_fit_add(PG_FUNCTION_ARGS)
{
	return training_add(fcinfo, TRAINING_NOTHING, logit_exclude);
}

PG_FUNCTION_INFO_V1(logit_fit_final);

/* logit_fit_final(internal) returns model */
Datum
logit_fit_final(PG_FUNCTION_ARGS)
{
	Training   *training = training_arg(fcinfo, 0);
	LogitOptions given;
	BaseOptions options = {.covariance = true, .part = "logit_fit"};
	Progress	progress;
	BaseFit		fit;
	Sample		sample;
	Response	response = {.base = BASE_LOGIT, .fit = &fit};

	if (training == NULL || training->schema == NULL)
		PG_RETURN_NULL();

	given = logit_options(training->options);
	progress_start(&progress, given.quiet);
	options.ridge = response.ridge = given.ridge;
	options.iterations = given.iterations;
	options.progress = &progress;
	response.skipped = training->skipped;

	sample_make(&sample, training->schema, training->rows->rows, training->rows->width,
				training->rows->n);
	logit_check(&sample, "");
	response.design = (Design *) sample.design;
	logit_from_sample(&sample, &options, &fit);
	base_warn(&fit, "logit_fit");

	PG_RETURN_DATUM(response_datum(&response));
}

PG_FUNCTION_INFO_V1(predict);

/* predict(model, features) returns float8 */
Datum
predict(PG_FUNCTION_ARGS)
{
	ModelArg   *arg = model_arg(fcinfo, 0);
	const Response *response = arg->model;

	if (arg->type->kind == MODEL_NETWORK)
	{
		const Network *network = arg->model;

		PG_RETURN_FLOAT8(network_predict(network,
										 scorer_slots(fcinfo, arg, network->design->schema)));
	}
	if (arg->type->kind == MODEL_TREES)
	{
		const Trees *trees = arg->model;

		PG_RETURN_FLOAT8(trees_predict(trees, scorer_slots(fcinfo, arg, trees->schema)));
	}
	if (arg->type->kind != MODEL_LINEAR && arg->type->kind != MODEL_LOGIT)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a model of kind \"%s\" does not predict an outcome", arg->type->name),
				 arg->type->kind == MODEL_UPLIFT ? errhint("Use uplift() or uplifts().") :
				 arg->type->kind == MODEL_BAYES ? errhint("Use bayes_mean().") : 0));

	PG_RETURN_FLOAT8(response_predict(response,
									  scorer_slots(fcinfo, arg, response->design->schema)));
}
