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

#define Square(x)	((x) * (x))

/* What the trees say at a place. */
typedef struct Averages
{
	int			bags;
	const CausalLeaf **leaves;	/* (bags, BAG) */
	double		w;
	double		level;
	double		slope;			/* variance of the arm nearby */
	double		effect;			/* in units of the forest's scale */
} Averages;

/*
 * Average the trees of the first 64 bags whose bits are set, or with no bits
 * at all those of every bag; false where there is one arm alone nearby.
 */
static bool
average(const CausalForest *forest, const float *x, uint64 bits, Averages *to)
{
	int			bags = forest->ntrees / BAG;
	double		w = 0;
	double		y = 0;
	double		wy = 0;
	double		ww = 0;
	int			n = 0;

	to->leaves = palloc_array(const CausalLeaf *, forest->ntrees);
	for (int b = 0; b < bags; b++)
	{
		if (bits && !(b < 64 && (bits >> b & 1)))
			continue;
		for (int k = 0; k < BAG; k++)
		{
			const CausalLeaf *leaf = to->leaves[n++] = leaf_of(forest, b * BAG + k, x);

			w += leaf->w;
			y += leaf->y;
			wy += leaf->wy;
			ww += leaf->ww;
		}
	}
	w /= n;
	y /= n;
	wy /= n;
	ww /= n;
	to->bags = n / BAG;
	to->w = w;
	to->slope = ww - w * w;
	to->effect = (wy - w * y) / to->slope;
	to->level = y - to->effect * w;

	return to->slope > 1e-9;
}

/* What a tree contributes to the error of the averages' effect, in their units. */
static inline double
score(const Averages *at, const CausalLeaf *leaf)
{
	return (leaf->wy - at->effect * leaf->ww - at->level * leaf->w -
			at->w * (leaf->y - at->effect * leaf->w - at->level)) / at->slope;
}

/* The variance of the forest's effect. */
static double
forest_variance(const CausalForest *forest, const Averages *at)
{
	double		between = 0;
	double		total = 0;

	for (int b = 0; b < at->bags; b++)
	{
		double		bag = 0;

		for (int k = 0; k < BAG; k++)
		{
			double		tree = forest->scale * score(at, at->leaves[b * BAG + k]);

			bag += tree / BAG;
			total += tree * tree / (at->bags * BAG);
		}
		between += bag * bag / at->bags;
	}

	return debias(between, (total - between) / (BAG - 1), at->bags);
}

double
causal_effect(const CausalForest *forest, const float *x, double *variance)
{
	double		share = forest->slopes ? forest->slopes->share : 0;
	double		linear = 0;
	double		spread = 0;		/* variance of the linear effect */
	Averages	at;
	bool		found = average(forest, x, 0, &at);
	double		own = found ? at.effect * forest->scale : forest->average;
	double		effect;

	if (share > 0)
		linear = slopes_effect(forest->slopes, x, forest->slopes->nbags, ~UINT64CONST(0), &spread);
	effect = (1 - share) * own + share * linear;
	if (variance && !found)
		*variance = NAN;
	else if (variance)
	{
		/* of an average of models: where they differ, one of them is wrong */
		double		apart = own - linear;
		double		first = sqrt(forest_variance(forest, &at) + Square(share * apart));
		double		second = sqrt(spread + Square((1 - share) * apart));

		*variance = Square((1 - share) * first + share * second);
		/* and how much of either is only known so well */
		if (share > 0)
			*variance += Square(forest->slopes->share_error * apart);
		if (!isfinite(*variance))
			float_overflow_error();
	}
	pfree(at.leaves);
	if (!isfinite(effect))
		float_overflow_error();

	return effect;
}

bool
causal_effect_of(const CausalForest *forest, const float *x, uint64 bits, double *effect, double *noise)
{
	Averages	at = {0};
	bool		found = bits != 0 && average(forest, x, bits, &at);

	*noise = 0;
	for (int b = 0; found && b < at.bags; b++)
	{
		double		bag = 0;

		for (int k = 0; k < BAG; k++)
			bag += forest->scale * score(&at, at.leaves[b * BAG + k]) / BAG;
		*noise += bag * bag / at.bags / at.bags;
	}
	*effect = at.effect * forest->scale;
	if (bits != 0)
		pfree(at.leaves);

	return found;
}

int
causal_leaves(const CausalForest *forest, int tree)
{
	/* every node but a leaf has two children */
	return (forest->first[tree + 1] - forest->first[tree] + 1) / 2;
}

/* What stands beside the trees; a forest without the error of the share counts it as none. */
enum
{
	NO_SLOPES, SLOPES_ALONE, SLOPES_AND_ERROR
};

void
put_causal_forest(StringInfo to, const CausalForest *forest)
{
	put_int32(to, forest->ntrees);
	put_int32(to, forest->first[forest->ntrees]);
	put_double(to, forest->scale);
	put_double(to, forest->average);
	put_int32(to, forest->slopes ? SLOPES_AND_ERROR : NO_SLOPES);
	if (forest->slopes)
	{
		put_causal_slopes(to, forest->slopes);
		put_double(to, forest->slopes->share_error);
	}
	put_int32(to, forest->min_leaf);
	put_int32(to, forest->ntrials);
	for (int i = 0; i < forest->ntrials; i++)
	{
		put_int32(to, forest->trials[i].min_leaf);
		put_double(to, forest->trials[i].loss);
		put_double(to, forest->trials[i].worse);
		put_double(to, forest->trials[i].error);
	}
	put_double(to, forest->loss);
	put_double(to, forest->loss_average);
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
	int			with;

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
	with = get_int32(from, NO_SLOPES, SLOPES_AND_ERROR);
	if (with != NO_SLOPES)
		forest->slopes = get_causal_slopes(from, columns, forest->ntrees / BAG);
	if (with == SLOPES_AND_ERROR)
	{
		forest->slopes->share_error = get_double(from);
		if (!(forest->slopes->share_error >= 0 && forest->slopes->share_error <= 1))
			get_failed(from, "The error of a share is not one.");
	}
	forest->min_leaf = get_int32(from, 1, PG_INT32_MAX);
	forest->ntrials = get_int32(from, 0, MAX_CAUSAL_TRIALS);
	for (int i = 0; i < forest->ntrials; i++)
	{
		forest->trials[i].min_leaf = get_int32(from, 1, PG_INT32_MAX);
		forest->trials[i].loss = get_double(from);
		forest->trials[i].worse = get_double(from);
		forest->trials[i].error = get_double(from);
	}
	forest->loss = get_double(from);
	forest->loss_average = get_double(from);
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
