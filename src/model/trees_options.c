/*
 * trees_options.c
 *		Options and progress of a fit of boosted trees: read, stored, described.
 */
#include "coupon.h"

#include <math.h>

#include "model/trees_fit.h"
#include "pg/json.h"

#define MAX_ROUNDS	10000
#define MAX_PENALTY	1e30		/* the library has single precision */

static const char *const objective_choices[] = {
	"squared_error", "logistic", "poisson", "tweedie",
	"reg:squarederror", "binary:logistic", "count:poisson", "reg:tweedie", NULL
};

#define FIELD(field)	offsetof(TreesOptions, field)

enum
{
	ALPHA_, COLSAMPLE_, EARLY_STOPPING_, EXCLUDE_, GAMMA_, HOLDOUT_, LAMBDA_, LEARNING_RATE_,
	MAX_BIN_, MAX_DEPTH_, MIN_CHILD_WEIGHT_, MONOTONE_, OBJECTIVE_, QUIET_, ROUNDS_, SEED_,
	SUBSAMPLE_, THREADS_, TWEEDIE_POWER_
};

/* Append only: models refer to options by number. */
static const Option known[] = {
	[ALPHA_] = {"alpha", OPTION_NUMBER, FIELD(alpha), .least = 0, .most = MAX_PENALTY},
	[COLSAMPLE_] = {"colsample", OPTION_NUMBER, FIELD(colsample), .least = 0.01, .most = 1},
	[EARLY_STOPPING_] = {"early_stopping", OPTION_INT, FIELD(early_stopping), .least = 0, .most = MAX_ROUNDS},
	[EXCLUDE_] = {"exclude", OPTION_TEXTS, FIELD(exclude)},
	[GAMMA_] = {"gamma", OPTION_NUMBER, FIELD(gamma), .least = 0, .most = MAX_PENALTY},
	[HOLDOUT_] = {"holdout", OPTION_NUMBER, FIELD(holdout), .least = 0.01, .most = 0.9},
	[LAMBDA_] = {"lambda", OPTION_NUMBER, FIELD(lambda), .least = 0, .most = MAX_PENALTY},
	[LEARNING_RATE_] = {"learning_rate", OPTION_NUMBER, FIELD(learning_rate), .least = 1e-6, .most = 1},
	[MAX_BIN_] = {"max_bin", OPTION_INT, FIELD(max_bin), .least = 2, .most = 65535},
	[MAX_DEPTH_] = {"max_depth", OPTION_INT, FIELD(max_depth), .least = 1, .most = 16},
	[MIN_CHILD_WEIGHT_] = {"min_child_weight", OPTION_NUMBER, FIELD(min_child_weight), .least = 0, .most = MAX_PENALTY},
	[MONOTONE_] = {"monotone", OPTION_OBJECT, FIELD(monotone)},
	[OBJECTIVE_] = {"objective", OPTION_CHOICE, FIELD(objective), .choices = objective_choices},
	[QUIET_] = {"quiet", OPTION_BOOL, FIELD(quiet)},
	[ROUNDS_] = {"rounds", OPTION_INT, FIELD(rounds), .least = 1, .most = MAX_ROUNDS},
	[SEED_] = {"seed", OPTION_SEED, FIELD(seed)},
	[SUBSAMPLE_] = {"subsample", OPTION_NUMBER, FIELD(subsample), .least = 0.01, .most = 1},
	[THREADS_] = {"threads", OPTION_INT, FIELD(threads), .least = 1, .most = 256},
	[TWEEDIE_POWER_] = {"tweedie_power", OPTION_NUMBER, FIELD(tweedie_power), .least = 1.01, .most = 1.99},
};

void
trees_options(const Jsonb *jsonb, TreesOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->rounds = 100;
	options->max_depth = 6;
	options->learning_rate = 0.1;
	options->min_child_weight = 1;
	options->lambda = 1;
	options->subsample = 1;
	options->colsample = 1;
	options->max_bin = 256;
	options->tweedie_power = 1.5;
	options->holdout = 0.2;
	options->threads = 1;
	options->given = options_read(jsonb, known, lengthof(known), options);
	options->objective %= LAST_OBJECTIVE + 1;
}

bool
trees_objective_given(const TreesOptions *options)
{
	return options->given & (UINT64CONST(1) << OBJECTIVE_);
}

const char *
trees_option_name(int number)
{
	return number < lengthof(known) ? known[number].name : NULL;
}

uint64
trees_unused_options(const TreesOptions *options)
{
	uint64		unused = 0;

	if (options->early_stopping == 0)
		unused |= UINT64CONST(1) << HOLDOUT_;
	if (options->objective != OBJECTIVE_TWEEDIE)
		unused |= UINT64CONST(1) << TWEEDIE_POWER_;
	if (options->early_stopping == 0 && options->subsample == 1 && options->colsample == 1)
		unused |= UINT64CONST(1) << SEED_;

	return options->given & unused;
}

const char *
objective_metric(Objective objective)
{
	static const char *const names[] = {
		"rmse", "log_loss", "poisson_nloglik", "tweedie_nloglik"
	};

	return names[objective];
}

void
put_trees_options(StringInfo to, const TreesOptions *options)
{
	put_int32(to, options->objective);
	put_int32(to, options->rounds);
	put_int32(to, options->max_depth);
	put_double(to, options->learning_rate);
	put_double(to, options->min_child_weight);
	put_double(to, options->lambda);
	put_double(to, options->alpha);
	put_double(to, options->gamma);
	put_double(to, options->subsample);
	put_double(to, options->colsample);
	put_int32(to, options->max_bin);
	put_double(to, options->tweedie_power);
	put_int32(to, options->early_stopping);
	put_double(to, options->holdout);
	put_text(to, options->monotone ? options_text(options->monotone) : "{}");
	put_int64(to, options->seed);
	put_int64(to, trees_unused_options(options));
}

void
get_trees_options(Reader *from, TreesOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->objective = get_int32(from, OBJECTIVE_BY_OUTCOMES, LAST_OBJECTIVE);
	options->rounds = get_int32(from, 1, MAX_ROUNDS);
	options->max_depth = get_int32(from, 1, 16);
	options->learning_rate = get_double(from);
	options->min_child_weight = get_double(from);
	options->lambda = get_double(from);
	options->alpha = get_double(from);
	options->gamma = get_double(from);
	options->subsample = get_double(from);
	options->colsample = get_double(from);
	options->max_bin = get_int32(from, 2, 65535);
	options->tweedie_power = get_double(from);
	options->early_stopping = get_int32(from, 0, MAX_ROUNDS);
	options->holdout = get_double(from);
	options->monotone = jsonb_of_text(get_json_object(from));
	options->seed = get_int64(from, PG_INT64_MIN, PG_INT64_MAX);
	options->given = get_int64(from, 0, PG_INT64_MAX);
}

void
describe_trees_options(StringInfo json, const TreesOptions *options)
{
	appendStringInfo(json, "{\"objective\": \"%s\", \"rounds\": %d, \"max_depth\": %d, \"max_bin\": %d, \"early_stopping\": %d, \"seed\": " INT64_FORMAT ", \"monotone\": %s",
					 options->objective == OBJECTIVE_BY_OUTCOMES ? "by the outcomes" :
					 objective_name(options->objective), options->rounds, options->max_depth,
					 options->max_bin, options->early_stopping, options->seed,
					 options_text(options->monotone));
	json_member(json, "learning_rate", options->learning_rate);
	json_member(json, "min_child_weight", options->min_child_weight);
	json_member(json, "lambda", options->lambda);
	json_member(json, "alpha", options->alpha);
	json_member(json, "gamma", options->gamma);
	json_member(json, "subsample", options->subsample);
	json_member(json, "colsample", options->colsample);
	if (options->objective == OBJECTIVE_TWEEDIE)
		json_member(json, "tweedie_power", options->tweedie_power);
	if (options->early_stopping > 0)
		json_member(json, "holdout", options->holdout);
	appendStringInfoChar(json, '}');
}

void
trees_trace_rows(const TreesTrace *trace, Objective objective, const char *part,
				 TraceSink sink, void *to)
{
	const char *between = part[0] ? ", " : "";
	char	   *training = psprintf("%s%straining", part, between);
	char	   *held_out = psprintf("%s%sheld out", part, between);

	for (int round = 0; round < trace->rounds; round++)
	{
		sink(to, training, round + 1, objective_metric(objective), trace->training[round]);
		if (trace->held)
			sink(to, held_out, round + 1, objective_metric(objective), trace->held[round]);
	}
}

TreesTrace *
trees_trace_copy(const TreesTrace *trace)
{
	TreesTrace *copy = palloc_object(TreesTrace);
	Size		size = sizeof(double) * trace->rounds;

	*copy = *trace;
	copy->training = memcpy(palloc(Max(size, 1)), trace->training, size);
	if (trace->held)
		copy->held = memcpy(palloc(Max(size, 1)), trace->held, size);

	return copy;
}

void
put_trees_trace(StringInfo to, const TreesTrace *trace)
{
	put_int64(to, trace->rows);
	put_int64(to, trace->held_out);
	put_int32(to, trace->rounds);
	put_int32(to, trace->best);
	put_doubles(to, trace->training, trace->rounds);
	put_int32(to, trace->held != NULL);
	if (trace->held)
		put_doubles(to, trace->held, trace->rounds);
	put_double(to, trace->difference);
}

TreesTrace *
get_trees_trace(Reader *from)
{
	TreesTrace *trace = palloc0_object(TreesTrace);

	trace->rows = get_int64(from, 0, PG_INT64_MAX);
	trace->held_out = get_int64(from, 0, PG_INT64_MAX);
	trace->rounds = get_int32(from, 0, MAX_ROUNDS);
	trace->best = get_int32(from, 0, trace->rounds);
	trace->training = get_doubles(from, trace->rounds);
	if (get_int32(from, 0, 1))
		trace->held = get_doubles(from, trace->rounds);
	trace->difference = get_double(from);

	return trace;
}
