/*
 * bayes_stats.c
 *		Sufficient statistics of Bayesian linear regression.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "lib/blas.h"
#include "model/bayes_stats.h"
#include "model/clones.h"

#define STRIP		4
#define COUNT_MOST	(PG_INT64_MAX / 4)
#define FINITE_MOST	INT64CONST(0x7fefffffffffffff)	/* the bits of the greatest number */

double
bayes_outcome(const BayesOptions *options, double outcome)
{
	if (unlikely(!isfinite(outcome)))
		bad_argument("outcome is %s, not a finite number", isnan(outcome) ? "NaN" : "infinite");
	if (!options->log)
		return outcome;
	if (unlikely(outcome <= 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("outcome must be above 0 with option \"log\", not %s", float8out_internal(outcome)),
				 errhint("Leave such rows out by FILTER, or fit without \"log\".")));

	return log(outcome);
}

/* Negative for what is beyond the greatest finite number. */
static inline int64
oddity(double x)
{
	int64		bits;

	memcpy(&bits, &x, sizeof(bits));

	return FINITE_MOST - (bits & PG_INT64_MAX);
}

FOR_EACH_CPU static bool
all_finite(const double *x, int n)
{
	int64		odd = 0;

	for (int j = 0; j < n; j++)
		odd |= oddity(x[j]);

	return odd >= 0;
}

/* Copy n numbers and look at each on the way. */
FOR_EACH_CPU static bool
copy_finite(double *restrict to, const double *restrict x, int n)
{
	int64		odd = 0;

	for (int j = 0; j < n; j++)
	{
		odd |= oddity(x[j]);
		to[j] = x[j];
	}

	return odd >= 0;
}

void
bayes_features_copy(double *to, const double *x, int n, const char *name)
{
	if (unlikely(!copy_finite(to, x, n)))
		bayes_features(x, n, name);
}

void
bayes_features(const double *x, int n, const char *name)
{
	if (likely(all_finite(x, n)))
		return;
	for (int j = 0; j < n; j++)
		if (!isfinite(x[j]))
			bad_argument("element %d of %s is %s, not a finite number", j + 1, name,
						 isnan(x[j]) ? "NaN" : "infinite");
}

void
bayes_stats_make(BayesStats *stats, const BayesOptions *options, int d)
{
	memset(stats, 0, sizeof(*stats));
	stats->options = *options;
	stats->options.precision.numbers = memcpy(palloc_array(double, options->precision.n), options->precision.numbers,
											  sizeof(double) * options->precision.n);
	stats->d = d;
	stats->low = palloc0_array(double, d);
	stats->high = palloc0_array(double, d);
	stats->G = palloc0_array(double, (Size) (d + 1) * (d + 1));
}

void
bayes_stats_copy(BayesStats *stats, const BayesStats *from)
{
	bayes_stats_make(stats, &from->options, from->d);
	stats->rows = from->rows;
	stats->skipped = from->skipped;
	stats->weight = from->weight;
	memcpy(stats->low, from->low, sizeof(double) * from->d);
	memcpy(stats->high, from->high, sizeof(double) * from->d);
	memcpy(stats->G, from->G, sizeof(double) * (from->d + 1) * (from->d + 1));
}

/* The range low..high (d) takes in n rows, so far apart. */
FOR_EACH_CPU static void
widen(double *restrict low, double *restrict high, int d, const double *restrict rows, int n, int apart)
{
	/* so many rows at a time, a range is read and written once for them; the last row may come again */
	for (int i = 0; i < n; i += STRIP)
	{
		const double *restrict one = rows + (Size) i * apart;
		const double *restrict two = rows + (Size) Min(i + 1, n - 1) * apart;
		const double *restrict three = rows + (Size) Min(i + 2, n - 1) * apart;
		const double *restrict four = rows + (Size) Min(i + 3, n - 1) * apart;

		for (int j = 0; j < d; j++)
		{
			double		least = one[j] < two[j] ? one[j] : two[j];
			double		most = one[j] > two[j] ? one[j] : two[j];
			double		least2 = three[j] < four[j] ? three[j] : four[j];
			double		most2 = three[j] > four[j] ? three[j] : four[j];

			least = least < least2 ? least : least2;
			most = most > most2 ? most : most2;
			low[j] = least < low[j] ? least : low[j];
			high[j] = most > high[j] ? most : high[j];
		}
	}
}

void
bayes_stats_add(BayesStats *stats, const double *rows, int n)
{
	int			width = stats->d + 1;

	if (n == 0)
		return;
	if (stats->rows == 0)
	{
		memcpy(stats->low, rows, sizeof(double) * stats->d);
		memcpy(stats->high, rows, sizeof(double) * stats->d);
	}
	widen(stats->low, stats->high, stats->d, rows, n, width);
	blas_gram_add(rows, n, width, stats->G, width);
	stats->rows += n;
	stats->weight += n;
}

static void
same_length(const BayesStats *one, const BayesStats *two)
{
	bayes_options_same(&one->options, &two->options);
	if (one->d != two->d)
		bad_argument("x must have the same length in all that is put together, not %d and %d elements",
					 one->d, two->d);
}

void
bayes_stats_merge(BayesStats *stats, const BayesStats *other)
{
	Size		n = (Size) (stats->d + 1) * (stats->d + 1);

	same_length(stats, other);
	stats->skipped += other->skipped;
	if (other->rows == 0)
		return;
	if (stats->rows == 0)
	{
		memcpy(stats->low, other->low, sizeof(double) * stats->d);
		memcpy(stats->high, other->high, sizeof(double) * stats->d);
	}
	widen(stats->low, stats->high, stats->d, other->low, 1, 0);
	widen(stats->low, stats->high, stats->d, other->high, 1, 0);
	for (Size i = 0; i < n; i++)
		stats->G[i] += other->G[i];
	stats->rows += other->rows;
	stats->weight += other->weight;
}

void
bayes_stats_decay(BayesStats *stats, double factor)
{
	Size		n = (Size) (stats->d + 1) * (stats->d + 1);

	for (Size i = 0; i < n; i++)
		stats->G[i] *= factor;
	stats->weight *= factor;
	/* great sums outlast a weight that is too small for a number */
	if (stats->weight == 0)
		memset(stats->G, 0, sizeof(double) * n);
}

/* Products stay within what their squares allow, though rounding or underflow took some of these. */
static void
bound_products(BayesStats *stats)
{
	int			width = stats->d + 1;
	double	   *root = palloc_array(double, width);

	for (int i = 0; i < width; i++)
		root[i] = sqrt(stats->G[(Size) i * width + i]);
	for (int i = 0; i < width; i++)
		for (int j = i + 1; j < width; j++)
		{
			double	   *product = &stats->G[(Size) i * width + j];
			double		most = root[i] * root[j];

			*product = Max(-most, Min(most, *product));
		}
	pfree(root);
}

void
bayes_stats_finish(BayesStats *stats)
{
	if (!all_finite(stats->G, (stats->d + 1) * (stats->d + 1)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of squares is out of range"),
				 errhint("Outcomes and elements of x must be less than about 1e150.")));
	bound_products(stats);
}

void
bayes_stats_unmerge(BayesStats *stats, const BayesStats *other)
{
	int			width = stats->d + 1;
	Size		n = (Size) width * width;
	BayesStats	before;
	double	   *A;
	double		rest = stats->weight - other->weight;
	double		rounding = 1e-10 * stats->weight;

	same_length(stats, other);
	if (other->rows > stats->rows || other->skipped > stats->skipped || rest < -rounding ||
		rest > (double) (stats->rows - other->rows) + rounding)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot take %lld rows of weight %g from %lld rows of weight %g",
						(long long) other->rows, other->weight, (long long) stats->rows, stats->weight),
				 errhint("Only a model that was merged before can be taken away, decayed as often.")));
	bayes_stats_copy(&before, stats);
	stats->rows -= other->rows;
	stats->skipped -= other->skipped;
	stats->weight = rest <= rounding ? 0 : rest;
	for (Size i = 0; i < n; i++)
		stats->G[i] -= other->G[i];

	/* a sum of squares is left, but for rounding */
	A = palloc_array(double, n);
	memcpy(A, stats->G, sizeof(double) * n);
	for (int i = 0; i < width; i++)
		A[(Size) i * width + i] += 1e-8 * before.G[(Size) i * width + i] + DBL_MIN;
	if (blas_cholesky(A, width) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("what would be left is not positive definite"),
				 errhint("Only a model that was merged before can be taken away, decayed as often.")));
	stats->weight = Min(stats->weight, (double) stats->rows);
	if (stats->weight == 0)
		memset(stats->G, 0, sizeof(double) * n);
	for (int i = 0; i < width; i++)
		if (stats->G[(Size) i * width + i] <= 1e-13 * before.G[(Size) i * width + i])
			stats->G[(Size) i * width + i] = 0;
	bound_products(stats);
	pfree(A);
}

const char *
bayes_stats_wrong(const BayesStats *stats)
{
	int			width = stats->d + 1;
	const double *G = stats->G;
	const char *wrong = bayes_options_wrong(&stats->options);

	if (wrong)
		return wrong;
	if (stats->rows < 0 || stats->rows > COUNT_MOST || stats->skipped < 0 || stats->skipped > COUNT_MOST)
		return "A count is out of range.";
	if (!(stats->weight >= 0 && stats->weight <= (double) stats->rows * (1 + 1e-9)))
		return "A weight is out of range.";
	for (int j = 0; j < stats->d; j++)
		if (!isfinite(stats->low[j]) || !isfinite(stats->high[j]) || stats->low[j] > stats->high[j])
			return "A range is not one.";
	for (int i = 0; i < width; i++)
	{
		double		own = G[(Size) i * width + i];

		CHECK_FOR_INTERRUPTS();
		if (!(own >= 0) || !isfinite(own) || (stats->weight == 0 && own != 0))
			return "The sums do not fit each other.";
		for (int j = 0; j < i; j++)
			if (!(fabs(G[(Size) j * width + i]) <= sqrt(own) * sqrt(G[(Size) j * width + j]) * (1 + 1e-6)))
				return "The sums do not fit each other.";
	}

	return NULL;
}
