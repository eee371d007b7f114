/*
 * spline.c
 *		Smooth curves over a dose: a basis of cubic splines, and a grid to
 *		project on where they must not fall.
 *
 * Hastie, Tibshirani and Friedman, "The elements of statistical learning"
 * (2009), 5.2.1; de Boor, "A practical guide to splines" (1978): one cubic over
 * two intervals ("not a knot"); Ayer, Brunk, Ewing, Reid and Silverman, "An empirical
 * distribution function for sampling with incomplete information" (1955).
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/spline.h"
#include "model/radix.h"

/* Knots that are nearer than this part of the range are one: squares of its inverse stay finite. */
#define NEAR	1e-100

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

/* The first of n sorted values beyond this one, from "at" on. */
static int64
beyond(const double *sorted, int64 n, int64 at, double value)
{
	int64		high = n;

	while (at < high)
	{
		int64		middle = at + (high - at) / 2;

		if (sorted[middle] > value)
			high = middle;
		else
			at = middle + 1;
	}

	return at;
}

/*
 * Up to "most" increasing values among n sorted ones, the least and greatest
 * among them: all distinct ones, or quantiles.
 */
static int
pick(const double *sorted, int64 n, int most, double *to)
{
	double		near = NEAR * (sorted[n - 1] - sorted[0]);
	int64		distinct = 1;
	int			k = 1;

	for (int64 i = 1; i < n; i++)
		distinct += sorted[i] != sorted[i - 1];
	to[0] = sorted[0];
	for (int64 at = beyond(sorted, n, 0, to[0]); at < n;)
	{
		/* of the rows that are left, as many as there are values to come */
		double		value = distinct <= most ? sorted[at] :
			sorted[at + (int64) floor((double) (n - 1 - at) / (most - k) + 0.5)];

		at = beyond(sorted, n, at, value);
		if (value - to[k - 1] > near)
			to[k++] = value;
		else if (at == n && k > 1)
			to[k - 1] = value;
	}

	return k;
}

/* Six times the change of slope at an inner knot i, of the polygon that is 1 at knot k + 1 and 0 at the others. */
static double
turn(const double *step, int i, int k)
{
	double		here = k + 1 == i;

	return 6 * (((k + 1 == i + 1) - here) / step[i] - (here - (k + 1 == i - 1)) / step[i - 1]);
}

/*
 * Second derivatives of splines through 1 at one knot and 0 at the others:
 * none at the ends, or where the curve is bent at the least dose what one
 * cubic up to the third knot has there.
 */
static void
bend(Spline *spline)
{
	int			n = spline->nknots;
	bool		bent = spline->bent && n > 2;
	double		range = spline->knots[n - 1] - spline->knots[0];
	double		step[MAX_KNOTS] = {0};
	double		pivot[MAX_KNOTS];
	double		next[MAX_KNOTS];	/* factor of the derivative at the next knot */
	double		ratio;

	for (int i = 0; i + 1 < n; i++)
		step[i] = (spline->knots[i + 1] - spline->knots[i]) / range;
	ratio = bent ? step[0] / step[1] : 0;
	for (int k = 0; k < n - 1; k++)
		spline->bend[0][k] = spline->bend[n - 1][k] = 0;
	for (int i = 1; i < n - 1; i++)
	{
		double		share = i > 1 ? step[i - 1] / pivot[i - 1] : 0;

		pivot[i] = 2 * (step[i - 1] + step[i]) - share * (i > 1 ? next[i - 1] : 0);
		next[i] = step[i];
		if (bent && i == 1)
		{
			/* the first derivative is the second one + ratio * (the second - the third) */
			pivot[1] += step[0] * (1 + ratio);
			next[1] -= step[0] * ratio;
		}
		for (int k = 0; k < n - 1; k++)
			spline->bend[i][k] = turn(step, i, k) - (i > 1 ? share * spline->bend[i - 1][k] : 0);
	}
	for (int i = n - 2; i > 0; i--)
		for (int k = 0; k < n - 1; k++)
			spline->bend[i][k] = (spline->bend[i][k] - next[i] * spline->bend[i + 1][k]) / pivot[i];
	/* of two ways to say it the one that takes no small difference times a large ratio */
	for (int k = 0; bent && k < n - 1; k++)
		spline->bend[0][k] = ratio < 1 ?
			spline->bend[1][k] + ratio * (spline->bend[1][k] - spline->bend[2][k]) :
			(turn(step, 1, k) - step[1] * spline->bend[2][k]) / step[0] -
			2 * (1 + 1 / ratio) * spline->bend[1][k];
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
	/* the grid has all distinct doses, if the knots have */
	spline->bent = spline->nknots < spline->ngrid;
	if (spline->nknots > 1)
		bend(spline);

	return spline;
}

void
spline_basis(const Spline *spline, double dose, double *b)
{
	int			n = spline->nknots;
	int			i = 0;
	double		step;
	double		up;
	double		down;
	double		square;

	while (i + 2 < n && dose >= spline->knots[i + 1])
		i++;
	step = spline->knots[i + 1] - spline->knots[i];
	up = (dose - spline->knots[i]) / step;
	down = 1 - up;
	square = pow(step / (spline->knots[n - 1] - spline->knots[0]), 2) / 6;
	for (int k = 0; k < n - 1; k++)
		b[k] = square * (down * (down * down - 1) * spline->bend[i][k] + up * (up * up - 1) * spline->bend[i + 1][k]);
	b[i] += up;
	if (i > 0)
		b[i - 1] += down;
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
get_spline(Reader *from, bool natural)
{
	Spline	   *spline = palloc0_object(Spline);

	spline->nknots = get_int32(from, 2, MAX_KNOTS);
	get_increasing(from, spline->knots, spline->nknots);
	for (int k = 1; k < spline->nknots; k++)
		if (!(spline->knots[k] - spline->knots[k - 1] > NEAR * (spline->knots[spline->nknots - 1] - spline->knots[0])))
			get_failed(from, "Two knots of a spline are too near each other.");
	spline->ngrid = get_int32(from, 2, MAX_GRID);
	spline->bent = !natural && spline->nknots < spline->ngrid;
	bend(spline);
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
