/*
 * trees_nodes.h
 *		The trees of an XGBoost file, one after another, as splits in level order.
 */
#ifndef COUPON_TREES_NODES_H
#define COUPON_TREES_NODES_H

#include "coupon.h"

#include "model/trees.h"
#include "pg/jsonread.h"

typedef struct TreeNodes
{
	int			ntrees;
	int			tree_room;
	int		   *sizes;			/* (tree_room) */
	int64		nsplits;
	int64		split_room;
	TreeSplit  *splits;			/* (split_room) of one tree after another */
} TreeNodes;

/* Append the tree that the file has next. */
extern void tree_nodes_read(JsonRead *json, TreeNodes *to);

typedef struct FloatList
{
	double	   *values;
	int			n;
	int			room;
} FloatList;

/* An array of numbers, or of true and false; what was in the list is lost. */
extern void json_numbers(JsonRead *json, FloatList *list);

/* An integer, which XGBoost writes as a string. */
extern int	json_quoted_integer(JsonRead *json);

/* Raise the error of what the file has and we do not take. */
pg_noreturn extern void import_refused(const char *what, const char *hint);

#endif							/* COUPON_TREES_NODES_H */
