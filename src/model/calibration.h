/*
 * calibration.h
 *		Predicted against observed uplift, by bins of the score.
 */
#ifndef COUPON_CALIBRATION_H
#define COUPON_CALIBRATION_H

#include "coupon.h"

#include "model/arms_state.h"

typedef struct CalibrationBin
{
	int			bin;			/* from 1, that of the highest scores */
	double		predicted;		/* mean score */
	int64		rows;
	int64		treated;
	AbTest		test;			/* of the outcome in the two arms */
} CalibrationBin;

/*
 * Deal n rows (score, outcome, treated) out to bins of about equal size; rows
 * of equal score stay together.  Fills "to" (nbins) and returns the number of
 * bins that have rows.
 */
extern int	calibrate(const double *rows, int64 n, int nbins, CalibrationBin *to);

#endif							/* COUPON_CALIBRATION_H */
