/*
 * selection_sql.c
 *		The columns that rules name, and the values of each that selections name.
 *
 * A value of a column is a small number: which of the values that selections
 * name it is, or none of them.  The numbers of all columns together are a
 * place in a table of classes, which is filled as candidates come.
 */
#include "coupon.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "pg/query.h"
#include "sql/selection_sql.h"

#define MOST_PLACES		10000000	/* of the table of classes */

static ColumnType
type_of(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return COLUMN_INTEGERS;
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return COLUMN_FLOATS;
		default:
			return COLUMN_TEXTS;
	}
}

/* The column of a query that a rule names. */
static int
find_column(const Rule *rule, TupleDesc columns, const char *name)
{
	int			at = query_column(columns, name);

	if (at < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\", which %s names, does not exist", name, rule->label),
				 errhint("A rule may name any column of the inner query.")));

	return at;
}

/* Ask for a column as a type; true if it is an array of it. */
static bool
ask(StringInfo to, TupleDesc columns, int at, bool arrays, const char *type)
{
	bool		array = arrays && OidIsValid(get_base_element_type(TupleDescAttr(columns, at)->atttypid));

	appendStringInfo(to, ", %s::%s%s", quote_identifier(NameStr(TupleDescAttr(columns, at)->attname)),
					 type, array ? "[]" : "");

	return array;
}

static Oid
element_type(TupleDesc columns, int at, bool arrays)
{
	Oid			type = TupleDescAttr(columns, at)->atttypid;
	Oid			element = arrays ? get_base_element_type(type) : InvalidOid;

	return getBaseType(OidIsValid(element) ? element : type);
}

/* The selection's number of this column; a new one is asked for. */
static int
add_column(Selections *selections, const Rule *rule, TupleDesc columns, bool arrays,
		   const char *name, StringInfo to, int *next)
{
	static const char *const types[] = {NULL, "pg_catalog.text", "pg_catalog.int8", "pg_catalog.float8"};
	SelectionColumn *column;
	int			at;

	for (int c = 0; c < selections->ncolumns; c++)
		if (strcmp(selections->columns[c].name, name) == 0)
			return c;

	selections->columns = selections->ncolumns == 0 ? palloc_array(SelectionColumn, 1) :
		repalloc(selections->columns, sizeof(SelectionColumn) * (selections->ncolumns + 1));
	column = &selections->columns[selections->ncolumns];
	*column = (SelectionColumn) {.name = pstrdup(name)};
	if (strcmp(name, "offer") == 0)
	{
		column->type = COLUMN_OFFERS;
		return selections->ncolumns++;
	}
	at = find_column(rule, columns, name);
	column->type = type_of(element_type(columns, at, arrays));
	column->array = ask(to, columns, at, arrays, types[column->type]);
	column->at = (*next)++;
	if (column->type == COLUMN_TEXTS)
		column->words = lexicon_make();

	return selections->ncolumns++;
}

static bool
same_value(const SelectionColumn *column, Datum a, Datum b)
{
	switch (column->type)
	{
		case COLUMN_INTEGERS:
			return DatumGetInt64(a) == DatumGetInt64(b);
		case COLUMN_FLOATS:
			return DatumGetFloat8(a) == DatumGetFloat8(b);
		default:
			return VARSIZE_ANY_EXHDR(DatumGetPointer(a)) == VARSIZE_ANY_EXHDR(DatumGetPointer(b)) &&
				memcmp(VARDATA_ANY(DatumGetPointer(a)), VARDATA_ANY(DatumGetPointer(b)),
					   VARSIZE_ANY_EXHDR(DatumGetPointer(a))) == 0;
	}
}

int
selections_number(const SelectionColumn *column, Datum value)
{
	for (int i = 0; i < column->nnamed; i++)
		if (same_value(column, column->named[i], value))
			return i + 1;

	return 0;
}

/* A JSON value in the type of the column. */
static Datum
value_of(const Rule *rule, const SelectionColumn *column, const JsonbValue *json)
{
	static const char *const types[] = {"text", "text", "an integer", "a number"};
	bool		number = column->type == COLUMN_INTEGERS || column->type == COLUMN_FLOATS;

	if (number != (json->type == jbvNumeric))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s compares column \"%s\" with a JSON %s, but it is %s", rule->label, column->name,
						json->type == jbvNumeric ? "number" : json->type == jbvBool ? "boolean" : "string",
						types[column->type]),
				 errhint("Write numbers without quotes and anything else as a string, as its type shows it.")));
	if (json->type == jbvBool)
		return CStringGetTextDatum(json->val.boolean ? "true" : "false");
	if (json->type == jbvString)
		return PointerGetDatum(cstring_to_text_with_len(json->val.string.val, json->val.string.len));
	if (column->type == COLUMN_FLOATS)
		return DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(json->val.numeric));

	return DirectFunctionCall1(numeric_int8, NumericGetDatum(json->val.numeric));
}

static int
name_value(SelectionColumn *column, Datum value)
{
	int			number = selections_number(column, value);

	if (number > 0)
		return number;
	column->named = column->nnamed == 0 ? palloc_array(Datum, 1) :
		repalloc(column->named, sizeof(Datum) * (column->nnamed + 1));
	column->named[column->nnamed++] = value;

	return column->nnamed;
}

/* The number of a selection; its columns and values become known. */
static int
add_selection(Selections *selections, const Rule *rule, Jsonb *selection, TupleDesc columns, bool arrays,
			  StringInfo to, int *next)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;
	int			column = -1;

	for (int s = 0; s < selections->nselections; s++)
		if (same_selection(selections->selections[s], selection))
			return s;
	selections->selections[selections->nselections] = selection;

	it = JsonbIteratorInit(&selection->root);
	while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
		if (token == WJB_KEY)
			column = add_column(selections, rule, columns, arrays,
								pnstrdup(value.val.string.val, value.val.string.len), to, next);
		else if ((token == WJB_VALUE || token == WJB_ELEM) && value.type != jbvArray)
			name_value(&selections->columns[column], value_of(rule, &selections->columns[column], &value));

	return selections->nselections++;
}

/* Once all values are known: which of them each selection wants. */
static void
find_wanted(Selections *selections)
{
	Rule		nameless = {.label = ""};

	for (int s = 0; s < selections->nselections; s++)
	{
		JsonbIterator *it = JsonbIteratorInit(&selections->selections[s]->root);
		JsonbIteratorToken token;
		JsonbValue	value;
		int			column = -1;
		bool	  **wanted = &selections->wanted[s * selections->ncolumns];

		while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
			if (token == WJB_KEY)
			{
				for (column = 0; strlen(selections->columns[column].name) != value.val.string.len ||
					 memcmp(selections->columns[column].name, value.val.string.val, value.val.string.len) != 0;)
					column++;
				wanted[column] = palloc0_array(bool, selections->columns[column].nnamed + 1);
			}
			else if ((token == WJB_VALUE || token == WJB_ELEM) && value.type != jbvArray)
				wanted[column][selections_number(&selections->columns[column],
												 value_of(&nameless, &selections->columns[column], &value))] = true;
	}
}

static int
add_attribute(Selections *selections, const Rule *rule, TupleDesc columns, bool arrays, StringInfo to, int *next)
{
	AttributeColumn *column;
	const char *name = rule->attribute;
	char		category;
	bool		preferred;
	int			at;

	if (strcmp(name, "gain") == 0)
		return COLUMN_GAIN;
	if (strcmp(name, "cost") == 0)
		return COLUMN_COST;
	for (int a = 0; a < selections->nattributes; a++)
		if (strcmp(selections->attributes[a].name, name) == 0)
			return a;

	at = find_column(rule, columns, name);
	get_type_category_preferred(element_type(columns, at, arrays), &category, &preferred);
	if (category != TYPCATEGORY_NUMERIC)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\", which %s adds up, is of type %s, not a number", name, rule->label,
						format_type_be(TupleDescAttr(columns, at)->atttypid))));
	column = &selections->attributes[selections->nattributes];
	*column = (AttributeColumn) {.name = pstrdup(name)};
	column->array = ask(to, columns, at, arrays, "pg_catalog.float8");
	column->at = (*next)++;

	return selections->nattributes++;
}

/* The table of classes has a place for all values of all columns. */
static void
make_table(Selections *selections)
{
	int64		places = 1;

	for (int c = 0; c < selections->ncolumns; c++)
	{
		selections->columns[c].stride = places;
		places *= selections->columns[c].nnamed + 1;
		if (places > MOST_PLACES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("selections tell too many candidates apart"),
					 errdetail("The numbers of values that they name, by column, multiply to more than %d.", MOST_PLACES)));
	}
	selections->class_of = palloc_huge(int, places);
	memset(selections->class_of, -1, sizeof(int) * places);
}

Selections *
selections_make(const Rule *rules, int nrules, TupleDesc columns, bool arrays,
				const Lexicon *offers, StringInfo to, int at)
{
	Selections *selections = palloc0_object(Selections);
	RuleSet    *set = palloc0_object(RuleSet);

	selections->context = CurrentMemoryContext;
	selections->set = set;
	selections->offers = offers;
	selections->selections = palloc_array(Jsonb *, 2 * nrules);
	selections->attributes = palloc_array(AttributeColumn, nrules);
	set->per_customer = 1;
	set->rows = palloc_array(RuleRow, nrules);
	for (int r = 0; r < nrules; r++)
	{
		const Rule *rule = &rules[r];
		RuleRow    *row = &set->rows[set->nrows];

		if (rule->kind->per_customer)
		{
			set->per_customer = (int) rule->bound;
			continue;
		}
		*row = (RuleRow) {
			.kind = rule->kind->row, .at_least = rule->kind->at_least, .column = rule->kind->column,
			.bound = rule->bound, .name = rule->label,
		};
		row->selection = add_selection(selections, rule, rule->selection, columns, arrays, to, &at);
		if (rule->of)
			row->of = add_selection(selections, rule, rule->of, columns, arrays, to, &at);
		if (rule->attribute)
			row->column = add_attribute(selections, rule, columns, arrays, to, &at);
		set->nrows++;
	}
	set->nselections = selections->nselections;
	set->nattributes = selections->nattributes;
	selections->wanted = palloc0_array(bool *, selections->nselections * selections->ncolumns + 1);
	find_wanted(selections);
	make_table(selections);

	return selections;
}
