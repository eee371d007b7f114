/*
 * rule_sql.c
 *		Type coupon.rule: the constructors, and arrays of rules read.
 */
#include "coupon.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "sql/rule_sql.h"

#define RULE_COLUMNS	6		/* kind, bound, attribute, selection, of, name */

/* For messages: budget "spring", or budget where the rule has no name. */
static const char *
rule_label(const char *kind, const char *name)
{
	return name == NULL || *name == '\0' ? kind : psprintf("%s \"%s\"", kind, name);
}

static void
check_budget(const char *label, double amount)
{
	if (isnan(amount))
		bad_argument("amount of %s is NaN, not an amount of money", label);
	if (isinf(amount))
		bad_argument("amount of %s must be finite", label);
	if (amount < 0)
		bad_argument("amount of %s must not be negative, but is %g", label, amount);
}

static void
check_selection(const char *label, const Jsonb *selection)
{
	if (!JB_ROOT_IS_OBJECT(selection))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("selection of %s must be a JSON object", label),
				 errhint("For example: '{\"offer\": \"10 EUR\"}'.")));
}

PG_FUNCTION_INFO_V1(rule_budget);

/* budget(amount float8, selection jsonb, name text) returns rule */
Datum
rule_budget(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Datum		values[RULE_COLUMNS] = {0};
	bool		nulls[RULE_COLUMNS] = {[2] = true, [4] = true};
	const char *label = rule_label("budget", text_to_cstring(PG_GETARG_TEXT_PP(2)));

	check_budget(label, PG_GETARG_FLOAT8(0));
	check_selection(label, PG_GETARG_JSONB_P(1));
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	values[0] = CStringGetTextDatum("budget");
	values[1] = PG_GETARG_DATUM(0);
	values[3] = PG_GETARG_DATUM(1);
	values[5] = PG_GETARG_DATUM(2);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}

/* One rule of an array; whoever writes the row by hand is checked as well. */
static Rule
rule_of(Datum datum, int number)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(datum);
	TupleDesc	row = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
											 HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {.t_data = header, .t_len = HeapTupleHeaderGetDatumLength(header)};
	Datum		values[RULE_COLUMNS];
	bool		nulls[RULE_COLUMNS];
	Rule		rule = {0};
	const char *label;

	if (row->natts != RULE_COLUMNS)
		elog(ERROR, "type coupon.rule has %d columns, not %d", row->natts, RULE_COLUMNS);
	heap_deform_tuple(&tuple, row, values, nulls);
	ReleaseTupleDesc(row);

	if (nulls[0] || nulls[1] || nulls[3])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("rule %d has no kind, bound or selection", number),
				 errhint("Make rules with their constructors, for example coupon.budget(1000).")));
	rule.kind = TextDatumGetCString(values[0]);
	rule.bound = DatumGetFloat8(values[1]);
	rule.attribute = nulls[2] ? NULL : TextDatumGetCString(values[2]);
	rule.selection = DatumGetJsonbP(values[3]);
	rule.of = nulls[4] ? NULL : DatumGetJsonbP(values[4]);
	rule.name = nulls[5] ? pstrdup("") : TextDatumGetCString(values[5]);

	label = rule_label(rule.kind, rule.name);
	if (strcmp(rule.kind, "budget") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rule %d is of unknown kind \"%s\"", number, rule.kind),
				 errhint("Make rules with their constructors, for example coupon.budget(1000).")));
	check_budget(label, rule.bound);
	check_selection(label, rule.selection);
	if (*rule.name == '\0')
		rule.name = rule.kind;

	return rule;
}

Rule *
rules_arg(FunctionCallInfo fcinfo, int i, int *nrules)
{
	ArrayType  *array;
	Datum	   *elements;
	bool	   *nulls;
	int16		length;
	bool		by_value;
	char		align;
	Rule	   *rules;

	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("rules must not be null"),
				 errhint("For example: ARRAY[coupon.budget(1000)].")));
	array = PG_GETARG_ARRAYTYPE_P(i);
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &elements, &nulls, nrules);

	rules = palloc_array(Rule, Max(*nrules, 1));
	for (int r = 0; r < *nrules; r++)
	{
		if (nulls[r])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("rule %d must not be null", r + 1),
					 errhint("A constructor returns null when one of its arguments is null.")));
		rules[r] = rule_of(elements[r], r + 1);
	}

	return rules;
}
