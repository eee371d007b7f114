/*
 * folds.h
 *		Which rows of a trial are left out of a fit together.
 */
#ifndef COUPON_FOLDS_H
#define COUPON_FOLDS_H

#include "coupon.h"

#include "model/trial.h"

#define MAX_FOLDS	100

/*
 * A fold 0 .. folds - 1 for every row: (rows), palloc'd.  The draw depends on
 * the seed and on what rows there are, not on their order; equal rows are
 * drawn independently.  Every arm is spread evenly over the folds and, if
 * asked for, so are its rows without and with a positive outcome.
 */
extern uint8 *folds_draw(const Trial *trial, int64 seed, int folds, bool by_outcome);

#endif							/* COUPON_FOLDS_H */
