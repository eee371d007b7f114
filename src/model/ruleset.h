/*
 * ruleset.h
 *		Business rules as linear rows over candidates.
 *
 * Every rule becomes a row  sum of a x <= b  over the candidates x that are
 * allocated.  A coefficient is linear in a candidate's gain, cost and one
 * attribute, and which line that is depends on the candidate's class only:
 * on which of the selections it is in.  So a candidate carries the number of
 * its class instead of a coefficient for every rule.
 */
#ifndef COUPON_RULESET_H
#define COUPON_RULESET_H

#include "coupon.h"

/* What a row adds up, besides gain, cost and attributes (from 0 upwards). */
#define COLUMN_ONE		(-3)	/* 1: counts */
#define COLUMN_GAIN		(-2)
#define COLUMN_COST		(-1)

typedef enum RowKind
{
	ROW_SUM,					/* of a column, against the bound */
	ROW_MEAN,					/* of a column, against the bound */
	ROW_SHARE,					/* of the count of "of", against the bound */
	ROW_RETURN,					/* gain against bound times cost */
} RowKind;

typedef struct RuleRow
{
	RowKind		kind;
	bool		at_least;		/* else at most */
	int			selection;
	int			of;				/* selection; of shares only */
	int			column;			/* of sums and means */
	double		bound;
	int128		give;			/* units that it gives way by */
	const char *name;
} RuleRow;

/* The coefficient of a class in a row: constant + gain * g + cost * c + factor * attribute. */
typedef struct Term
{
	int			row;
	int			attribute;		/* -1: none */
	double		constant;
	double		gain;
	double		cost;
	double		factor;
} Term;

typedef struct RuleSet
{
	int			nrows;
	RuleRow    *rows;
	int			nattributes;
	int			per_customer;	/* at most so many offers a customer */

	int			nselections;
	int			nclasses;
	int			room;
	bool	   *matches;		/* (nclasses, nselections) */

	/* once compiled */
	int		   *first;			/* by class, one more: its terms */
	Term	   *terms;
	int			most_terms;		/* of a class */
} RuleSet;

/* The number of the class that is in these selections (nselections); a new one if need be. */
extern int	ruleset_class(RuleSet *set, const bool *matches);

/* There are no more classes: they get an order of their own, and terms.  Returns new numbers by old. */
extern int *ruleset_compile(RuleSet *set);

/* The right side of a row. */
extern double ruleset_bound(const RuleRow *row);

/*
 * Both sides in whole units, rounded to the safe side.  Counts are counted,
 * money is in millionths, products with a share or a ratio in millionths of
 * what they multiply.
 */
extern int128 ruleset_bound_units(const RuleRow *row);
extern int128 ruleset_units(const RuleSet *set, int row, int class,
							double gain, double cost, const double *attributes);

/* Units in one. */
extern double ruleset_units_in_one(const RuleRow *row);

static inline double
term_value(const Term *term, double gain, double cost, const double *attributes)
{
	double		value = term->constant + term->gain * gain + term->cost * cost;

	return term->attribute < 0 ? value : value + term->factor * attributes[term->attribute];
}

#endif							/* COUPON_RULESET_H */
