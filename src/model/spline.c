/*
 * spline.c
 *		Smooth curves over a dose: a basis of natural cubic splines, and a grid
 *		to project on where they must not fall.
 *
 * Hastie, Tibshirani and Friedman, "The elements of statistical learning"
 * (2009), 5.2.1; Ayer, Brunk, Ewing, Reid and Silverman, "An empirical
 * distribution function for sampling with incomplete information" (1955).
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/spline.h"
#include "model/radix.h"

static void
sort_doses(double *doses, int64 n)
{
	SortKey    *keys = palloc_huge(SortKey, Max(n, 1));
	SortKey    *spare = palloc_huge(SortKey, Max(n, 1));
	double	   *sorted = palloc_huge(double, Max(n, 1));

	for (int64 i = 0; i < n; i++)
	{
		doses[i] = doses[i] == 0 ? 0 : doses[i];
		keys[i] = (SortKey) {key_upwards(doses[i]), i};
	}
	radix_sort(keys, spare, n);
	for (int64 i = 0; i < n; i++)
		sorted[i] = doses[keys[i].row];
	memcpy(doses, sorted, sizeof(double) * n);
	pfree(keys);
	pfree(spare);
	pfree(sorted);
}

/* Up to "most" increasing values among n sorted ones: all distinct ones, or quantiles. */
static int
pick(const double *sorted, int64 n, int most, double *to)
{
	int64		distinct = 0;
	int			k = 0;

	for (int64 i = 0; i < n; i++)
		distinct += i == 0 || sorted[i] != sorted[i - 1];
	for (int64 i = 0; i < (distinct <= most ? n : most); i++)
	{
		double		value = distinct <= most ? sorted[i] :
			sorted[(int64) floor((double) i * (double) (n - 1) / (most - 1) + 0.5)];

		if (k == 0 || value > to[k - 1])
			to[k++] = value;
	}

	return k;
}

Spline *
spline_make(double *doses, int64 n, int knots)
{
	Spline	   *spline = palloc0_object(Spline);
	int			g = 0;

	CHECK_FOR_INTERRUPTS();
	sort_doses(doses, n);
	spline->nknots = pick(doses, n, knots, spline->knots);
	spline->ngrid = pick(doses, n, MAX_GRID, spline->grid);
	for (int64 i = 0; i < n; i++)
	{
		while (g + 1 < spline->ngrid && doses[i] - spline->grid[g] > spline->grid[g + 1] - doses[i])
			g++;
		spline->weight[g]++;
	}
	for (g = 0; g < spline->ngrid; g++)
		spline->weight[g] = Max(spline->weight[g], 1);

	return spline;
}

static inline double
cube(double u)
{
	return u > 0 ? u * u * u : 0;
}

void
spline_basis(const Spline *spline, double dose, double *b)
{
	int			n = spline->nknots;
	double		least = spline->knots[0];
	double		range = spline->knots[n - 1] - least;
	double		u = (dose - least) / range;
	double		before = (spline->knots[n - 2] - least) / range;
	double		last = (cube(u - before) - cube(u - 1)) / (1 - before);

	b[0] = u;
	for (int k = 0; k < n - 2; k++)
	{
		double		knot = (spline->knots[k] - least) / range;

		b[k + 1] = (cube(u - knot) - cube(u - 1)) / (1 - knot) - last;
	}
}

void
isotonic(double *values, const double *weights, int n)
{
	double		mean[MAX_GRID];
	double		weight[MAX_GRID];
	int			size[MAX_GRID];
	int			blocks = 0;
	int			at = 0;

	for (int i = 0; i < n; i++)
	{
		mean[blocks] = values[i];
		weight[blocks] = weights[i];
		size[blocks++] = 1;
		while (blocks > 1 && mean[blocks - 2] > mean[blocks - 1])
		{
			double		both = weight[blocks - 2] + weight[blocks - 1];

			mean[blocks - 2] += (mean[blocks - 1] - mean[blocks - 2]) * (weight[blocks - 1] / both);
			weight[blocks - 2] = both;
			size[blocks - 2] += size[blocks - 1];
			blocks--;
		}
	}
	for (int b = 0; b < blocks; b++)
		for (int k = 0; k < size[b]; k++)
			values[at++] = mean[b];
}

void
put_spline(StringInfo to, const Spline *spline)
{
	put_int32(to, spline->nknots);
	put_doubles(to, spline->knots, spline->nknots);
	put_int32(to, spline->ngrid);
	put_doubles(to, spline->grid, spline->ngrid);
	put_doubles(to, spline->weight, spline->ngrid);
}

static void
get_increasing(Reader *from, double *to, int n)
{
	for (int i = 0; i < n; i++)
	{
		to[i] = get_double(from);
		if (i > 0 && !(to[i] > to[i - 1]))
			get_failed(from, "The doses of a spline do not increase.");
	}
	if (!isfinite(to[n - 1] - to[0]))
		get_failed(from, "The doses of a spline are out of range.");
}

Spline *
get_spline(Reader *from)
{
	Spline	   *spline = palloc0_object(Spline);

	spline->nknots = get_int32(from, 2, MAX_KNOTS);
	get_increasing(from, spline->knots, spline->nknots);
	spline->ngrid = get_int32(from, 2, MAX_GRID);
	get_increasing(from, spline->grid, spline->ngrid);
	if (spline->grid[0] != spline->knots[0] ||
		spline->grid[spline->ngrid - 1] != spline->knots[spline->nknots - 1])
		get_failed(from, "The grid of a spline does not fit its knots.");
	for (int i = 0; i < spline->ngrid; i++)
	{
		spline->weight[i] = get_double(from);
		if (!(spline->weight[i] >= 1 && spline->weight[i] <= 1e18))
			get_failed(from, "A weight of a spline is out of range.");
	}

	return spline;
}
