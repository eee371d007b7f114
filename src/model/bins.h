/*
 * bins.h
 *		Regrets counted by their size, to find how much leaves so many.
 */
#ifndef COUPON_BINS_H
#define COUPON_BINS_H

#include "coupon.h"

#include "model/weighted.h"

#define BIN_SHIFT		50		/* of a regret as a float8: exponent and two more bits */
#define BINS			(1 << (64 - BIN_SHIFT))

static inline int
bin_of(double regret)
{
	return regret > 0 ? weighted_key(regret) >> BIN_SHIFT : 0;
}

/* The least regret of a bin. */
static inline double
bin_least(int bin)
{
	return weighted_number((uint64) bin << BIN_SHIFT);
}

/* The first bin that is not among the first so many (of counts: BINS), or the last one. */
static inline int
bin_limit(const int64 *counts, int64 most)
{
	int			limit = 0;

	while (limit < BINS - 1 && counts[limit] <= most)
		most -= counts[limit++];

	return limit;
}

#endif							/* COUPON_BINS_H */
