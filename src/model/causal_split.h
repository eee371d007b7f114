/*
 * causal_split.h
 *		The best split of a node of a causal tree.
 */
#ifndef COUPON_CAUSAL_SPLIT_H
#define COUPON_CAUSAL_SPLIT_H

#include "coupon.h"

#include "model/causal_bins.h"

/* Sums over the rows of a node in a bin; of a row its own figures. */
typedef struct Sums
{
	double		rho;			/* pseudo-outcomes */
	double		z;				/* arms less their mean in the node */
	double		zz;
	int64		rows;			/* of them ONE_HIGH for one with an arm above the mean */
} Sums;

/* Both counts add up at once: all rows in the lower half, high ones in the upper. */
#define ONE_ROW		INT64CONST(1)
#define ONE_HIGH	(ONE_ROW << 32 | ONE_ROW)

typedef struct CausalSplit
{
	double		gain;
	int			column;			/* -1: none */
	int			bin;			/* up to it goes left */
	bool		missing_right;
} CausalSplit;

typedef struct SplitSearch
{
	Bins	   *bins;			/* (columns) */
	double	   *y;				/* (rows) outcomes less what is expected of them */
	double	   *w;				/* (rows) arms less what is expected of them */
	int			min_leaf;		/* rows of either arm on both sides, at least */
	double		alpha;			/* least share of the arms' variation on either side */
	Sums	   *row;			/* (rows) of the node's rows, in their order */
	Sums	   *sums;			/* (256) of bins; all zero between calls */
	Sums		total;
} SplitSearch;

/*
 * Begin with the n rows "by" of a node; false if nothing can split it.
 */
extern bool split_begin(SplitSearch *search, const int *by, int n, CausalSplit *best);

/* The best split by a column, if it is better. */
extern void split_by(SplitSearch *search, const int *by, int n, int column, CausalSplit *best);

#endif							/* COUPON_CAUSAL_SPLIT_H */
