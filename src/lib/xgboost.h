/*
 * xgboost.h
 *		Boosted trees as libxgboost trains them, one round at a time.
 */
#ifndef COUPON_XGBOOST_H
#define COUPON_XGBOOST_H

#include "coupon.h"

/*
 * Rows from.. of a training set: X (rows, columns) with NaN where a value is
 * missing, outcomes y (rows) and weights w (rows).  It is called from within
 * the library and must neither raise an error nor allocate.
 */
typedef void (*BoosterFill) (const void *source, int64 from, int rows, float *X, float *y, float *w);

typedef struct BoosterRows
{
	const void *source;
	BoosterFill fill;
	int64		n;
} BoosterRows;

typedef struct Booster Booster;

/*
 * A booster with its matrices, which live until the current memory context
 * goes.  held_out may have no rows.
 */
extern Booster *booster_make(const BoosterRows *train, const BoosterRows *held_out,
							 int columns, int max_bin, int threads);

/* Set a parameter, before the first round. */
extern void booster_set(Booster *booster, const char *name, const char *value);

/*
 * One more round, from 0.  Returns the metric on the rows of training and, if
 * there are any, on those held out.
 */
extern void booster_round(Booster *booster, int round, double *train, double *held_out);

/* The model as XGBoost JSON; valid until the booster is used again. */
extern const char *booster_json(Booster *booster, Size *size);

/* Scores of the training rows, before they are put through the link; valid as above. */
extern const float *booster_margins(Booster *booster, int64 *n);

#endif							/* COUPON_XGBOOST_H */
