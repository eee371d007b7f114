/*
 * scan.h
 *		One look at all customers under given prices of the rules.
 *
 * A customer takes the best offers at these prices.  With a temperature above
 * zero those near the best are taken in part, as in a softmax: then loads
 * change smoothly with prices, and there is a curvature.
 *
 * Numbers are scaled: values in units of a typical gain, rows in units of a
 * typical coefficient.
 */
#ifndef COUPON_SCAN_H
#define COUPON_SCAN_H

#include "coupon.h"

#include "model/market.h"

typedef struct Weight
{
	double		one;
	double		gain;
	double		cost;
} Weight;

typedef struct Scanner
{
	const Market *market;
	int			nrows;
	int			width;			/* attributes */
	double		gain_unit;		/* infinite: gains count for nothing */
	double	   *row_unit;		/* (nrows) */

	Weight	   *weights;		/* (classes): value of an item at the present prices */
	double	   *more_weights;	/* (classes, width): of its attributes */
	Weight	   *taken;			/* (classes): sums over what is taken */
	double	   *more_taken;		/* (classes, width) */

	/* of the present customer, by item */
	double	   *values;
	double	   *parts;			/* taken, from 0 to 1 */
	double	   *spread;			/* change of the part with the value, times temperature */
	double	   *sorted;
	double	   *mean;			/* (nrows) */
	int		   *touched;		/* (nrows) */
	double	   *coefficients;	/* (terms of an item) */
} Scanner;

typedef struct Scan
{
	double		smooth;			/* value of all customers at this temperature */
	double		exact;			/* at temperature 0 */
	double		regret;			/* exact, less the value of what is taken */
	double	   *load;			/* (nrows): sums of a x */
	double	   *curvature;		/* (nrows, nrows): minus the change of load with price */
} Scan;

extern Scanner *scanner_make(const Market *market, bool with_gains);

/* Values from now on are under these prices. */
extern void scanner_price(Scanner *scanner, const double *price);

/* The value of an offering. */
static inline double
scanner_value(const Scanner *scanner, int64 at)
{
	const Offering *item = &scanner->market->items[at];
	const Weight *weight = &scanner->weights[item->class];
	double		value = weight->one + weight->gain * item->gain + weight->cost * item->cost;

	for (int k = 0; k < scanner->width; k++)
		value += scanner->more_weights[item->class * scanner->width + k] *
			scanner->market->attributes[at * scanner->width + k];

	return value;
}

/* Values and parts of a customer; false if every part is 0 or 1. */
extern bool scanner_customer(Scanner *scanner, int64 i, double temperature,
							 double *smooth, double *exact, double *pull);

/* All customers, or n of them; fills what is there to be filled. */
extern void scanner_scan(Scanner *scanner, const int64 *sample, int64 n,
						 const double *price, double temperature, Scan *scan);

#endif							/* COUPON_SCAN_H */
