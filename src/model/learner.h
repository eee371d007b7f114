/*
 * learner.h
 *		Uplift learners: from the rows of a trial to a model of kind uplift.
 */
#ifndef COUPON_LEARNER_H
#define COUPON_LEARNER_H

#include "coupon.h"

#include "model/folds.h"
#include "model/uplift.h"
#include "pg/options.h"

typedef struct UpliftOptions
{
	int			learner;		/* a LearnerKind */
	int			base;			/* a Base */
	int			target;			/* a Target */
	int			final;			/* a Base */
	int			propensity_base;	/* a Base */
	const Jsonb *trees;			/* options of base trees, or NULL */
	const Jsonb *forest;		/* options of learner causal_forest, or NULL */
	char	   *control;		/* the arm that is no offer; NULL if to be found */
	NumberMap	propensity;
	double		clip;
	int			folds;
	double		ridge;
	int			iterations;
	int64		seed;
	TextList	exclude;
	bool		quiet;
	uint64		given;			/* options given, by number */
} UpliftOptions;

extern void learner_options(const Jsonb *jsonb, UpliftOptions *options);

/* Options given that have no effect on the learner that they name. */
extern uint64 learner_unused(const UpliftOptions *options);

/* The name of an option by number, NULL after the last. */
extern const char *learner_option_name(int number);

extern const char *learner_name(LearnerKind learner);
extern const char *target_name(Target target);

/* Fit the learner that the options name to a trial whose arms need no place yet. */
extern void learner_fit(Trial *trial, const UpliftOptions *options, Uplift *uplift);

/* A fit under way. */
typedef struct Learning
{
	const Trial *trial;
	const UpliftOptions *options;
	BaseOptions base;			/* of the next base model */
	Uplift	   *uplift;			/* filled piece by piece */
} Learning;

/*
 * What the learners of base models alone (s, t), x, class transformation, r,
 * dr and causal_forest add to a model that has its arms, shares and design.
 */
extern void learner_fit_s(Learning *learning);
extern void learner_fit_t(Learning *learning);
extern void learner_fit_x(Learning *learning);
extern void learner_fit_class(Learning *learning);
extern void learner_fit_r(Learning *learning);
extern void learner_fit_dr(Learning *learning);
extern void learner_fit_forest(Learning *learning);

/* The outcome model of an arm, from its rows outside of a fold. */
extern void learning_surface(Learning *learning, int arm, const uint8 *folds, int fold,
							 Surface *surface);

/* Propensities, if they are to be estimated: from the rows outside of a fold. */
extern Propensity learning_propensity(Learning *learning, const uint8 *folds, int fold);

/*
 * Note in the model how well an offer and the control overlap: p (rows of the
 * trial) are the propensities of the offer in these two arms.
 */
extern void learning_overlap(Learning *learning, int arm, const double *p, int64 clipped);

/*
 * The causal forest of an offer, from what is expected of its rows and those
 * of the control: outcomes m and propensities p (rows of the trial).
 */
extern void learning_forest(Learning *learning, int arm, double *m, double *p);

/* The rows of a trial put into an order of their own; numbers too large for a forest are errors. */
extern void trial_sort(Trial *trial);

#endif							/* COUPON_LEARNER_H */
