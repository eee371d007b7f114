/*
 * dual.c
 *		Prices of many rules at once.
 *
 * For prices p >= 0 the bound  p b + sum over customers of the best value
 * under p  is convex and not smooth.  Customers' choices are smoothed by a
 * temperature, and while it falls, projected Newton steps (Bertsekas, 1982)
 * with Levenberg's damping follow the smoothed minimum.  The smoothed choices
 * are an allocation in parts, so that its distance to the bound is known.
 *
 * Prices come from a sample first.  Its error falls with the root of its
 * size, so the temperature falls no lower before the sample grows.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "model/dual.h"
#include "model/random.h"
#include "model/solve.h"

#define FIRST_SAMPLE	8192
#define SAMPLE_GROWTH	16
#define FIRST_TEMPERATURE 1.0
#define LAST_TEMPERATURE 1e-12
#define LAST_WITHOUT_GAINS 1e-7
#define COOLING			0.2
#define SLOW_COOLING	0.4		/* where scans cost next to nothing */
#define MOST_STEPS		400
#define MOST_STEPS_EACH	8		/* at one temperature */
#define ENOUGH_COLD		0.02	/* from here on the bound tells when to stop */
#define ARMIJO			1e-4
#define MOST_TRIES		12		/* of more and more damping */
#define RIDGE			1e-9	/* relative: rows that are multiples of each other are not dropped, but told apart by their bounds */
#define FIRST_PRICE		0.1
#define PROMISE			0.01	/* loads come right later than the bound does */

typedef struct Path
{
	Dual	   *dual;
	int			m;
	int64		n;				/* customers of the sample */
	bool		few;			/* customers altogether */
	int64	   *sample;			/* NULL: all */
	double	   *bound;			/* (m): b, scaled, the sample's part of it */
	double		temperature;
	double	   *price;
	double	   *trial;
	double	   *shift;			/* (m): of the right side by what is held */
	bool	   *held;			/* (m): at the end of the range */
	double	   *step;
	double	   *matrix;			/* (m, m) */
	Scan		scan;			/* at the price */
	Scan		other;			/* the one before */
	double		damping;
	double		promise;		/* of the last step: what it should gain, relative */
	double		least;			/* bounds below it are below every allocation's gain */
} Path;

static void
swap_scans(Path *path)
{
	Scan		scan = path->scan;

	path->scan = path->other;
	path->other = scan;
}

static void
look(Path *path, const double *price)
{
	scanner_scan(path->dual->scanner, path->sample, path->n, price, path->temperature, &path->scan);
	path->dual->scans += path->sample == NULL;
	if (path->sample == NULL)
	{
		double		value = path->scan.exact;

		for (int r = 0; r < path->m; r++)
			value += price[r] * path->bound[r];
		if (value < path->dual->bound)
		{
			path->dual->bound = value;
			memcpy(path->dual->best_price, price, sizeof(double) * path->m);
		}
	}
}

/* The bound that the last scan's prices give. */
static double
value_of(const Path *path)
{
	double		value = path->scan.exact;

	for (int r = 0; r < path->m; r++)
		value += path->price[r] * path->bound[r];

	return value;
}

/* The smoothed bound. */
static double
merit(const Path *path, const double *price)
{
	double		value = path->scan.smooth;

	for (int r = 0; r < path->m; r++)
		value += price[r] * path->bound[r];

	return value;
}

/* Is the price at the end of its range, and pushed further? */
static bool
is_held(const Path *path, int r)
{
	double		slack = path->bound[r] - path->scan.load[r];

	return slack > 0 ? path->price[r] <= 0 : path->price[r] >= path->dual->most_price;
}

/*
 * The damped Newton step from the last scan, within the range of prices:
 * whatever would leave it is held at its end, and the others are solved anew.
 */
static void
find_step(Path *path)
{
	int			m = path->m;
	bool		settled = false;

	for (int r = 0; r < m; r++)
	{
		path->held[r] = is_held(path, r);
		path->step[r] = 0;
	}
	while (!settled)
	{
		Factor		factor;

		for (int r = 0; r < m; r++)
		{
			double	   *curvature = path->scan.curvature;

			path->trial[r] = path->held[r] ? path->step[r] : path->scan.load[r] - path->bound[r];
			for (int q = r; q < m; q++)
			{
				bool		free = !path->held[r] && !path->held[q];

				path->matrix[r * m + q] = free ? curvature[r * m + q] : 0;
				/* what is held moves the others */
				if (q > r && path->held[r] && !path->held[q])
					path->shift[q] -= curvature[r * m + q] * path->step[r];
				if (q > r && path->held[q] && !path->held[r])
					path->shift[r] -= curvature[r * m + q] * path->step[q];
			}
			path->matrix[r * m + r] = path->held[r] ? 1 :
				curvature[r * m + r] * (1 + RIDGE + path->damping) + path->damping * 1e-3 * path->n + 1e-12 * path->n;
		}
		for (int r = 0; r < m; r++)
		{
			path->trial[r] += path->held[r] ? 0 : path->shift[r];
			path->shift[r] = 0;
		}
		factor_make(&factor, path->matrix, m, m, NULL);
		factor_solve(&factor, path->trial);
		pfree(factor.L);
		pfree(factor.dropped);

		settled = true;
		for (int r = 0; r < m; r++)
		{
			/* where nobody is near a choice the curvature says nothing: no leaps */
			double		most = Min(path->dual->most_price - path->price[r], 1 + 2 * path->price[r]);

			if (path->held[r])
				continue;
			path->step[r] = Min(Max(path->trial[r], -path->price[r]), most);
			if (path->step[r] == path->trial[r])
				continue;
			/* where the others would push it against its own slope it stays */
			if ((path->scan.load[r] - path->bound[r]) * path->step[r] < 0)
				path->step[r] = 0;
			path->held[r] = true;
			settled = false;
		}
	}
}

/* One step; false if it did not get anywhere. */
static bool
walk(Path *path)
{
	double		before = merit(path, path->price);

	for (int try = 0; try < MOST_TRIES; try++)
	{
		double		slope = 0;
		double		after;

		CHECK_FOR_INTERRUPTS();
		find_step(path);
		for (int r = 0; r < path->m; r++)
		{
			slope += path->step[r] * (path->bound[r] - path->scan.load[r]);
			path->trial[r] = Min(Max(path->price[r] + path->step[r], 0), path->dual->most_price);
		}
		path->promise = -slope / Max(fabs(before), 1e-300);
		if (fabs(path->promise) <= 1e-15)
			return false;
		if (slope > 0)
		{
			path->damping = Max(path->damping * 30, 1e-5);
			continue;
		}
		swap_scans(path);
		look(path, path->trial);
		after = merit(path, path->trial);
		if (after <= before + ARMIJO * slope)
		{
			memcpy(path->price, path->trial, sizeof(double) * path->m);
			path->damping = path->damping < 1e-7 || try > 0 ? path->damping : path->damping / 30;
			return true;
		}
		swap_scans(path);
		path->damping = Max(path->damping * 30, 1e-5);
	}

	return false;
}

/* Some customers, spread evenly but not in step with anything. */
static int64 *
draw_sample(int64 all, int64 n, int64 seed)
{
	int64	   *sample;

	if (n == all)
		return NULL;
	sample = palloc_huge(int64, n);
	for (int64 k = 0; k < n; k++)
		sample[k] = Min((int64) ((k + random_uniform(seed, k, 1)) * ((double) all / n)), all - 1);

	return sample;
}

/* The distance between bound and the allocation in parts, relative. */
static double
relative_gap(const Path *path)
{
	double		distance = path->scan.regret;

	for (int r = 0; r < path->m; r++)
	{
		double		slack = path->bound[r] - path->scan.load[r];

		/* without gains, breaking a rule is a choice like any other */
		distance += isinf(path->dual->scanner->gain_unit) && slack < 0 ?
			(path->price[r] - path->dual->most_price) * slack : fabs(path->price[r] * slack);
	}

	return distance / Max(fabs(value_of(path)), DBL_MIN);
}

/*
 * Follow the path as far as this sample is worth it.  The bound's distance to
 * the least one falls with the square of the temperature, so that what the
 * last cooling has brought tells what the next ones could bring.
 */
static void
follow(Path *path, double last, double gap)
{
	Dual	   *dual = path->dual;
	bool		all = path->sample == NULL;
	double		before;

	look(path, path->price);
	before = INFINITY;			/* one cooling at least: the sample's prices may be as good as they get */
	path->damping = 0;
	for (int step = 1, steps = 1; step <= MOST_STEPS; step++, steps++)
	{
		bool		walked = walk(path);
		double		distance;

		distance = relative_gap(path);
		if (all && distance < dual->gap)
		{
			dual->gap = distance;
			dual->temperature = path->temperature;
			memcpy(dual->price, path->price, sizeof(double) * path->m);
		}
		dual->hopeless = value_of(path) < path->least;
		if (dual->hopeless || (all && distance <= gap))
			break;
		if (walked && path->promise > gap * PROMISE && steps < MOST_STEPS_EACH)
			continue;
		if (path->temperature <= last ||
			(all && path->temperature < ENOUGH_COLD && before - dual->bound <= gap * fabs(dual->bound)))
			break;
		before = dual->bound;
		steps = 0;
		path->temperature = Max(path->temperature * (path->few ? SLOW_COOLING : COOLING), last);
		look(path, path->price);
	}
}

Dual *
dual_solve(const Market *market, DualAim aim, double most_price, double gap, int64 seed)
{
	bool		with_gains = aim != DUAL_VIOLATION;
	Dual	   *dual = palloc0_object(Dual);
	Path		path = {.dual = dual, .m = market->rules->nrows, .temperature = FIRST_TEMPERATURE};
	int			m = path.m;
	int64		all = market->ncustomers;
	double		largest;

	dual->scanner = scanner_make(market, with_gains);
	dual->nrows = m;
	dual->price = palloc0_array(double, m + 1);
	path.price = palloc_array(double, m + 1);
	dual->gap = INFINITY;
	dual->best_price = palloc0_array(double, m + 1);
	dual->bound = INFINITY;
	dual->most_price = most_price;
	path.few = all <= 2 * FIRST_SAMPLE;
	largest = with_gains ? market->largest_gain / dual->scanner->gain_unit : 0;
	path.bound = palloc_array(double, m + 1);
	path.shift = palloc0_array(double, m + 1);
	path.held = palloc_array(bool, m + 1);
	path.trial = palloc_array(double, m + 1);
	path.step = palloc_array(double, m + 1);
	path.matrix = palloc_array(double, m * m + 1);
	path.scan.load = palloc_array(double, m + 1);
	path.scan.curvature = palloc_array(double, m * m + 1);
	path.other.load = palloc_array(double, m + 1);
	path.other.curvature = palloc_array(double, m * m + 1);

	for (int64 n = Min(all, FIRST_SAMPLE);; n = n * SAMPLE_GROWTH >= all ? all : n * SAMPLE_GROWTH)
	{
		for (int r = 0; r < m; r++)
		{
			double		bound = ruleset_bound(&market->rules->rows[r]) / dual->scanner->row_unit[r];

			path.bound[r] = all > 0 ? bound * ((double) n / all) : bound;
			if (path.n == 0)
				path.price[r] = Min(FIRST_PRICE, most_price);
		}
		path.n = n;
		path.sample = draw_sample(all, n, seed);
		path.least = aim == DUAL_GAIN ? -2 * largest * market->rules->per_customer * n - 1 : -INFINITY;
		follow(&path, n < all ? 0.5 / sqrt(n) : with_gains ? LAST_TEMPERATURE : LAST_WITHOUT_GAINS, gap);
		if (n == all || dual->hopeless)
			break;
		pfree(path.sample);
	}

	/* rules whose price went to the limit are broken, as far as this tells */
	for (int r = 0; r < m; r++)
		if (path.price[r] > most_price * 0.99)
			dual->excess += Max(path.scan.load[r] - path.bound[r], 0);

	return dual;
}

void
dual_try(Dual *dual, const double *price)
{
	Scanner    *scanner = dual->scanner;
	const Market *market = scanner->market;
	double		bound = 0;
	double		smooth;
	double		exact;
	double		pull;

	for (int r = 0; r < dual->nrows; r++)
		bound += price[r] * ruleset_bound(&market->rules->rows[r]) / scanner->row_unit[r];
	scanner_price(scanner, price);
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		scanner_customer(scanner, i, 0, &smooth, &exact, &pull);
		bound += exact;
	}
	dual->scans++;
	if (bound < dual->bound)
	{
		dual->bound = bound;
		memcpy(dual->best_price, price, sizeof(double) * dual->nrows);
	}
}
