/*
 * sample.h
 *		Rows of a training set as columns of a design, block by block.
 */
#ifndef COUPON_SAMPLE_H
#define COUPON_SAMPLE_H

#include "coupon.h"

#include "model/design.h"

typedef struct Sample
{
	const Design *design;
	const double *rows;			/* (any, width): outcome, arm, slots */
	int			width;
	const int  *slots;			/* (features) where in a row a feature begins */
	int *const *codes;			/* (features) sorted number of every category; NULL of others */
	const int64 *index;			/* (n) the rows of the sample, or NULL for the first n */
	int64		n;
	int			narms;			/* indicator columns of arms, after those of the design */
	const int  *arms;			/* (arms) indicator of an arm, from 0, or -1 */
	double	   *scratch;		/* (nslots) */
} Sample;

/*
 * A sample of all n rows of a training set whose categories are numbered by
 * the schema given, with the design that they call for.
 */
extern void sample_make(Sample *sample, const Schema *schema,
						const double *rows, int width, int64 n);

/* Columns without the outcome. */
extern int	sample_columns(const Sample *sample);

/* Rows of one block. */
extern int	sample_block_rows(const Sample *sample);

/*
 * The rows from.. of the sample, fewer than "rows" at the end: Z (rows,
 * 1 + columns) has the outcome, then the columns less their means in the
 * design.  Returns how many.
 */
extern int	sample_block(const Sample *sample, int64 from, int rows, double *Z);

#endif							/* COUPON_SAMPLE_H */
