/*
 * calibration.c
 *		Predicted against observed uplift, by bins of the score.
 *
 * Tied rows share the bin of the middle one of them, so that the bins do not
 * depend on the order of the rows.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/calibration.h"
#include "model/radix.h"
#include "model/sum.h"

#define WIDTH	3				/* score, outcome, treated */

/* Rows between two looks at interrupts. */
#define STRIDE_MASK	0xFFFF

/* Scores are summed divided by 2 to this power: no sum of finite ones overflows. */
#define SCORE_BITS	64

/* The bin, from 1, of the tied rows first..end-1. */
static int
bin_of(int64 first, int64 end, int64 n, int nbins)
{
	double		middle = 0.5 * ((double) first + (double) end);

	return 1 + Min(nbins - 1, (int) floor(middle / (double) n * nbins));
}

/* The figures of the rows first..end-1 of the order. */
static CalibrationBin
bin_make(int bin, const double *rows, const SortKey *keys, int64 first, int64 end)
{
	CalibrationBin made = {.bin = bin, .rows = end - first};
	ArmsState	arms = {.variables = 1};
	Sum			scores = {0};

	for (int64 i = first; i < end; i++)
	{
		const double *row = rows + WIDTH * keys[i].row;

		if ((i & STRIDE_MASK) == 0)
			CHECK_FOR_INTERRUPTS();
		arms_state_add(&arms, row[2] != 0, row[1], 0, 1);
		sum_add(&scores, ldexp(row[0], -SCORE_BITS));
	}
	made.treated = arms.arm[1].n;
	made.predicted = ldexp(sum_value(&scores) / (double) made.rows, SCORE_BITS);
	made.test = arms_ab_test(&arms);

	return made;
}

int
calibrate(const double *rows, int64 n, int nbins, CalibrationBin *to)
{
	SortKey    *keys = radix_sort_rows(rows, n, WIDTH);
	int64		start = 0;		/* of the bin */
	int			bin = 0;
	int			filled = 0;

	for (int64 first = 0, end; first < n; first = end)
	{
		int			here;

		for (end = first + 1; end < n && keys[end].key == keys[first].key; end++)
			;
		here = bin_of(first, end, n, nbins);
		if (here != bin && first > 0)
		{
			to[filled++] = bin_make(bin, rows, keys, start, first);
			start = first;
		}
		bin = here;
	}
	if (n > 0)
		to[filled++] = bin_make(bin, rows, keys, start, n);
	pfree(keys);

	return filled;
}
