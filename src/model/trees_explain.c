/*
 * trees_explain.c
 *		What the features are worth to boosted trees, in all and for one row.
 *
 * Lundberg, Erion and Lee, "Consistent individualized feature attribution for
 * tree ensembles" (2018), algorithm 2: exact Shapley values of the game in
 * which a feature that is not known sends a row to both children, by the
 * cover of each.  On its way down the algorithm keeps, for each feature on
 * the path, the shares of the rows that reach the node if the feature is not
 * known and if it is, and the weights of the subsets of each size.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/trees_explain.h"

/* A feature on the path from the root. */
typedef struct Step
{
	int			column;			/* -1 of the root */
	double		unknown;		/* share of rows that come through if it is not known */
	double		known;			/* the same if it is: 0 or 1 */
	double		weight;			/* of the subsets of as many features as come before it here */
} Step;

typedef struct Walk
{
	const Forest *forest;
	const float *x;
	double	   *worth;			/* (columns) */
} Walk;

/* One more step behind n of them. */
static void
extend(Step *path, int n, int column, double unknown, double known)
{
	path[n].column = column;
	path[n].unknown = unknown;
	path[n].known = known;
	path[n].weight = n == 0;
	for (int i = n - 1; i >= 0; i--)
	{
		path[i + 1].weight += known * path[i].weight * (i + 1) / (n + 1);
		path[i].weight = unknown * path[i].weight * (n - i) / (n + 1);
	}
}

/* Take step i out again, of n + 1. */
static void
unwind(Step *path, int n, int i)
{
	double		known = path[i].known;
	double		unknown = path[i].unknown;
	double		next = path[n].weight;

	for (int j = n - 1; j >= 0; j--)
		if (known != 0)
		{
			double		weight = path[j].weight;

			path[j].weight = next * (n + 1) / ((j + 1) * known);
			next = weight - path[j].weight * unknown * (n - j) / (n + 1);
		}
		else
			path[j].weight = path[j].weight * (n + 1) / (unknown * (n - j));
	for (int j = i; j < n; j++)
	{
		path[j].column = path[j + 1].column;
		path[j].unknown = path[j + 1].unknown;
		path[j].known = path[j + 1].known;
	}
}

/* The sum of the weights that there would be without step i, of n + 1. */
static double
unwound_sum(const Step *path, int n, int i)
{
	double		known = path[i].known;
	double		unknown = path[i].unknown;
	double		next = path[n].weight;
	double		sum = 0;

	for (int j = n - 1; j >= 0; j--)
		if (known != 0)
		{
			double		weight = next * (n + 1) / ((j + 1) * known);

			sum += weight;
			next = path[j].weight - weight * unknown * (n - j) / (n + 1);
		}
		else
			sum += path[j].weight * (n + 1) / (unknown * (n - j));

	return sum;
}

/* The share of a node's rows that its left child has. */
static double
left_share(const Forest *forest, int node)
{
	int			child = forest->nodes[node].child;
	double		left = forest->cover[child];
	double		right = forest->cover[child + 1];

	return left + right > 0 ? left / (left + right) : 0.5;
}

static void
walk_down(const Walk *walk, int node, const Step *before, int n, int column,
		  double unknown, double known)
{
	const Forest *forest = walk->forest;
	const TreeNode *at = &forest->nodes[node];
	Step	   *path = palloc_array(Step, n + 2);
	double		old_unknown = 1;
	double		old_known = 1;
	double		shares[2];
	int			hot;

	check_stack_depth();
	if (n > 0)
		memcpy(path, before, sizeof(Step) * n);
	extend(path, n, column, unknown, known);
	if (node_is_leaf(forest, node))
	{
		for (int i = 1; i <= n; i++)
			walk->worth[path[i].column] += unwound_sum(path, n, i) *
				(path[i].known - path[i].unknown) * forest->leaf[node];
		pfree(path);
		return;
	}

	/* a feature that was asked before counts once */
	for (int i = 1; i <= n; i++)
		if (path[i].column == node_column(at))
		{
			old_unknown = path[i].unknown;
			old_known = path[i].known;
			unwind(path, n, i);
			n--;
			break;
		}
	shares[0] = left_share(forest, node);
	shares[1] = 1 - shares[0];
	hot = isnan(walk->x[node_column(at)]) ? node_missing_right(at) :
		!(walk->x[node_column(at)] < at->threshold);
	for (int k = 0; k < 2; k++)
		/* where nobody goes, known or not, there is nothing to share out */
		if (shares[k] * old_unknown > 0 || (k == hot && old_known > 0))
			walk_down(walk, at->child + k, path, n + 1, node_column(at),
					  shares[k] * old_unknown, k == hot ? old_known : 0);
	pfree(path);
}

/* The mean of a tree's leaves over the rows of the fit. */
static double
tree_mean(const Forest *forest, int t)
{
	int			first = forest->first[t];
	int			n = forest->first[t + 1] - first;
	double	   *mean = palloc_extended(sizeof(double) * n, MCXT_ALLOC_HUGE);
	double		result;

	for (int i = n - 1; i >= 0; i--)
	{
		int			child = forest->nodes[first + i].child - first;

		if (child == i)
			mean[i] = forest->leaf[first + i];
		else
		{
			double		left = left_share(forest, first + i);

			mean[i] = left * mean[child] + (1 - left) * mean[child + 1];
		}
	}
	result = mean[0];
	pfree(mean);

	return result;
}

void
forest_importance(const Forest *forest, const Schema *schema, double *gain)
{
	int		   *parts = trees_part_of_column(schema);

	memset(gain, 0, sizeof(double) * schema_parts(schema));
	for (int i = 0; i < forest->first[forest->ntrees]; i++)
		if (!node_is_leaf(forest, i))
			gain[parts[node_column(&forest->nodes[i])]] += forest->gain[i];
	pfree(parts);
}

double
forest_explain(const Forest *forest, const Schema *schema, const double *slots, double *worth)
{
	float	   *x = palloc_array(float, Max(forest->columns, 1));
	double	   *own = palloc0_array(double, Max(forest->columns, 1));
	int		   *parts = trees_part_of_column(schema);
	int			nparts = schema_parts(schema);
	Walk		walk = {forest, x, own};
	double		intercept = forest->base;
	double		sum;
	double		margin;

	trees_expand(schema, slots, x);
	for (int t = 0; t < forest->ntrees; t++)
	{
		CHECK_FOR_INTERRUPTS();
		walk_down(&walk, forest->first[t], NULL, 0, -1, 1, 1);
		intercept += tree_mean(forest, t);
	}
	intercept = forest->offset + forest->scale * intercept;
	memset(worth, 0, sizeof(double) * nparts);
	for (int j = 0; j < forest->columns; j++)
		worth[parts[j]] += forest->scale * own[j];

	/* the score is a sum in single precision */
	margin = forest_margin(forest, x);
	sum = intercept;
	for (int i = 0; i < nparts; i++)
		sum += worth[i];

	return intercept + (margin - sum);
}
