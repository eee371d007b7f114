/*
 * weighted.c
 *		Where a budget runs out: selection by weight, without sorting.
 *
 * Weighted selection in linear time, as Dyer ("An O(n) algorithm for the
 * multiple-choice knapsack linear program", 1984) and Zemel (1984) do it by
 * medians; here by the digits of the key: weigh the items by their leading
 * bits, keep those where the room ends, go on with the next bits.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/weighted.h"

#define DIGIT_BITS	11
#define DIGITS		(1 << DIGIT_BITS)
#define BATCH		0x100000	/* items between two looks at interrupts */

static inline int
digit_of(uint64 key, int shift)
{
	return (key >> shift) & (DIGITS - 1);
}

uint64
weighted_select(const Weighted *items, int64 n, int128 room, int128 *above)
{
	int128	   *weights = palloc_array(int128, DIGITS);
	int64	   *counts = palloc_array(int64, DIGITS);
	Weighted   *kept = NULL;
	uint64		key = 0;

	*above = 0;
	for (int shift = 64 - DIGIT_BITS;; shift = Max(shift - DIGIT_BITS, 0))
	{
		int64		nkept = 0;
		int			digit;

		memset(weights, 0, sizeof(int128) * DIGITS);
		memset(counts, 0, sizeof(int64) * DIGITS);
		for (int64 i = 0; i < n; i++)
		{
			if (i % BATCH == 0)
				CHECK_FOR_INTERRUPTS();
			digit = digit_of(items[i].key, shift);
			weights[digit] += items[i].weight;
			counts[digit]++;
		}
		for (digit = DIGITS - 1; digit > 0 && *above + weights[digit] <= room; digit--)
			*above += weights[digit];
		key |= (uint64) digit << shift;
		if (shift == 0)
			break;

		/* the first time into an array of our own, later within it */
		if (kept == NULL)
			kept = palloc_huge(Weighted, Max(counts[digit], 1));
		for (int64 i = 0; i < n; i++)
		{
			if (i % BATCH == 0)
				CHECK_FOR_INTERRUPTS();
			if (digit_of(items[i].key, shift) == digit)
				kept[nkept++] = items[i];
		}
		items = kept;
		n = nkept;
	}
	pfree(weights);
	pfree(counts);
	pfree(kept);

	return key;
}
