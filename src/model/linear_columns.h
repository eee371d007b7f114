/*
 * linear_columns.h
 *		Columns that a LinearState gets for what it sees for the first time.
 *
 * No rows may wait in its block.  All return the same state or, if it had to
 * grow, a new one.
 */
#ifndef COUPON_LINEAR_COLUMNS_H
#define COUPON_LINEAR_COLUMNS_H

#include "coupon.h"

#include "model/linear_state.h"

/* Give a feature n columns of values, filled with "fill" in all rows before. */
extern LinearState *columns_add_values(LinearState *state, int feature, int n, const double *fill);

/* A column for the rows where a feature is missing. */
extern LinearState *columns_add_indicator(LinearState *state, int feature);

/* A category, and its column. */
extern LinearState *columns_add_category(LinearState *state, int feature, const char *text, int length);

#endif							/* COUPON_LINEAR_COLUMNS_H */
