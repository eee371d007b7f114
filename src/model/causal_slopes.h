/*
 * causal_slopes.h
 *		The linear effect beside a causal forest: an estimate for each bag of
 *		trees, and its share in what is said of a customer.
 */
#ifndef COUPON_CAUSAL_SLOPES_H
#define COUPON_CAUSAL_SLOPES_H

#include "coupon.h"

#include "pg/bytes.h"

/* Beyond so many columns of trees there is no linear part. */
#define MAX_SLOPES	256

typedef struct CausalSlopes
{
	int			columns;		/* of the rows */
	int			nbags;
	double		share;			/* of the linear effect; the rest is the forest's */
	double		share_error;	/* standard error of the share, 1 at most */
	double		kept;			/* of the slopes, after shrinking */
	double	   *least;			/* (columns) seen; what lies outside is taken for the nearest */
	double	   *most;			/* (columns) */
	double	   *middle;			/* (columns) a missing value is taken for it */
	double	   *slope;			/* (nbags, 1 + columns), effect at the middle first */
} CausalSlopes;

/*
 * The linear effect at columns x, the mean over the first nbags bags, of the
 * first 64 those whose bits are set; and its variance, if wanted: bags are
 * halves, so they vary as whole samples do.
 */
extern double slopes_effect(const CausalSlopes *slopes, const float *x, int nbags, uint64 bits,
							double *variance);

extern void put_causal_slopes(StringInfo to, const CausalSlopes *slopes);
extern CausalSlopes *get_causal_slopes(Reader *from, int columns, int nbags);

#endif							/* COUPON_CAUSAL_SLOPES_H */
