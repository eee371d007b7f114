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

		search->row[i] = (Sums) {.z = z, .zz = z * z, .rows = z >= 0 ? ONE_HIGH : ONE_ROW};
		zz += z * z;
		zy += z * (y[by[i]] - mean_y);
	}
	if (!(zz > 1e-10 * n))
		return false;

	effect = zy / zz;
	*total = (Sums) {.zz = zz};
	for (int i = 0; i < n; i++)
	{
		Sums	   *row = &search->row[i];

		row->rho = row->z * (y[by[i]] - mean_y - effect * row->z);
		total->rho += row->rho;
		total->z += row->z;
		total->rows += row->rows;
	}

	return true;
}

static inline void
sums_add(Sums *to, const Sums *more)
{
	/* all is read before anything is written, so that the two may go by pairs */
	*to = (Sums) {
		to->rho + more->rho, to->z + more->z, to->zz + more->zz, to->rows + more->rows
	};
}

/* Two numbers that go through the processor together. */
typedef double Pair __attribute__((vector_size(16)));

/* Do these rows have enough of either arm? */
static inline bool
enough(const SplitSearch *search, int64 rows)
{
	int32		n = (int32) rows;
	int32		high = (int32) (rows >> 32);

	return high >= search->min_leaf && n - high >= search->min_leaf;
}

/* How much the arm varies among these rows. */
static inline double
variation(const Sums *sums)
{
	return sums->zz - sums->z * sums->z / (int32) sums->rows;
}

/* Take the split with these rows on the left if it is allowed and better. */
static inline void
consider(const SplitSearch *search, const Sums *left, int column, int bin, bool missing_right,
		 CausalSplit *best)
{
	const Sums *total = &search->total;
	Sums		right = {
		total->rho - left->rho, total->z - left->z, total->zz - left->zz, total->rows - left->rows
	};
	double		least = search->alpha * total->zz;
	Pair		parts;
	double		gain;

	if (!enough(search, left->rows) || !enough(search, right.rows))
		return;
	parts = (Pair) {left->rho, right.rho};
	parts = parts * parts / (Pair) {(int32) left->rows, (int32) right.rows};
	gain = parts[0] + parts[1];
	/* what takes longer comes last: few splits are better than the best so far */
	if (gain > best->gain && variation(left) >= least && variation(&right) >= least)
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
	const Sums *row = search->row;
	Sums	   *sums = search->sums;
	uint64		used[4] = {0};
	Sums		left = {0};
	Sums		missing = {0};

	for (int i = 0; i < n; i++)
	{
		int			b = bin[by[i]];

		used[b >> 6] |= UINT64CONST(1) << (b & 63);
		sums_add(&sums[b], &row[i]);
	}
	if (used[3] >> 63)
	{
		missing = sums[MISSING_BIN];
		sums[MISSING_BIN] = (Sums) {0};
		used[3] &= ~(UINT64CONST(1) << 63);
	}
	/* only what was used is looked at and cleared, so that small nodes cost little */
	for (int word = 0; word < 4; word++)
		for (uint64 rest = used[word]; rest; rest &= rest - 1)
		{
			int			b = 64 * word + __builtin_ctzll(rest);

			sums_add(&left, &sums[b]);
			sums[b] = (Sums) {0};
			if (missing.rows > 0)
			{
				Sums		both = left;

				sums_add(&both, &missing);
				consider(search, &both, column, b, false, best);
			}
			consider(search, &left, column, b,
					 missing.rows > 0 || 2 * (int64) (int32) left.rows < n, best);
		}
}
