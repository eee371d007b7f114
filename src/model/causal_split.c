/*
 * causal_split.c
 *		The best split of a node of a causal tree.
 *
 * Athey, Tibshirani and Wager, "Generalized random forests" (2019), sections
 * 2.3 and 6: of the rows' pseudo-outcomes rho, the influence of each row on the
 * effect in the node, a split maximises sum(rho)^2 / n over both sides.
 */
#include "coupon.h"

#include "model/causal_split.h"

/* Pseudo-outcomes of a node's rows; false if the arms do not vary in it. */
static bool
relabel(SplitSearch *search, const int *by, int n)
{
	const double *y = search->y;
	const double *w = search->w;
	double		mean_y = 0;
	double		mean_w = 0;
	double		zz = 0;
	double		zy = 0;
	double		effect;
	Sums	   *total = &search->total;

	for (int i = 0; i < n; i++)
	{
		mean_y += y[by[i]];
		mean_w += w[by[i]];
	}
	mean_y /= n;
	mean_w /= n;
	for (int i = 0; i < n; i++)
	{
		double		z = w[by[i]] - mean_w;

		search->z[i] = z;
		zz += z * z;
		zy += z * (y[by[i]] - mean_y);
	}
	if (!(zz > 1e-10 * n))
		return false;

	effect = zy / zz;
	*total = (Sums) {.zz = zz, .n = n};
	for (int i = 0; i < n; i++)
	{
		double		z = search->z[i];

		search->rho[i] = z * (y[by[i]] - mean_y - effect * z);
		total->rho += search->rho[i];
		total->z += z;
		total->high += z >= 0;
	}

	return true;
}

static inline void
sums_add(Sums *to, const Sums *more)
{
	to->rho += more->rho;
	to->z += more->z;
	to->zz += more->zz;
	to->n += more->n;
	to->high += more->high;
}

/* The gain of a split with these rows on the left, or -1 if it is not allowed. */
static inline double
gain_of(const SplitSearch *search, const Sums *left, const Sums *total)
{
	Sums		right = {
		total->rho - left->rho, total->z - left->z, total->zz - left->zz,
		total->n - left->n, total->high - left->high
	};
	double		least = search->alpha * total->zz;

	if (left->high < search->min_leaf || left->n - left->high < search->min_leaf ||
		right.high < search->min_leaf || right.n - right.high < search->min_leaf ||
		left->zz - left->z * left->z / left->n < least ||
		right.zz - right.z * right.z / right.n < least)
		return -1;

	return left->rho * left->rho / left->n + right.rho * right.rho / right.n;
}

static inline void
consider(const SplitSearch *search, const Sums *left, const Sums *total, int column, int bin,
		 bool missing_right, CausalSplit *best)
{
	double		gain = gain_of(search, left, total);

	if (gain > best->gain)
		*best = (CausalSplit) {gain, column, bin, missing_right};
}

bool
split_begin(SplitSearch *search, const int *by, int n, CausalSplit *best)
{
	if (n < 4 * (int64) search->min_leaf || !relabel(search, by, n))
		return false;
	best->gain = search->total.rho * search->total.rho / n + 1e-12 * search->total.zz;

	return true;
}

void
split_by(SplitSearch *search, const int *by, int n, int column, CausalSplit *best)
{
	const uint8 *bin = search->bins[column].bin;
	uint64		used[4] = {0};
	Sums		sums[256];
	Sums		left = {0};
	Sums		missing = {0};

	/* what is not used is not cleared, so that small nodes cost little */
	for (int i = 0; i < n; i++)
	{
		int			b = bin[by[i]];
		Sums	   *at = &sums[b];
		double		z = search->z[i];

		if (!(used[b >> 6] >> (b & 63) & 1))
		{
			used[b >> 6] |= UINT64CONST(1) << (b & 63);
			*at = (Sums) {0};
		}
		at->rho += search->rho[i];
		at->z += z;
		at->zz += z * z;
		at->n++;
		at->high += z >= 0;
	}
	if (used[3] >> 63)
	{
		missing = sums[MISSING_BIN];
		used[3] &= ~(UINT64CONST(1) << 63);
	}
	for (int word = 0; word < 4; word++)
		while (used[word])
		{
			int			b = 64 * word + __builtin_ctzll(used[word]);

			used[word] &= used[word] - 1;
			sums_add(&left, &sums[b]);
			if (missing.n > 0)
			{
				Sums		both = left;

				sums_add(&both, &missing);
				consider(search, &both, &search->total, column, b, false, best);
			}
			consider(search, &left, &search->total, column, b,
					 missing.n > 0 || 2 * left.n < search->total.n, best);
		}
}
