/*
 * network_model.c
 *		Models of kind network: an outcome by features through a perceptron.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"
#include "utils/json.h"

#include "model/network_model.h"
#include "pg/json.h"

static const char *const objectives[] = {"squared_error", "logistic", NULL};
static const char *const activations[] = {"relu", "tanh", NULL};
static const char *const stops[] = {"epochs", "patience", "constant outcome"};

static const Option known[] = {
	{.name = "activation", .type = OPTION_CHOICE, .offset = offsetof(NetworkOptions, activation),
	.choices = activations},
	{.name = "batch", .type = OPTION_INT, .offset = offsetof(NetworkOptions, batch),
	.least = 1, .most = 1000000},
	{.name = "epochs", .type = OPTION_INT, .offset = offsetof(NetworkOptions, epochs),
	.least = 1, .most = MAX_EPOCHS},
	{.name = "exclude", .type = OPTION_TEXTS, .offset = offsetof(NetworkOptions, exclude)},
	{.name = "holdout", .type = OPTION_NUMBER, .offset = offsetof(NetworkOptions, holdout),
	.least = 0, .most = 0.9},
	{.name = "layers", .type = OPTION_INTS, .offset = offsetof(NetworkOptions, layers),
	.least = 1, .most = MAX_WIDTH},
	{.name = "learning_rate", .type = OPTION_NUMBER, .offset = offsetof(NetworkOptions, learning_rate),
	.least = 1e-12, .most = INFINITY},
	{.name = "objective", .type = OPTION_CHOICE, .offset = offsetof(NetworkOptions, objective),
	.choices = objectives},
	{.name = "patience", .type = OPTION_INT, .offset = offsetof(NetworkOptions, patience),
	.least = 1, .most = MAX_EPOCHS},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(NetworkOptions, quiet)},
	{.name = "seed", .type = OPTION_SEED, .offset = offsetof(NetworkOptions, seed)},
	{.name = "weight_decay", .type = OPTION_NUMBER, .offset = offsetof(NetworkOptions, weight_decay),
	.least = 0, .most = 1e6},
};

NetworkOptions
network_options(const Jsonb *jsonb)
{
	NetworkOptions options = {
		.objective = NETWORK_SQUARED_ERROR,
		.activation = NETWORK_RELU,
		.layers = {2, {32, 16}},
		.learning_rate = 0.003,
		.weight_decay = 1e-4,
		.holdout = 0.1,
		.batch = 128,
		.epochs = 200,
		.patience = 10,
	};

	options_read(jsonb, known, lengthof(known), &options);

	return options;
}

void
network_check(const Sample *sample, const NetworkOptions *options)
{
	bool		seen[2] = {false, false};

	if (options->objective != NETWORK_LOGISTIC)
		return;
	for (int64 i = 0; i < sample->n; i++)
	{
		double		outcome = sample->rows[sample_row(sample, i) * sample->width];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (outcome != 0 && outcome != 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("outcome of a network with objective \"logistic\" must be 0 or 1, not %s",
							float8out_internal(outcome)),
					 errhint("Use objective \"squared_error\" for other outcomes.")));
		seen[(int) outcome] = true;
	}
	if (!seen[0] || !seen[1])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("objective \"logistic\" needs both outcomes, but all are %d", seen[1]),
				 errhint("Add rows, or use objective \"squared_error\".")));
}

void
network_warn(const NetworkFit *fit, const char *what)
{
	if (fit->best > 0 && fit->training[fit->best - 1] > 2 * fit->null_loss)
		ereport(WARNING,
				(errmsg("%s: the network predicts worse than the mean outcome", what),
				 errdetail("Its loss was %g, that of the mean outcome is %g.",
						   fit->training[fit->best - 1], fit->null_loss),
				 errhint("Lower option \"learning_rate\", or raise \"epochs\".")));
}

void
network_pack(StringInfo to, const Network *network)
{
	const NetworkOptions *options = &network->options;

	put_int64(to, network->skipped);
	put_double(to, options->learning_rate);
	put_double(to, options->weight_decay);
	put_double(to, options->holdout);
	put_int32(to, options->batch);
	put_int32(to, options->epochs);
	put_int32(to, options->patience);
	put_int64(to, options->seed);
	put_design(to, network->design);
	put_network_fit(to, network->fit);
}

void *
network_unpack(Reader *from, int version)
{
	Network    *network = palloc0_object(Network);
	NetworkOptions *options = &network->options;

	network->skipped = get_int64(from, 0, PG_INT64_MAX);
	options->learning_rate = get_double(from);
	options->weight_decay = get_double(from);
	options->holdout = get_double(from);
	options->batch = get_int32(from, 1, PG_INT32_MAX);
	options->epochs = get_int32(from, 1, MAX_EPOCHS);
	options->patience = get_int32(from, 1, MAX_EPOCHS);
	options->seed = get_int64(from, PG_INT64_MIN, PG_INT64_MAX);
	network->design = get_design(from);
	network->fit = get_network_fit(from, network->design->p);
	network->columns = palloc_array(double, Max(network->design->p, 1));
	network->units = palloc_array(float, network_scratch(&network->fit->shape));

	return network;
}

/* The columns of a feature row, less their means. */
static const double *
columns_of(const Network *network, const double *slots)
{
	const Design *design = network->design;

	design_expand(design, slots, network->columns);
	for (int j = 0; j < design->p; j++)
		network->columns[j] -= design->mean[j];

	return network->columns;
}

double
network_predict(const Network *network, const double *slots)
{
	double		score = network_score(network->fit, columns_of(network, slots), network->units);

	if (unlikely(!isfinite(score)))
		float_overflow_error();

	return score;
}

const float *
network_embedding(const Network *network, const double *slots, int *n)
{
	const NetworkShape *shape = &network->fit->shape;
	const float *units = network_last_hidden(network->fit, columns_of(network, slots), network->units);

	*n = shape->widths[shape->nlayers - 1];
	for (int j = 0; j < *n; j++)
		if (unlikely(!isfinite(units[j])))
			float_overflow_error();

	return units;
}

static void
describe_options(const Network *network, StringInfo json)
{
	const NetworkOptions *options = &network->options;
	const NetworkShape *shape = &network->fit->shape;

	appendStringInfo(json, ", \"options\": {\"objective\": \"%s\", \"activation\": \"%s\", \"layers\": [",
					 objectives[network->fit->objective], activations[shape->activation]);
	for (int l = 1; l < shape->nlayers; l++)
		appendStringInfo(json, "%s%d", l > 1 ? ", " : "", shape->widths[l]);
	appendStringInfoChar(json, ']');
	json_member(json, "learning_rate", options->learning_rate);
	json_member(json, "weight_decay", options->weight_decay);
	json_member(json, "holdout", options->holdout);
	appendStringInfo(json, ", \"batch\": %d, \"epochs\": %d, \"patience\": %d, \"seed\": " INT64_FORMAT "}",
					 options->batch, options->epochs, options->patience, options->seed);
}

void
network_describe(const void *model, StringInfo json)
{
	const Network *network = model;
	const NetworkFit *fit = network->fit;
	const Design *design = network->design;

	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT
					 ", \"holdout_rows\": " INT64_FORMAT,
					 fit->rows, network->skipped, fit->holdout);
	json_member(json, "mean_outcome", fit->mean);
	describe_options(network, json);
	appendStringInfoString(json, ", \"features\": ");
	schema_describe(design->schema, json);
	appendStringInfoString(json, ", \"columns\": [");
	for (int j = 0; j < design->p; j++)
	{
		appendStringInfoString(json, j ? ", {\"name\": " : "{\"name\": ");
		escape_json(json, design_column_name(design, j));
		json_member(json, "mean", design->mean[j] + fit->centre[j]);
		json_member(json, "standard_deviation", fit->scale[j] > 0 ? 1 / fit->scale[j] : 0);
		appendStringInfoChar(json, '}');
	}
	appendStringInfo(json, "], \"parameters\": %d, \"epochs\": %d, \"best_epoch\": %d, \"stopped_by\": \"%s\"",
					 fit->shape.n, fit->epochs, fit->best, stops[fit->stop]);
	json_member(json, "null_loss", fit->null_loss);
	json_member(json, "training_loss", fit->best > 0 ? fit->training[fit->best - 1] : fit->null_loss);
	json_member(json, "holdout_loss",
				fit->best > 0 && fit->holdout > 0 ? fit->watched[fit->best - 1] : NAN);
}

void
network_trace(const void *model, TraceSink sink, void *to)
{
	const NetworkFit *fit = ((const Network *) model)->fit;

	for (int epoch = 0; epoch < fit->epochs; epoch++)
	{
		sink(to, "", epoch + 1, "training_loss", fit->training[epoch]);
		if (fit->holdout > 0)
			sink(to, "", epoch + 1, "holdout_loss", fit->watched[epoch]);
	}
}
