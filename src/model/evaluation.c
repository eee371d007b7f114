/*
 * evaluation.c
 *		The figures by which a ranking of customers is judged.
 *
 * Radcliffe (2007) and Gutierrez and Gerardy (2016) for the curves; all
 * figures come from one sort by score and, for the perfect curve, one by
 * outcome.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "model/evaluation.h"
#include "model/uplift_error.h"

static const double shares[NSHARES] = {0.1, 0.2, 0.3};

static const Estimate unknown = {NAN, NAN};

/*
 * Sums and quotients here are right to a few units in the last place, so a
 * difference of no more than that is a zero that rounding hides.
 */
static bool
same_number(double a, double b)
{
	return fabs(a - b) <= 8 * DBL_EPSILON * Max(fabs(a), fabs(b));
}

/* Do the arms differ at all?  Both must be there. */
static bool
arms_differ(const UpliftCurve *curve)
{
	const CurvePoint *end = curve_end(curve);

	return point_compares(end) &&
		!same_number(end->y_treated / end->treated, end->y_control / end->control);
}

/* One row of an arm tells nothing of its spread. */
static bool
spread_known(const UpliftCurve *curve)
{
	const CurvePoint *end = curve_end(curve);

	return end->treated > 1 && end->control > 1;
}

static Estimate
ate_estimate(const UpliftCurve *curve)
{
	const CurvePoint *end = curve_end(curve);
	Estimate	ate = unknown;

	if (!point_compares(end))
		return ate;
	ate.value = point_uplift(end);
	if (spread_known(curve))
		ate.se = sqrt(end->yy_treated / (end->treated - 1) / end->treated +
					  end->yy_control / (end->control - 1) / end->control);

	return ate;
}

static Estimate
qini_estimate(const UpliftCurve *curve, double *influence)
{
	int64	   *order;
	UpliftCurve *perfect;
	Estimate	qini = unknown;
	double		best;
	double		random;

	if (!point_compares(curve_end(curve)))
		return qini;

	perfect = curve_perfect(curve, &order);
	random = 0.5 * point_qini(curve_end(curve)) * curve->n;
	best = curve_area(perfect, point_qini_perfect);
	if (!same_number(best, random))
	{
		double		scale = 1 / (best - random);

		qini.value = (curve_area(curve, point_qini) - random) / (best - random);
		memset(influence, 0, sizeof(double) * curve->n);
		add_qini_influence(curve, point_qini, NULL, scale, influence);
		add_qini_influence(perfect, point_qini_perfect, order, -qini.value * scale, influence);
		/* a constant score has 0 in every sample */
		qini.se = !spread_known(curve) ? NAN : curve->npoints > 1 ? influence_error(influence, curve->n) : 0;
	}
	pfree(perfect->outcome);
	pfree(perfect->treated);
	pfree(perfect->points);
	pfree(order);

	return qini;
}

static Estimate
auuc_estimate(const UpliftCurve *curve, double *influence)
{
	Estimate	auuc = unknown;

	if (!arms_differ(curve))
		return auuc;
	auuc.value = curve_area(curve, point_gain) / (curve->n * point_gain(curve_end(curve)));
	auuc_influence(curve, auuc.value, influence);
	/* a constant score has 1/2 in every sample */
	auuc.se = !spread_known(curve) ? NAN : curve->npoints > 1 ? influence_error(influence, curve->n) : 0;

	return auuc;
}

Estimate
uplift_estimate(const UpliftCurve *curve, double share)
{
	CurvePlace	place = curve_place(curve, share);
	CurvePoint	top = curve_top(curve, place);
	Estimate	uplift = unknown;

	if (point_compares(&top))
	{
		uplift.value = point_uplift(&top);
		/* one row tells nothing of its spread */
		if (top.treated > 1 && top.control > 1)
			uplift.se = uplift_error(curve, place, share);
	}

	return uplift;
}

CurveRow
evaluate_at(const UpliftCurve *curve, const UpliftCurve *perfect, double share)
{
	const CurvePoint *end = curve_end(curve);
	CurveRow	row = {share, share * curve->n, unknown, NAN, NAN, NAN, NAN};
	CurvePlace	place;

	if (!point_compares(end))
		return row;

	row.random = share * point_gain(end);
	row.qini_random = share * point_qini(end);
	if (share == 0)
	{
		row.gain = (Estimate) {0, 0};
		row.qini = row.qini_perfect = 0;
		return row;
	}
	place = curve_place(curve, share);
	row.gain.value = curve_height(curve, place, point_gain);
	row.gain.se = gain_error(curve, place, share);
	row.qini = curve_height(curve, place, point_qini);
	row.qini_perfect = curve_height(perfect, curve_place(perfect, share), point_qini_perfect);

	return row;
}

Evaluation
evaluate(const double *rows, int64 n)
{
	Evaluation	all = {.ate = unknown, .qini_auc = unknown, .auuc = unknown};
	UpliftCurve *curve;
	double	   *influence;

	for (int i = 0; i < NSHARES; i++)
		all.uplift[i] = unknown;
	if (n == 0)
		return all;

	curve = curve_make(rows, n);
	influence = palloc_huge(double, n);
	all.rows = n;
	all.treated = (int64) curve_end(curve)->treated;
	all.control = (int64) curve_end(curve)->control;
	all.ate = ate_estimate(curve);
	all.qini_auc = qini_estimate(curve, influence);
	all.auuc = auuc_estimate(curve, influence);
	for (int i = 0; i < NSHARES; i++)
		all.uplift[i] = uplift_estimate(curve, shares[i]);
	pfree(influence);
	pfree(curve->outcome);
	pfree(curve->treated);
	pfree(curve->points);

	return all;
}
