/*
 * features.c
 *		Feature rows: one record, or one array, becomes numbers.
 */
#include "coupon.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/feature_values.h"

static bool
listed(const TextList *list, const char *name)
{
	for (int i = 0; list && i < list->n; i++)
		if (strcmp(list->texts[i], name) == 0)
			return true;

	return false;
}

static bool
is_record(FunctionCallInfo fcinfo, int i)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, i);

	if (!OidIsValid(type))
		elog(ERROR, "could not determine the type of the features");

	return type != FLOAT8ARRAYOID;
}

static FeatureReader *
reader_make(MemoryContext context, int room)
{
	FeatureReader *reader = MemoryContextAllocZero(context, sizeof(FeatureReader));

	room = Max(room, 1);
	reader->context = context;
	reader->sources = MemoryContextAllocZero(context, sizeof(FeatureSource) * room);
	reader->values = MemoryContextAllocZero(context, sizeof(FeatureValue) * room);
	reader->scratch = MemoryContextAllocZero(context, sizeof(char *) * room);
	reader->scratch_room = MemoryContextAllocZero(context, sizeof(int) * room);

	return reader;
}

/* A reader that knows the row type, but not yet its sources. */
static FeatureReader *
reader_of_record(FunctionCallInfo fcinfo, int i, int room, MemoryContext context)
{
	HeapTupleHeader record = PG_GETARG_HEAPTUPLEHEADER(i);
	Oid			type = HeapTupleHeaderGetTypeId(record);
	int32		typmod = HeapTupleHeaderGetTypMod(record);
	TupleDesc	row = lookup_rowtype_tupdesc(type, typmod);
	FeatureReader *reader = reader_make(context, Max(room, row->natts));
	MemoryContext caller = MemoryContextSwitchTo(context);

	reader->type = type;
	reader->typmod = typmod;
	if (type != RECORDOID)
	{
		reader->named = lookup_type_cache(type, TYPECACHE_TUPDESC);
		reader->version = reader->named->tupDesc_identifier;
	}
	reader->row = CreateTupleDescCopy(row);
	reader->datums = palloc_array(Datum, Max(row->natts, 1));
	reader->nulls = palloc_array(bool, Max(row->natts, 1));
	MemoryContextSwitchTo(caller);
	ReleaseTupleDesc(row);

	return reader;
}

static FeatureReader *
reader_of_array(MemoryContext context)
{
	FeatureReader *reader = reader_make(context, 1);

	reader->nsources = 1;
	reader->sources[0].type = FLOAT8OID;
	reader->sources[0].class = COLUMN_ARRAY;
	reader->sources[0].name = "features";

	return reader;
}

FeatureReader *
features_fit(FunctionCallInfo fcinfo, int i, const TextList *exclude, MemoryContext context)
{
	FeatureReader *reader;
	int			found = 0;

	if (!is_record(fcinfo, i))
	{
		if (exclude && exclude->n > 0)
			bad_argument("option \"exclude\" needs features with names, not an array");
		return reader_of_array(context);
	}

	reader = reader_of_record(fcinfo, i, 0, context);
	for (int a = 0; a < reader->row->natts; a++)
	{
		Form_pg_attribute attribute = TupleDescAttr(reader->row, a);
		FeatureSource *source = &reader->sources[reader->nsources];
		int			class;

		if (attribute->attisdropped)
			continue;
		if (listed(exclude, NameStr(attribute->attname)))
		{
			found++;
			continue;
		}
		source->attribute = a;
		source->name = NameStr(attribute->attname);
		source->type = getBaseType(attribute->atttypid);
		class = feature_class(source->type);
		if (class == 0)
			feature_unusable(source->name, attribute->atttypid);
		source->class = class;
		for (int other = 0; other < reader->nsources; other++)
			if (strcmp(reader->sources[other].name, source->name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_COLUMN),
						 errmsg("feature \"%s\" appears twice", source->name),
						 errhint("Give every column of the feature row a name of its own.")));
		reader->nsources++;
	}

	if (exclude && found < exclude->n)
		for (int e = 0; e < exclude->n; e++)
		{
			bool		present = false;

			for (int a = 0; a < reader->row->natts; a++)
				present |= strcmp(NameStr(TupleDescAttr(reader->row, a)->attname),
								  exclude->texts[e]) == 0;
			if (!present)
				ereport(ERROR,
						(errcode(ERRCODE_UNDEFINED_COLUMN),
						 errmsg("option \"exclude\" names column \"%s\", which the feature row does not have",
								exclude->texts[e])));
		}

	return reader;
}

FeatureReader *
features_score(FunctionCallInfo fcinfo, int i, const Schema *schema, MemoryContext context)
{
	FeatureReader *reader;

	if (is_record(fcinfo, i) == schema->positional)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 schema->positional ?
				 errmsg("the model was fitted on an array of features, not on a row") :
				 errmsg("the model was fitted on a row of features, not on an array")));
	if (schema->positional)
		return reader_of_array(context);

	reader = reader_of_record(fcinfo, i, schema->ncolumns, context);
	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];
		FeatureSource *source = &reader->sources[c];
		int			a;

		for (a = 0; a < reader->row->natts; a++)
			if (!TupleDescAttr(reader->row, a)->attisdropped &&
				strcmp(NameStr(TupleDescAttr(reader->row, a)->attname), column->name) == 0)
				break;
		if (a == reader->row->natts)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("feature \"%s\" of the model is missing in the row", column->name)));
		source->attribute = a;
		source->name = column->name;
		source->type = getBaseType(TupleDescAttr(reader->row, a)->atttypid);
		source->class = column->class;
		if (feature_class(source->type) != (int) column->class)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("feature \"%s\" has type %s, but was a %s when the model was fitted",
							column->name, format_type_be(TupleDescAttr(reader->row, a)->atttypid),
							column_class_name(column->class))));
	}
	reader->nsources = schema->ncolumns;

	return reader;
}

bool
features_fits(const FeatureReader *reader, FunctionCallInfo fcinfo, int i)
{
	HeapTupleHeader record;

	if (reader->row == NULL)
		return true;
	record = PG_GETARG_HEAPTUPLEHEADER(i);

	/* PL/pgSQL keeps call sites from statement to statement: the type may be another by now */
	return HeapTupleHeaderGetTypeId(record) == reader->type &&
		HeapTupleHeaderGetTypMod(record) == reader->typmod &&
		(reader->named == NULL || reader->named->tupDesc_identifier == reader->version);
}

void
features_read(FeatureReader *reader, FunctionCallInfo fcinfo, int i)
{
	HeapTupleData tuple;

	if (reader->row == NULL)
	{
		feature_array(reader, 0, PG_GETARG_DATUM(i));
		return;
	}

	tuple.t_data = PG_GETARG_HEAPTUPLEHEADER(i);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	heap_deform_tuple(&tuple, reader->row, reader->datums, reader->nulls);

	for (int s = 0; s < reader->nsources; s++)
	{
		const FeatureSource *source = &reader->sources[s];
		FeatureValue *value = &reader->values[s];
		Datum		datum = reader->datums[source->attribute];

		value->missing = reader->nulls[source->attribute];
		if (value->missing)
			continue;
		switch (source->class)
		{
			case COLUMN_NUMBER:
				value->number = feature_number(datum, source);
				break;
			case COLUMN_BOOLEAN:
				value->number = DatumGetBool(datum);
				break;
			case COLUMN_CATEGORY:
				feature_category(datum, source, value);
				break;
			case COLUMN_ARRAY:
				feature_array(reader, s, datum);
				break;
		}
	}
}

Schema *
features_schema(const FeatureReader *reader, MemoryContext context)
{
	Schema	   *schema = schema_make(context, reader->nsources, reader->row == NULL);

	for (int c = 0; c < reader->nsources; c++)
		schema_define(schema, c, reader->row ? reader->sources[c].name : "",
					  reader->sources[c].class, context);

	return schema;
}

bool
features_slots(const FeatureReader *reader, const Schema *schema, double *slots)
{
	bool		known = true;

	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];
		const FeatureValue *value = &reader->values[c];
		double	   *slot = slots + column->slot;

		if (value->missing)
		{
			for (int i = 0; i < column->length; i++)
				slot[i] = NAN;
			continue;
		}
		switch (column->class)
		{
			case COLUMN_NUMBER:
			case COLUMN_BOOLEAN:
				*slot = value->number;
				break;
			case COLUMN_CATEGORY:
				{
					int			code = dictionary_find(column->categories, value->text, value->length);

					known &= code >= 0;
					*slot = code < 0 ? NAN : code;
					break;
				}
			case COLUMN_ARRAY:
				/* an array that was missing in every row of the fit has no slots */
				if (column->length == 0)
				{
					known = false;
					break;
				}
				schema_check_length(column, value);
				memcpy(slot, value->elements, sizeof(double) * column->length);
				break;
		}
	}

	return known;
}
