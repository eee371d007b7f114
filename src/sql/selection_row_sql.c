/*
 * selection_row_sql.c
 *		Which selections the candidates of a row are in.
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "sql/selection_sql.h"

/* The value of a text: words seen before are only counted. */
static int
word_value(Selections *selections, SelectionColumn *column, const Lexicon *words, int word)
{
	if (word >= column->nknown)
	{
		int			room = words->room;

		column->known = column->known ? repalloc_huge(column->known, sizeof(int) * room) :
			MemoryContextAllocHuge(selections->context, sizeof(int) * room);
		for (; column->nknown < words->n; column->nknown++)
			column->known[column->nknown] = selections_number(column, PointerGetDatum(words->words[column->nknown].value));
	}

	return column->known[word];
}

static int
value_number(Selections *selections, SelectionColumn *column, Datum value, bool null)
{
	struct varlena *text;
	int			word;

	if (null)
		return 0;
	if (column->type != COLUMN_TEXTS)
		return selections_number(column, value);
	text = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(value));
	word = lexicon_number(column->words, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
	if (text != (struct varlena *) DatumGetPointer(value))
		pfree(text);

	return word_value(selections, column, column->words, word);
}

/* The elements of an array, one an offer, until the next row. */
static void
take_apart(OfferArray *elements, const char *name, Datum value, bool null, Oid type, int n)
{
	int16		length;
	bool		by_value;
	char		align;
	int			found = 0;

	if (elements->array)
	{
		pfree(elements->values);
		pfree(elements->nulls);
		if (elements->copy)
			pfree(elements->copy);
	}
	elements->array = NULL;
	if (!null)
	{
		elements->array = DatumGetArrayTypeP(value);
		elements->copy = elements->array == (ArrayType *) DatumGetPointer(value) ? NULL : elements->array;
		get_typlenbyvalalign(type, &length, &by_value, &align);
		deconstruct_array(elements->array, type, length, by_value, align,
						  &elements->values, &elements->nulls, &found);
	}
	if (found != n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("column \"%s\" has %d elements, but offers has %d", name, found, n)));
}

void
selections_row(Selections *selections, const Datum *values, const bool *nulls, int n)
{
	static const Oid types[] = {TEXTOID, TEXTOID, INT8OID, FLOAT8OID};

	for (int c = 0; c < selections->ncolumns; c++)
	{
		SelectionColumn *column = &selections->columns[c];

		if (column->type == COLUMN_OFFERS)
			continue;
		if (column->array)
			take_apart(&column->elements, column->name, values[column->at], nulls[column->at],
					   types[column->type], n);
		else
			column->value = value_number(selections, column, values[column->at], nulls[column->at]);
	}
	for (int a = 0; a < selections->nattributes; a++)
	{
		AttributeColumn *column = &selections->attributes[a];

		if (column->array)
			take_apart(&column->elements, column->name, values[column->at], nulls[column->at], FLOAT8OID, n);
		else
			column->value = nulls[column->at] ? NAN : DatumGetFloat8(values[column->at]);
	}
}

int
selections_class(Selections *selections, int32 offer, int element)
{
	int64		place = 0;

	for (int c = 0; c < selections->ncolumns; c++)
	{
		SelectionColumn *column = &selections->columns[c];
		int			value = column->value;

		if (column->type == COLUMN_OFFERS)
			value = word_value(selections, column, selections->offers, offer);
		else if (column->array)
			value = value_number(selections, column, column->elements.values[element], column->elements.nulls[element]);
		place += value * column->stride;
	}
	if (unlikely(selections->class_of[place] < 0))
	{
		bool	   *matches = palloc_array(bool, selections->nselections + 1);
		MemoryContext caller = MemoryContextSwitchTo(selections->context);

		for (int s = 0; s < selections->nselections; s++)
		{
			matches[s] = true;
			for (int c = 0; c < selections->ncolumns; c++)
			{
				const SelectionColumn *column = &selections->columns[c];
				const bool *wanted = selections->wanted[s * selections->ncolumns + c];

				if (wanted && !wanted[place / column->stride % (column->nnamed + 1)])
					matches[s] = false;
			}
		}
		selections->class_of[place] = ruleset_class(selections->set, matches);
		MemoryContextSwitchTo(caller);
		pfree(matches);
	}

	return selections->class_of[place];
}

void
selections_attributes(Selections *selections, int element, double *to)
{
	for (int a = 0; a < selections->nattributes; a++)
	{
		const AttributeColumn *column = &selections->attributes[a];

		to[a] = !column->array ? column->value : column->elements.nulls[element] ? NAN :
			DatumGetFloat8(column->elements.values[element]);
	}
}
