/*
 * ranks.h
 *		Ranks, and how alike two of them are.
 */
#ifndef COUPON_RANKS_H
#define COUPON_RANKS_H

#include "coupon.h"

/*
 * Spearman's correlation of n rows (a, b) of finite numbers: that of their
 * ranks, equal numbers sharing the mean of theirs.  NaN if one of them does
 * not vary.
 */
extern double spearman(const double *rows, int64 n);

#endif							/* COUPON_RANKS_H */
