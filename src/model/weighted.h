/*
 * weighted.h
 *		Where a budget runs out: selection by weight, without sorting.
 */
#ifndef COUPON_WEIGHTED_H
#define COUPON_WEIGHTED_H

#include "coupon.h"

typedef struct Weighted
{
	uint64		key;
	int64		weight;
} Weighted;

/*
 * Items are taken from the largest key downwards, all of a key at once: the
 * first key that does not fit into "room".  The weights of all items together
 * must exceed it, and weights may be negative only in keys that fit for sure.
 * "above" is the weight of all larger keys.
 */
extern uint64 weighted_select(const Weighted *items, int64 n, int128 room, int128 *above);

/* Keys of numbers that are not negative sort as the numbers do. */
static inline uint64
weighted_key(double number)
{
	uint64		key;

	memcpy(&key, &number, sizeof(key));

	return key;
}

static inline double
weighted_number(uint64 key)
{
	double		number;

	memcpy(&number, &key, sizeof(number));

	return number;
}

#endif							/* COUPON_WEIGHTED_H */
