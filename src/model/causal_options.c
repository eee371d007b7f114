/*
 * causal_options.c
 *		The object in option "forest" of uplift_fit.
 */
#include "coupon.h"

#include <math.h>

#include "model/causal_forest.h"
#include "pg/json.h"

static const Option known[] = {
	{.name = "alpha", .type = OPTION_NUMBER, .offset = offsetof(CausalOptions, alpha),
	.least = 0, .most = 0.25},
	{.name = "depth", .type = OPTION_INT, .offset = offsetof(CausalOptions, depth),
	.least = 1, .most = MAX_CAUSAL_DEPTH},
	{.name = "honesty", .type = OPTION_BOOL, .offset = offsetof(CausalOptions, honesty)},
	{.name = "linear", .type = OPTION_BOOL, .offset = offsetof(CausalOptions, linear)},
	{.name = "min_leaf", .type = OPTION_INT, .offset = offsetof(CausalOptions, min_leaf),
	.least = 1, .most = PG_INT32_MAX},
	{.name = "mtry", .type = OPTION_INT, .offset = offsetof(CausalOptions, mtry),
	.least = 1, .most = MAX_TREE_COLUMNS},
	{.name = "sample_share", .type = OPTION_NUMBER, .offset = offsetof(CausalOptions, sample_share),
	.least = 0.01, .most = 0.5},
	{.name = "trees", .type = OPTION_INT, .offset = offsetof(CausalOptions, trees),
	.least = BAG, .most = MAX_CAUSAL_TREES},
	{.name = "tune", .type = OPTION_BOOL, .offset = offsetof(CausalOptions, tune)},
};

void
causal_options(const Jsonb *jsonb, CausalOptions *options)
{
	*options = (CausalOptions) {
		.trees = 500,
		.depth = MAX_CAUSAL_DEPTH,
		.sample_share = 0.5,
		.alpha = 0.05,
		.honesty = true,
		.linear = true,
		.tune = true,
	};
	options_read(jsonb, known, lengthof(known), options);
	if (options->min_leaf > 0)
		options->tune = false;
	else if (!options->tune)
		options->min_leaf = 5;
	options->trees = (options->trees + BAG - 1) / BAG * BAG;
}

void
describe_causal_options(StringInfo json, const CausalOptions *options)
{
	appendStringInfo(json, "{\"trees\": %d, \"depth\": %d, \"honesty\": %s, \"linear\": %s, \"tune\": %s",
					 options->trees, options->depth, options->honesty ? "true" : "false",
					 options->linear ? "true" : "false", options->tune ? "true" : "false");
	if (options->min_leaf > 0)
		appendStringInfo(json, ", \"min_leaf\": %d", options->min_leaf);
	json_member(json, "sample_share", options->sample_share);
	json_member(json, "alpha", options->alpha);
	if (options->mtry > 0)
		appendStringInfo(json, ", \"mtry\": %d", options->mtry);
	appendStringInfoChar(json, '}');
}

void
describe_causal_choices(StringInfo json, const CausalForest *forest)
{
	appendStringInfo(json, ", \"min_leaf\": %d", forest->min_leaf);
	json_member(json, "linear_share", forest->slopes ? forest->slopes->share : 0);
	json_member(json, "linear_share_error", forest->slopes ? forest->slopes->share_error : 0);
	json_member(json, "r_loss", forest->loss);
	json_member(json, "r_loss_of_average", forest->loss_average);
	appendStringInfoString(json, ", \"trials\": [");
	for (int i = 0; i < forest->ntrials; i++)
	{
		const CausalTrial *trial = &forest->trials[i];

		appendStringInfo(json, "%s{\"min_leaf\": %d", i > 0 ? ", " : "", trial->min_leaf);
		json_member(json, "r_loss", trial->loss);
		json_member(json, "worse", trial->worse);
		json_member(json, "error", trial->error);
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}

void
put_causal_options(StringInfo to, const CausalOptions *options)
{
	put_int32(to, options->trees);
	put_int32(to, options->min_leaf);
	put_int32(to, options->mtry);
	put_int32(to, options->depth);
	put_double(to, options->sample_share);
	put_double(to, options->alpha);
	put_int32(to, options->honesty);
	put_int32(to, options->linear);
	put_int32(to, options->tune);
}

void
get_causal_options(Reader *from, CausalOptions *options)
{
	options->trees = get_int32(from, BAG, MAX_CAUSAL_TREES);
	options->min_leaf = get_int32(from, 0, PG_INT32_MAX);
	options->mtry = get_int32(from, 0, MAX_TREE_COLUMNS);
	options->depth = get_int32(from, 1, MAX_CAUSAL_DEPTH);
	options->sample_share = get_double(from);
	options->alpha = get_double(from);
	options->honesty = get_int32(from, 0, 1);
	options->linear = get_int32(from, 0, 1);
	options->tune = get_int32(from, 0, 1);
	if (options->trees % BAG != 0)
		get_failed(from, "A forest is not of whole bags.");
}
