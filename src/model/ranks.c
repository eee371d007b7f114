/*
 * ranks.c
 *		Ranks, and how alike two of them are.
 *
 * Spearman, "The proof and measurement of association between two things"
 * (1904).
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/radix.h"
#include "model/ranks.h"
#include "model/sum.h"

/* Interrupts are looked at after so many rows. */
#define STRIDE	(1 << 16)

/* Twice the rank of each row in a column, less its mean n + 1: whole numbers, exact. */
static double *
centred_ranks(const double *rows, int64 n, int column, SortKey *keys, SortKey *spare)
{
	double	   *ranks = palloc_huge(double, n);

	for (int64 i = 0; i < n; i++)
		keys[i] = (SortKey) {key_upwards(rows[2 * i + column]), i};
	radix_sort(keys, spare, n);
	for (int64 first = 0, end; first < n; first = end)
	{
		for (end = first + 1; end < n && keys[end].key == keys[first].key;)
			end++;
		/* ranks first + 1 to end */
		for (int64 i = first; i < end; i++)
			ranks[keys[i].row] = (double) (first + end - n);
	}

	return ranks;
}

double
spearman(const double *rows, int64 n)
{
	SortKey    *keys = palloc_huge(SortKey, n + 1);
	SortKey    *spare = palloc_huge(SortKey, n + 1);
	double	   *a = centred_ranks(rows, n, 0, keys, spare);
	double	   *b = centred_ranks(rows, n, 1, keys, spare);
	Sum			aa = {0};
	Sum			bb = {0};
	Sum			ab = {0};
	double		correlation;

	for (int64 i = 0; i < n; i++)
	{
		if (i % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		sum_add(&aa, a[i] * a[i]);
		sum_add(&bb, b[i] * b[i]);
		sum_add(&ab, a[i] * b[i]);
	}
	pfree(keys);
	pfree(spare);
	pfree(a);
	pfree(b);
	if (sum_value(&aa) == 0 || sum_value(&bb) == 0)
		return NAN;
	/* far from overflow, and exact where the two are equal */
	correlation = sum_value(&ab) / sqrt(sum_value(&aa) * sum_value(&bb));

	return Max(-1, Min(1, correlation));
}
