/*
 * sample_sort.c
 *		The rows of a training set in an order of their own.
 *
 * Rows are ordered by a hash of what they hold; where two hashes are the same
 * and the rows are not, by what they hold itself.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/radix.h"
#include "model/random.h"
#include "model/sample.h"

#define OUTCOME		0
#define ARM			1

typedef struct Sorter
{
	const Sample *sample;
	const int  *ranks;			/* of arms, or NULL */
	int			width;			/* numbers of one row */
	double	   *one;			/* (width) outcome, arm, slots */
	double	   *two;			/* (width) */
} Sorter;

/* What a row holds: the order of arms and categories of the training set is gone. */
static void
contents(const Sorter *sorter, int64 row, double *to)
{
	const Sample *sample = sorter->sample;
	const double *from = sample->rows + row * sample->width;

	to[0] = from[OUTCOME];
	to[1] = sorter->ranks ? sorter->ranks[(int) from[ARM]] : sample->spline ? from[ARM] : 0;
	sample_slots(sample, row, to + 2);
}

/* Equal numbers have equal bits, and what is missing is one number. */
static inline uint64
bits_of(double value)
{
	return isnan(value) ? ~UINT64CONST(0) : key_upwards(value == 0 ? 0 : value);
}

static uint64
hash_of(const Sorter *sorter, const double *row)
{
	uint64		hash = 0;

	for (int j = 0; j < sorter->width; j++)
		hash = random_bits((int64) hash, bits_of(row[j]), 0);

	return hash;
}

static int
compare(const void *a, const void *b, void *arg)
{
	const Sorter *sorter = arg;

	contents(sorter, ((const SortKey *) a)->row, sorter->one);
	contents(sorter, ((const SortKey *) b)->row, sorter->two);
	for (int j = 0; j < sorter->width; j++)
	{
		uint64		one = bits_of(sorter->one[j]);
		uint64		two = bits_of(sorter->two[j]);

		if (one != two)
			return one < two ? -1 : 1;
	}

	return 0;
}

/* Rows whose hashes are the same: nearly always they are alike. */
static void
sort_ties(Sorter *sorter, SortKey *keys, int64 n)
{
	for (int64 from = 0, to; from < n; from = to)
	{
		bool		alike = true;

		CHECK_FOR_INTERRUPTS();
		for (to = from + 1; to < n && keys[to].key == keys[from].key; to++)
		{
			if (to % 4096 == 0)
				CHECK_FOR_INTERRUPTS();
			alike = alike && compare(&keys[from], &keys[to], sorter) == 0;
		}
		if (!alike)
			qsort_arg(keys + from, to - from, sizeof(SortKey), compare, sorter);
	}
}

void
sample_sort(Sample *sample, const int *ranks)
{
	int64		n = sample->n;
	int			width = 2 + Max(sample->design->schema->nslots, 1);
	Sorter		sorter = {sample, ranks, 2 + sample->design->schema->nslots,
		palloc_array(double, width), palloc_array(double, width)
	};
	SortKey    *keys = palloc_huge(SortKey, Max(n, 1));
	SortKey    *spare = palloc_huge(SortKey, Max(n, 1));
	int64	   *index = palloc_huge(int64, Max(n, 1));

	for (int64 i = 0; i < n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		contents(&sorter, i, sorter.one);
		keys[i].key = hash_of(&sorter, sorter.one);
		keys[i].row = i;
	}
	radix_sort(keys, spare, n);
	sort_ties(&sorter, keys, n);
	for (int64 i = 0; i < n; i++)
		index[i] = keys[i].row;
	pfree(keys);
	pfree(spare);

	sample->index = index;
	sample_centre(sample, sample->design->mean);
}
