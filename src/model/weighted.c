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

uint64
weighted_select(Weighted *items, int64 n, int128 room, int128 *above)
{
	int128	   *weights = palloc_array(int128, DIGITS);
	uint64		key = 0;

	*above = 0;
	for (int shift = 64 - DIGIT_BITS;; shift = Max(shift - DIGIT_BITS, 0))
	{
		int64		kept = 0;
		int			digit;

		memset(weights, 0, sizeof(int128) * DIGITS);
		for (int64 i = 0; i < n; i++)
		{
			if ((i & 0xfffff) == 0)
				CHECK_FOR_INTERRUPTS();
			weights[(items[i].key >> shift) & (DIGITS - 1)] += items[i].weight;
		}
		for (digit = DIGITS - 1; digit > 0 && *above + weights[digit] <= room; digit--)
			*above += weights[digit];

		for (int64 i = 0; i < n; i++)
		{
			if ((i & 0xfffff) == 0)
				CHECK_FOR_INTERRUPTS();
			if (((items[i].key >> shift) & (DIGITS - 1)) == digit)
				items[kept++] = items[i];
		}
		n = kept;
		key |= (uint64) digit << shift;
		if (shift == 0)
			break;
	}
	pfree(weights);

	return key;
}
