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
	{.name = "min_leaf", .type = OPTION_INT, .offset = offsetof(CausalOptions, min_leaf),
	.least = 1, .most = PG_INT32_MAX},
	{.name = "mtry", .type = OPTION_INT, .offset = offsetof(CausalOptions, mtry),
	.least = 1, .most = MAX_TREE_COLUMNS},
	{.name = "sample_share", .type = OPTION_NUMBER, .offset = offsetof(CausalOptions, sample_share),
	.least = 0.01, .most = 0.5},
	{.name = "trees", .type = OPTION_INT, .offset = offsetof(CausalOptions, trees),
	.least = BAG, .most = MAX_CAUSAL_TREES},
};

void
causal_options(const Jsonb *jsonb, CausalOptions *options)
{
	*options = (CausalOptions) {
		.trees = 500,
		.min_leaf = 5,
		.depth = MAX_CAUSAL_DEPTH,
		.sample_share = 0.5,
		.alpha = 0.05,
		.honesty = true,
	};
	options_read(jsonb, known, lengthof(known), options);
	options->trees = (options->trees + BAG - 1) / BAG * BAG;
}

void
describe_causal_options(StringInfo json, const CausalOptions *options)
{
	appendStringInfo(json, "{\"trees\": %d, \"min_leaf\": %d, \"depth\": %d, \"honesty\": %s",
					 options->trees, options->min_leaf, options->depth,
					 options->honesty ? "true" : "false");
	json_member(json, "sample_share", options->sample_share);
	json_member(json, "alpha", options->alpha);
	if (options->mtry > 0)
		appendStringInfo(json, ", \"mtry\": %d", options->mtry);
	appendStringInfoChar(json, '}');
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
}

void
get_causal_options(Reader *from, CausalOptions *options)
{
	options->trees = get_int32(from, BAG, MAX_CAUSAL_TREES);
	options->min_leaf = get_int32(from, 1, PG_INT32_MAX);
	options->mtry = get_int32(from, 0, MAX_TREE_COLUMNS);
	options->depth = get_int32(from, 1, MAX_CAUSAL_DEPTH);
	options->sample_share = get_double(from);
	options->alpha = get_double(from);
	options->honesty = get_int32(from, 0, 1);
	if (options->trees % BAG != 0)
		get_failed(from, "A forest is not of whole bags.");
}
