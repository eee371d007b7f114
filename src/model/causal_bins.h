/*
 * causal_bins.h
 *		Columns of numbers as few bins each, for the search of splits.
 */
#ifndef COUPON_CAUSAL_BINS_H
#define COUPON_CAUSAL_BINS_H

#include "coupon.h"

#define MAX_BINS		255		/* of a column */
#define MISSING_BIN		255

typedef struct Bins
{
	int			nbins;			/* without the one of missing values */
	uint8	   *bin;			/* (rows) */
	float	   *cut;			/* (nbins) what goes left up to a bin: between its greatest value and the next one's least */
} Bins;

/*
 * Bins of a column x (n), NaN where missing: its distinct values, or where
 * there are more than MAX_BINS of them, about equal numbers of rows.
 */
extern void bins_make(Bins *bins, const float *x, int n);

#endif							/* COUPON_CAUSAL_BINS_H */
