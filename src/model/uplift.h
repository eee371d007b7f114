/*
 * uplift.h
 *		Models of kind uplift: what each offer changes, against the control.
 */
#ifndef COUPON_UPLIFT_H
#define COUPON_UPLIFT_H

#include "coupon.h"

#include "model/base.h"
#include "model/trees_fit.h"
#include "pg/model.h"

/* Append only: these numbers are on disk. */
typedef enum LearnerKind
{
	LEARNER_S = 0,
	LEARNER_T = 1,
} LearnerKind;

/* One arm of the trial. */
typedef struct UpliftArm
{
	char	   *name;
	int64		rows;
	double		mean;			/* of the outcome */
} UpliftArm;

typedef struct Uplift
{
	LearnerKind learner;
	Base		base;
	double		ridge;
	int			iterations;
	uint64		unused;			/* options given that have no effect, by number */
	int64		skipped;		/* rows without outcome, arm or features */
	int			narms;			/* the control, which comes first, and the offers */
	UpliftArm  *arms;			/* (narms) */
	Design	   *design;
	int			nfits;			/* s: one with indicators of the offers; t: one an arm */
	BaseFit    *fits;			/* (nfits); of trees only rows and mean are known */
	TreesOptions trees_options; /* of base trees */
	Forest	  **forests;		/* (nfits) of base trees */
	TreesTrace *traces;			/* (nfits) of base trees */
	double	  **scores;			/* (narms) weights of the expected outcome; not stored */
	double	  **effects;		/* (narms) linear: weights of the uplift; not stored */
} Uplift;

/* Room for the base models of a learner. */
extern void uplift_make_fits(Uplift *uplift);

extern void uplift_pack(StringInfo to, const Uplift *uplift);
extern void *uplift_unpack(Reader *from, int version);
extern void uplift_describe(const void *model, StringInfo json);
extern void uplift_trace(const void *model, TraceSink sink, void *to);

/* Expected outcome of an arm, and its difference from the control's. */
extern double uplift_outcome(const Uplift *uplift, int arm, const double *slots);
extern double uplift_effect(const Uplift *uplift, int arm, const double *slots);

/* Standard error of the difference, NaN if the learner has none. */
extern double uplift_standard_error(const Uplift *uplift, int arm, const double *slots);

#endif							/* COUPON_UPLIFT_H */
