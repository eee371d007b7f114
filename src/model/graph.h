/*
 * graph.h
 *		Customers, products and what customers did with products: embeddings of
 *		both.
 *
 * Nodes are numbered in the order of their names, relations (kinds of action)
 * too, and edges are in the order of customer, product and relation: so
 * whatever is drawn by number is drawn by content.
 */
#ifndef COUPON_GRAPH_H
#define COUPON_GRAPH_H

#include "coupon.h"

#include "pg/edges.h"
#include "pg/model.h"
#include "pg/options.h"
#include "pg/progress.h"

#define MAX_RELATIONS	64
#define MAX_DIMENSIONS	512
#define MAX_LAYERS		8
#define MAX_REFINE		100000

typedef enum GraphKeep
{
	KEEP_ALL = 0,
	KEEP_PRODUCTS = 1,			/* customers are for graph_new_customer() */
} GraphKeep;

typedef struct GraphOptions
{
	int			dimensions;
	int			layers;
	int			power;			/* iterations of the singular value decomposition */
	NumberMap	relation_weights;	/* learned unless numbers are given */
	char	   *target;			/* action to be foretold, or NULL: any */
	int			refine;			/* steps of Adam */
	double		learning_rate;	/* of Adam, in deviations of the first embeddings */
	double		penalty;
	double		holdout;		/* share of the pairs that measure a fit of the others */
	int			recall_at;
	int			keep;			/* a GraphKeep */
	int64		seed;
	bool		quiet;
} GraphOptions;

/* Strings in byte order, in one block. */
typedef struct Names
{
	int			n;
	int64	   *at;				/* (n + 1) where each begins; each ends in a zero byte */
	char	   *text;
} Names;

static inline const char *
names_of(const Names *names, int i)
{
	return names->text + names->at[i];
}

/* Edges of weight > 0, one for each customer, product and relation. */
typedef struct Graph
{
	Names		customers;
	Names		products;
	Names		relations;
	int64	   *start;			/* (customers + 1) pairs of a customer */
	int64		npairs;
	int32	   *product;		/* (npairs) rising within a customer */
	int64	   *first;			/* (npairs + 1) edges of a pair */
	int64		nedges;
	uint8	   *relation;		/* (nedges) rising within a pair */
	float	   *weight;			/* (nedges) */
	int64		edges_of[MAX_RELATIONS];
	int			target;			/* relation to be foretold, or -1 */
} Graph;

/* A normalised adjacency: a row for each customer, a column for each product. */
typedef struct Adjacency
{
	int			customers;
	int			products;
	int64	   *start;			/* (customers + 1) */
	int32	   *product;
	float	   *value;
} Adjacency;

/* The edges one relation after the other, in the order of customers and products. */
typedef struct RelationEdges
{
	int64		from[MAX_RELATIONS + 1];
	int64		n[MAX_RELATIONS];	/* pairs that are left out have none */
	int32	   *customer;
	int32	   *product;
	float	   *weight;
} RelationEdges;

/* Leading singular vectors and values. */
typedef struct Factors
{
	int			rank;			/* values above 0; vectors of others are zero */
	double	   *sigma;			/* (k) falling */
	float	   *u;				/* (customers, k) */
	float	   *v;				/* (products, k) */
	float	   *basis;			/* (products, graph_basis_columns()) in which they were found */
} Factors;

/* A pair that something was done with, and a product that it was not done with. */
typedef struct Triple
{
	int32		customer;
	int32		product;
	int32		other;
} Triple;

typedef struct Embedding
{
	double		relation_weights[MAX_RELATIONS];
	int64		learned_from;	/* pairs of the relation weights; 0 if they are given */
	int			rank;
	double	   *sigma;			/* (dimensions) */
	double	   *degree;			/* (products, relations) sums of weights */
	float	   *customer;		/* (customers, dimensions) */
	float	   *product;		/* (products, dimensions) */
	float	   *fold;			/* (products, dimensions) a customer is its adjacency times this */
	float	   *basis;			/* of the singular vectors */
	double	   *loss;			/* (refine) of a pair and with its share of the penalty, before each step */
} Embedding;

typedef struct Measures
{
	int64		pairs;			/* held out and measured */
	int64		customers;		/* theirs */
	double		recall;
	double		auc;
	double		popular_recall; /* if all are shown what most customers have */
	double		popular_auc;
} Measures;

/* graph_build.c: the graph of edges as they were collected. */
extern Graph *graph_build(const Edges *edges, Progress *progress);
extern bool graph_is_target(const Graph *graph, int64 pair);

/*
 * graph_build.c: sum over relations of weight times the adjacency normalised
 * by the degrees of both ends, without pairs that are left out (or NULL).
 * degree (products, relations) is filled.
 */
extern void graph_adjacency(const Graph *graph, const double *weights, const bool *left_out,
							Adjacency *to, double *degree);
extern void adjacency_free(Adjacency *adjacency);

/* graph_build.c: the edges of pairs that are not left out, and the adjacency of one relation. */
extern void graph_relation_edges(const Graph *graph, const bool *left_out, RelationEdges *to);
extern void relation_adjacency(const Graph *graph, const RelationEdges *edges, int r, Adjacency *to);

/* graph_products.c: Y (customers, k) = S X, and X (products, k) = S' Y. */
extern void adjacency_times(const Adjacency *S, const float *X, int k, float *Y);
extern void adjacency_transposed_times(const Adjacency *S, const float *Y, int k, float *X);

/* Z (products, k) = S' S X. */
extern void adjacency_gram_times(const Adjacency *S, const float *X, int k, float *Z);

extern float graph_dot(const float *x, const float *y, int n);

/* graph_svd.c: k singular vectors are sought among so many. */
extern int	graph_basis_columns(int products, int k);

/*
 * graph_svd.c: k singular vectors, after so many power iterations from the
 * basis of an adjacency which is nearly the same, or (NULL) a random one.
 */
extern void graph_svd(const Adjacency *S, int k, int power, const float *basis, int64 seed,
					  const char *part, Progress *progress, Factors *factors);

/* graph_split.c: pairs left out by their names, each customer keeping one; NULL if there is none. */
extern bool *graph_split(const Graph *graph, const bool *without, double share, int64 seed,
						 uint64 draw, int64 *n);

/* A product that the customer has nothing to do with, by the key; or -1. */
extern int	graph_draw_other(const Graph *graph, int customer, int64 seed, uint64 identity, uint64 n);

/*
 * graph_split.c: triples of the pairs to be foretold that are left out, or
 * are not: about so many of them, each with so many others.
 */
extern Triple *graph_triples(const Graph *graph, const bool *left_out, bool those, int64 most,
							 int others, int64 seed, uint64 draw, int64 *n);

/* graph_relations.c: weights of relations that foretell pairs left out; returns how many pairs. */
extern int64 graph_relations(const Graph *graph, const bool *left_out, const GraphOptions *options,
							 Progress *progress, double *weights);

/*
 * graph_relations.c: the a >= 0 that minimise the sum over rows of
 * log(1 + exp(-a'x)) + ridge / 2 a'a; x (n, p).
 */
extern void preference_fit(const double *x, int64 n, int p, double ridge, double *a);

/*
 * graph_layers.c: in place, the mean of layers 0 .. L of (customers, k) and
 * (products, k); inner (products, k) gets the sum of layers 0 .. L - 1, over
 * L + 1, or is NULL.
 */
extern void graph_layers(const Adjacency *S, int layers, int k, float *customer, float *product,
						 float *inner);

/*
 * graph_refine.c: the mean loss of the triples and, added up, its derivatives
 * by the embeddings.
 */
extern double graph_loss(const Triple *triples, int64 n, int k, const float *customer,
						 const float *product, float *customer_gradient, float *product_gradient);

/* graph_refine.c: Adam's steps on layer 0 of both. */
extern void graph_refine(const Graph *graph, const bool *left_out, const Adjacency *S,
						 const GraphOptions *options, const char *part, Progress *progress,
						 float *customer, float *product, double *loss);

/* graph_measure.c: how pairs left out rank by the embedding. */
extern void graph_measure(const Graph *graph, const bool *left_out, const GraphOptions *options,
						  const Embedding *embedding, Progress *progress, Measures *measures);

/*
 * graph_fit.c: the embedding of all pairs but those left out (or NULL); before:
 * one that left out those held out, of which basis and weights are used, or NULL.
 */
extern void graph_embed(const Graph *graph, const bool *left_out, const GraphOptions *options,
						const Embedding *before, const char *part, Progress *progress,
						Embedding *embedding);

#endif							/* COUPON_GRAPH_H */
