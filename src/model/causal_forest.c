/*
 * causal_forest.c
 *		Causal forests: scores with their variances, and bytes.
 *
 * The trees' means are averaged first and the effect is taken of these, so
 * that a forest is a weighting of rows and not a mean of small estimates.
 * The variance is that of a bootstrap of little bags (Athey, Tibshirani and
 * Wager 2019, section 4.1, after Sexton and Laake 2009): between bags of
 * trees that share a half of the rows, less what trees within a bag differ
 * by.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "model/causal_forest.h"

/* The leaf that a row comes to in a tree. */
static inline const CausalLeaf *
leaf_of(const CausalForest *forest, int tree, const float *x)
{
	const CausalNode *nodes = forest->nodes + forest->first[tree];
	const CausalNode *node = nodes;

	while (node->place >= 0)
	{
		float		value = x[node->place >> 1];
		bool		right = isnan(value) ? (node->place & 1) : value > node->threshold;

		node = right ? nodes + node->right : node + 1;
	}

	return &forest->leaves[node->right];
}

/*
 * What is left of the variance between bags when the noise of finitely many
 * trees is taken off: the mean of what it may be, given that it is not
 * negative (an objective Bayes estimate with a flat prior, as in grf).
 */
static double
debias(double between, double noise, int bags)
{
	double		estimate = between - noise;
	double		error = Max(between, noise) * sqrt(2.0 / bags);
	double		ratio;

	if (!(error > 0))
		return 0;
	ratio = estimate / error;
	/* phi(r) / Phi(r) is -r - 1 / r far below 0 */
	if (ratio < -20)
		return -error / ratio;

	return estimate + error * exp(-ratio * ratio / 2) * M_2_SQRTPI / M_SQRT2 / 2 /
		(0.5 * erfc(-ratio * M_SQRT1_2));
}

double
causal_effect(const CausalForest *forest, const float *x, double *variance)
{
	int			n = forest->ntrees;
	const CausalLeaf **leaves = palloc_array(const CausalLeaf *, n);
	double		w = 0;
	double		y = 0;
	double		wy = 0;
	double		ww = 0;
	double		slope;
	double		effect;
	double		level;
	double		between = 0;
	double		total = 0;

	for (int t = 0; t < n; t++)
	{
		const CausalLeaf *leaf = leaves[t] = leaf_of(forest, t, x);

		w += leaf->w;
		y += leaf->y;
		wy += leaf->wy;
		ww += leaf->ww;
	}
	w /= n;
	y /= n;
	wy /= n;
	ww /= n;
	slope = ww - w * w;
	if (!(slope > 1e-9))
	{
		/* one arm alone nearby */
		pfree(leaves);
		if (variance)
			*variance = NAN;
		return forest->average;
	}
	effect = (wy - w * y) / slope;
	level = y - effect * w;

	for (int t = 0; variance && t < n; t += BAG)
	{
		double		bag = 0;

		for (int k = 0; k < BAG; k++)
		{
			const CausalLeaf *leaf = leaves[t + k];
			double		score = leaf->wy - effect * leaf->ww - level * leaf->w -
				w * (leaf->y - effect * leaf->w - level);

			bag += score;
			total += score * score;
		}
		between += (bag / BAG) * (bag / BAG);
	}
	pfree(leaves);
	if (variance)
	{
		double		unit = forest->scale / slope;

		between /= n / BAG;
		total /= n;
		*variance = debias(between, (total - between) / (BAG - 1), n / BAG) * unit * unit;
		if (!isfinite(*variance))
			float_overflow_error();
	}
	effect *= forest->scale;
	if (!isfinite(effect))
		float_overflow_error();

	return effect;
}

int
causal_leaves(const CausalForest *forest, int tree)
{
	/* every node but a leaf has two children */
	return (forest->first[tree + 1] - forest->first[tree] + 1) / 2;
}

void
put_causal_forest(StringInfo to, const CausalForest *forest)
{
	put_int32(to, forest->ntrees);
	put_int32(to, forest->first[forest->ntrees]);
	put_double(to, forest->scale);
	put_double(to, forest->average);
	for (int t = 0; t < forest->ntrees; t++)
	{
		CHECK_FOR_INTERRUPTS();
		put_int32(to, forest->first[t + 1] - forest->first[t]);
		for (int i = forest->first[t]; i < forest->first[t + 1]; i++)
		{
			const CausalNode *node = &forest->nodes[i];

			put_int32(to, node->place);
			if (node->place >= 0)
				put_floats(to, &node->threshold, 1);
			else
				put_floats(to, &forest->leaves[node->right].w, 4);
		}
	}
}

/* A number in single precision that is finite. */
static float
get_float(Reader *from)
{
	float		value;

	if (from->end - from->at < (ptrdiff_t) sizeof(value))
		get_failed(from, "It is too short.");
	memcpy(&value, from->at, sizeof(value));
	from->at += sizeof(value);
	if (!isfinite(value))
		get_failed(from, "A number is not finite.");

	return value;
}

/* The nodes of a tree, n of them, from "first" on. */
static void
get_tree(Reader *from, CausalForest *forest, int first, int n)
{
	int			parents[MAX_CAUSAL_DEPTH];	/* whose right child is still to come */
	int			depths[MAX_CAUSAL_DEPTH];
	int			waiting = 0;
	int			depth = 0;

	for (int i = 0; i < n; i++)
	{
		CausalNode *node = &forest->nodes[first + i];

		node->place = get_int32(from, -1, 2 * forest->columns - 1);
		if (node->place >= 0)
		{
			node->threshold = get_float(from);
			if (depth >= MAX_CAUSAL_DEPTH)
				get_failed(from, "A tree is too deep.");
			parents[waiting] = i;
			depths[waiting++] = ++depth;
			continue;
		}
		node->right = forest->nleaves;
		forest->leaves[forest->nleaves].w = get_float(from);
		forest->leaves[forest->nleaves].y = get_float(from);
		forest->leaves[forest->nleaves].wy = get_float(from);
		forest->leaves[forest->nleaves++].ww = get_float(from);
		forest->depth = Max(forest->depth, depth);
		if (waiting == 0)
		{
			if (i + 1 < n)
				get_failed(from, "A tree is in several pieces.");
			return;
		}
		depth = depths[--waiting];
		forest->nodes[first + parents[waiting]].right = i + 1;
	}
	get_failed(from, "A tree is not complete.");
}

CausalForest *
get_causal_forest(Reader *from, int columns)
{
	CausalForest *forest = palloc0_object(CausalForest);
	int			room;			/* nodes of all trees */

	forest->columns = columns;
	forest->ntrees = get_int32(from, BAG, MAX_CAUSAL_TREES);
	if (forest->ntrees % BAG != 0)
		get_failed(from, "A forest is not of whole bags.");
	room = get_int32(from, forest->ntrees, PG_INT32_MAX);
	if (room > (from->end - from->at) / 8)
		get_failed(from, "It is too short.");
	forest->scale = get_double(from);
	forest->average = get_double(from);
	if (!(forest->scale > 0))
		get_failed(from, "The scale of a forest is not positive.");
	forest->first = palloc0_array(int, forest->ntrees + 1);
	forest->nodes = palloc_huge(CausalNode, room);
	forest->leaves = palloc_huge(CausalLeaf, ((Size) room + forest->ntrees) / 2 + 1);
	for (int t = 0; t < forest->ntrees; t++)
	{
		int			n;

		CHECK_FOR_INTERRUPTS();
		n = get_int32(from, 1, PG_INT32_MAX);
		if (n % 2 == 0 || n > room - forest->first[t])
			get_failed(from, "A tree has an impossible number of nodes.");
		forest->first[t + 1] = forest->first[t] + n;
		get_tree(from, forest, forest->first[t], n);
	}

	return forest;
}
