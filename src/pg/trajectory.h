/*
 * trajectory.h
 *		Values of type coupon.trajectory: what one customer was offered, in
 *		which state, and what came of it, step by step.
 *
 * A value is one chunk without pointers, made only by trajectory_pack() and
 * checked whole where it comes from outside, so equal trajectories have equal
 * bytes and a reader need not look twice.
 */
#ifndef COUPON_TRAJECTORY_H
#define COUPON_TRAJECTORY_H

#include "coupon.h"

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

#define TRAJECTORY_VERSION			1
#define TRAJECTORY_MAX_DIMENSION	16384

/* Bits of flags; the others are 0. */
#define TRAJECTORY_PRESENT			1	/* the last step is a state not yet acted on */
#define TRAJECTORY_PROPENSITIES		2

/*
 * Behind the header: times, states, rewards, costs and, if there are any,
 * propensities, 8 bytes a number; the numbers of the offers, 4 bytes each;
 * the names of the offers in byte order, each ended by a zero.
 */
typedef struct Trajectory
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint16		version;		/* of the layout */
	uint16		flags;
	int32		nsteps;			/* at least 1 */
	int32		dimension;		/* numbers a state */
	int32		noffers;		/* distinct ones */
	int32		name_bytes;
	double		columns[FLEXIBLE_ARRAY_MEMBER];
} Trajectory;

/* What is in a trajectory, as arrays. */
typedef struct TrajectoryView
{
	int			nsteps;			/* the present state among them */
	int			nacted;			/* steps with an offer: all, or all but the last */
	int			dimension;		/* numbers a state */
	int			noffers;
	const TimestampTz *at;		/* (nsteps), never falling */
	const double *states;		/* (nsteps, dimension) */
	const double *rewards;		/* (nsteps), 0 of the present state */
	const double *costs;		/* (nsteps), 0 of the present state */
	const double *propensities; /* (nsteps), 0 of the present state; NULL if there are none */
	const int32 *offers;		/* (nsteps), numbers of names, -1 of the present state */
	const char **names;			/* (noffers), in byte order, each of them used */
} TrajectoryView;

/* What is in a value that stays where it is as long as the view is used; names are palloc'd. */
extern void trajectory_view(const Trajectory *trajectory, TrajectoryView *view);

/* The view of the trajectory in argument i. */
extern void trajectory_arg(FunctionCallInfo fcinfo, int i, TrajectoryView *view);

/* The bytes of a trajectory without names; an error if it would be too large. */
extern Size trajectory_size(int64 nsteps, int dimension, bool propensities);

/*
 * The value of a view whose names need not be in order, distinct or used, and
 * which has propensities or not as it has an array of them.
 */
extern Trajectory *trajectory_pack(const TrajectoryView *view);

/* The first with the second behind it; "the present state" of the first gives way. */
extern Trajectory *trajectory_append(const TrajectoryView *first, const TrajectoryView *second);

/* The last k steps, or all if there are no more. */
extern Trajectory *trajectory_last(const TrajectoryView *view, int k);

/* Raise an error unless every byte is as trajectory_pack() would have written it. */
extern void trajectory_check(const Trajectory *trajectory, Size size);

#endif							/* COUPON_TRAJECTORY_H */
