/*
 * rule_sql.h
 *		Values of type coupon.rule in C.
 */
#ifndef COUPON_RULE_SQL_H
#define COUPON_RULE_SQL_H

#include "coupon.h"

#include "utils/jsonb.h"

#include "model/ruleset.h"

/* What a constructor makes. */
typedef struct RuleKind
{
	const char *name;			/* of the constructor, and of the kind */
	const char *bound;			/* name of its first number */
	bool		counts;			/* that number is whole */
	bool		per_customer;	/* no row: so many offers a customer */
	RowKind		row;
	bool		at_least;
	int			column;			/* what is summed; COLUMN_ATTRIBUTE: what the attribute says */
	double		least;
	double		most;
} RuleKind;

#define COLUMN_ATTRIBUTE	0

typedef struct Rule
{
	const RuleKind *kind;
	double		bound;
	char	   *attribute;		/* NULL unless the kind is about a column */
	Jsonb	   *selection;		/* an object: which candidates it is about */
	Jsonb	   *of;				/* likewise: what a share is taken of; or NULL */
	char	   *name;			/* for reports: the user's, or the kind */
	const char *label;			/* for messages: the kind, and the user's name if there is one */
} Rule;

/* For messages: budget "spring", or budget where the rule has no name (NULL, empty). */
extern const char *rule_label(const char *kind, const char *name);

/* The kind of this name, or NULL. */
extern const RuleKind *rule_kind(const char *name);

/* The rules in argument i, checked one by one and, unless they may be broken, against each other. */
extern Rule *rules_arg(FunctionCallInfo fcinfo, int i, bool relax, int *nrules);

/* Equal, NULL included? */
extern bool same_selection(Jsonb *a, Jsonb *b);

#endif							/* COUPON_RULE_SQL_H */
