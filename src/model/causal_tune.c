/*
 * causal_tune.c
 *		Causal forests: what the rows choose by the loss out of their bags.
 *
 * The loss of effects u is the mean of (y - w u(x))^2 over centred outcomes
 * and arms (Nie and Wager 2021), u(x) coming from the bags that the row is not
 * in; what it is too large by, since these are few, is taken off.  It chooses
 * min_leaf, by small forests, and the share of the linear effect in the end.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/causal_forest.h"

/* Trees of a trial: they must not be of more than 64 bags. */
#define TRIAL_TREES		50

/* Bags that losses are made of, at most: what a row's bits are for. */
#define SEEN_BAGS		64

/* A smaller leaf has less bias, and is given up only if it is worse by so many standard errors. */
#define CLEARLY			3

/* From large to small, each forest costs more than the one before it. */
static const int leaves[] = {500, 100, 20, 5, 2};

/* Effects of rows, from the bags that they are not in. */
typedef struct OutOfBag
{
	bool	   *found;			/* (n) */
	double	   *effect;			/* (n) */
	double	   *noise;			/* (n) its variance for being of so few bags */
	double	   *linear;			/* (n) the linear effect, or NULL */
} OutOfBag;

static OutOfBag
out_of_bag(const CausalRows *rows, const CausalForest *forest, const uint64 *bags)
{
	int			nbags = Min(forest->ntrees / BAG, SEEN_BAGS);
	uint64		all = nbags < 64 ? (UINT64CONST(1) << nbags) - 1 : ~UINT64CONST(0);
	float	   *x = palloc_array(float, Max(rows->columns, 1));
	OutOfBag	out = {
		.found = palloc_huge(bool, rows->n),
		.effect = palloc_huge(double, rows->n),
		.noise = palloc_huge(double, rows->n),
		.linear = forest->slopes ? palloc_huge(double, rows->n) : NULL,
	};

	for (int i = 0; i < rows->n; i++)
	{
		uint64		bits = all & ~bags[i];

		if (i % 256 == 0)
			CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < rows->columns; j++)
			x[j] = rows->x[j][i];
		out.found[i] = causal_effect_of(forest, x, bits, &out.effect[i], &out.noise[i]);
		if (out.found[i] && out.linear)
			out.linear[i] = slopes_effect(forest->slopes, x, nbags, bits, NULL);
	}
	pfree(x);

	return out;
}

/* The loss of a row with an effect that varies by "noise" for no other reason than few bags. */
static inline double
loss_of(const CausalRows *rows, int i, double effect, double noise)
{
	double		rest = rows->y[i] - rows->w[i] * effect;

	return rest * rest - rows->w[i] * rows->w[i] * noise;
}

/*
 * How much of the linear effect makes the loss least: of the line from the
 * forest's effect to it.  Its error is that of a regression through the
 * origin, robust to unequal variances.
 */
static void
choose_share(const CausalRows *rows, const OutOfBag *out, CausalSlopes *slopes)
{
	double		along = 0;
	double		length = 0;
	double		squares = 0;	/* of the slopes of the rows' losses by the share */

	for (int i = 0; i < rows->n; i++)
		if (out->found[i])
		{
			double		w = rows->w[i];
			double		apart = out->linear[i] - out->effect[i];

			along += w * apart * (rows->y[i] - w * out->effect[i]) - w * w * out->noise[i];
			length += w * w * (apart * apart - out->noise[i]);
		}
	slopes->share = !(along > 0) ? 0 : along < length ? along / length : 1;
	for (int i = 0; i < rows->n; i++)
		if (out->found[i])
		{
			double		w = rows->w[i];
			double		apart = out->linear[i] - out->effect[i];
			double		rest = rows->y[i] - w * (out->effect[i] + slopes->share * apart);
			double		slope = w * apart * rest - w * w * out->noise[i] * (1 - slopes->share);

			squares += slope * slope;
		}
	/* a share lies between 0 and 1, and so does its error */
	slopes->share_error = sqrt(squares) < length ? sqrt(squares) / length : 1;
}

/* Settle the linear effect's share, and note the losses. */
static void
settle(const CausalRows *rows, CausalForest *forest, const uint64 *bags)
{
	OutOfBag	out = out_of_bag(rows, forest, bags);
	double		share = 0;
	int			n = 0;

	if (forest->slopes)
	{
		choose_share(rows, &out, forest->slopes);
		share = forest->slopes->share;
	}
	for (int i = 0; i < rows->n; i++)
		if (out.found[i])
		{
			double		effect = out.effect[i];

			if (share > 0)
				effect = (1 - share) * effect + share * out.linear[i];
			forest->loss += loss_of(rows, i, effect, (1 - share) * (1 - share) * out.noise[i]);
			forest->loss_average += loss_of(rows, i, forest->average, 0);
			n++;
		}
	forest->loss /= Max(n, 1);
	forest->loss_average /= Max(n, 1);
}

/* Choose min_leaf: returns what was tried, and the choice. */
static int
choose_leaf(const CausalRows *rows, const CausalOptions *options, int64 seed, const char *part,
			uint64 *bags, CausalTrial *trials, int *ntrials, Progress *progress)
{
	double	   *best = palloc_huge(double, rows->n);		/* losses of the best so far */
	int			chosen = 0;
	MemoryContext caller = CurrentMemoryContext;

	for (int k = 0; k < lengthof(leaves); k++)
	{
		CausalOptions trial = *options;
		MemoryContext mine;
		CausalForest *forest;
		OutOfBag	out;
		double		sum = 0;
		double		more = 0;
		double		squares = 0;
		int			n = 0;

		/* half of a row in two is split by; what cannot split is like the one before it */
		if (k + 1 < lengthof(leaves) && leaves[k] * 16.0 > rows->n)
			continue;
		mine = AllocSetContextCreate(caller, "trial of a forest", ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(mine);
		trial.trees = Min(options->trees, TRIAL_TREES);
		trial.min_leaf = leaves[k];
		trial.linear = false;
		forest = causal_grow(rows, &trial, seed, psprintf("%s, trial of min_leaf %d", part, leaves[k]),
							 bags, progress);
		out = out_of_bag(rows, forest, bags);
		for (int i = 0; i < rows->n; i++)
		{
			double		loss = out.found[i] ? loss_of(rows, i, out.effect[i], out.noise[i]) :
				loss_of(rows, i, forest->average, 0);
			double		difference = chosen > 0 ? loss - best[i] : 0;

			sum += loss;
			more += difference;
			squares += difference * difference;
			out.effect[i] = loss;
			n++;
		}
		sum /= n;
		more /= n;
		trials[*ntrials] = (CausalTrial) {
			leaves[k], sum, more, sqrt(Max(squares / n - more * more, 0) / n)
		};
		if (chosen == 0 || more < 0)
			memcpy(best, out.effect, sizeof(double) * n);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(mine);
		if (chosen > 0 && more > CLEARLY * trials[*ntrials].error)
		{
			++*ntrials;
			break;
		}
		chosen = leaves[k];
		++*ntrials;
	}
	pfree(best);

	return chosen;
}

CausalForest *
causal_fit(const CausalRows *rows, const CausalOptions *options, int64 seed, const char *part,
		   Progress *progress)
{
	CausalOptions settled = *options;
	CausalTrial	trials[MAX_CAUSAL_TRIALS];
	int			ntrials = 0;
	uint64	   *bags = palloc_huge(uint64, rows->n);
	CausalForest *forest;

	if (settled.min_leaf == 0)
		settled.min_leaf = choose_leaf(rows, options, seed, part, bags, trials, &ntrials, progress);
	forest = causal_grow(rows, &settled, seed, part, bags, progress);
	forest->ntrials = ntrials;
	memcpy(forest->trials, trials, sizeof(CausalTrial) * ntrials);
	settle(rows, forest, bags);
	pfree(bags);

	return forest;
}
