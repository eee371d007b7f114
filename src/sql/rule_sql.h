/*
 * rule_sql.h
 *		Values of type coupon.rule in C.
 */
#ifndef COUPON_RULE_SQL_H
#define COUPON_RULE_SQL_H

#include "coupon.h"

#include "utils/jsonb.h"

typedef struct Rule
{
	char	   *kind;			/* the name of its constructor */
	double		bound;
	char	   *attribute;		/* NULL unless the kind is about a column */
	Jsonb	   *selection;		/* an object: which candidates it is about */
	Jsonb	   *of;				/* likewise: what a share is taken of; or NULL */
	char	   *name;			/* for reports: the user's, or the kind */
} Rule;

/* The rules in argument i, checked one by one. */
extern Rule *rules_arg(FunctionCallInfo fcinfo, int i, int *nrules);

#endif							/* COUPON_RULE_SQL_H */
