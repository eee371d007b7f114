/*
 * graph_sql.c
 *		graph_fit(), graph_customer(), graph_product(), graph_score(),
 *		graph_new_customer() and graph_similar().
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "model/graph_model.h"
#include "pg/array.h"
#include "pg/edges.h"
#include "pg/site.h"

static Edges *
edges_arg(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : (Edges *) PG_GETARG_POINTER(i);
}

PG_FUNCTION_INFO_V1(graph_fit_add);

/* graph_fit_add(internal, customer, product, action, weight [, options]) returns internal */
Datum
graph_fit_add(PG_FUNCTION_ARGS)
{
	Edges	   *edges = edges_arg(fcinfo, 0);
	const Jsonb *options = options_arg(fcinfo, 5);

	if (edges == NULL)
	{
		MemoryContext context = aggregate_context(fcinfo);

		graph_options(options);
		edges = edges_make(context, options);
	}
	else
		options_check_same(edges->options, options);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		edges->skipped++;
	else
		edges_add(edges, PG_GETARG_TEXT_PP(1), PG_GETARG_TEXT_PP(2), PG_GETARG_TEXT_PP(3),
				  PG_GETARG_FLOAT8(4));

	PG_RETURN_POINTER(edges);
}

PG_FUNCTION_INFO_V1(graph_fit_combine);

/* graph_fit_combine(internal, internal) returns internal */
Datum
graph_fit_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Edges	   *edges = edges_arg(fcinfo, 0);
	Edges	   *other = edges_arg(fcinfo, 1);

	if (other == NULL)
	{
		if (edges == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(edges);
	}
	if (edges == NULL)
		edges = edges_make(context, other->options);
	edges_append(edges, other);

	PG_RETURN_POINTER(edges);
}

PG_FUNCTION_INFO_V1(graph_fit_serial);

/* graph_fit_serial(internal) returns bytea */
Datum
graph_fit_serial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;

	aggregate_context(fcinfo);
	pq_begintypsend(&bytes);
	edges_put(&bytes, edges_arg(fcinfo, 0));

	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

PG_FUNCTION_INFO_V1(graph_fit_deserial);

/* graph_fit_deserial(bytea, internal) returns internal */
Datum
graph_fit_deserial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes = aggregate_bytes(fcinfo);

	PG_RETURN_POINTER(edges_get(&bytes, CurrentMemoryContext));
}

PG_FUNCTION_INFO_V1(graph_fit_final);

/* graph_fit_final(internal) returns model */
Datum
graph_fit_final(PG_FUNCTION_ARGS)
{
	Edges	   *edges = edges_arg(fcinfo, 0);
	GraphOptions options;
	GraphModel	model;
	StringInfoData payload;

	/* as with avg(): nothing to go by, no model */
	if (edges == NULL || edges->rows->n == 0)
		PG_RETURN_NULL();

	options = graph_options(edges->options);
	graph_fit_edges(edges, &options, &model);
	initStringInfo(&payload);
	graph_pack(&payload, &model);

	PG_RETURN_POINTER(model_make(MODEL_GRAPH, model_type_of(MODEL_GRAPH)->version, &payload));
}

/* The graph in argument 0. */
static const GraphModel *
graph_arg(FunctionCallInfo fcinfo)
{
	const ModelArg *arg = model_arg(fcinfo, 0);

	model_check_kind(arg, MODEL_GRAPH);

	return arg->model;
}

static Datum
floats_datum(const float *values, int n)
{
	double	   *numbers = palloc_array(double, n);

	for (int j = 0; j < n; j++)
		numbers[j] = values[j];

	return vector_datum(numbers, n);
}

PG_FUNCTION_INFO_V1(graph_customer);

/* graph_customer(model, customer) returns float8[] */
Datum
graph_customer(PG_FUNCTION_ARGS)
{
	const GraphModel *model = graph_arg(fcinfo);
	text	   *name = PG_GETARG_TEXT_PP(1);
	const float *vector = graph_model_customer(model, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (vector == NULL)
		PG_RETURN_NULL();

	PG_RETURN_DATUM(floats_datum(vector, model->options.dimensions));
}

PG_FUNCTION_INFO_V1(graph_product);

/* graph_product(model, product) returns float8[] */
Datum
graph_product(PG_FUNCTION_ARGS)
{
	const GraphModel *model = graph_arg(fcinfo);
	text	   *name = PG_GETARG_TEXT_PP(1);
	const float *vector = graph_model_product(model, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (vector == NULL)
		PG_RETURN_NULL();

	PG_RETURN_DATUM(floats_datum(vector, model->options.dimensions));
}

PG_FUNCTION_INFO_V1(graph_score);

/* graph_score(model, customer, product) returns float8 */
Datum
graph_score(PG_FUNCTION_ARGS)
{
	const GraphModel *model = graph_arg(fcinfo);
	text	   *customer = PG_GETARG_TEXT_PP(1);
	text	   *product = PG_GETARG_TEXT_PP(2);
	const float *u = graph_model_customer(model, VARDATA_ANY(customer), VARSIZE_ANY_EXHDR(customer));
	const float *p = graph_model_product(model, VARDATA_ANY(product), VARSIZE_ANY_EXHDR(product));
	float		score;

	if (u == NULL || p == NULL)
		PG_RETURN_NULL();
	score = graph_dot(u, p, model->options.dimensions);
	if (unlikely(!isfinite(score)))
		float_overflow_error();

	PG_RETURN_FLOAT8(score);
}

typedef int (*Finder) (const GraphModel *model, const char *name, int length);

/* The places of the n names in argument i. */
static int *
places_arg(FunctionCallInfo fcinfo, int i, const char *argument, const GraphModel *model,
		   Finder find, int *n)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(i);
	Datum	   *names;
	int		   *places;

	if (ARR_NDIM(array) > 1)
		bad_argument("%s must be an array of one dimension", argument);
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", argument)));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &names, NULL, n);
	places = palloc_array(int, Max(*n, 1));
	for (int j = 0; j < *n; j++)
	{
		text	   *name = DatumGetTextPP(names[j]);

		places[j] = find(model, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}

	return places;
}

PG_FUNCTION_INFO_V1(graph_new_customer);

/* graph_new_customer(model, products, actions) returns float8[] */
Datum
graph_new_customer(PG_FUNCTION_ARGS)
{
	const GraphModel *model = graph_arg(fcinfo);
	int			nproducts;
	int			nactions;
	int		   *products = places_arg(fcinfo, 1, "products", model, graph_model_find_product, &nproducts);
	int		   *actions = places_arg(fcinfo, 2, "actions", model, graph_model_find_relation, &nactions);
	double	   *vector = palloc_array(double, model->options.dimensions);

	if (nproducts != nactions)
		bad_argument("products and actions must have the same length, not %d and %d", nproducts, nactions);
	if (!graph_model_new_customer(model, products, actions, nproducts, vector))
		PG_RETURN_NULL();

	PG_RETURN_DATUM(vector_datum(vector, model->options.dimensions));
}

PG_FUNCTION_INFO_V1(graph_similar);

/* graph_similar(model, product, k) returns setof (product, similarity) */
Datum
graph_similar(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const GraphModel *model = graph_arg(fcinfo);
	text	   *name = PG_GETARG_TEXT_PP(1);
	int			k = PG_GETARG_INT32(2);
	int			place = graph_model_find_product(model, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	SimilarProduct *similar = palloc_huge(SimilarProduct, model->products.n + 1);
	int			n;

	if (k < 1)
		bad_argument("k must be at least 1, not %d", k);
	InitMaterializedSRF(fcinfo, 0);
	n = place < 0 ? 0 : graph_model_similar(model, place, k, similar);
	for (int i = 0; i < n; i++)
	{
		Datum		values[2] = {
			CStringGetTextDatum(names_of(&model->products, similar[i].product)),
			Float8GetDatum(similar[i].similarity),
		};
		bool		nulls[2] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}
