/*
 * uplift_band.c
 *		How wide a band round the gain curve must be to hold all of it.
 *
 * The multiplier bootstrap (Gine and Zinn 1984; van der Vaart and Wellner
 * 1996, 2.9): each row's influence times a normal draw of its own, summed, is
 * a curve that varies as the estimated one does round the truth, and the
 * greatest of its heights in standard errors is drawn again and again.  The
 * influences of rows between two cuts are linear in the outcome, so that the
 * sums over such rows of draws, and of draws times outcomes, are drawn at
 * once, from their joint normal distribution: a draw costs points, not rows.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/random.h"
#include "model/uplift_band.h"
#include "model/uplift_error.h"

#define DRAWS	2000
#define LEVEL	0.95

/* A share at which the curve is looked at. */
typedef struct Cut
{
	GainInfluence influence;
	double		error;
	int			above;			/* the bounds of the rows tied at the cut */
	int			tied;
} Cut;

/* Sums over rows, by arm: of draws, and of draws times (outcome - mean of the arm). */
typedef struct Sums
{
	double		draws[2];
	double		outcomes[2];
} Sums;

static int
by_size(const void *a, const void *b)
{
	double		one = *(const double *) a;
	double		two = *(const double *) b;

	return one < two ? -1 : one > two;
}

/* The n-th pair of independent normal numbers of a draw. */
static void
normals(int64 seed, int draw, uint64 n, double *one, double *two)
{
	double		pair[2];

	random_normals(seed, draw, 2 * n, pair);
	*one = pair[0];
	*two = pair[1];
}

/* Add what is drawn for the rows of an arm: so many, with these sums of outcomes about the mean and of their squares. */
static void
add_rows(Sums *sums, int arm, double rows, double y, double yy, double one, double two)
{
	if (rows <= 0)
		return;
	sums->draws[arm] += sqrt(rows) * one;
	sums->outcomes[arm] += y / sqrt(rows) * one + sqrt(Max(yy - y * y / rows, 0)) * two;
}

static double
influence_sum(const LinearInfluence *influence, const Sums *from, const Sums *to)
{
	double		sum = 0;

	for (int arm = 0; arm < 2; arm++)
		sum += influence[arm].level * (to->draws[arm] - from->draws[arm]) +
			influence[arm].slope * (to->outcomes[arm] - from->outcomes[arm]);

	return sum;
}

/* The cuts with an error, and the points of the curve (nbounds) between which rows are alike. */
static int
find_cuts(const UpliftCurve *curve, int points, Cut *cuts, int64 *bounds, int *nbounds)
{
	int			ncuts = 0;
	int			n = 0;

	bounds[n++] = 0;
	for (int i = 1; i <= points; i++)
	{
		Cut		   *cut = &cuts[ncuts];
		double		share = (double) i / points;
		CurvePlace	place = curve_place(curve, share);

		cut->error = gain_error(curve, place, share);
		if (!(cut->error > 0))
			continue;
		gain_influence(curve, place, share, &cut->influence);
		if (place.point - 1 > bounds[n - 1])
			bounds[n++] = place.point - 1;
		if (place.point > bounds[n - 1])
			bounds[n++] = place.point;
		/* what was added last are this point and the one before it */
		cut->tied = n - 1;
		cut->above = n - 2;
		ncuts++;
	}
	if (bounds[n - 1] < curve->npoints)
		bounds[n++] = curve->npoints;
	*nbounds = n;

	return ncuts;
}

double
uplift_band(const UpliftCurve *curve, int points, int64 seed, double least)
{
	Cut		   *cuts = palloc_array(Cut, points);
	int64	   *bounds = palloc_array(int64, 2 * points + 2);
	double	   *highest = palloc0_array(double, DRAWS);
	int			nbounds;
	int			ncuts = find_cuts(curve, points, cuts, bounds, &nbounds);
	Sums	   *sums = palloc0_array(Sums, nbounds);
	double		reach;

	for (int draw = 0; draw < DRAWS; draw++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int b = 1; b < nbounds; b++)
		{
			const CurvePoint *from = &curve->points[bounds[b - 1]];
			const CurvePoint *to = &curve->points[bounds[b]];
			double		treated = to->treated - from->treated;
			double		control = to->control - from->control;
			double		one;
			double		two;

			sums[b] = sums[b - 1];
			normals(seed, draw, 2 * (uint64) b, &one, &two);
			add_rows(&sums[b], 0, control, to->y_control - from->y_control - control * curve->mean_control,
					 to->yy_control - from->yy_control, one, two);
			normals(seed, draw, 2 * (uint64) b + 1, &one, &two);
			add_rows(&sums[b], 1, treated, to->y_treated - from->y_treated - treated * curve->mean_treated,
					 to->yy_treated - from->yy_treated, one, two);
		}
		for (const Cut *cut = cuts; cut < cuts + ncuts; cut++)
		{
			double		height = influence_sum(cut->influence.zone[0], &sums[0], &sums[cut->above]) +
				influence_sum(cut->influence.zone[1], &sums[cut->above], &sums[cut->tied]) +
				influence_sum(cut->influence.zone[2], &sums[cut->tied], &sums[nbounds - 1]);

			highest[draw] = Max(highest[draw], fabs(height) / cut->error);
		}
	}
	qsort(highest, DRAWS, sizeof(double), by_size);
	reach = Max(least, highest[(int) ceil(LEVEL * DRAWS) - 1]);
	pfree(cuts);
	pfree(bounds);
	pfree(highest);
	pfree(sums);

	return reach;
}
