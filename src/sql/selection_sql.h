/*
 * selection_sql.h
 *		The columns that rules name, and which selections a candidate is in.
 */
#ifndef COUPON_SELECTION_SQL_H
#define COUPON_SELECTION_SQL_H

#include "coupon.h"

#include "access/tupdesc.h"
#include "lib/stringinfo.h"
#include "utils/array.h"

#include "model/ruleset.h"
#include "pg/lexicon.h"
#include "sql/rule_sql.h"

/* Values of a column are told apart as far as selections name them. */
typedef enum ColumnType
{
	COLUMN_OFFERS,				/* the candidate's offer, as the caller has it */
	COLUMN_TEXTS,
	COLUMN_INTEGERS,
	COLUMN_FLOATS,
} ColumnType;

/* An array of a row, taken apart. */
typedef struct OfferArray
{
	ArrayType  *array;
	ArrayType  *copy;			/* of it, to be freed, or NULL */
	Datum	   *values;
	bool	   *nulls;
} OfferArray;

typedef struct SelectionColumn
{
	char	   *name;
	ColumnType	type;
	bool		array;			/* an element an offer; else it holds for all of a row */
	int			at;				/* in the row */
	int			nnamed;			/* values that selections name, from 1; 0 is any other */
	Datum	   *named;			/* text, int8 or float8 */
	int64		stride;			/* of its value in the table of classes */

	Lexicon    *words;			/* texts and offers seen */
	int			nknown;
	int		   *known;			/* by word: its value */

	int			value;			/* of the row, unless it is an array */
	OfferArray	elements;		/* of the row, if it is one */
} SelectionColumn;

typedef struct AttributeColumn
{
	char	   *name;
	bool		array;
	int			at;
	double		value;
	OfferArray	elements;
} AttributeColumn;

typedef struct Selections
{
	MemoryContext context;		/* where all of it lives */
	RuleSet    *set;
	int			ncolumns;
	SelectionColumn *columns;
	int			nattributes;
	AttributeColumn *attributes;
	int			nselections;
	Jsonb	  **selections;		/* distinct ones */
	bool	  **wanted;			/* (nselections) by column: of values, or NULL for all */
	int		   *class_of;		/* by values of all columns; -1 where not seen yet */
	const Lexicon *offers;
} Selections;

/*
 * What rules need of the columns of a query; appends the expressions to ask
 * for to "to", the first of which is number "at" of a row.  With "arrays",
 * columns that are arrays have an element an offer.
 */
extern Selections *selections_make(const Rule *rules, int nrules, TupleDesc columns, bool arrays,
								   const Lexicon *offers, StringInfo to, int at);

/* The value's number in the column, from 1; 0 if no selection names it. */
extern int	selections_number(const SelectionColumn *column, Datum value);

/* In selection_row_sql.c: look at a row with so many offers. */
extern void selections_row(Selections *selections, const Datum *values, const bool *nulls, int n);

/* The class of an offer of the row. */
extern int	selections_class(Selections *selections, int32 offer, int element);

/* Its attributes; NaN for null. */
extern void selections_attributes(Selections *selections, int element, double *to);

#endif							/* COUPON_SELECTION_SQL_H */
