/*
 * graph_options.c
 *		What graph_fit() can be asked, and the fit of edges by it.
 */
#include "coupon.h"

#include <math.h>

#include "utils/memutils.h"

#include "model/graph_model.h"

#define HEADROOM		(1024 * 1024)

/* What random numbers are drawn for. */
#define DRAW_HOLDOUT	UINT64CONST(0x686f6c646f757400)

GraphOptions
graph_options(const Jsonb *jsonb)
{
	static const char *const keeps[] = {"all", "products", NULL};
	static const char *const learn[] = {"learn", NULL};
	static const Option known[] = {
		{.name = "dimensions", .type = OPTION_INT, .offset = offsetof(GraphOptions, dimensions),
		.least = 1, .most = MAX_DIMENSIONS},
		{.name = "holdout", .type = OPTION_NUMBER, .offset = offsetof(GraphOptions, holdout),
		.least = 0, .most = 0.5},
		{.name = "keep", .type = OPTION_CHOICE, .offset = offsetof(GraphOptions, keep), .choices = keeps},
		{.name = "layers", .type = OPTION_INT, .offset = offsetof(GraphOptions, layers),
		.least = 0, .most = MAX_LAYERS},
		{.name = "learning_rate", .type = OPTION_NUMBER, .offset = offsetof(GraphOptions, learning_rate),
		.least = 1e-6, .most = 10},
		{.name = "penalty", .type = OPTION_NUMBER, .offset = offsetof(GraphOptions, penalty),
		.least = 0, .most = 1e6},
		{.name = "power", .type = OPTION_INT, .offset = offsetof(GraphOptions, power),
		.least = 0, .most = 1000},
		{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(GraphOptions, quiet)},
		{.name = "recall_at", .type = OPTION_INT, .offset = offsetof(GraphOptions, recall_at),
		.least = 1, .most = 1000000},
		{.name = "refine", .type = OPTION_INT, .offset = offsetof(GraphOptions, refine),
		.least = 0, .most = MAX_REFINE},
		{.name = "relation_weights", .type = OPTION_NUMBERS, .offset = offsetof(GraphOptions, relation_weights),
		.least = 0, .most = 1e6, .choices = learn},
		{.name = "seed", .type = OPTION_SEED, .offset = offsetof(GraphOptions, seed)},
		{.name = "target", .type = OPTION_TEXT, .offset = offsetof(GraphOptions, target)},
	};
	GraphOptions options = {
		.dimensions = 64,
		.layers = 2,
		.power = 4,
		.relation_weights = {.choice = 0},
		.learning_rate = 0.02,
		.penalty = 1,
		.holdout = 0.1,
		.recall_at = 20,
	};

	options_read(jsonb, known, lengthof(known), &options);

	return options;
}

static void
find_target(Graph *graph, const char *target)
{
	graph->target = -1;
	if (target == NULL)
		return;
	for (int r = 0; r < graph->relations.n; r++)
		if (strcmp(names_of(&graph->relations, r), target) == 0)
			graph->target = r;
	if (graph->target < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"target\" names action \"%s\", which no edge has", target)));
}

/* The model must be a value: before anything is computed. */
static void
check_size(const Graph *graph, const GraphOptions *options)
{
	double		kept = options->keep == KEEP_PRODUCTS ? 0 : graph->customers.n;
	double		bytes = sizeof(float) * (kept + 2.0 * graph->products.n) * options->dimensions +
		sizeof(double) * (double) graph->products.n * graph->relations.n +
		sizeof(int64) * (kept + graph->products.n) +
		(options->keep == KEEP_PRODUCTS ? 0 : graph->customers.at[graph->customers.n]) +
		graph->products.at[graph->products.n] + sizeof(double) * options->refine + HEADROOM;

	if (bytes >= MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a model of %d customers and %d products in %d dimensions takes %.1f GB, more than 1 GB",
						graph->customers.n, graph->products.n, options->dimensions, bytes / 1e9),
				 options->keep == KEEP_PRODUCTS ? errhint("Ask for fewer \"dimensions\".") :
				 errhint("Ask for fewer \"dimensions\", or for \"keep\": \"products\" and embed customers with graph_new_customer().")));
}

/* What a fit without some pairs makes of them; false if none is left out, else its basis and weights are kept. */
static bool
measure_holdout(const Graph *graph, const GraphOptions *options, Progress *progress, Measures *measures,
				Embedding *kept)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "coupon graph", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	int64		n;
	bool	   *left_out = graph_split(graph, NULL, options->holdout, options->seed, DRAW_HOLDOUT, &n);
	Size		cells = (Size) graph->products.n * graph_basis_columns(graph->products.n, options->dimensions);

	*measures = (Measures) {.recall = NAN, .auc = NAN, .popular_recall = NAN, .popular_auc = NAN};
	if (left_out)
	{
		graph_embed(graph, left_out, options, NULL, "graph_fit without pairs held out", progress, kept);
		graph_measure(graph, left_out, options, kept, progress, measures);
	}
	MemoryContextSwitchTo(caller);
	if (left_out)
		kept->basis = memcpy(palloc_huge(float, cells), kept->basis, sizeof(float) * cells);
	MemoryContextDelete(context);

	return left_out != NULL;
}

void
graph_fit_edges(const Edges *edges, const GraphOptions *options, GraphModel *model)
{
	Progress	progress;
	Graph	   *graph;
	Embedding	kept;
	bool		measured;

	progress_start(&progress, options->quiet);
	graph = graph_build(edges, &progress);
	find_target(graph, options->target);
	check_size(graph, options);
	memset(model, 0, sizeof(*model));
	model->options = *options;
	model->rows = edges->rows->n + edges->zeros;
	model->skipped = edges->skipped;
	model->zeros = edges->zeros;
	model->nedges = graph->nedges;
	model->npairs = graph->npairs;
	model->ncustomers = graph->customers.n;
	memcpy(model->edges_of, graph->edges_of, sizeof(model->edges_of));
	model->relations = graph->relations;
	model->products = graph->products;
	model->customers = graph->customers;
	measured = measure_holdout(graph, options, &progress, &model->measures, &kept);
	graph_embed(graph, NULL, options, measured ? &kept : NULL, "graph_fit", &progress, &model->embedding);
}
