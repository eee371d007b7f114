/*
 * radix.h
 *		Order rows by a number: a stable radix sort of 64-bit keys.
 *
 * A sort by several numbers sorts by the last of them first.
 */
#ifndef COUPON_RADIX_H
#define COUPON_RADIX_H

#include "coupon.h"

typedef struct SortKey
{
	uint64		key;			/* what to sort by */
	int64		row;			/* whose it is */
} SortKey;

/* The key that orders finite numbers upwards; -0 must have become 0. */
static inline uint64
key_upwards(double value)
{
	uint64		bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64CONST(1) << 63;
}

static inline uint64
key_downwards(double value)
{
	return ~key_upwards(value);
}

/* Sort n keys upwards; equal keys stay in their order.  Uses n spare ones. */
extern void radix_sort(SortKey *keys, SortKey *spare, int64 n);

/*
 * The order of n rows of so many numbers: the first falling, then the others
 * rising.  The key is that of the first.  Palloc'd.
 */
extern SortKey *radix_sort_rows(const double *rows, int64 n, int width);

#endif							/* COUPON_RADIX_H */
