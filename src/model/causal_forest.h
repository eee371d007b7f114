/*
 * causal_forest.h
 *		Causal forests: what an offer changes, by honest trees on centred
 *		outcomes and arms; growing, scoring and bytes.
 *
 * A tree lies in preorder: the left child of a node is the next node, so that
 * a tree is its nodes in order and nothing else.
 */
#ifndef COUPON_CAUSAL_FOREST_H
#define COUPON_CAUSAL_FOREST_H

#include "coupon.h"

#include "model/causal_slopes.h"
#include "model/trees.h"
#include "pg/options.h"
#include "pg/progress.h"

/* The most trees, and steps from a root to a leaf. */
#define MAX_CAUSAL_TREES	20000
#define MAX_CAUSAL_DEPTH	200

typedef struct CausalOptions
{
	int			trees;			/* rounded up to whole bags of BAG */
	int			min_leaf;		/* rows of either arm that a child of a split has at least; 0: to be tuned */
	int			mtry;			/* columns looked at for a split; 0: min(p, ceil(sqrt(p)) + 20) */
	int			depth;			/* at most */
	double		sample_share;	/* of the rows, for one tree */
	double		alpha;			/* least share of a node's variation of the arm in either child */
	bool		honesty;
	bool		linear;			/* blend with a linear effect */
	bool		tune;			/* choose min_leaf */
} CausalOptions;

/* Trees that share a half of the rows. */
#define BAG			2

/* From the object in option "forest", or NULL. */
extern void causal_options(const Jsonb *jsonb, CausalOptions *options);
extern void describe_causal_options(StringInfo json, const CausalOptions *options);
extern void put_causal_options(StringInfo to, const CausalOptions *options);
extern void get_causal_options(Reader *from, CausalOptions *options);

typedef struct CausalNode
{
	int32		place;			/* 2 * column, + 1 if missing goes right; -1 of a leaf */
	int32		right;			/* the right child, counted within the tree; of a leaf its number in the forest */
	float		threshold;		/* up to it goes left */
} CausalNode;

/* Means over the rows of a leaf, of arm w and outcome y after centring. */
typedef struct CausalLeaf
{
	float		w;
	float		y;
	float		wy;
	float		ww;
} CausalLeaf;

/* A value of min_leaf that was tried. */
typedef struct CausalTrial
{
	int			min_leaf;
	double		loss;			/* out of bag: mean of (y - w effect)^2 */
	double		worse;			/* than the least loss of the larger ones */
	double		error;			/* of that difference */
} CausalTrial;

#define MAX_CAUSAL_TRIALS	8

/* The forest of one offer. */
typedef struct CausalForest
{
	int			columns;
	int			ntrees;
	int		   *first;			/* (ntrees + 1) node */
	CausalNode *nodes;			/* (first[ntrees]) */
	CausalLeaf *leaves;
	int			nleaves;
	int			depth;			/* of the deepest leaf */
	double		scale;			/* outcomes in the leaves are in units of it */
	double		average;		/* effect over all rows: where there is nothing nearby */
	CausalSlopes *slopes;		/* the linear effect beside it, or NULL */
	int			min_leaf;		/* given or chosen */
	int			ntrials;		/* of the choice */
	CausalTrial trials[MAX_CAUSAL_TRIALS];
	double		loss;			/* out of bag: mean of (y - w effect)^2 */
	double		loss_average;	/* the same of one effect for all */
} CausalForest;

/* Rows to grow a forest on. */
typedef struct CausalRows
{
	int			n;
	int			columns;
	float	   *const *x;		/* (columns, n), NaN where missing */
	const double *y;			/* (n) outcomes less what is expected of them */
	const double *w;			/* (n) arms less what is expected of them */
} CausalRows;

/* Begin the linear effects of bags: outcomes in units of "unit". */
typedef struct SlopesFit SlopesFit;
extern SlopesFit *slopes_begin(const CausalRows *rows, double unit, int nbags);
extern CausalSlopes *slopes_of(const SlopesFit *fit);

/* The linear effect of a bag of n rows. */
extern void slopes_bag(SlopesFit *fit, int bag, const int *in, int n);

/*
 * Grow a forest; what it draws depends on the seed and the order of the rows.
 * Which of the first 64 bags a row is in is noted in its bits, if "bags" (n)
 * is given.
 */
extern CausalForest *causal_grow(const CausalRows *rows, const CausalOptions *options, int64 seed,
								 const char *part, uint64 *bags, Progress *progress);

/* The effect at columns x, and its variance if wanted. */
extern double causal_effect(const CausalForest *forest, const float *x, double *variance);

/*
 * The effect by the bags whose bits are set, and what it varies by for being
 * of so few bags; false if there are none, or one arm alone nearby.
 */
extern bool causal_effect_of(const CausalForest *forest, const float *x, uint64 bits,
							 double *effect, double *noise);

/* Choose what the options leave open, and grow a forest of that. */
extern CausalForest *causal_fit(const CausalRows *rows, const CausalOptions *options, int64 seed,
								const char *part, Progress *progress);

/* Leaves of a tree. */
extern int	causal_leaves(const CausalForest *forest, int tree);

/* What its rows chose, and by what losses. */
extern void describe_causal_choices(StringInfo json, const CausalForest *forest);

extern void put_causal_forest(StringInfo to, const CausalForest *forest);
extern CausalForest *get_causal_forest(Reader *from, int columns);

#endif							/* COUPON_CAUSAL_FOREST_H */
