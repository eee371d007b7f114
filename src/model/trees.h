/*
 * trees.h
 *		Boosted trees as our own flat arrays, and their evaluation.
 *
 * The score of a row is what XGBoost computes, to the last bit: float32
 * comparisons, and a float32 sum from the base through the trees in their
 * order.  The nodes of a tree lie level by level, the two children of a node
 * side by side, so that a tree is its nodes in order and nothing else.
 */
#ifndef COUPON_TREES_H
#define COUPON_TREES_H

#include "coupon.h"

#include "pg/schema.h"

/* Append only: these numbers are on disk. */
typedef enum Objective
{
	OBJECTIVE_SQUARED_ERROR = 0,
	OBJECTIVE_LOGISTIC = 1,
	OBJECTIVE_POISSON = 2,
	OBJECTIVE_TWEEDIE = 3,
} Objective;

#define LAST_OBJECTIVE	OBJECTIVE_TWEEDIE

#define MAX_TREES		100000
#define MAX_TREE_DEPTH	500
#define MAX_TREE_COLUMNS	(MAX_EXPANDED + MAX_ARMS)

typedef struct TreeNode
{
	float		threshold;		/* less goes left; a leaf's is infinity */
	int32		child;			/* the left one, the right one follows; a leaf's is itself */
	int32		place;			/* of the value in a TreeRow */
} TreeNode;

typedef struct Forest
{
	Objective	objective;
	int			columns;
	double		offset;			/* the score is offset + scale * the sum of base and leaves */
	double		scale;
	float		base;
	int			ntrees;
	int		   *first;			/* (ntrees + 1) node */
	int		   *depth;			/* (ntrees) steps from the root to the deepest leaf */
	TreeNode   *nodes;			/* (first[ntrees]) */
	float	   *leaf;			/* (nodes) value of a leaf; of inner nodes 0 */
	float	   *cover;			/* (nodes) weight of the rows of the fit that came here */
	float	   *gain;			/* (nodes) what the split gained; of leaves 0 */
} Forest;

/* What a node is made of before it has a place among the nodes. */
typedef struct TreeSplit
{
	int			column;			/* -1: a leaf */
	bool		missing_right;
	float		value;			/* threshold, or value of the leaf */
	float		cover;
	float		gain;
} TreeSplit;

/*
 * A forest of these trees, whose nodes are in level order: the children of
 * the inner nodes follow, pair by pair, in the order of the inner nodes.
 * NULL, or what is wrong with them.
 */
extern const char *forest_build(Forest *forest, const TreeSplit *splits, const int *sizes);

static inline bool
node_is_leaf(const Forest *forest, int node)
{
	return forest->nodes[node].child == node;
}

static inline int
node_column(const TreeNode *node)
{
	return node->place / 2;
}

/* Does a missing value go right? */
static inline bool
node_missing_right(const TreeNode *node)
{
	return node->place % 2;
}

/*
 * Columns of trees: as of a design, but a category has one for each of its
 * values, and all columns of a missing feature are missing (NaN).
 */
extern int	trees_columns(const Schema *schema);

/* The part of the features, as in schema_parts(), that a column belongs to: (columns). */
extern int *trees_part_of_column(const Schema *schema);

/* The columns of one feature row: x (columns).  Raises no error. */
extern void trees_expand(const Schema *schema, const double *slots, float *x);

/* The score before it is put through the link. */
extern double forest_margin(const Forest *forest, const float *x);

/* The expected outcome at a score: of logistic trees a probability. */
extern double forest_mean(const Forest *forest, double margin);

/* The expected outcome of a feature row. */
extern double forest_predict(const Forest *forest, const Schema *schema, const double *slots);

extern const char *objective_name(Objective objective);

/* A copy in the current memory context. */
extern Forest *forest_copy(const Forest *forest);

extern void put_forest(StringInfo to, const Forest *forest);
extern Forest *get_forest(Reader *from, int columns);

#endif							/* COUPON_TREES_H */
