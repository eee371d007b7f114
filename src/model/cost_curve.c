/*
 * cost_curve.c
 *		The cost curve of a ranking: incremental value against incremental cost.
 *
 * Du, Lee and Ghaffarizadeh, "Improve user retention with causal learning"
 * (PMLR 104, 2019): the curve and its area.  docs/evaluation.md derives the
 * influence of a row.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "model/cost_curve.h"
#include "model/radix.h"
#include "model/sum.h"
#include "model/uplift_error.h"

#define WIDTH	4				/* score, gain, cost, treated */

/* Rows or points between two looks at interrupts. */
#define STRIDE_MASK	0xFFFF

/* Gain and cost alike. */
enum
{
	GAIN, COST, BOTH
};

/* The sums over all rows down to a score; [0] control, [1] treated. */
typedef struct CostPoint
{
	double		rows[2];
	double		sum[BOTH][2];
} CostPoint;

typedef struct CostCurve
{
	int64		n;				/* rows */
	SortKey    *keys;			/* (n), from the highest score down */
	const double *values;		/* (n, WIDTH), as they came */
	int64		npoints;		/* distinct scores */
	CostPoint  *points;			/* (npoints + 1), points[0] the origin */
} CostCurve;

static inline bool
compares(const CostPoint *point)
{
	return point->rows[0] > 0 && point->rows[1] > 0;
}

static inline double
mean_of(const CostPoint *point, int what, int arm)
{
	return point->sum[what][arm] / point->rows[arm];
}

static inline double
uplift_of(const CostPoint *point, int what)
{
	return mean_of(point, what, 1) - mean_of(point, what, 0);
}

/* What treating all rows down to here would bring, or cost; 0 while an arm is empty. */
static inline double
height(const CostPoint *point, int what)
{
	return compares(point) ? uplift_of(point, what) * (point->rows[0] + point->rows[1]) : 0;
}

static inline const double *
row_of(const CostCurve *curve, int64 i)
{
	return curve->values + WIDTH * curve->keys[i].row;
}

static void
sum_points(CostCurve *curve)
{
	CostPoint	at = {0};
	CostPoint  *point;
	Sum			sum[BOTH][2] = {0};

	for (int64 i = 0; i < curve->n; i++)
		curve->npoints += i == curve->n - 1 || curve->keys[i].key != curve->keys[i + 1].key;
	curve->points = palloc_huge(CostPoint, curve->npoints + 1);
	point = curve->points;
	*point++ = at;

	for (int64 i = 0; i < curve->n; i++)
	{
		const double *row = row_of(curve, i);
		int			arm = row[3] != 0;

		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		at.rows[arm]++;
		for (int what = 0; what < BOTH; what++)
		{
			sum_add(&sum[what][arm], row[1 + what]);
			at.sum[what][arm] = sum_value(&sum[what][arm]);
		}
		if (i == curve->n - 1 || curve->keys[i].key != curve->keys[i + 1].key)
			*point++ = at;
	}
}

/* The area under the curve: gain by trapezoids over cost. */
static double
area_of(const CostCurve *curve)
{
	Sum			area = {0};

	for (int64 p = 1; p <= curve->npoints; p++)
	{
		const CostPoint *point = &curve->points[p];

		if ((p & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		sum_add(&area, 0.5 * (height(point, GAIN) + height(point - 1, GAIN)) *
				(height(point, COST) - height(point - 1, COST)));
	}

	return sum_value(&area);
}

/*
 * The standard error, from the influence of each row: the heights of all
 * points at or below it move, each linearly in the row's gain or cost.
 */
static double
aucc_error(const CostCurve *curve, double aucc)
{
	const CostPoint *end = &curve->points[curve->npoints];
	double		whole = height(end, GAIN) * height(end, COST);
	double		level[2] = {0, 0};	/* by arm, over this point and all lower ones: */
	double		slope[BOTH][2] = {{0, 0}, {0, 0}};	/* influence = level + slope * (gain, cost) */
	double	   *influence = palloc_huge(double, curve->n);
	double		error;
	int64		i = curve->n;

	for (int64 p = curve->npoints; p > 0; p--)
	{
		const CostPoint *point = &curve->points[p];
		const CostPoint *before = point - 1;
		const CostPoint *after = p < curve->npoints ? point + 1 : NULL;
		double		weight[BOTH];	/* derivatives of area - aucc * whole by the heights here */

		if (after)
		{
			weight[GAIN] = 0.5 * (height(after, COST) - height(before, COST));
			weight[COST] = 0.5 * (height(before, GAIN) - height(after, GAIN));
		}
		else
		{
			weight[GAIN] = 0.5 * (height(point, COST) - height(before, COST)) - aucc * height(end, COST);
			weight[COST] = 0.5 * (height(point, GAIN) + height(before, GAIN)) - aucc * height(end, GAIN);
		}
		if (compares(point))
			for (int what = 0; what < BOTH; what++)
				for (int arm = 0; arm < 2; arm++)
				{
					double		per_row = (arm == 1 ? 1 : -1) * (point->rows[0] + point->rows[1]) / point->rows[arm];

					slope[what][arm] += weight[what] * per_row;
					level[arm] += weight[what] * (uplift_of(point, what) - per_row * mean_of(point, what, arm));
				}

		for (int64 first = (int64) (before->rows[0] + before->rows[1]); i > first;)
		{
			const double *row = row_of(curve, --i);
			int			arm = row[3] != 0;

			if ((i & STRIDE_MASK) == 0)
				CHECK_FOR_INTERRUPTS();
			influence[i] = (level[arm] + slope[GAIN][arm] * row[1] + slope[COST][arm] * row[2]) / whole;
		}
	}
	error = influence_error(influence, curve->n);
	pfree(influence);

	return error;
}

/* The difference of the arms' means, with Welch's standard error. */
static Estimate
effect_of(const CostCurve *curve, int what)
{
	const CostPoint *end = &curve->points[curve->npoints];
	Sum			squares[2] = {0};
	Estimate	effect = {NAN, NAN};
	double		variance = 0;

	if (!compares(end))
		return effect;
	effect.value = uplift_of(end, what);
	for (int64 i = 0; i < curve->n; i++)
	{
		const double *row = row_of(curve, i);
		int			arm = row[3] != 0;
		double		beyond = row[1 + what] - mean_of(end, what, arm);

		sum_add(&squares[arm], beyond * beyond);
	}
	for (int arm = 0; arm < 2; arm++)
		variance += end->rows[arm] > 1 ? sum_value(&squares[arm]) / (end->rows[arm] - 1) / end->rows[arm] : NAN;
	effect.se = sqrt(variance);

	return effect;
}

/* Do the arms differ by more than rounding? */
static bool
differ(const CostPoint *end, int what)
{
	double		treated = mean_of(end, what, 1);
	double		control = mean_of(end, what, 0);

	return fabs(treated - control) > 8 * DBL_EPSILON * Max(fabs(treated), fabs(control));
}

CostEvaluation
cost_evaluate(const double *rows, int64 n)
{
	CostCurve	curve = {.n = n, .values = rows};
	CostEvaluation all = {.rows = n, .gain = {NAN, NAN}, .cost = {NAN, NAN}, .aucc = {NAN, NAN}};
	const CostPoint *end;

	if (n == 0)
		return all;
	/* equal scores in an order given by content: the sums do not depend on that of the rows */
	curve.keys = radix_sort_rows(rows, n, WIDTH);
	sum_points(&curve);
	end = &curve.points[curve.npoints];
	all.control = (int64) end->rows[0];
	all.treated = (int64) end->rows[1];
	all.gain = effect_of(&curve, GAIN);
	all.cost = effect_of(&curve, COST);
	if (compares(end) && differ(end, GAIN) && differ(end, COST))
	{
		all.aucc.value = area_of(&curve) / (height(end, GAIN) * height(end, COST));
		/* a constant score has 1/2 in every sample */
		all.aucc.se = all.treated < 2 || all.control < 2 ? NAN : curve.npoints > 1 ? aucc_error(&curve, all.aucc.value) : 0;
	}
	pfree(curve.points);
	pfree(curve.keys);

	return all;
}
