/*
 * schema.h
 *		What the features of a model are called and what kind they are.
 *
 * A feature row becomes numbers: every column has one slot, an array one for
 * each element.  A category is its number in the column's dictionary, a
 * boolean 0 or 1, and what is missing is NaN.
 */
#ifndef COUPON_SCHEMA_H
#define COUPON_SCHEMA_H

#include "coupon.h"

#include "pg/bytes.h"
#include "pg/dictionary.h"

#define MAX_CATEGORIES		256		/* values of one column */
#define MAX_ARMS			256		/* of one trial */
#define MAX_EXPANDED		2000	/* columns when categories and arrays are spread out */

/* Append only: these numbers are on disk. */
typedef enum ColumnClass
{
	COLUMN_NUMBER = 1,
	COLUMN_BOOLEAN = 2,
	COLUMN_CATEGORY = 3,
	COLUMN_ARRAY = 4,
} ColumnClass;

typedef struct SchemaColumn
{
	char	   *name;			/* empty if the features are an array */
	ColumnClass class;
	int			length;			/* slots; of an array never seen: 0 */
	int			slot;			/* the first of them */
	Dictionary *categories;		/* of a category, else NULL */
} SchemaColumn;

typedef struct Schema
{
	bool		positional;		/* one array without a name */
	int			ncolumns;
	int			nslots;
	SchemaColumn *columns;		/* (ncolumns) */
} Schema;

/* One feature of the row at hand. */
typedef struct FeatureValue
{
	bool		missing;
	double		number;			/* of a number or boolean */
	const char *text;			/* of a category: its bytes, not terminated */
	int			length;			/* of the text or the array */
	const double *elements;		/* of an array */
} FeatureValue;

/* "number", "boolean", "category" or "array" */
extern const char *column_class_name(ColumnClass class);

/* A schema of these columns without slots, in this context. */
extern Schema *schema_make(MemoryContext context, int ncolumns, bool positional);

/* Define the next column, of whose categories or elements nothing is known yet. */
extern SchemaColumn *schema_define(Schema *schema, int c, const char *name, ColumnClass class,
								   MemoryContext context);

/* The same columns with slots in column order and categories sorted. */
extern Schema *schema_sorted(const Schema *schema, MemoryContext context);

/* A hash of the names and classes of the columns, in their order. */
extern uint64 schema_signature(const Schema *schema);

/* Raise an error unless the other schema has the same columns. */
extern void schema_check_same(const Schema *schema, const Schema *other);

/* Raise an error unless an array has the length that the schema knows. */
extern void schema_check_length(const SchemaColumn *column, const FeatureValue *value);

/* Raise the error of a column with too many categories. */
pg_noreturn extern void too_many_categories(const char *column);

/* Raise the error of features with too many columns in all. */
pg_noreturn extern void too_many_columns(void);

/* The columns that a linear model spreads the features out to, before missing values. */
extern int schema_expanded(const Schema *schema);

/*
 * The parts that features are explained by: each feature, but of an array
 * each element.  Their number, and the name of one, palloc'd.
 */
extern int	schema_parts(const Schema *schema);
extern char *schema_part_name(const Schema *schema, int part);

/* To and from bytes; what is read is validated. */
extern void put_schema(StringInfo to, const Schema *schema);
extern Schema *get_schema(Reader *from);

/* Append a JSON array of the features. */
extern void schema_describe(const Schema *schema, StringInfo json);

#endif							/* COUPON_SCHEMA_H */
