/*
 * causal_bins.c
 *		Columns of numbers as few bins each, for the search of splits.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "model/causal_bins.h"
#include "model/radix.h"

/* A number from least, inclusive, to most, exclusive. */
static float
between(float least, float most)
{
	float		middle = least / 2 + most / 2;

	return middle >= least && middle < most ? middle : least;
}

void
bins_make(Bins *bins, const float *x, int n)
{
	SortKey    *keys = palloc_huge(SortKey, Max(n, 1));
	SortKey    *spare = palloc_huge(SortKey, Max(n, 1));
	int			distinct = 0;
	int			there = 0;
	int			taken = 0;		/* rows in the bins before the one at hand */
	float		least[MAX_BINS];
	float		most[MAX_BINS];
	int			b = -1;

	CHECK_FOR_INTERRUPTS();
	bins->bin = palloc_huge(uint8, Max(n, 1));
	for (int i = 0; i < n; i++)
		if (isnan(x[i]))
			bins->bin[i] = MISSING_BIN;
		else
			keys[there++] = (SortKey) {key_upwards(x[i] == 0 ? 0 : x[i]), i};
	radix_sort(keys, spare, there);
	for (int i = 0; i < there; i++)
		distinct += i == 0 || keys[i].key != keys[i - 1].key;

	for (int i = 0; i < there; i++)
	{
		float		value = x[keys[i].row];

		/* equal values stay together; a bin takes its part of the rows that are left */
		if (i == 0 || (keys[i].key != keys[i - 1].key &&
					   (distinct <= MAX_BINS ||
						(b + 1 < MAX_BINS && (int64) (i - taken) * (MAX_BINS - b) >= there - taken))))
		{
			b++;
			taken = i;
			least[b] = value;
		}
		most[b] = value;
		bins->bin[keys[i].row] = b;
	}
	bins->nbins = b + 1;
	bins->cut = palloc_array(float, MAX_BINS);
	for (int k = 0; k <= b; k++)
		bins->cut[k] = k < b ? between(most[k], least[k + 1]) : FLT_MAX;
	pfree(keys);
	pfree(spare);
}
