/*
 * steps.h
 *		Steps collected one at a time, in any order, to become a trajectory.
 */
#ifndef COUPON_STEPS_H
#define COUPON_STEPS_H

#include "coupon.h"

#include "pg/collector.h"
#include "pg/dictionary.h"
#include "pg/trajectory.h"

/* One step; the present state is one without an offer. */
typedef struct Step
{
	TimestampTz at;
	int			dimension;
	const double *state;		/* (dimension) */
	const char *offer;			/* or NULL */
	int			length;			/* of the offer, in bytes */
	double		reward;
	double		cost;
	bool		has_propensity;
	double		propensity;
} Step;

typedef struct Steps
{
	MemoryContext context;
	int			dimension;		/* of all states */
	int64		nacted;			/* steps with an offer */
	bool		propensities;	/* do these have propensities? */
	Dictionary *offers;			/* in order of appearance */
	Collector  *rows;			/* NULL before the first */
} Steps;

extern Steps *steps_make(MemoryContext context);

/* One more; an error if a number is none, or if it is not like the others. */
extern void steps_add(Steps *steps, const Step *step);

/* Those of another. */
extern void steps_append(Steps *steps, const Steps *other);

/* The trajectory of them: in the order of time and content, or as they are, which has to be that of time. */
extern Trajectory *steps_pack(const Steps *steps, bool sort);

/* To and from bytes, for parallel workers. */
extern void steps_put(StringInfo to, const Steps *steps);
extern Steps *steps_get(StringInfo from, MemoryContext context);

#endif							/* COUPON_STEPS_H */
