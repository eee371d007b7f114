/*
 * propensity.h
 *		How likely a row was to get each arm: known shares, or estimated from
 *		the features.
 */
#ifndef COUPON_PROPENSITY_H
#define COUPON_PROPENSITY_H

#include "coupon.h"

#include "model/base.h"
#include "model/trial.h"
#include "pg/options.h"

typedef struct Propensity
{
	bool		estimated;
	Base		base;			/* estimated: of the odds, logit or trees */
	double		clip;			/* estimates are kept within clip .. 1 - clip */
	int			narms;
	double	   *shares;			/* (narms) sum up to 1; not estimated: the propensities */
	BaseFit    *odds;			/* (narms) estimated: of each offer against the control; [0] is unused */
	double	  **weights;		/* (narms) of their scores, by slots; NULL of trees and before storage */
} Propensity;

/* Shares as given, which must be right for the arms; else those of the rows. */
extern double *propensity_shares(const NumberMap *given, int narms, char *const *names,
								 const int64 *rows);

/* Fit the odds to the rows outside of a fold. */
extern void propensity_fit(Propensity *propensity, const Trial *trial, const uint8 *folds, int fold,
						   const BaseOptions *options, char *const *names);

/*
 * The propensities of an arm in a sample: p (any), at the rows' places among
 * all rows.  Returns how many were clipped.
 */
extern int64 propensity_rows(const Propensity *propensity, const Sample *sample, int arm, double *p);

/* The same of an offer among the rows that got it or nothing: e_a / (e_a + e_0). */
extern int64 propensity_pair_rows(const Propensity *propensity, const Sample *sample, int arm, double *p);

/* Of one row by its slots: all arms, p (narms), and one offer's pair. */
extern void propensity_of(const Propensity *propensity, const Design *design, const double *slots,
						  double *p);
extern double propensity_pair_of(const Propensity *propensity, const Design *design,
								 const double *slots, int arm);

extern void put_propensity(StringInfo to, const Propensity *propensity);
extern void get_propensity(Reader *from, int narms, const Design *design, Propensity *propensity);

#endif							/* COUPON_PROPENSITY_H */
