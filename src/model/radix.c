/*
 * radix.c
 *		Order rows by a number: a stable radix sort of 64-bit keys.
 *
 * One pass a byte, from the lowest to the highest; bytes that are the same in
 * all keys cost nothing, so few distinct values (a binary outcome, tied
 * scores) sort in a pass or two.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/radix.h"

#define BYTES	8
#define VALUES	256

/* Rows between two looks at interrupts: about a millisecond's work. */
#define STRIDE	(1 << 17)

static void
count_bytes(const SortKey *keys, int64 n, int64 counts[BYTES][VALUES])
{
	memset(counts, 0, sizeof(int64) * BYTES * VALUES);
	for (int64 start = 0; start < n; start += STRIDE)
	{
		int64		end = Min(n, start + STRIDE);

		CHECK_FOR_INTERRUPTS();
		for (int64 i = start; i < end; i++)
			for (int byte = 0; byte < BYTES; byte++)
				counts[byte][keys[i].key >> (8 * byte) & 0xFF]++;
	}
}

/* Deal the keys out by one of their bytes; "places" is where each value begins. */
static void
deal(const SortKey *from, SortKey *to, int64 n, int byte, int64 places[VALUES])
{
	for (int64 start = 0; start < n; start += STRIDE)
	{
		int64		end = Min(n, start + STRIDE);

		CHECK_FOR_INTERRUPTS();
		for (int64 i = start; i < end; i++)
			to[places[from[i].key >> (8 * byte) & 0xFF]++] = from[i];
	}
}

void
radix_sort(SortKey *keys, SortKey *spare, int64 n)
{
	int64		counts[BYTES][VALUES];
	SortKey    *from = keys;
	SortKey    *to = spare;

	if (n < 2)
		return;
	count_bytes(keys, n, counts);

	for (int byte = 0; byte < BYTES; byte++)
	{
		int64		place = 0;
		SortKey    *swap;

		if (counts[byte][keys[0].key >> (8 * byte) & 0xFF] == n)
			continue;
		for (int value = 0; value < VALUES; value++)
		{
			int64		count = counts[byte][value];

			counts[byte][value] = place;
			place += count;
		}
		deal(from, to, n, byte, counts[byte]);
		swap = from;
		from = to;
		to = swap;
	}

	if (from != keys)
		memcpy(keys, from, sizeof(SortKey) * n);
}

SortKey *
radix_sort_rows(const double *rows, int64 n, int width)
{
	SortKey    *keys = palloc_huge(SortKey, n + 1);
	SortKey    *spare = palloc_huge(SortKey, n + 1);

	for (int64 i = 0; i < n; i++)
		keys[i].row = i;
	/* the sort that counts most comes last */
	for (int column = width - 1; column >= 0; column--)
	{
		for (int64 i = 0; i < n; i++)
		{
			double		value = rows[width * keys[i].row + column];

			keys[i].key = column == 0 ? key_downwards(value) : key_upwards(value);
		}
		radix_sort(keys, spare, n);
	}
	pfree(spare);

	return keys;
}
