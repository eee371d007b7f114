/*
 * features.h
 *		Feature rows: one record, or one array, becomes numbers.
 */
#ifndef COUPON_FEATURES_H
#define COUPON_FEATURES_H

#include "coupon.h"

#include "access/tupdesc.h"
#include "utils/typcache.h"

#include "pg/options.h"
#include "pg/schema.h"

/* Where a feature comes from. */
typedef struct FeatureSource
{
	int			attribute;		/* from 0 */
	Oid			type;			/* of the attribute, without domains */
	ColumnClass class;
	const char *name;
} FeatureSource;

/* What a call site remembers of the rows it reads. */
typedef struct FeatureReader
{
	MemoryContext context;
	Oid			type;			/* of the record; InvalidOid for an array */
	int32		typmod;
	const TypeCacheEntry *named;	/* of a named row type, which may be altered; or NULL */
	uint64		version;		/* of the named type's columns */
	TupleDesc	row;			/* NULL for an array */
	bool		holes;			/* elements of arrays may be missing; set by the caller */
	int			nsources;
	FeatureSource *sources;		/* (nsources) */
	Datum	   *datums;			/* of the row at hand */
	bool	   *nulls;
	FeatureValue *values;		/* (nsources) of the row at hand */
	char	  **scratch;		/* (nsources) elements converted to double */
	int		   *scratch_room;
} FeatureReader;

/*
 * A reader of argument i, a record or float8[], for a fit: all columns but
 * the excluded ones.
 */
extern FeatureReader *features_fit(FunctionCallInfo fcinfo, int i, const TextList *exclude,
								   MemoryContext context);

/* A reader for scoring: the columns of the schema, found by name. */
extern FeatureReader *features_score(FunctionCallInfo fcinfo, int i, const Schema *schema,
									 MemoryContext context);

/* Does argument i have the row type of this reader? */
extern bool features_fits(const FeatureReader *reader, FunctionCallInfo fcinfo, int i);

/* Read argument i into reader->values. */
extern void features_read(FeatureReader *reader, FunctionCallInfo fcinfo, int i);

/* A schema of the reader's columns, without slots for arrays yet. */
extern Schema *features_schema(const FeatureReader *reader, MemoryContext context);

/*
 * The numbers of the row at hand by the schema.  False if the schema does not
 * know a category or the length of an array: these are then missing.
 */
extern bool features_slots(const FeatureReader *reader, const Schema *schema, double *slots);

#endif							/* COUPON_FEATURES_H */
