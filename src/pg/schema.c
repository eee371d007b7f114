/*
 * schema.c
 *		What the features of a model are called and what kind they are.
 */
#include "coupon.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "utils/json.h"

#include "pg/schema.h"

const char *
column_class_name(ColumnClass class)
{
	switch (class)
	{
		case COLUMN_NUMBER:
			return "number";
		case COLUMN_BOOLEAN:
			return "boolean";
		case COLUMN_CATEGORY:
			return "category";
		case COLUMN_ARRAY:
			return "array";
	}

	return "unknown";
}

Schema *
schema_make(MemoryContext context, int ncolumns, bool positional)
{
	Schema	   *schema = MemoryContextAllocZero(context, sizeof(Schema));

	schema->positional = positional;
	schema->ncolumns = ncolumns;
	schema->columns = MemoryContextAllocZero(context, sizeof(SchemaColumn) * Max(ncolumns, 1));

	return schema;
}

SchemaColumn *
schema_define(Schema *schema, int c, const char *name, ColumnClass class, MemoryContext context)
{
	SchemaColumn *column = &schema->columns[c];

	column->name = MemoryContextStrdup(context, name);
	column->class = class;
	column->length = class == COLUMN_ARRAY ? 0 : 1;
	column->slot = schema->nslots;
	schema->nslots += column->length;
	if (class == COLUMN_CATEGORY)
		column->categories = dictionary_make(context);

	return column;
}

Schema *
schema_sorted(const Schema *schema, MemoryContext context)
{
	Schema	   *sorted = schema_make(context, schema->ncolumns, schema->positional);

	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *from = &schema->columns[c];
		SchemaColumn *to = &sorted->columns[c];

		*to = *from;
		to->name = MemoryContextStrdup(context, from->name);
		to->slot = sorted->nslots;
		sorted->nslots += to->length;
		if (from->categories)
		{
			int		   *ranks = dictionary_ranks(from->categories);
			int			n = from->categories->n;
			int		   *order = palloc_array(int, Max(n, 1));

			for (int i = 0; i < n; i++)
				order[ranks[i]] = i;
			to->categories = dictionary_make(context);
			for (int i = 0; i < n; i++)
				dictionary_add(to->categories, from->categories->texts[order[i]],
							   from->categories->lengths[order[i]]);
		}
	}

	return sorted;
}

uint64
schema_signature(const Schema *schema)
{
	uint64		signature = schema->positional;

	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];

		signature = hash_bytes_extended((const unsigned char *) column->name, strlen(column->name),
										signature ^ column->class);
	}

	return signature;
}

void
schema_check_same(const Schema *schema, const Schema *other)
{
	if (schema->positional != other->positional)
		bad_argument("features are a row here and an array there");
	for (int c = 0; c < Max(schema->ncolumns, other->ncolumns); c++)
	{
		const SchemaColumn *one = c < schema->ncolumns ? &schema->columns[c] : NULL;
		const SchemaColumn *two = c < other->ncolumns ? &other->columns[c] : NULL;

		if (one == NULL || two == NULL || strcmp(one->name, two->name) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("feature rows do not have the same columns: \"%s\" is not in all of them",
							one ? one->name : two->name)));
		if (one->class != two->class)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("feature \"%s\" is a %s here and a %s there", one->name,
							column_class_name(one->class), column_class_name(two->class))));
	}
}

void
schema_check_length(const SchemaColumn *column, const FeatureValue *value)
{
	if (value->length != column->length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 column->name[0] ?
				 errmsg("array feature \"%s\" has length %d, not %d",
						column->name, value->length, column->length) :
				 errmsg("features have length %d, not %d", value->length, column->length)));
}

void
too_many_categories(const char *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("feature \"%s\" has more than %d different values", column, MAX_CATEGORIES),
			 errhint("Group its values, or leave it out with option \"exclude\": [\"%s\"].", column)));
}

void
too_many_columns(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("features expand to more than %d columns", MAX_EXPANDED),
			 errhint("Categories count by their values, arrays by their elements; leave features out with option \"exclude\".")));
}

int
schema_expanded(const Schema *schema)
{
	int			n = 0;

	for (int c = 0; c < schema->ncolumns; c++)
		n += schema->columns[c].categories ? schema->columns[c].categories->n
			: schema->columns[c].length;

	return n;
}

int
schema_parts(const Schema *schema)
{
	int			n = 0;

	for (int c = 0; c < schema->ncolumns; c++)
		n += schema->columns[c].length;

	return n;
}

char *
schema_part_name(const Schema *schema, int part)
{
	int			c = 0;
	const char *name;

	while (part >= schema->columns[c].length)
		part -= schema->columns[c++].length;
	name = schema->columns[c].name[0] ? schema->columns[c].name : "features";

	return schema->columns[c].class == COLUMN_ARRAY ?
		psprintf("%s[%d]", name, part + 1) : pstrdup(name);
}

void
put_schema(StringInfo to, const Schema *schema)
{
	put_int32(to, schema->positional);
	put_int32(to, schema->ncolumns);
	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];

		put_text(to, column->name);
		put_int32(to, column->class);
		put_int32(to, column->length);
		put_int32(to, column->slot);
		if (column->class == COLUMN_CATEGORY)
		{
			put_int32(to, column->categories->n);
			for (int i = 0; i < column->categories->n; i++)
				put_text(to, column->categories->texts[i]);
		}
	}
}

/* Every slot belongs to one column. */
static void
check_slots(Reader *from, const Schema *schema)
{
	bool	   *taken = palloc0_array(bool, Max(schema->nslots, 1));

	for (int c = 0; c < schema->ncolumns; c++)
		for (int i = 0; i < schema->columns[c].length; i++)
		{
			int			slot = schema->columns[c].slot + i;

			if (slot >= schema->nslots || taken[slot])
				get_failed(from, "Two features share a place.");
			taken[slot] = true;
		}
}

Schema *
get_schema(Reader *from)
{
	bool		positional = get_int32(from, 0, 1);
	int			ncolumns = get_int32(from, positional ? 1 : 0, positional ? 1 : MaxTupleAttributeNumber);
	Schema	   *schema = schema_make(CurrentMemoryContext, ncolumns, positional);

	for (int c = 0; c < ncolumns; c++)
	{
		SchemaColumn *column = &schema->columns[c];

		column->name = get_text(from);
		column->class = get_int32(from, COLUMN_NUMBER, COLUMN_ARRAY);
		if (positional && column->class != COLUMN_ARRAY)
			get_failed(from, "The features are an array and are not.");
		column->length = column->class == COLUMN_ARRAY ?
			get_int32(from, 0, MAX_EXPANDED) : get_int32(from, 1, 1);
		column->slot = get_int32(from, 0, MaxTupleAttributeNumber * MAX_EXPANDED);
		schema->nslots += column->length;
		for (int other = 0; other < c; other++)
			if (strcmp(schema->columns[other].name, column->name) == 0)
				get_failed(from, "Two features have the same name.");
		if (column->class == COLUMN_CATEGORY)
		{
			int			n = get_int32(from, 0, MAX_CATEGORIES);

			column->categories = dictionary_make(CurrentMemoryContext);
			for (int i = 0; i < n; i++)
			{
				char	   *text = get_text(from);

				if (dictionary_add(column->categories, text, strlen(text)) != i)
					get_failed(from, "Two categories are the same.");
			}
		}
	}
	if (schema_expanded(schema) > MAX_EXPANDED)
		get_failed(from, "There are too many features.");
	check_slots(from, schema);

	return schema;
}

void
schema_describe(const Schema *schema, StringInfo json)
{
	appendStringInfoChar(json, '[');
	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];

		appendStringInfoString(json, c ? ", {" : "{");
		if (!schema->positional)
		{
			appendStringInfoString(json, "\"name\": ");
			escape_json(json, column->name);
			appendStringInfoString(json, ", ");
		}
		appendStringInfo(json, "\"type\": \"%s\"", column_class_name(column->class));
		if (column->class == COLUMN_ARRAY)
			appendStringInfo(json, ", \"length\": %d", column->length);
		if (column->categories)
		{
			appendStringInfoString(json, ", \"categories\": [");
			for (int i = 0; i < column->categories->n; i++)
			{
				appendStringInfoString(json, i ? ", " : "");
				escape_json(json, column->categories->texts[i]);
			}
			appendStringInfoChar(json, ']');
		}
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}
