/*
 * trial.h
 *		The rows of a trial: who got which offer, and what came of it.
 */
#ifndef COUPON_TRIAL_H
#define COUPON_TRIAL_H

#include "coupon.h"

#include "model/sample.h"

typedef struct Trial
{
	Sample		sample;			/* all rows */
	const Dictionary *names;	/* of the arms, in order of appearance */
	int64		skipped;
	int			narms;
	int		   *place;			/* (narms) of a name: the control is 0, offers follow in byte order */
} Trial;

/*
 * Settle which arm is no offer: the one named, or else "control", "false" or
 * "0".  Raises an error if there is none, or no offer beside it.
 */
extern void trial_place_arms(Trial *trial, const char *control);

/* The arm of a row. */
static inline int
trial_arm(const Trial *trial, int64 row)
{
	return trial->place[(int) trial->sample.rows[row * trial->sample.width + 1]];
}

#define ANY_ARM		(-1)
#define ANY_FOLD	(-1)

/*
 * The rows of two arms (ANY_ARM: of all of them) that are within a fold, or
 * outside of it (ANY_FOLD: all of these).  The index is palloc'd.
 */
extern Sample trial_within(const Trial *trial, int arm, int other, const uint8 *folds, int fold);
extern Sample trial_outside(const Trial *trial, int arm, int other, const uint8 *folds, int fold);

extern void sample_free(Sample *sample);

#endif							/* COUPON_TRIAL_H */
