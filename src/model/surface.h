/*
 * surface.h
 *		Outcome models: an expected outcome by features, of one base model or,
 *		as a funnel, of the probability of a purchase times the value of one.
 */
#ifndef COUPON_SURFACE_H
#define COUPON_SURFACE_H

#include "coupon.h"

#include "model/base.h"

/* Append only: these numbers are on disk. */
typedef enum Target
{
	TARGET_OUTCOME = 0,
	TARGET_FUNNEL = 1,
} Target;

#define MAX_PARTS	2

typedef struct Surface
{
	int			nparts;			/* of a funnel: probability of a positive outcome, mean of these */
	Base		base[MAX_PARTS];
	BaseFit		fit[MAX_PARTS];
} Surface;

/* How many base models the target takes, and which ones where this base is asked for. */
extern int	surface_parts(Target target);
extern Base surface_base(Target target, Base base, int part);

/* What a part of a funnel is, for people. */
extern const char *surface_part_name(int part);

/* Fit to a sample; "where" names it, such as " in arm \"A\"". */
extern void surface_fit(const Sample *sample, Target target, Base base,
						const BaseOptions *options, const char *where, Surface *surface);

/* The expected outcomes of a sample's rows: means (any), at their places among all rows. */
extern void surface_predict(const Surface *surface, const Sample *sample, double *means);

/*
 * The expected outcome at the scores (nparts) of the parts, and its
 * derivatives by them if slopes (nparts) is not NULL.
 */
extern double surface_mean(const Surface *surface, const double *scores, double *slopes);

extern void put_surface(StringInfo to, const Surface *surface);

/* One of this target and base; narms as in get_base_fit(). */
extern void get_surface(Reader *from, Target target, Base base, const Design *design, int narms,
						Surface *surface);

#endif							/* COUPON_SURFACE_H */
