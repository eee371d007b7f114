/*
 * options.c
 *		The options argument: jsonb against a declared table of known keys.
 */
#include "coupon.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "pg/options.h"

static char *
known_keys(const Option *known, int nknown)
{
	StringInfoData keys;

	initStringInfo(&keys);
	for (int i = 0; i < nknown; i++)
		appendStringInfo(&keys, "%s\"%s\"", i ? ", " : "", known[i].name);

	return keys.data;
}

static void
wrong_value(const Option *option, const char *allowed)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be %s", option->name, allowed)));
}

static double
number_of(const Option *option, const JsonbValue *value, const char *kind)
{
	char	   *allowed;
	double		number;

	if (isinf(option->most))
		allowed = isinf(option->least) ? psprintf("%s", kind) :
			psprintf("%s of at least %g", kind, option->least);
	else
		allowed = psprintf("%s between %g and %g", kind, option->least, option->most);

	if (value->type != jbvNumeric)
		wrong_value(option, allowed);
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	if (!isfinite(number) || number < option->least || number > option->most)
		wrong_value(option, allowed);

	return number;
}

/* An integer, or 0 of the only choice. */
static int
count_of(const Option *option, const JsonbValue *value)
{
	const char *choice = option->choices[0];
	double		number = 0;

	if (value->type == jbvString && value->val.string.len == strlen(choice) &&
		memcmp(value->val.string.val, choice, value->val.string.len) == 0)
		return 0;
	if (value->type == jbvNumeric)
		number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
													NumericGetDatum(value->val.numeric)));
	if (!(number >= option->least && number <= option->most) || number != floor(number))
		wrong_value(option, psprintf("an integer between %g and %g, or \"%s\"",
									 option->least, option->most, choice));

	return (int) number;
}

static int
choice_of(const Option *option, const JsonbValue *value)
{
	StringInfoData allowed;

	initStringInfo(&allowed);
	appendStringInfoString(&allowed, "one of ");
	for (int i = 0; option->choices[i]; i++)
	{
		const char *choice = option->choices[i];

		if (value->type == jbvString && value->val.string.len == strlen(choice) &&
			memcmp(value->val.string.val, choice, value->val.string.len) == 0)
			return i;
		appendStringInfo(&allowed, "%s\"%s\"", i ? ", " : "", choice);
	}
	wrong_value(option, allowed.data);

	return -1;					/* not reached */
}

/* A list of strings; the iterator stands inside the array. */
static TextList
texts_of(const Option *option, JsonbValue *value)
{
	TextList	list = {0, NULL};
	JsonbIterator *it;
	JsonbValue	element;
	JsonbIteratorToken token;

	if (value->type == jbvString)
	{
		list.n = 1;
		list.texts = palloc_array(char *, 1);
		list.texts[0] = pnstrdup(value->val.string.val, value->val.string.len);
		return list;
	}

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		wrong_value(option, "an array of strings");
	list.texts = palloc_array(char *, Max(JsonContainerSize(value->val.binary.data), 1));
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (element.type != jbvString)
			wrong_value(option, "an array of strings");
		list.texts[list.n++] = pnstrdup(element.val.string.val, element.val.string.len);
	}

	return list;
}

/* One number, an object of numbers, or a choice. */
static NumberMap
numbers_of(const Option *option, JsonbValue *value)
{
	NumberMap	map = {.given = true, .choice = -1};
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	element;
	int			room = 1;

	for (int i = 0; value->type == jbvString && option->choices[i]; i++)
		if (value->val.string.len == strlen(option->choices[i]) &&
			memcmp(value->val.string.val, option->choices[i], value->val.string.len) == 0)
		{
			map.choice = i;
			return map;
		}
	if (value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data))
		room = Max(JsonContainerSize(value->val.binary.data), 1);
	else if (value->type != jbvNumeric)
		wrong_value(option, psprintf("a number between %g and %g, an object of such numbers, or \"%s\"",
									 option->least, option->most, option->choices[0]));
	map.numbers = palloc_array(double, room);
	if (value->type == jbvNumeric)
	{
		map.n = 1;
		map.numbers[0] = number_of(option, value, "a number");
		return map;
	}

	map.names = palloc_array(char *, room);
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		map.names[map.n] = pnstrdup(element.val.string.val, element.val.string.len);
		JsonbIteratorNext(&it, &element, true);
		map.numbers[map.n++] = number_of(option, &element, "a number");
	}

	return map;
}

/* Put an integer within the bounds behind the list; false of anything else. */
static bool
add_int(const Option *option, const JsonbValue *value, IntList *list)
{
	double		number;

	if (value->type != jbvNumeric || list->n >= MAX_INTS)
		return false;
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	/* what is no number is not within them */
	if (!(number >= option->least && number <= option->most) || number != floor(number))
		return false;
	list->values[list->n++] = (int) number;

	return true;
}

/* A list of integers, or one for itself. */
static IntList
ints_of(const Option *option, JsonbValue *value)
{
	IntList		list = {0};
	bool		good = true;
	JsonbIterator *it;
	JsonbValue	element;
	JsonbIteratorToken token;

	if (value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data))
	{
		it = JsonbIteratorInit(value->val.binary.data);
		while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
			if (token == WJB_ELEM)
				good = good && add_int(option, &element, &list);
	}
	else
		good = add_int(option, value, &list);
	if (!good || list.n == 0)
		wrong_value(option, psprintf("an integer between %g and %g, or an array of 1 to %d of them",
									 option->least, option->most, MAX_INTS));

	return list;
}

/* A list of numbers, or one for itself. */
static NumberList
number_list_of(const Option *option, JsonbValue *value)
{
	NumberList	list = {0};
	JsonbIterator *it;
	JsonbValue	element;
	JsonbIteratorToken token;

	if (value->type == jbvNumeric)
	{
		list.n = 1;
		list.numbers = palloc_array(double, 1);
		list.numbers[0] = number_of(option, value, "a number");
		return list;
	}
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerSize(value->val.binary.data) == 0)
		wrong_value(option, psprintf("a number between %g and %g, or an array of such numbers",
									 option->least, option->most));
	list.numbers = palloc_array(double, JsonContainerSize(value->val.binary.data));
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
		if (token == WJB_ELEM)
			list.numbers[list.n++] = number_of(option, &element, "an array of numbers, each");

	return list;
}

static void
read_value(const Option *option, JsonbValue *value, void *field)
{
	switch (option->type)
	{
		case OPTION_BOOL:
			if (value->type != jbvBool)
				wrong_value(option, "true or false");
			*(bool *) field = value->val.boolean;
			break;
		case OPTION_INT:
			{
				double		number = number_of(option, value, "an integer");

				if (number != floor(number) || fabs(number) > PG_INT32_MAX)
					wrong_value(option, "an integer");
				*(int *) field = (int) number;
				break;
			}
		case OPTION_COUNT:
			*(int *) field = count_of(option, value);
			break;
		case OPTION_INTS:
			*(IntList *) field = ints_of(option, value);
			break;
		case OPTION_NUMBER_LIST:
			*(NumberList *) field = number_list_of(option, value);
			break;
		case OPTION_NUMBER:
			*(double *) field = number_of(option, value, "a number");
			break;
		case OPTION_TEXT:
			if (value->type != jbvString)
				wrong_value(option, "a string");
			*(char **) field = pnstrdup(value->val.string.val, value->val.string.len);
			break;
		case OPTION_CHOICE:
			*(int *) field = choice_of(option, value);
			break;
		case OPTION_TEXTS:
			*(TextList *) field = texts_of(option, value);
			break;
		case OPTION_NUMBERS:
			*(NumberMap *) field = numbers_of(option, value);
			break;
		case OPTION_OBJECT:
			if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
				wrong_value(option, "a JSON object");
			*(const Jsonb **) field = JsonbValueToJsonb(value);
			break;
		case OPTION_SEED:
			{
				const char *allowed = "an integer";

				if (value->type == jbvNumeric)
				{
					Numeric		number = value->val.numeric;
					Datum		whole = DirectFunctionCall2(numeric_round, NumericGetDatum(number),
															Int32GetDatum(0));

					if (DatumGetBool(DirectFunctionCall2(numeric_eq, whole, NumericGetDatum(number))) &&
						!numeric_is_nan(number) && !numeric_is_inf(number))
					{
						Datum		least = NumericGetDatum(int64_to_numeric(PG_INT64_MIN));
						Datum		most = NumericGetDatum(int64_to_numeric(PG_INT64_MAX));

						allowed = "an integer of 64 bits";
						if (DatumGetBool(DirectFunctionCall2(numeric_ge, whole, least)) &&
							DatumGetBool(DirectFunctionCall2(numeric_le, whole, most)))
						{
							*(int64 *) field = DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
							allowed = NULL;
						}
					}
				}
				if (allowed)
					wrong_value(option, allowed);
				break;
			}
	}
}

uint64
options_read(const Jsonb *options, const Option *known, int nknown, void *to)
{
	uint64		given = 0;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;

	Assert(nknown <= 64);

	if (options == NULL)
		return 0;
	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be a JSON object"),
				 errhint("For example: '{\"%s\": ...}'.", known[0].name)));

	it = JsonbIteratorInit((JsonbContainer *) &options->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		const Option *option = NULL;
		char	   *key;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(value.val.string.val, value.val.string.len);
		for (int i = 0; i < nknown && option == NULL; i++)
			if (strcmp(known[i].name, key) == 0)
				option = &known[i];
		if (option == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unknown option \"%s\"", key),
					 errhint("Known options are %s.", known_keys(known, nknown))));
		JsonbIteratorNext(&it, &value, true);
		read_value(option, &value, (char *) to + option->offset);
		given |= UINT64CONST(1) << (option - known);
	}

	return given;
}

const Jsonb *
options_arg(FunctionCallInfo fcinfo, int i)
{
	if (i >= PG_NARGS())
		return NULL;
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("options must not be null"),
				 errhint("Leave the argument out, or pass '{}'.")));

	return PG_GETARG_JSONB_P(i);
}

char *
options_text(const Jsonb *options)
{
	if (options == NULL)
		return pstrdup("{}");

	return JsonbToCString(NULL, (JsonbContainer *) &options->root, VARSIZE(options));
}

int
options_numbers(const char *what, const Jsonb *object, char ***names, double **numbers)
{
	JsonbIterator *it = JsonbIteratorInit((JsonbContainer *) &object->root);
	int			n = 0;
	JsonbIteratorToken token;
	JsonbValue	value;

	*names = palloc_array(char *, Max(JB_ROOT_COUNT(object), 1));
	*numbers = palloc_array(double, Max(JB_ROOT_COUNT(object), 1));
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		(*names)[n] = pnstrdup(value.val.string.val, value.val.string.len);
		JsonbIteratorNext(&it, &value, true);
		if (value.type != jbvNumeric)
			bad_argument("%s must have a number for \"%s\"", what, (*names)[n]);
		(*numbers)[n++] = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
															 NumericGetDatum(value.val.numeric)));
	}

	return n;
}

const Jsonb *
jsonb_of_text(const char *json)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
}
