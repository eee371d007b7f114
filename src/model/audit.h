/*
 * audit.h
 *		Does the response that a posterior predicts rise with the depth?
 */
#ifndef COUPON_AUDIT_H
#define COUPON_AUDIT_H

#include "coupon.h"

#include "model/bayes.h"

/* The most depths of a customer. */
#define AUDIT_DEPTHS	64

typedef struct AuditRow
{
	char	   *customer;
	double		depth;
	double		response;		/* predicted */
	double		leverage;		/* x' P^-1 x: its variance in units of the noise */
	double		deviation;		/* standard, of the linear predictor */
	bool		extrapolates;	/* an element of x is beyond those of the rows fitted */

	/* by audit() */
	double		shallower;		/* the customer's next depth, NaN at the first */
	double		fall;			/* response there less response here */
	double		repaired;		/* the nearest responses that do not fall */
} AuditRow;

typedef struct Audit
{
	const Bayes *bayes;
	double	   *work;			/* (d) */
	AuditRow   *rows;
	int64		n;
	int64		room;
} Audit;

extern Audit *audit_make(const Bayes *bayes);

/* Add a customer's depth and its x (d). */
extern void audit_add(Audit *audit, const char *customer, int length, double depth, const double *x);

/* Sort the rows by customer and depth and compare them. */
extern void audit_rows(Audit *audit);

#endif							/* COUPON_AUDIT_H */
