/*
 * trees_model.c
 *		Models of kind trees: an outcome by features, fitted here or imported.
 */
#include "coupon.h"

#include <math.h>

#include "utils/json.h"

#include "model/trees_model.h"
#include "pg/json.h"

void
trees_pack(StringInfo to, const Trees *trees)
{
	put_schema(to, trees->schema);
	put_forest(to, trees->forest);
	put_int32(to, trees->imported);
	if (trees->imported)
	{
		put_text(to, trees->objective);
		put_text(to, trees->version);
	}
	else
	{
		put_int64(to, trees->skipped);
		put_trees_options(to, &trees->options);
		put_trees_trace(to, trees->trace);
	}
}

void *
trees_unpack(Reader *from, int version)
{
	Trees	   *trees = palloc0_object(Trees);

	trees->schema = get_schema(from);
	trees->forest = get_forest(from, trees_columns(trees->schema));
	trees->imported = get_int32(from, 0, 1);
	if (trees->imported)
	{
		trees->objective = get_text(from);
		trees->version = get_text(from);
	}
	else
	{
		trees->skipped = get_int64(from, 0, PG_INT64_MAX);
		get_trees_options(from, &trees->options);
		if (trees->options.objective != (int) trees->forest->objective)
			get_failed(from, "The trees have another objective than the options.");
		trees->trace = get_trees_trace(from);
	}

	return trees;
}

double
trees_predict(const Trees *trees, const double *slots)
{
	return forest_predict(trees->forest, trees->schema, slots);
}

static void
describe_fit(const Trees *trees, StringInfo json)
{
	const TreesTrace *trace = trees->trace;
	const char *metric = objective_metric(trees->options.objective);
	bool		some = false;

	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT ", \"held_out\": " INT64_FORMAT,
					 trace->rows + trace->held_out, trees->skipped, trace->held_out);
	appendStringInfoString(json, ", \"options\": ");
	describe_trees_options(json, &trees->options);
	appendStringInfoString(json, ", \"unused_options\": [");
	for (int i = 0; trees_option_name(i); i++)
		if (trees->options.given & (UINT64CONST(1) << i))
		{
			appendStringInfo(json, "%s\"%s\"", some ? ", " : "", trees_option_name(i));
			some = true;
		}
	appendStringInfo(json, "], \"rounds\": %d, \"best_round\": %d", trace->rounds, trace->best);
	if (trace->best > 0)
	{
		json_member(json, metric, trace->training[trace->best - 1]);
		if (trace->held)
			json_member(json, psprintf("held_out_%s", metric), trace->held[trace->best - 1]);
	}
	json_member(json, "difference_from_libxgboost", trace->difference);
}

void
trees_describe(const void *model, StringInfo json)
{
	const Trees *trees = model;
	const Forest *forest = trees->forest;
	int			depth = 0;

	if (trees->imported)
	{
		appendStringInfoString(json, ", \"rows\": null, \"skipped\": null, \"options\": {}, \"source\": {\"library\": \"xgboost\", \"version\": ");
		escape_json(json, trees->version);
		appendStringInfoString(json, ", \"objective\": ");
		escape_json(json, trees->objective);
		appendStringInfoChar(json, '}');
	}
	else
		describe_fit(trees, json);
	for (int t = 0; t < forest->ntrees; t++)
		depth = Max(depth, forest->depth[t]);
	appendStringInfo(json, ", \"objective\": \"%s\", \"trees\": %d, \"nodes\": %d, \"depth\": %d",
					 objective_name(forest->objective), forest->ntrees,
					 forest->first[forest->ntrees], depth);
	appendStringInfoString(json, ", \"features\": ");
	schema_describe(trees->schema, json);
}

void
trees_trace(const void *model, TraceSink sink, void *to)
{
	const Trees *trees = model;

	if (trees->trace)
		trees_trace_rows(trees->trace, trees->options.objective, "", sink, to);
}
