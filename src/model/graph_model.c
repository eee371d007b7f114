/*
 * graph_model.c
 *		Models of kind graph: their bytes, and vectors by name.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"
#include "utils/json.h"

#include "model/graph_names.h"
#include "pg/json.h"

/* A share, or -1 of NaN. */
static void
put_share(StringInfo to, double share)
{
	put_double(to, isnan(share) ? -1 : share);
}

void
graph_pack(StringInfo to, const GraphModel *model)
{
	const GraphOptions *options = &model->options;
	const Embedding *embedding = &model->embedding;
	int			R = model->relations.n;
	int			k = options->dimensions;
	int64		products = model->products.n;

	put_int32(to, k);
	put_int32(to, options->layers);
	put_int32(to, options->power);
	put_int32(to, options->refine);
	put_int32(to, options->recall_at);
	put_int32(to, options->keep);
	put_int64(to, options->seed);
	put_double(to, options->learning_rate);
	put_double(to, options->penalty);
	put_double(to, options->holdout);
	put_text(to, options->target ? options->target : "");
	put_int32(to, options->target != NULL);

	put_int64(to, model->rows);
	put_int64(to, model->skipped);
	put_int64(to, model->zeros);
	put_int64(to, model->nedges);
	put_int64(to, model->npairs);
	put_int32(to, model->ncustomers);
	put_int64(to, model->measures.pairs);
	put_int64(to, model->measures.customers);
	put_share(to, model->measures.recall);
	put_share(to, model->measures.auc);
	put_share(to, model->measures.popular_recall);
	put_share(to, model->measures.popular_auc);

	put_names(to, &model->relations);
	for (int r = 0; r < R; r++)
		put_int64(to, model->edges_of[r]);
	put_doubles(to, embedding->relation_weights, R);
	put_int64(to, embedding->learned_from);
	put_int32(to, embedding->rank);
	put_doubles(to, embedding->sigma, embedding->rank);
	put_doubles(to, embedding->loss, options->refine);

	put_names(to, &model->products);
	put_doubles(to, embedding->degree, products * R);
	put_floats(to, embedding->product, products * k);
	put_floats(to, embedding->fold, products * k);
	if (options->keep == KEEP_ALL)
	{
		put_names(to, &model->customers);
		put_floats(to, embedding->customer, (int64) model->ncustomers * k);
	}
}

/* A share, or NaN of -1. */
static double
get_share(Reader *from)
{
	double		share = get_double(from);

	if (share != -1 && !(share >= 0 && share <= 1))
		get_failed(from, "A share is not between 0 and 1.");

	return share < 0 ? NAN : share;
}

static void
get_relations(Reader *from, GraphModel *model)
{
	Embedding  *embedding = &model->embedding;
	int			R;

	get_names(from, &model->relations);
	R = model->relations.n;
	if (R < 1 || R > MAX_RELATIONS)
		get_failed(from, "A count or an index is out of range.");
	for (int r = 0; r < R; r++)
		model->edges_of[r] = get_int64(from, 0, PG_INT64_MAX);
	for (int r = 0; r < R; r++)
	{
		embedding->relation_weights[r] = get_double(from);
		if (embedding->relation_weights[r] < 0 || embedding->relation_weights[r] > 1)
			get_failed(from, "A weight is not between 0 and 1.");
	}
	embedding->learned_from = get_int64(from, 0, PG_INT64_MAX);
	embedding->rank = get_int32(from, 0, model->options.dimensions);
	embedding->sigma = get_doubles(from, embedding->rank);
	embedding->loss = get_doubles(from, model->options.refine);
}

void *
graph_unpack(Reader *from, int version)
{
	GraphModel *model = palloc0_object(GraphModel);
	GraphOptions *options = &model->options;
	Embedding  *embedding = &model->embedding;
	int			k = options->dimensions = get_int32(from, 1, MAX_DIMENSIONS);
	int64		cells;

	options->layers = get_int32(from, 0, MAX_LAYERS);
	options->power = get_int32(from, 0, 1000);
	options->refine = get_int32(from, 0, MAX_REFINE);
	options->recall_at = get_int32(from, 1, PG_INT32_MAX);
	options->keep = get_int32(from, KEEP_ALL, KEEP_PRODUCTS);
	options->seed = get_int64(from, PG_INT64_MIN, PG_INT64_MAX);
	options->learning_rate = get_double(from);
	options->penalty = get_double(from);
	options->holdout = get_double(from);
	options->target = get_text(from);
	if (!get_int32(from, 0, 1))
		options->target = NULL;

	model->rows = get_int64(from, 1, PG_INT64_MAX);
	model->skipped = get_int64(from, 0, PG_INT64_MAX);
	model->zeros = get_int64(from, 0, PG_INT64_MAX);
	model->nedges = get_int64(from, 1, PG_INT64_MAX);
	model->npairs = get_int64(from, 1, PG_INT64_MAX);
	model->ncustomers = get_int32(from, 1, PG_INT32_MAX - 1);
	model->measures.pairs = get_int64(from, 0, PG_INT64_MAX);
	model->measures.customers = get_int64(from, 0, PG_INT64_MAX);
	model->measures.recall = get_share(from);
	model->measures.auc = get_share(from);
	model->measures.popular_recall = get_share(from);
	model->measures.popular_auc = get_share(from);
	get_relations(from, model);

	get_names(from, &model->products);
	cells = (int64) model->products.n * model->relations.n;
	embedding->degree = get_doubles(from, cells);
	for (int64 i = 0; i < cells; i++)
		if (embedding->degree[i] < 0)
			get_failed(from, "A degree is negative.");
	embedding->product = get_floats(from, (int64) model->products.n * k);
	embedding->fold = get_floats(from, (int64) model->products.n * k);
	name_index_make(&model->product_index, &model->products);
	if (options->keep == KEEP_ALL)
	{
		get_names(from, &model->customers);
		if (model->customers.n != model->ncustomers)
			get_failed(from, "There are fewer names than there should be.");
		embedding->customer = get_floats(from, (int64) model->ncustomers * k);
		name_index_make(&model->customer_index, &model->customers);
	}

	return model;
}

const float *
graph_model_customer(const GraphModel *model, const char *name, int length)
{
	int			place;

	if (model->options.keep == KEEP_PRODUCTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model keeps no customers"),
				 errhint("It was fitted with \"keep\": \"products\"; use graph_new_customer().")));
	place = name_index_find(&model->customer_index, name, length);

	return place < 0 ? NULL : model->embedding.customer + (Size) place * model->options.dimensions;
}

int
graph_model_find_product(const GraphModel *model, const char *name, int length)
{
	return name_index_find(&model->product_index, name, length);
}

const float *
graph_model_product(const GraphModel *model, const char *name, int length)
{
	int			place = graph_model_find_product(model, name, length);

	return place < 0 ? NULL : model->embedding.product + (Size) place * model->options.dimensions;
}

int
graph_model_find_relation(const GraphModel *model, const char *name, int length)
{
	for (int r = 0; r < model->relations.n; r++)
		if (strlen(names_of(&model->relations, r)) == length &&
			memcmp(names_of(&model->relations, r), name, length) == 0)
			return r;

	return -1;
}

bool
graph_model_new_customer(const GraphModel *model, const int *products, const int *relations, int n,
						 double *vector)
{
	const Embedding *embedding = &model->embedding;
	int			k = model->options.dimensions;
	int			R = model->relations.n;
	double		degree[MAX_RELATIONS] = {0};
	bool		any = false;

	memset(vector, 0, sizeof(double) * k);
	for (int i = 0; i < n; i++)
		if (products[i] >= 0 && relations[i] >= 0)
			degree[relations[i]]++;
	for (int i = 0; i < n; i++)
	{
		int			r = relations[i];
		const float *fold;
		double		value;

		if (products[i] < 0 || r < 0)
			continue;
		any = true;
		fold = embedding->fold + (Size) products[i] * k;
		/* with this edge the product's degree is one more */
		value = embedding->relation_weights[r] /
			sqrt(degree[r] * (embedding->degree[(Size) products[i] * R + r] + 1));
		for (int j = 0; j < k; j++)
			vector[j] += value * fold[j];
	}
	for (int j = 0; j < k; j++)
		if (unlikely(!isfinite(vector[j])))
			float_overflow_error();

	return any;
}

static int
by_similarity(const void *a, const void *b)
{
	const SimilarProduct *x = a;
	const SimilarProduct *y = b;

	if (x->similarity != y->similarity)
		return x->similarity > y->similarity ? -1 : 1;

	return x->product - y->product;
}

static double
dot(const float *x, const float *y, int n)
{
	double		sum = 0;

	for (int j = 0; j < n; j++)
		sum += (double) x[j] * y[j];

	return sum;
}

int
graph_model_similar(const GraphModel *model, int product, int k, SimilarProduct *similar)
{
	int			d = model->options.dimensions;
	const float *own = model->embedding.product + (Size) product * d;
	double		length = sqrt(dot(own, own, d));
	int			n = 0;

	for (int p = 0; p < model->products.n; p++)
	{
		const float *other = model->embedding.product + (Size) p * d;
		double		norm = length * sqrt(dot(other, other, d));

		/* what no message reaches is similar to nothing */
		if (p != product && norm > 0)
			similar[n++] = (SimilarProduct) {p, Max(-1, Min(1, dot(own, other, d) / norm))};
	}
	qsort(similar, n, sizeof(SimilarProduct), by_similarity);

	return Min(n, k);
}

static void
describe_options(const GraphOptions *options, StringInfo json)
{
	GraphOptions usual = graph_options(NULL);
	bool		first = true;

	appendStringInfo(json, ", \"options\": {\"dimensions\": %d, \"layers\": %d, \"power\": %d, \"keep\": \"%s\", \"target\": ",
					 options->dimensions, options->layers, options->power,
					 options->keep == KEEP_PRODUCTS ? "products" : "all");
	if (options->target)
		escape_json(json, options->target);
	else
		appendStringInfoString(json, "null");
	appendStringInfo(json, ", \"refine\": %d", options->refine);
	json_member(json, "learning_rate", options->learning_rate);
	json_member(json, "penalty", options->penalty);
	json_member(json, "holdout", options->holdout);
	appendStringInfo(json, ", \"recall_at\": %d, \"seed\": " INT64_FORMAT "}", options->recall_at, options->seed);

	/* other than by default, and without effect */
	appendStringInfoString(json, ", \"unused_options\": [");
	json_item(json, &first, options->refine == 0 && options->learning_rate != usual.learning_rate, "learning_rate");
	json_item(json, &first, options->refine == 0 && options->penalty != usual.penalty, "penalty");
	json_item(json, &first, options->holdout == 0 && options->recall_at != usual.recall_at, "recall_at");
	appendStringInfoChar(json, ']');
}

void
graph_describe(const void *of, StringInfo json)
{
	const GraphModel *model = of;
	const Embedding *embedding = &model->embedding;

	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT
					 ", \"zero_weights\": " INT64_FORMAT ", \"customers\": %d, \"products\": %d"
					 ", \"edges\": " INT64_FORMAT ", \"pairs\": " INT64_FORMAT,
					 model->rows, model->skipped, model->zeros, model->ncustomers, model->products.n,
					 model->nedges, model->npairs);
	describe_options(&model->options, json);
	appendStringInfoString(json, ", \"relations\": [");
	for (int r = 0; r < model->relations.n; r++)
	{
		appendStringInfoString(json, r ? ", {\"action\": " : "{\"action\": ");
		escape_json(json, names_of(&model->relations, r));
		appendStringInfo(json, ", \"edges\": " INT64_FORMAT, model->edges_of[r]);
		json_member(json, "weight", embedding->relation_weights[r]);
		appendStringInfoChar(json, '}');
	}
	appendStringInfo(json, "], \"weights_learned_from\": " INT64_FORMAT ", \"rank\": %d, \"singular_values\": [",
					 embedding->learned_from, embedding->rank);
	for (int j = 0; j < embedding->rank; j++)
	{
		if (j > 0)
			appendStringInfoString(json, ", ");
		json_number(json, embedding->sigma[j]);
	}
	appendStringInfoString(json, "], \"loss\": ");
	json_number(json, model->options.refine > 0 ? embedding->loss[model->options.refine - 1] : NAN);
	appendStringInfo(json, ", \"holdout\": {\"pairs\": " INT64_FORMAT ", \"customers\": " INT64_FORMAT
					 ", \"recall_at\": %d",
					 model->measures.pairs, model->measures.customers, model->options.recall_at);
	json_member(json, "recall", model->measures.recall);
	json_member(json, "auc", model->measures.auc);
	json_member(json, "popular_recall", model->measures.popular_recall);
	json_member(json, "popular_auc", model->measures.popular_auc);
	appendStringInfoChar(json, '}');
}

void
graph_trace(const void *of, TraceSink sink, void *to)
{
	const GraphModel *model = of;

	for (int step = 0; step < model->options.refine; step++)
		sink(to, "", step + 1, "loss", model->embedding.loss[step]);
}
