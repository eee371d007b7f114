/*
 * causal_split.h
 *		The best split of a node of a causal tree.
 */
#ifndef COUPON_CAUSAL_SPLIT_H
#define COUPON_CAUSAL_SPLIT_H

#include "coupon.h"

#include "model/causal_bins.h"

/* Sums over the rows of a node in a bin. */
typedef struct Sums
{
	double		rho;			/* pseudo-outcomes */
	double		z;				/* arms less their mean in the node */
	double		zz;
	int32		n;
	int32		high;			/* rows with arms above the mean */
} Sums;

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
	const double *y;			/* (rows) outcomes less what is expected of them */
	const double *w;			/* (rows) arms less what is expected of them */
	int			min_leaf;		/* rows of either arm on both sides, at least */
	double		alpha;			/* least share of the arms' variation on either side */
	double	   *rho;			/* (rows) pseudo-outcomes of the node's rows */
	double	   *z;				/* (rows) their arms less the mean in the node */
	Sums		total;
} SplitSearch;

/*
 * Begin with the n rows "by" of a node; false if nothing can split it.
 */
extern bool split_begin(SplitSearch *search, const int *by, int n, CausalSplit *best);

/* The best split by a column, if it is better. */
extern void split_by(SplitSearch *search, const int *by, int n, int column, CausalSplit *best);

#endif							/* COUPON_CAUSAL_SPLIT_H */
