/*
 * uplift.h
 *		Models of kind uplift: what each offer changes, against the control.
 */
#ifndef COUPON_UPLIFT_H
#define COUPON_UPLIFT_H

#include "coupon.h"

#include "model/causal_forest.h"
#include "model/propensity.h"
#include "model/surface.h"
#include "pg/model.h"

/* Append only: these numbers are on disk. */
typedef enum LearnerKind
{
	LEARNER_S = 0,
	LEARNER_T = 1,
	LEARNER_X = 2,
	LEARNER_R = 3,
	LEARNER_DR = 4,
	LEARNER_CLASS_TRANSFORM = 5,
	LEARNER_CAUSAL_FOREST = 6,
} LearnerKind;

/* Estimated propensities of an offer, within a group of rows. */
typedef struct Overlap
{
	double		least;
	double		mean;
	double		most;
} Overlap;

/* One arm of the trial. */
typedef struct UpliftArm
{
	char	   *name;
	int64		rows;
	double		mean;			/* of the outcome */
	Overlap		overlap[2];		/* of an offer, if propensities are estimated: among controls, its own rows */
	int64		clipped;		/* rows of these whose estimate was clipped */
} UpliftArm;

typedef struct Uplift
{
	LearnerKind learner;
	Base		base;
	Target		target;
	Base		final;			/* of the effect models of x, r and dr */
	int			folds;
	int64		seed;
	double		centre;			/* class_transform: outcomes change places about it */
	double		ridge;
	int			iterations;
	TreesOptions trees_options; /* stored where some model is of trees */
	uint64		unused;			/* options given that have no effect, by number */
	int64		skipped;		/* rows without outcome, arm or features */
	int			narms;			/* the control, which comes first, and the offers */
	UpliftArm  *arms;			/* (narms) */
	Design	   *design;
	Propensity	propensity;
	int			nsurfaces;		/* s: one with indicators of the offers; t, x: one an arm; else the control's */
	Surface    *surfaces;		/* (nsurfaces) */
	int			stages;			/* effect models of an offer; x: from controls, from the offer's rows */
	BaseFit    *effects;		/* (narms, stages); those of the control are unused */
	CausalOptions forest_options;	/* of causal_forest */
	CausalForest **forests;		/* (narms) of causal_forest; [0] is unused; or NULL */
	double	  **cross;			/* x: (narms) covariance of the two stages, or NULL */

	/* not stored */
	double	  **scores;			/* (narms, parts) weights of the outcome models */
	double	  **weights;		/* (narms) of the uplift, where it is a linear score; or NULL */
	double	  **stage_weights;	/* (narms, stages) of the effect models */
} Uplift;

/* How many outcome models and effect models a learner has. */
extern int	uplift_surfaces(LearnerKind learner, int narms);
extern int	uplift_stages(LearnerKind learner);

/* Does it need to know how likely the arms were? */
extern bool uplift_has_propensity(LearnerKind learner);

/* Is any of its models, outcome, effect or propensity, of trees? */
extern bool uplift_has_trees(const Uplift *uplift);

/* What its effect models are made of. */
extern Base uplift_stage_base(const Uplift *uplift);

extern void uplift_pack(StringInfo to, const Uplift *uplift);
extern void *uplift_unpack(Reader *from, int version);
extern void uplift_describe(const void *model, StringInfo json);
extern void uplift_trace(const void *model, TraceSink sink, void *to);

/* Expected outcome without an offer. */
extern double uplift_baseline(const Uplift *uplift, const double *slots);

/* What an offer changes. */
extern double uplift_effect(const Uplift *uplift, int arm, const double *slots);

/* Its standard error, NaN if the learner has none. */
extern double uplift_standard_error(const Uplift *uplift, int arm, const double *slots);

#endif							/* COUPON_UPLIFT_H */
