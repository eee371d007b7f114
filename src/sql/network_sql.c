/*
 * network_sql.c
 *		network_fit() and embedding().
 */
#include "coupon.h"

#include "model/network_model.h"
#include "pg/array.h"
#include "pg/scorer.h"
#include "pg/training.h"

static TextList
network_exclude(const Jsonb *options)
{
	return network_options(options).exclude;
}

PG_FUNCTION_INFO_V1(network_fit_add);

/* network_fit_add(internal, outcome, features [, options]) returns internal */
Datum
network_fit_add(PG_FUNCTION_ARGS)
{
	return training_add(fcinfo, TRAINING_NOTHING, network_exclude);
}

PG_FUNCTION_INFO_V1(network_fit_final);

/* network_fit_final(internal) returns model */
Datum
network_fit_final(PG_FUNCTION_ARGS)
{
	Training   *training = training_arg(fcinfo, 0);
	Network		network = {0};
	NetworkFit	fit;
	Progress	progress;
	Sample		sample;
	StringInfoData payload;

	if (training == NULL || training->schema == NULL)
		PG_RETURN_NULL();

	network.options = network_options(training->options);
	network.skipped = training->skipped;
	network.fit = &fit;
	progress_start(&progress, network.options.quiet);

	sample_make(&sample, training->schema, training->rows->rows, training->rows->width,
				training->rows->n);
	network_check(&sample, &network.options);
	sample_sort(&sample, NULL);
	network.design = (Design *) sample.design;
	network_from_sample(&sample, NULL, &network.options, "network_fit", &progress, &fit);
	network_warn(&fit, "network_fit");
	pfree((void *) sample.index);

	initStringInfo(&payload);
	network_pack(&payload, &network);

	PG_RETURN_POINTER(model_make(MODEL_NETWORK, model_type_of(MODEL_NETWORK)->version, &payload));
}

PG_FUNCTION_INFO_V1(embedding);

/* embedding(model, features) returns float8[] */
Datum
embedding(PG_FUNCTION_ARGS)
{
	ModelArg   *arg = model_arg(fcinfo, 0);
	const Network *network = arg->model;
	const float *units;
	double	   *values;
	int			n;

	if (arg->type->kind != MODEL_NETWORK)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a model of kind \"%s\" has no hidden layer", arg->type->name),
				 errhint("Use a model of network_fit().")));

	units = network_embedding(network, scorer_slots(fcinfo, arg, network->design->schema), &n);
	values = palloc_array(double, n);
	for (int j = 0; j < n; j++)
		values[j] = units[j];

	PG_RETURN_DATUM(vector_datum(values, n));
}
