/*
 * learner.h
 *		Uplift learners: from the rows of a trial to a model of kind uplift.
 */
#ifndef COUPON_LEARNER_H
#define COUPON_LEARNER_H

#include "coupon.h"

#include "model/uplift.h"
#include "pg/options.h"

typedef struct UpliftOptions
{
	int			learner;		/* a LearnerKind */
	int			base;			/* a Base */
	char	   *control;		/* the arm that is no offer; NULL if to be found */
	double		ridge;
	const Jsonb *trees;			/* options of base trees, or NULL */
	int			iterations;
	int64		seed;
	TextList	exclude;
	bool		quiet;
	uint64		given;			/* options given, by number */
} UpliftOptions;

extern void learner_options(const Jsonb *jsonb, UpliftOptions *options);

/* The name of an option by number, NULL after the last. */
extern const char *learner_option_name(int number);

extern const char *learner_name(LearnerKind learner);

/* The rows of a trial, whose arms are numbered by a dictionary. */
typedef struct Trial
{
	Sample		sample;			/* all rows */
	const Dictionary *arms;		/* in order of appearance */
	int64		skipped;
} Trial;

/* Fit the learner that the options name. */
extern void learner_fit(const Trial *trial, const UpliftOptions *options, Uplift *uplift);

#endif							/* COUPON_LEARNER_H */
