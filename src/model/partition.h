/*
 * partition.h
 *		Rules that no customer shares, and the customers of each.
 */
#ifndef COUPON_PARTITION_H
#define COUPON_PARTITION_H

#include "coupon.h"

#include "model/dual.h"

#define NO_BLOCK		(-1)

/*
 * Numbers blocks: the block of each row (rows), or NO_BLOCK.  Only rows that
 * have a price and are no counts make one, those of few customers first.
 * Returns how many.
 */
extern int	partition_rows(const Dual *dual, int *block_of);

/*
 * Customers in the order of their blocks, which begin at first[block]
 * (nblocks + 2).  Who is in none is spread over the blocks from nruled on.
 */
extern int64 *partition_customers(const Market *market, const int *block_of, int nruled, int nblocks, int64 *first);

#endif							/* COUPON_PARTITION_H */
