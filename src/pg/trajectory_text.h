/*
 * trajectory_text.h
 *		The text form of trajectories: a JSON array of steps.
 *
 * [{"at": "2026-01-05T00:00:00Z", "state": [1, 0.5], "offer": "a", "reward": 3, "cost": 0}, ...]
 * with "propensity" where there are propensities, and only "at" and "state" of
 * a last state that is not yet acted on.  It depends on no setting.
 */
#ifndef COUPON_TRAJECTORY_TEXT_H
#define COUPON_TRAJECTORY_TEXT_H

#include "coupon.h"

#include "pg/trajectory.h"

/* The text form, palloc'd. */
extern char *trajectory_text(const TrajectoryView *view);

/* The trajectory of a text form, every byte of it checked. */
extern Trajectory *trajectory_parse(const char *form);

#endif							/* COUPON_TRAJECTORY_TEXT_H */
