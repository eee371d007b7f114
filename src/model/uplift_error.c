/*
 * uplift_error.c
 *		How much one row sways the figures of a curve: influence functions.
 *
 * The derivatives are taken by counts, not by probabilities: their sum over
 * all rows is zero for the figures that do not grow with n (the areas'
 * ratios, the uplift among the top), and what remains is taken off for the
 * gain, which does.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/uplift_error.h"

#define STRIDE_MASK	0xFFFF

/*
 * Rows around a cut from which the slope of the curve there is taken.  A cut
 * between untied rows says nothing of its neighbourhood; w rows raise the
 * variance of the uplift by no more than about 1 in w.
 */
#define WINDOW	200

/* The weight of a point in a trapezoid area: half the rows on both sides. */
static inline double
point_weight(const UpliftCurve *curve, int64 i)
{
	const CurvePoint *next = i < curve->npoints ? &curve->points[i + 1] : &curve->points[i];

	return 0.5 * (point_rows(next) - point_rows(&curve->points[i - 1]));
}

void
add_qini_influence(const UpliftCurve *curve, double (*height) (const CurvePoint *),
				   const int64 *order, double scale, double *influence)
{
	const CurvePoint *end = curve_end(curve);
	double		half = 0.5 * curve->n;
	double		end_ratio = end->treated / end->control;
	double		end_mean = end->y_control / end->control;
	double		sum = 0;		/* over this point and all lower ones: weights, */
	double		sum_mean = 0;	/* ... times mean outcome of the controls, */
	double		sum_ratio = 0;	/* ... times treated per control, */
	double		sum_both = 0;	/* ... times both */
	int64		i = curve->n;

	for (int64 p = curve->npoints; p > 0; p--)
	{
		const CurvePoint *point = &curve->points[p];
		double		weight = point_weight(curve, p);
		double		level = 0.5 * (height(point) + height(point - 1) - height(end));
		int64		first = (int64) point_rows(point - 1);

		/* where the height is 0 by definition it does not depend on the rows */
		if (point_compares(point) || height != point_qini)
			sum += weight;
		if (point_compares(point))
		{
			double		mean = point->y_control / point->control;
			double		ratio = point->treated / point->control;

			sum_mean += weight * mean;
			sum_ratio += weight * ratio;
			sum_both += weight * ratio * mean;
		}

		while (i > first)
		{
			double		y = curve->outcome[--i];
			double		d;

			if ((i & STRIDE_MASK) == 0)
				CHECK_FOR_INTERRUPTS();
			if (curve->treated[i])
				d = level + (sum * y - sum_mean) - half * (y - end_mean);
			else
				d = level - (sum_ratio * y - sum_both) + half * end_ratio * (y - end_mean);
			influence[order ? order[i] : i] += scale * d;
		}
	}
}

void
auuc_influence(const UpliftCurve *curve, double auuc, double *influence)
{
	const CurvePoint *end = curve_end(curve);
	double		n = curve->n;
	double		gain = point_gain(end);
	double		mean_treated = end->y_treated / end->treated;
	double		mean_control = end->y_control / end->control;
	double		per_treated = 0;	/* over this point and all lower ones: weight * rows a treated row, */
	double		per_control = 0;	/* ... a control row, */
	double		level_treated = 0;	/* ... weight * uplift and what the mean takes off */
	double		level_control = 0;
	int64		i = curve->n;

	for (int64 p = curve->npoints; p > 0; p--)
	{
		const CurvePoint *point = &curve->points[p];
		double		level = 0.5 * (point_gain(point) + point_gain(point - 1));
		int64		first = (int64) point_rows(point - 1);

		if (point_compares(point))
		{
			double		weight = point_weight(curve, p);
			double		treated = weight * point_rows(point) / point->treated;
			double		control = weight * point_rows(point) / point->control;

			per_treated += treated;
			per_control += control;
			level_treated += weight * point_uplift(point) -
				treated * point->y_treated / point->treated;
			level_control += weight * point_uplift(point) +
				control * point->y_control / point->control;
		}

		while (i > first)
		{
			double		y = curve->outcome[--i];
			double		area;	/* derivative of the area */
			double		total;	/* derivative of gain(n) */

			if ((i & STRIDE_MASK) == 0)
				CHECK_FOR_INTERRUPTS();
			if (curve->treated[i])
			{
				area = level + level_treated + per_treated * y;
				total = gain / n + n * (y - mean_treated) / end->treated;
			}
			else
			{
				area = level + level_control - per_control * y;
				total = gain / n - n * (y - mean_control) / end->control;
			}
			influence[i] = (area - auuc * (gain + n * total)) / (n * gain);
		}
	}
}

double
influence_error(const double *influence, int64 n)
{
	double		sum = 0;

	for (int64 i = 0; i < n; i++)
	{
		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		sum += influence[i] * influence[i];
	}

	return n > 1 ? sqrt(sum * n / (n - 1)) : NAN;
}

/* The sum of squared influences over the rows between two points. */
static double
sum_squares(const UpliftCurve *curve, const CurvePoint *from, const CurvePoint *to,
			LinearInfluence treated, LinearInfluence control)
{
	double		ntreated = to->treated - from->treated;
	double		ncontrol = to->control - from->control;
	double		y_treated = to->y_treated - from->y_treated - ntreated * curve->mean_treated;
	double		y_control = to->y_control - from->y_control - ncontrol * curve->mean_control;

	return
		treated.level * treated.level * ntreated +
		2 * treated.level * treated.slope * y_treated +
		treated.slope * treated.slope * (to->yy_treated - from->yy_treated) +
		control.level * control.level * ncontrol +
		2 * control.level * control.slope * y_control +
		control.slope * control.slope * (to->yy_control - from->yy_control);
}

/* The points around a cut between which the curve's slope there is taken. */
static void
window_around(const UpliftCurve *curve, CurvePlace place,
			  const CurvePoint **from, const CurvePoint **to)
{
	double		rows = Min(WINDOW, curve->n);
	int64		low = place.point - 1;
	int64		high = place.point;
	double		middle = 0.5 * (point_rows(&curve->points[low]) + point_rows(&curve->points[high]));

	while (point_rows(&curve->points[high]) - point_rows(&curve->points[low]) < rows)
	{
		/* the nearer end moves, so that the window stays centred */
		if (high == curve->npoints ||
			(low > 0 && middle - point_rows(&curve->points[low]) <=
			 point_rows(&curve->points[high]) - middle))
			low--;
		else
			high++;
	}
	*from = &curve->points[low];
	*to = &curve->points[high];
}

static double
error_of(double squares, double n)
{
	return n > 1 ? sqrt(Max(squares, 0) * n / (n - 1)) : NAN;
}

double
uplift_error(const UpliftCurve *curve, CurvePlace place, double share)
{
	const CurvePoint *points = curve->points;
	CurvePoint	top = curve_top(curve, place);
	double		mean_treated = top.y_treated / top.treated;
	double		mean_control = top.y_control / top.control;
	const CurvePoint *from;
	const CurvePoint *to;
	double		slope;			/* of the uplift, a row further down */
	double		squares = 0;

	window_around(curve, place, &from, &to);
	slope = ((to->y_treated - from->y_treated - mean_treated * (to->treated - from->treated)) / top.treated -
			 (to->y_control - from->y_control - mean_control * (to->control - from->control)) / top.control) /
		(point_rows(to) - point_rows(from));

	/* rows above the cut, tied at it, below it; and how much of each counts */
	for (int zone = 0; zone < 3; zone++)
	{
		double		part = zone == 0 ? 1 : zone == 1 ? place.part : 0;
		double		moved = (share - part) * slope;
		LinearInfluence treated = {
			moved + part * (curve->mean_treated - mean_treated) / top.treated,
			part / top.treated,
		};
		LinearInfluence control = {
			moved - part * (curve->mean_control - mean_control) / top.control,
			-part / top.control,
		};

		squares += sum_squares(curve,
							   zone == 0 ? points : &points[place.point + zone - 2],
							   zone == 2 ? curve_end(curve) : &points[place.point + zone - 1],
							   treated, control);
	}

	return error_of(squares, curve->n);
}

/* Add part times the influence of the rows above a point on the gain there. */
static void
add_gain_influence(const UpliftCurve *curve, const CurvePoint *point, double part,
				   LinearInfluence *treated, LinearInfluence *control)
{
	double		rows = point_rows(point);

	if (!point_compares(point))
		return;
	treated->slope += part * rows / point->treated;
	treated->level += part * (point_uplift(point) + rows / point->treated *
							  (curve->mean_treated - point->y_treated / point->treated));
	control->slope -= part * rows / point->control;
	control->level += part * (point_uplift(point) - rows / point->control *
							  (curve->mean_control - point->y_control / point->control));
}

void
gain_influence(const UpliftCurve *curve, CurvePlace place, double share, GainInfluence *to)
{
	const CurvePoint *low;
	const CurvePoint *high;
	double		slope;			/* of the gain, a row further down */
	double		gain = curve_height(curve, place, point_gain);

	window_around(curve, place, &low, &high);
	slope = (point_gain(high) - point_gain(low)) / (point_rows(high) - point_rows(low));

	/* as above: a row above the cut is in both ends of the line, a tied one in the lower */
	for (int zone = 0; zone < 3; zone++)
	{
		double		part = zone == 0 ? 1 : zone == 1 ? place.part : 0;
		LinearInfluence *control = &to->zone[zone][0];
		LinearInfluence *treated = &to->zone[zone][1];

		*control = *treated = (LinearInfluence) {(share - part) * slope - gain / curve->n, 0};
		if (zone == 0)
			add_gain_influence(curve, &curve->points[place.point - 1], 1 - place.part, treated, control);
		if (zone <= 1)
			add_gain_influence(curve, &curve->points[place.point], place.part, treated, control);
	}
}

/* Does a point's gain rest on a single row of an arm, which tells nothing of its spread? */
static bool
rests_on_one(const CurvePoint *point)
{
	return point_compares(point) && (point->treated < 2 || point->control < 2);
}

double
gain_error(const UpliftCurve *curve, CurvePlace place, double share)
{
	const CurvePoint *from = &curve->points[place.point - 1];
	const CurvePoint *to = &curve->points[place.point];
	GainInfluence influence;
	double		squares = 0;

	/* where an arm is empty the curve is 0 by definition, not by what the rows say */
	if (!point_compares(to) || rests_on_one(to) || (place.part < 1 && rests_on_one(from)))
		return NAN;
	gain_influence(curve, place, share, &influence);
	for (int zone = 0; zone < 3; zone++)
		squares += sum_squares(curve,
							   zone == 0 ? curve->points : zone == 1 ? from : to,
							   zone == 0 ? from : zone == 1 ? to : curve_end(curve),
							   influence.zone[zone][1], influence.zone[zone][0]);

	return error_of(squares, curve->n);
}
