/*
 * causal_grow.c
 *		Causal forests: honest trees, split by gradients.
 *
 * Athey, Tibshirani and Wager, "Generalized random forests" (Annals of
 * Statistics 2019); Wager and Athey, "Estimation and inference of
 * heterogeneous treatment effects using random forests" (JASA 2018).  A node
 * is split where the pseudo-outcomes of its rows, the influence of each on
 * the effect in the node, differ most; the values of the leaves come from
 * rows that had no part in choosing the splits.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/causal_forest.h"
#include "model/causal_split.h"
#include "model/random.h"

/* Rows of a tree that a node has: to choose splits by, and to estimate from. */
typedef struct Part
{
	int			from;			/* in the tree's rows to split by */
	int			to;
	int			own_from;		/* in those to estimate from */
	int			own_to;
	int			depth;
	int			parent;			/* whose right child it is; -1: a left child, or the root */
} Part;

typedef struct Grower
{
	const CausalRows *rows;
	const CausalOptions *options;
	const Bins *bins;			/* (columns) of all rows */
	const double *y;			/* (n) outcomes of all rows, in units of the forest's scale */
	SplitSearch search;			/* on the rows of the tree at hand, which it has copies of */
	int			mtry;
	int		   *columns;		/* (columns) in a random order */
	int64		seed;
	uint64		tree;			/* identity of the one at hand */
	uint64		draws;			/* so far, in this tree */
	int		   *order;			/* (n) all rows, in a random order */
	int		   *by;				/* (n) rows to split by; once copied, where in the copies they are */
	int		   *own;			/* (n) rows to estimate from, likewise */
	int		   *spare;			/* (n) */
	CausalForest *forest;
	int64		node_room;
	int64		leaf_room;
} Grower;

/* 0 .. n - 1 */
static inline int
draw_below(Grower *grower, int n)
{
	return (int) (((random_bits(grower->seed, grower->tree, grower->draws++) >> 32) * (uint64) n) >> 32);
}

/* Bring a random choice of k of n elements to the front. */
static void
choose(Grower *grower, int *elements, int n, int k)
{
	for (int i = 0; i < k; i++)
	{
		int			j = i + draw_below(grower, n - i);
		int			kept = elements[i];

		elements[i] = elements[j];
		elements[j] = kept;
	}
}

/* Put the first k of the elements, each below n, in order: to (k). */
static void
ordered(const int *elements, int k, int n, int *to)
{
	uint8	   *chosen = palloc0(n);
	int			at = 0;

	for (int i = 0; i < k; i++)
		chosen[elements[i]] = 1;
	for (int i = 0; at < k; i++)
	{
		to[at] = i;
		at += chosen[i];
	}
	pfree(chosen);
}

/*
 * Copy rows to where the tree at hand reads them, from "first" on; they are
 * known by their places there from now on.
 */
static void
bring_near(Grower *grower, int *rows, int n, int first)
{
	SplitSearch *search = &grower->search;

	for (int i = 0; i < n; i++)
	{
		search->y[first + i] = grower->y[rows[i]];
		search->w[first + i] = grower->rows->w[rows[i]];
	}
	for (int j = 0; j < grower->rows->columns; j++)
	{
		const uint8 *from = grower->bins[j].bin;
		uint8	   *to = search->bins[j].bin + first;

		for (int i = 0; i < n; i++)
			to[i] = from[rows[i]];
	}
	for (int i = 0; i < n; i++)
		rows[i] = first + i;
}

/* The best split of a node's rows. */
static CausalSplit
find_split(Grower *grower, const int *by, int n)
{
	CausalSplit best = {.column = -1};

	if (!split_begin(&grower->search, by, n, &best))
		return best;
	if (grower->mtry < grower->rows->columns)
		choose(grower, grower->columns, grower->rows->columns, grower->mtry);
	for (int k = 0; k < grower->mtry; k++)
		split_by(&grower->search, by, n, grower->columns[k], &best);

	return best;
}

/* Rows that go left to the front, each side in its order; returns where the right side begins. */
static int
partition(const Grower *grower, int *rows, int from, int to, const CausalSplit *split)
{
	const uint8 *bin = grower->search.bins[split->column].bin;
	int		   *spare = grower->spare;
	int			first = !split->missing_right;	/* MISSING_BIN comes before all others, or last */
	int			left = from;

	/* a row goes to both places, and one of them moves on: a branch could not be foretold */
	for (int i = from; i < to; i++)
	{
		int			row = rows[i];

		rows[left] = row;
		spare[i - left] = row;
		left += (uint8) (bin[row] + first) <= split->bin + first;
	}
	memcpy(rows + left, spare, sizeof(int) * (to - left));

	return left;
}

static int
add_node(Grower *grower, CausalNode node)
{
	CausalForest *forest = grower->forest;
	int			at = forest->first[forest->ntrees];

	if (at == grower->node_room)
	{
		if ((grower->node_room * sizeof(CausalNode) + grower->leaf_room * sizeof(CausalLeaf)) > MaxAllocSize / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("the causal forest is too large for a model"),
					 errhint("Fewer \"trees\", a larger \"min_leaf\" or a smaller \"depth\" or \"sample_share\" make it smaller.")));
		grower->node_room *= 2;
		forest->nodes = repalloc_huge(forest->nodes, sizeof(CausalNode) * grower->node_room);
	}
	forest->nodes[at] = node;
	forest->first[forest->ntrees]++;

	return at;
}

static void
add_leaf(Grower *grower, const int *own, int n)
{
	CausalForest *forest = grower->forest;
	double		w = 0;
	double		y = 0;
	double		wy = 0;
	double		ww = 0;

	for (int i = 0; i < n; i++)
	{
		double		wi = grower->search.w[own[i]];
		double		yi = grower->search.y[own[i]];

		w += wi;
		y += yi;
		wy += wi * yi;
		ww += wi * wi;
	}
	if (forest->nleaves == grower->leaf_room)
	{
		grower->leaf_room *= 2;
		forest->leaves = repalloc_huge(forest->leaves, sizeof(CausalLeaf) * grower->leaf_room);
	}
	add_node(grower, (CausalNode) {.place = -1, .right = forest->nleaves});
	forest->leaves[forest->nleaves++] = (CausalLeaf) {
		(float) (w / n), (float) (y / n), (float) (wy / n), (float) (ww / n)
	};
}

/* Grow a tree on its rows: n to split by, own_n to estimate from. */
static void
grow_tree(Grower *grower, int n, int own_n)
{
	CausalForest *forest = grower->forest;
	int			first = forest->first[forest->ntrees];
	Part		stack[MAX_CAUSAL_DEPTH + 2];
	int			top = 0;

	stack[top++] = (Part) {0, n, 0, own_n, 0, -1};
	while (top > 0)
	{
		Part		part = stack[--top];
		bool		leaf = false;

		CHECK_FOR_INTERRUPTS();
		if (part.parent >= 0)
			forest->nodes[part.parent].right = forest->first[forest->ntrees] - first;
		/* a child without rows to estimate from is cut off: the other one takes the node's place */
		while (!leaf)
		{
			CausalSplit		split = {.column = -1};
			int			middle;
			int			own_middle;

			if (part.depth < grower->options->depth)
				split = find_split(grower, grower->by + part.from, part.to - part.from);
			if (split.column < 0)
			{
				leaf = true;
				break;
			}
			middle = partition(grower, grower->by, part.from, part.to, &split);
			own_middle = partition(grower, grower->own, part.own_from, part.own_to, &split);
			if (own_middle == part.own_from)
				part.from = middle;
			else if (own_middle == part.own_to)
				part.to = middle;
			else
			{
				int			node = add_node(grower, (CausalNode) {
					.place = 2 * split.column + split.missing_right,
					.threshold = grower->search.bins[split.column].cut[split.bin],
				});

				stack[top++] = (Part) {middle, part.to, own_middle, part.own_to, part.depth + 1, node};
				stack[top++] = (Part) {part.from, middle, part.own_from, own_middle, part.depth + 1, -1};
				break;
			}
		}
		if (leaf)
		{
			add_leaf(grower, grower->own + part.own_from, part.own_to - part.own_from);
			forest->depth = Max(forest->depth, part.depth);
		}
	}
}

/* The effect over all rows. */
static double
average_effect(const CausalRows *rows)
{
	double		mean_w = 0;
	double		mean_y = 0;
	double		zz = 0;
	double		zy = 0;

	for (int i = 0; i < rows->n; i++)
	{
		mean_w += rows->w[i] / rows->n;
		mean_y += rows->y[i] / rows->n;
	}
	for (int i = 0; i < rows->n; i++)
	{
		zz += (rows->w[i] - mean_w) * (rows->w[i] - mean_w);
		zy += (rows->w[i] - mean_w) * (rows->y[i] - mean_y);
	}

	return zz > 0 ? zy / zz : 0;
}

CausalForest *
causal_grow(const CausalRows *rows, const CausalOptions *options, int64 seed,
			const char *part, uint64 *bags, Progress *progress)
{
	int			n = rows->n;
	int			p = rows->columns;
	int			half = (n + 1) / 2;
	int			size = Max(Min((int) ceil(options->sample_share * n), half), Min(n, 2));
	CausalForest *forest = palloc0_object(CausalForest);
	Bins	   *bins = palloc_array(Bins, Max(p, 1));
	double	   *y = palloc_huge(double, n);
	Grower		grower = {
		.rows = rows, .options = options, .bins = bins, .y = y, .seed = seed, .forest = forest,
		.mtry = Min(p, options->mtry > 0 ? options->mtry : (int) ceil(sqrt(p)) + 20),
		.columns = palloc_array(int, Max(p, 1)),
		.order = palloc_huge(int, n), .by = palloc_huge(int, n), .own = palloc_huge(int, n),
		.spare = palloc_huge(int, n),
		.search = {
			.bins = palloc_array(Bins, Max(p, 1)), .y = palloc_huge(double, Max(size, 1)),
			.w = palloc_huge(double, Max(size, 1)), .min_leaf = options->min_leaf,
			.alpha = options->alpha, .row = palloc_huge(Sums, Max(size, 1)),
			.sums = palloc0_array(Sums, MISSING_BIN + 1),
		},
		.node_room = 1024, .leaf_room = 1024,
	};
	int		   *bag = palloc_huge(int, n);
	int		   *tree = palloc_huge(int, n);
	SlopesFit  *slopes = NULL;

	half = Max(half, size);
	forest->columns = p;
	forest->min_leaf = options->min_leaf;
	forest->average = average_effect(rows);
	/* single precision holds any outcomes in units of the greatest */
	for (int i = 0; i < n; i++)
		forest->scale = Max(forest->scale, fabs(rows->y[i]));
	forest->scale = forest->scale > 0 ? forest->scale : 1;
	for (int i = 0; i < n; i++)
		y[i] = rows->y[i] / forest->scale;
	forest->first = palloc0_array(int, options->trees + 1);
	forest->nodes = palloc_huge(CausalNode, grower.node_room);
	forest->leaves = palloc_huge(CausalLeaf, grower.leaf_room);
	for (int j = 0; j < p; j++)
	{
		bins_make(&bins[j], rows->x[j], n);
		grower.search.bins[j] = bins[j];
		grower.search.bins[j].bin = palloc_huge(uint8, Max(size, 1));
	}

	if (bags)
		memset(bags, 0, sizeof(uint64) * n);
	if (options->linear && p <= MAX_SLOPES)
	{
		slopes = slopes_begin(rows, forest->scale, options->trees / BAG);
		forest->slopes = slopes_of(slopes);
	}
	for (int t = 0; t < options->trees; t++)
	{
		int			by = options->honesty ? size / 2 : size;

		progress_say(progress, "%s: tree %d of %d", part, t + 1, options->trees);
		/* the rows are in an order of their own: what is drawn depends on nothing else */
		if (t % BAG == 0)
		{
			for (int i = 0; i < n; i++)
				grower.order[i] = i;
			grower.tree = ~(uint64) t;
			grower.draws = 0;
			choose(&grower, grower.order, n, half);
			memcpy(bag, grower.order, sizeof(int) * half);
			if (slopes)
				slopes_bag(slopes, t / BAG, bag, half);
			for (int i = 0; bags && t / BAG < 64 && i < half; i++)
				bags[bag[i]] |= UINT64CONST(1) << (t / BAG);
		}
		memcpy(tree, bag, sizeof(int) * half);
		for (int j = 0; j < p; j++)
			grower.columns[j] = j;
		grower.tree = t;
		grower.draws = 0;
		/* of a random order of the bag the first rows split, the next ones estimate */
		choose(&grower, tree, half, size);
		ordered(tree, by, n, grower.by);
		bring_near(&grower, grower.by, by, 0);
		if (options->honesty)
		{
			ordered(tree + by, size - by, n, grower.own);
			bring_near(&grower, grower.own, size - by, by);
		}
		else
			memcpy(grower.own, grower.by, sizeof(int) * size);
		forest->first[t + 1] = forest->first[t];
		forest->ntrees = t + 1;
		grow_tree(&grower, by, options->honesty ? size - by : size);
	}

	for (int j = 0; j < p; j++)
	{
		pfree(grower.search.bins[j].bin);
		pfree(bins[j].bin);
		pfree(bins[j].cut);
	}
	pfree(grower.search.y);
	pfree(grower.search.w);
	pfree(grower.order);
	pfree(grower.by);
	pfree(grower.own);
	pfree(grower.spare);
	pfree(grower.search.row);
	pfree(grower.search.sums);
	pfree(bag);
	pfree(y);
	pfree(tree);

	return forest;
}
