/*
 * trees_order.h
 *		The rows of a sample in an order of their own, and those held out.
 */
#ifndef COUPON_TREES_ORDER_H
#define COUPON_TREES_ORDER_H

#include "coupon.h"

#include "model/sample.h"

typedef struct RowOrder
{
	int64	   *order;			/* (n) rows (not counted by the index): training, then held out */
	int64		train;
	int64		held_out;
} RowOrder;

/*
 * Order the rows by what they hold, and hold out about this share of them:
 * which ones is drawn by seed, content and the number among equal rows.  So
 * the result does not depend on the order in which the rows came.
 */
extern void rows_order(const Sample *sample, double holdout, int64 seed, RowOrder *rows);

#endif							/* COUPON_TREES_ORDER_H */
