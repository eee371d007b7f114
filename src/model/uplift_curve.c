/*
 * uplift_curve.c
 *		What the customers at the top of a ranking add up to.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "model/radix.h"
#include "model/sum.h"
#include "model/uplift_curve.h"

/* Rows or points between two looks at interrupts. */
#define STRIDE_MASK	0xFFFF

/* The means of the arms, about which squares are summed. */
static void
sum_means(UpliftCurve *curve)
{
	Sum			treated = {0};
	Sum			control = {0};
	int64		ntreated = 0;

	for (int64 i = 0; i < curve->n; i++)
	{
		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		if (curve->treated[i])
		{
			sum_add(&treated, curve->outcome[i]);
			ntreated++;
		}
		else
			sum_add(&control, curve->outcome[i]);
	}
	if (ntreated > 0)
		curve->mean_treated = sum_value(&treated) / ntreated;
	if (ntreated < curve->n)
		curve->mean_control = sum_value(&control) / (curve->n - ntreated);
}

/* The points of a curve whose rows are in order; equal keys make one point. */
static void
sum_points(UpliftCurve *curve, const SortKey *keys)
{
	CurvePoint	at = {0};
	CurvePoint *point;
	Sum			treated = {0};
	Sum			control = {0};

	curve->npoints = 0;
	for (int64 i = 0; i < curve->n; i++)
		curve->npoints += i == curve->n - 1 || keys[i].key != keys[i + 1].key;
	curve->points = palloc_huge(CurvePoint, curve->npoints + 1);
	point = curve->points;
	*point++ = at;

	for (int64 i = 0; i < curve->n; i++)
	{
		double		y = curve->outcome[i];

		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		if (curve->treated[i])
		{
			double		beyond = y - curve->mean_treated;

			sum_add(&treated, y);
			at.treated++;
			at.yy_treated += beyond * beyond;
		}
		else
		{
			double		beyond = y - curve->mean_control;

			sum_add(&control, y);
			at.control++;
			at.yy_control += beyond * beyond;
		}
		if (i == curve->n - 1 || keys[i].key != keys[i + 1].key)
		{
			at.y_treated = sum_value(&treated);
			at.y_control = sum_value(&control);
			*point++ = at;
		}
	}
}

/*
 * Rows of equal score are put in order by outcome and arm, so that sums over
 * them do not depend on the order in which they came.  The last sort is the
 * one that counts most.
 */
UpliftCurve *
curve_make(const double *rows, int64 n)
{
	UpliftCurve *curve = palloc0_object(UpliftCurve);
	SortKey    *keys = palloc_huge(SortKey, n + 1);
	SortKey    *spare = palloc_huge(SortKey, n + 1);
	int64		place = 0;

	curve->n = n;
	curve->outcome = palloc_huge(double, n + 1);
	curve->treated = palloc_huge(bool, n + 1);

	for (int pass = 0; pass < 2; pass++)
		for (int64 i = 0; i < n; i++)
			if ((rows[3 * i + 2] != 0) == (pass == 0))
			{
				keys[place].row = i;
				keys[place++].key = key_upwards(rows[3 * i + 1]);
			}
	radix_sort(keys, spare, n);
	for (int64 i = 0; i < n; i++)
		keys[i].key = key_downwards(rows[3 * keys[i].row]);
	radix_sort(keys, spare, n);
	pfree(spare);

	for (int64 i = 0; i < n; i++)
	{
		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		curve->outcome[i] = rows[3 * keys[i].row + 1];
		curve->treated[i] = rows[3 * keys[i].row + 2] != 0;
	}
	sum_means(curve);
	sum_points(curve, keys);
	pfree(keys);

	return curve;
}

UpliftCurve *
curve_perfect(const UpliftCurve *curve, int64 **order)
{
	int64		n = curve->n;
	UpliftCurve *perfect = palloc0_object(UpliftCurve);
	SortKey    *keys = palloc_huge(SortKey, n + 1);
	SortKey    *spare = palloc_huge(SortKey, n + 1);

	*perfect = *curve;
	perfect->outcome = palloc_huge(double, n + 1);
	perfect->treated = palloc_huge(bool, n + 1);
	*order = palloc_huge(int64, n + 1);

	for (int64 i = 0; i < n; i++)
	{
		double		y = curve->outcome[i];

		keys[i].row = i;
		keys[i].key = key_downwards((curve->treated[i] ? y : -y) + 0.0);
	}
	radix_sort(keys, spare, n);
	pfree(spare);

	for (int64 i = 0; i < n; i++)
	{
		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		(*order)[i] = keys[i].row;
		perfect->outcome[i] = curve->outcome[keys[i].row];
		perfect->treated[i] = curve->treated[keys[i].row];
	}
	sum_points(perfect, keys);
	pfree(keys);

	return perfect;
}

double
curve_area(const UpliftCurve *curve, double (*height) (const CurvePoint *))
{
	Sum			area = {0};
	double		before = 0;

	for (int64 i = 1; i <= curve->npoints; i++)
	{
		const CurvePoint *point = &curve->points[i];
		double		here = height(point);

		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		sum_add(&area, 0.5 * (here + before) * (point_rows(point) - point_rows(point - 1)));
		before = here;
	}

	return sum_value(&area);
}

CurvePlace
curve_place(const UpliftCurve *curve, double share)
{
	double		rows = share * curve->n;
	int64		low = 1;
	int64		high = curve->npoints;
	CurvePlace	place;

	/* 0.7 of 10 rows are 7, not 7.000000000000001 */
	if (fabs(rows - rint(rows)) <= 4 * DBL_EPSILON * rows)
		rows = rint(rows);

	/* the first point at or beyond so many rows */
	while (low < high)
	{
		int64		middle = (low + high) / 2;

		if (point_rows(&curve->points[middle]) >= rows)
			high = middle;
		else
			low = middle + 1;
	}
	place.point = low;
	place.part = (rows - point_rows(&curve->points[low - 1])) /
		(point_rows(&curve->points[low]) - point_rows(&curve->points[low - 1]));

	return place;
}

static inline double
between(double from, double to, double part)
{
	return part == 1 ? to : from + part * (to - from);
}

CurvePoint
curve_top(const UpliftCurve *curve, CurvePlace place)
{
	const CurvePoint *from = &curve->points[place.point - 1];
	const CurvePoint *to = &curve->points[place.point];
	CurvePoint	top;

	top.treated = between(from->treated, to->treated, place.part);
	top.control = between(from->control, to->control, place.part);
	top.y_treated = between(from->y_treated, to->y_treated, place.part);
	top.y_control = between(from->y_control, to->y_control, place.part);
	top.yy_treated = between(from->yy_treated, to->yy_treated, place.part);
	top.yy_control = between(from->yy_control, to->yy_control, place.part);

	return top;
}

double
curve_height(const UpliftCurve *curve, CurvePlace place,
			 double (*height) (const CurvePoint *))
{
	return between(height(&curve->points[place.point - 1]),
				   height(&curve->points[place.point]), place.part);
}
