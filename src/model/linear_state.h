/*
 * linear_state.h
 *		State of linear_fit: moments of columns that appear as the rows go by.
 *
 * Column 0 is the outcome.  A number, boolean or array element gets a column
 * when its feature is first seen, a category when its value is first seen,
 * an indicator when the feature is first missing: all rows before had zero
 * there.  A missing number counts as the first value of its feature, so that
 * no digits are lost; what that did to the moments is undone at the end,
 * exactly, by means of the indicator.
 */
#ifndef COUPON_LINEAR_STATE_H
#define COUPON_LINEAR_STATE_H

#include "coupon.h"

#include "model/design.h"
#include "model/moments.h"
#include "pg/state.h"

typedef struct LinearState
{
	FlatState	head;
	uint64		signature;		/* of the schema */
	double		ridge;			/* the option */
	int64		skipped;		/* rows without outcome or features */
	int64		n;				/* rows in the moments, not in the block */
	int32		positional;		/* features came as an array */
	int32		nfeatures;
	int32		p;				/* columns, the outcome included */
	int32		column_room;
	int32		ncategories;
	int32		category_room;
	int32		text;			/* bytes of names and categories */
	int32		text_room;
	int32		block;			/* rows that wait to be added to the moments */
	int32		block_room;
	double		regions[FLEXIBLE_ARRAY_MEMBER]; /* see linear_regions.c */
} LinearState;

/* An empty state for features of this schema, in the current context. */
extern LinearState *linear_state_make(const Schema *schema, double ridge);

/* Has no row with outcome and features been added? */
extern bool linear_state_is_empty(const LinearState *state);

/* Add a row; returns the same state or, if it had to grow, a new one. */
extern LinearState *linear_state_add(LinearState *state, double outcome,
									 const FeatureValue *values);

/* Move the rows that wait to the moments. */
extern void linear_state_flush(LinearState *state);

/* Add the rows of another state. */
extern void *linear_state_merge(void *state, const void *other);

/* A copy without waiting rows and spare room. */
extern void *linear_state_compact(const void *state);

/* The schema of a state, categories in sorted order. */
extern Schema *linear_state_schema(const LinearState *state);

/* The design that the rows call for, and the moments of its columns. */
extern Design *linear_state_moments(const LinearState *state, Moments *moments);

/* Raise an error unless a state from outside is sound. */
extern void linear_state_check(const FlatState *state);

#endif							/* COUPON_LINEAR_STATE_H */
