/*
 * trees.c
 *		Boosted trees as our own flat arrays, and their evaluation.
 *
 * The steps down a tree wait for each other, the trees do not: so several go
 * down together, and a tree that has come to its leaf treads on the spot.  A
 * row holds each value twice, for nodes that send what is missing left, where
 * that is -infinity, and for those that send it right: no node has to ask.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "utils/float.h"

#include "model/trees.h"

#define TOGETHER	8			/* trees */

int
trees_columns(const Schema *schema)
{
	return schema_expanded(schema);
}

int *
trees_part_of_column(const Schema *schema)
{
	int		   *parts = palloc_array(int, Max(trees_columns(schema), 1));
	int			part = 0;
	int			n = 0;

	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];

		if (column->class == COLUMN_CATEGORY)
		{
			for (int k = 0; k < column->categories->n; k++)
				parts[n++] = part;
			part++;
		}
		else
			for (int k = 0; k < column->length; k++)
				parts[n++] = part++;
	}

	return parts;
}

/* The nearest finite float: what is too large for one is as large as one gets. */
static inline float
to_float(double value)
{
	if (value > FLT_MAX)
		return FLT_MAX;
	if (value < -FLT_MAX)
		return -FLT_MAX;

	return (float) value;
}

void
trees_expand(const Schema *schema, const double *slots, float *x)
{
	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];
		const double *slot = slots + column->slot;

		if (column->class == COLUMN_CATEGORY)
		{
			int			n = column->categories->n;

			for (int k = 0; k < n; k++)
				x[k] = isnan(*slot) ? NAN : 0;
			if (!isnan(*slot))
				x[(int) *slot] = 1;
			x += n;
		}
		else
			for (int k = 0; k < column->length; k++)
				*x++ = to_float(slot[k]);
	}
}

/* The leaves that a row comes to in "n" trees from tree "t" on. */
static inline void
descend(const Forest *forest, int t, int n, const float *row, int *at)
{
	const TreeNode *nodes = forest->nodes;
	int			depth = 0;

	for (int k = 0; k < n; k++)
	{
		at[k] = forest->first[t + k];
		depth = Max(depth, forest->depth[t + k]);
	}
	for (int d = 0; d < depth; d++)
		for (int k = 0; k < n; k++)
		{
			const TreeNode *node = &nodes[at[k]];

			at[k] = node->child + !(row[node->place] < node->threshold);
		}
}

double
forest_margin(const Forest *forest, const float *x)
{
	float		row[2 * MAX_TREE_COLUMNS + 2];
	float		sum = forest->base;
	int			t = 0;
	int			at[TOGETHER];
	double		margin;

	/* there is a first place even where there are no columns: leaves look at it */
	row[0] = 0;
	for (int j = 0; j < forest->columns; j++)
	{
		bool		missing = isnan(x[j]);

		row[2 * j] = missing ? -INFINITY : x[j];
		row[2 * j + 1] = missing ? INFINITY : x[j];
	}

	for (; t + TOGETHER <= forest->ntrees; t += TOGETHER)
	{
		descend(forest, t, TOGETHER, row, at);
		for (int k = 0; k < TOGETHER; k++)
			sum += forest->leaf[at[k]];
	}
	for (; t < forest->ntrees; t++)
	{
		descend(forest, t, 1, row, at);
		sum += forest->leaf[at[0]];
	}
	margin = forest->offset + forest->scale * sum;
	if (unlikely(!isfinite(margin)))
		float_overflow_error();

	return margin;
}

double
forest_mean(const Forest *forest, double margin)
{
	double		mean = margin;

	switch (forest->objective)
	{
		case OBJECTIVE_SQUARED_ERROR:
			break;
		case OBJECTIVE_LOGISTIC:
			return margin >= 0 ? 1 / (1 + exp(-margin)) : exp(margin) / (1 + exp(margin));
		case OBJECTIVE_POISSON:
		case OBJECTIVE_TWEEDIE:
			mean = exp(margin);
			break;
	}
	if (unlikely(!isfinite(mean)))
		float_overflow_error();

	return mean;
}

double
forest_predict(const Forest *forest, const Schema *schema, const double *slots)
{
	float		x[MAX_TREE_COLUMNS];

	trees_expand(schema, slots, x);

	return forest_mean(forest, forest_margin(forest, x));
}

const char *
objective_name(Objective objective)
{
	static const char *const names[] = {"squared_error", "logistic", "poisson", "tweedie"};

	return names[objective];
}

/* The nodes of one tree from "first" on; NULL, or what is wrong with it. */
static const char *
build_tree(Forest *forest, const TreeSplit *splits, int first, int n, int *depth)
{
	int			next = 1;		/* node that nobody is the parent of yet */
	int			level_end = 1;	/* where the level of the node at hand ends */

	*depth = 0;
	for (int i = 0; i < n; i++)
	{
		const TreeSplit *split = &splits[i];
		TreeNode   *node = &forest->nodes[first + i];

		if (i == next)
			return "A tree is in several pieces.";
		if (i == level_end)
		{
			if (++*depth > MAX_TREE_DEPTH)
				return "A tree is too deep.";
			level_end = next;
		}
		forest->cover[first + i] = split->cover;
		if (!isfinite(split->value) || !isfinite(split->cover) || !isfinite(split->gain) ||
			split->cover < 0)
			return "A number of a tree is not finite, or a cover is negative.";
		if (split->column < 0)
		{
			node->threshold = INFINITY;
			node->child = first + i;
			node->place = 0;
			forest->leaf[first + i] = split->value;
			forest->gain[first + i] = 0;
		}
		else
		{
			if (split->column >= forest->columns)
				return "A tree splits a feature that is not there.";
			if (next + 2 > n)
				return "A node of a tree has no children.";
			node->threshold = split->value;
			node->child = first + next;
			node->place = 2 * split->column + split->missing_right;
			forest->leaf[first + i] = 0;
			forest->gain[first + i] = split->gain;
			next += 2;
		}
	}

	return next == n ? NULL : "A tree is in several pieces.";
}

const char *
forest_build(Forest *forest, const TreeSplit *splits, const int *sizes)
{
	int64		n = 0;

	forest->first = palloc_array(int, forest->ntrees + 1);
	forest->depth = palloc_array(int, Max(forest->ntrees, 1));
	forest->first[0] = 0;
	for (int t = 0; t < forest->ntrees; t++)
	{
		n += sizes[t];
		if (n > PG_INT32_MAX / 2)
			return "There are too many nodes.";
		forest->first[t + 1] = (int) n;
	}
	forest->nodes = palloc_huge(TreeNode, Max(n, 1));
	forest->leaf = palloc_huge(float, Max(n, 1));
	forest->cover = palloc_huge(float, Max(n, 1));
	forest->gain = palloc_huge(float, Max(n, 1));
	for (int t = 0; t < forest->ntrees; t++)
	{
		int			first = forest->first[t];
		const char *wrong = build_tree(forest, splits + first, first, sizes[t], &forest->depth[t]);

		if (wrong)
			return wrong;
	}

	return NULL;
}

Forest *
forest_copy(const Forest *forest)
{
	Forest	   *copy = palloc_object(Forest);
	Size		n = forest->first[forest->ntrees];

	*copy = *forest;
	copy->first = memcpy(palloc_array(int, forest->ntrees + 1), forest->first,
						 sizeof(int) * (forest->ntrees + 1));
	copy->depth = memcpy(palloc_array(int, Max(forest->ntrees, 1)), forest->depth,
						 sizeof(int) * forest->ntrees);
	copy->nodes = memcpy(palloc_huge(TreeNode, Max(n, 1)), forest->nodes, sizeof(TreeNode) * n);
	copy->leaf = memcpy(palloc_huge(float, Max(n, 1)), forest->leaf, sizeof(float) * n);
	copy->cover = memcpy(palloc_huge(float, Max(n, 1)), forest->cover, sizeof(float) * n);
	copy->gain = memcpy(palloc_huge(float, Max(n, 1)), forest->gain, sizeof(float) * n);

	return copy;
}

void
put_forest(StringInfo to, const Forest *forest)
{
	int			n = forest->first[forest->ntrees];
	float	   *values = palloc_huge(float, Max(n, 1));

	put_int32(to, forest->objective);
	put_double(to, forest->offset);
	put_double(to, forest->scale);
	put_double(to, forest->base);
	put_int32(to, forest->ntrees);
	for (int t = 0; t < forest->ntrees; t++)
		put_int32(to, forest->first[t + 1] - forest->first[t]);
	for (int i = 0; i < n; i++)
	{
		bool		leaf = node_is_leaf(forest, i);

		put_int32(to, leaf ? -1 : forest->nodes[i].place);
		values[i] = leaf ? forest->leaf[i] : forest->nodes[i].threshold;
	}
	put_floats(to, values, n);
	put_floats(to, forest->cover, n);
	put_floats(to, forest->gain, n);
	pfree(values);
}

Forest *
get_forest(Reader *from, int columns)
{
	Forest	   *forest = palloc0_object(Forest);
	int64		n = 0;
	int		   *sizes;
	TreeSplit  *splits;
	float	   *values;
	float	   *cover;
	float	   *gain;
	const char *wrong;

	forest->objective = get_int32(from, 0, LAST_OBJECTIVE);
	forest->columns = columns;
	forest->offset = get_double(from);
	forest->scale = get_double(from);
	forest->base = (float) get_double(from);
	if (!isfinite(forest->base))
		get_failed(from, "A number is not finite.");
	forest->ntrees = get_int32(from, 0, MAX_TREES);
	sizes = palloc_array(int, Max(forest->ntrees, 1));
	for (int t = 0; t < forest->ntrees; t++)
		n += sizes[t] = get_int32(from, 1, PG_INT32_MAX / 2);

	/* before any allocation: four numbers a node must be there */
	if (n > (from->end - from->at) / (int64) (4 * sizeof(float)))
		get_failed(from, "The value is truncated.");
	splits = palloc_huge(TreeSplit, Max(n, 1));
	for (int64 i = 0; i < n; i++)
	{
		int			place = get_int32(from, -1, 2 * MAX_TREE_COLUMNS);

		splits[i].column = place < 0 ? -1 : place / 2;
		splits[i].missing_right = place >= 0 && place % 2;
	}
	values = get_floats(from, n);
	cover = get_floats(from, n);
	gain = get_floats(from, n);
	for (int64 i = 0; i < n; i++)
	{
		splits[i].value = values[i];
		splits[i].cover = cover[i];
		splits[i].gain = gain[i];
	}
	wrong = forest_build(forest, splits, sizes);
	if (wrong)
		get_failed(from, wrong);
	pfree(values);
	pfree(cover);
	pfree(gain);
	pfree(splits);

	return forest;
}
