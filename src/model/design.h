/*
 * design.h
 *		How features become columns of a linear model, and back to a score.
 *
 * A number, boolean or array element is a column; a category is a column for
 * each value but the first; a feature that was missing in the fit has an
 * indicator column besides.  Where a feature is missing its columns take
 * their mean over the rows where it is not.
 */
#ifndef COUPON_DESIGN_H
#define COUPON_DESIGN_H

#include "coupon.h"

#include "pg/schema.h"

typedef struct Design
{
	const Schema *schema;		/* sorted */
	int			p;				/* columns */
	int		   *first;			/* (features) first column */
	int		   *width;			/* (features) columns without the indicator */
	int		   *missing;		/* (features) the indicator, or -1 */
	double	   *mean;			/* (p) over the rows where the feature is there; 0 of indicators */
} Design;

/* A design with zero means; has_missing (features) tells which need an indicator. */
extern Design *design_make(const Schema *schema, const bool *has_missing);

/* The columns of one feature row: x (p). */
extern void design_expand(const Design *design, const double *slots, double *x);

/* The name of a column for people: "zip_code = Rural", "x[3]", "age is missing". */
extern char *design_column_name(const Design *design, int column);

/*
 * A linear score by slots.  The weights of one score are a vector of
 * design_nweights() numbers: a constant, and of each feature what its values
 * and its absence are worth.
 */
extern int	design_nweights(const Design *design);

/* Weights of the score intercept + beta'(x - mean). */
extern void design_weights(const Design *design, double intercept, const double *beta,
						   double *weights);

extern double design_score(const Design *design, const double *weights, const double *slots);

extern void put_design(StringInfo to, const Design *design);
extern Design *get_design(Reader *from);

#endif							/* COUPON_DESIGN_H */
