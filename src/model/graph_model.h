/*
 * graph_model.h
 *		Models of kind graph: embeddings of customers and products by name.
 */
#ifndef COUPON_GRAPH_MODEL_H
#define COUPON_GRAPH_MODEL_H

#include "coupon.h"

#include "model/graph.h"

/* Places of names by their hash. */
typedef struct NameIndex
{
	const Names *names;
	uint32		nslots;			/* a power of two, at least 2 n */
	int32	   *slots;			/* place + 1, or 0 */
} NameIndex;

typedef struct GraphModel
{
	GraphOptions options;
	int64		rows;			/* with nothing null */
	int64		skipped;
	int64		zeros;
	int64		nedges;
	int64		npairs;
	int			ncustomers;
	int64		edges_of[MAX_RELATIONS];
	Names		relations;
	Names		products;
	Names		customers;		/* none if only products are kept */
	Embedding	embedding;		/* customer is NULL if only products are kept */
	Measures	measures;
	NameIndex	product_index;	/* of a model that was unpacked */
	NameIndex	customer_index;
} GraphModel;

extern GraphOptions graph_options(const Jsonb *jsonb);

/* Fit to the edges, of which there must be one. */
extern void graph_fit_edges(const Edges *edges, const GraphOptions *options, GraphModel *model);

/* The vector of a name, or NULL; customers that are not kept are an error. */
extern const float *graph_model_customer(const GraphModel *model, const char *name, int length);
extern const float *graph_model_product(const GraphModel *model, const char *name, int length);

/* The place of a product, or -1, and that of a relation. */
extern int	graph_model_find_product(const GraphModel *model, const char *name, int length);
extern int	graph_model_find_relation(const GraphModel *model, const char *name, int length);

/*
 * The vector (dimensions) of a customer of n edges of weight 1; products and
 * relations are places, of which edges with one of -1 are left out.  False if
 * none is left.
 */
extern bool graph_model_new_customer(const GraphModel *model, const int *products,
									 const int *relations, int n, double *vector);

/* Another product and how similar it is: the cosine. */
typedef struct SimilarProduct
{
	int			product;
	double		similarity;
} SimilarProduct;

/* The k most similar ones to a product, the first k of (products); returns how many. */
extern int	graph_model_similar(const GraphModel *model, int product, int k, SimilarProduct *similar);

extern void graph_pack(StringInfo to, const GraphModel *model);
extern void *graph_unpack(Reader *from, int version);
extern void graph_describe(const void *model, StringInfo json);
extern void graph_trace(const void *model, TraceSink sink, void *to);

#endif							/* COUPON_GRAPH_MODEL_H */
