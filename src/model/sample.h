/*
 * sample.h
 *		Rows of a training set as columns of a design, block by block.
 */
#ifndef COUPON_SAMPLE_H
#define COUPON_SAMPLE_H

#include "coupon.h"

#include "model/spline.h"
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
	const double *outcomes;		/* (any) of every row, instead of its own; or NULL */
	const double *weights;		/* (any) of every row; or NULL, each of them 1 */
	bool		positive;		/* the outcome is whether it exceeds 0 */
	int			narms;			/* indicator columns of arms, after those of the design */
	const int  *arms;			/* (arms) indicator of an arm, from 0, or -1 */
	const Spline *spline;			/* columns of its basis at the dose that stands for the arm, and of its products with the others; or NULL */
	double	   *scratch;		/* (nslots) */
} Sample;

/*
 * A sample of all n rows of a training set whose categories are numbered by
 * the schema given, with the design that they call for.
 */
extern void sample_make(Sample *sample, const Schema *schema,
						const double *rows, int width, int64 n);

/* The outcome that a row (not counted by the index) has in the sample. */
static inline double
sample_outcome_of(const Sample *sample, int64 row)
{
	double		outcome = sample->outcomes ? sample->outcomes[row] : sample->rows[row * sample->width];

	return sample->positive ? outcome > 0 : outcome;
}

/* Where the i-th row of the sample is among all rows. */
static inline int64
sample_row(const Sample *sample, int64 i)
{
	return sample->index ? sample->index[i] : i;
}

/* The feature slots of a row (not counted by the index), categories by their sorted numbers. */
extern void sample_slots(const Sample *sample, int64 row, double *slots);

/* The means of the design's columns over the rows of the sample where the feature is there. */
extern void sample_centre(const Sample *sample, double *mean);

/*
 * Put the rows of a fresh sample of all rows into an order of their own, which
 * depends on what they hold and not on the order they came in, and take the
 * means of the design anew in that order: so two samples of the same rows are
 * the same to the last bit.  ranks (arms) numbers the arms by an order of
 * their names; NULL if the arm does not matter, or if it is a dose.
 */
extern void sample_sort(Sample *sample, const int *ranks);

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

/* The weights of these rows: w (rows). */
extern void sample_block_weights(const Sample *sample, int64 from, int rows, double *w);

#endif							/* COUPON_SAMPLE_H */
