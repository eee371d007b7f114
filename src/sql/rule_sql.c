/*
 * rule_sql.c
 *		Type coupon.rule: the constructors, and arrays of rules read.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "model/money.h"
#include "sql/rule_sql.h"

#define RULE_COLUMNS	6		/* kind, bound, attribute, selection, of, name */
#define MOST_COUNT		1e15
#define MOST_RATIO		1e6

/* What the rows of a rule add up; ended by one without a name. */
static const RuleKind kinds[] = {
	{"budget", "amount", .row = ROW_SUM, .column = COLUMN_COST, .most = DBL_MAX},
	{"at_most", "count", .counts = true, .row = ROW_SUM, .column = COLUMN_ONE, .most = MOST_COUNT},
	{"at_least", "count", .counts = true, .row = ROW_SUM, .column = COLUMN_ONE, .at_least = true, .most = MOST_COUNT},
	{"share_at_most", "share", .row = ROW_SHARE, .column = COLUMN_ONE, .most = 1},
	{"share_at_least", "share", .row = ROW_SHARE, .column = COLUMN_ONE, .at_least = true, .most = 1},
	{"roi_at_least", "ratio", .row = ROW_RETURN, .column = COLUMN_GAIN, .most = MOST_RATIO},
	{"sum_at_most", "bound", .row = ROW_SUM, .least = -DBL_MAX, .most = DBL_MAX},
	{"sum_at_least", "bound", .row = ROW_SUM, .at_least = true, .least = -DBL_MAX, .most = DBL_MAX},
	{"mean_at_most", "bound", .row = ROW_MEAN, .least = -MONEY_MOST, .most = MONEY_MOST},
	{"mean_at_least", "bound", .row = ROW_MEAN, .at_least = true, .least = -MONEY_MOST, .most = MONEY_MOST},
	{"per_customer", "count", .counts = true, .per_customer = true, .least = 1, .most = 1000},
	{NULL},
};

const RuleKind *
rule_kind(const char *name)
{
	const RuleKind *kind = kinds;

	while (kind->name && strcmp(kind->name, name) != 0)
		kind++;

	return kind->name ? kind : NULL;
}

const char *
rule_label(const char *kind, const char *name)
{
	return name == NULL || *name == '\0' ? kind : psprintf("%s \"%s\"", kind, name);
}

static void
check_bound(const Rule *rule)
{
	const RuleKind *kind = rule->kind;
	double		bound = rule->bound;

	if (isnan(bound))
		bad_argument("%s of %s is NaN, not a number", kind->bound, rule->label);
	if (isinf(bound))
		bad_argument("%s of %s must be finite", kind->bound, rule->label);
	if (kind->least == 0 && bound < 0)
		bad_argument("%s of %s must not be negative, but is %g", kind->bound, rule->label, bound);
	if (bound < kind->least || bound > kind->most)
		bad_argument("%s of %s must be between %g and %g, but is %g",
					 kind->bound, rule->label, kind->least, kind->most, bound);
	if (kind->counts && bound != floor(bound))
		bad_argument("%s of %s must be a whole number, but is %g", kind->bound, rule->label, bound);
}

/* Equality with a value, or with one of several, by column. */
static void
check_selection(const Rule *rule, const char *what, const Jsonb *selection)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *column = NULL;

	if (!JB_ROOT_IS_OBJECT(selection))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of %s must be a JSON object", what, rule->label),
				 errhint("For example: '{\"offer\": \"10 EUR\"}'.")));
	it = JsonbIteratorInit((JsonbContainer *) &selection->root);
	for (int depth = 0; (token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE;)
	{
		depth += token == WJB_BEGIN_ARRAY || token == WJB_BEGIN_OBJECT;
		depth -= token == WJB_END_ARRAY || token == WJB_END_OBJECT;
		if (token == WJB_KEY && depth == 1)
			column = pnstrdup(value.val.string.val, value.val.string.len);
		if ((token == WJB_BEGIN_OBJECT && depth > 1) || (token == WJB_BEGIN_ARRAY && depth > 2) ||
			((token == WJB_VALUE || token == WJB_ELEM) && value.type == jbvNull))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s of %s must compare column \"%s\" with a string, a number, true, false, or an array of those",
							what, rule->label, column)));
	}
}

static void
check_rule(const Rule *rule)
{
	const RuleKind *kind = rule->kind;

	check_bound(rule);
	check_selection(rule, "selection", rule->selection);
	if (rule->of)
		check_selection(rule, "argument \"of\"", rule->of);
	if (kind->per_customer && JB_ROOT_COUNT(rule->selection) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s has a selection, which is not supported", rule->label),
				 errhint("It holds for all offers of a customer together.")));
	if ((rule->attribute != NULL) != (kind->column == COLUMN_ATTRIBUTE && !kind->per_customer) ||
		(rule->of != NULL) != (kind->row == ROW_SHARE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s lacks an attribute or a selection, or has one too many", rule->label),
				 errhint("Make rules with their constructors, for example coupon.budget(1000).")));
}

/* Arguments: [attribute,] bound, selection, [of,] name. */
static Datum
construct(FunctionCallInfo fcinfo, const char *name)
{
	TupleDesc	row;
	Datum		values[RULE_COLUMNS] = {0};
	bool		nulls[RULE_COLUMNS] = {[2] = true, [4] = true};
	Rule		rule = {.kind = rule_kind(name)};
	int			arg = 0;

	if (rule.kind->column == COLUMN_ATTRIBUTE && !rule.kind->per_customer)
	{
		values[2] = PG_GETARG_DATUM(arg);
		nulls[2] = false;
		rule.attribute = TextDatumGetCString(PG_GETARG_DATUM(arg++));
	}
	rule.bound = rule.kind->counts ? (double) PG_GETARG_INT64(arg) : PG_GETARG_FLOAT8(arg);
	arg++;
	values[3] = PG_GETARG_DATUM(arg);
	rule.selection = PG_GETARG_JSONB_P(arg++);
	if (rule.kind->row == ROW_SHARE)
	{
		values[4] = PG_GETARG_DATUM(arg);
		nulls[4] = false;
		rule.of = PG_GETARG_JSONB_P(arg++);
	}
	values[5] = PG_GETARG_DATUM(arg);
	rule.label = rule_label(name, text_to_cstring(PG_GETARG_TEXT_PP(arg)));
	check_rule(&rule);
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	values[0] = CStringGetTextDatum(name);
	values[1] = Float8GetDatum(rule.bound);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}

#define CONSTRUCTOR(name) \
	PG_FUNCTION_INFO_V1(rule_##name); \
	Datum \
	rule_##name(PG_FUNCTION_ARGS) \
	{ \
		return construct(fcinfo, #name); \
	}

CONSTRUCTOR(budget)
CONSTRUCTOR(at_most)
CONSTRUCTOR(at_least)
CONSTRUCTOR(share_at_most)
CONSTRUCTOR(share_at_least)
CONSTRUCTOR(roi_at_least)
CONSTRUCTOR(sum_at_most)
CONSTRUCTOR(sum_at_least)
CONSTRUCTOR(mean_at_most)
CONSTRUCTOR(mean_at_least)
CONSTRUCTOR(per_customer)

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
	char	   *kind;

	if (row->natts != RULE_COLUMNS)
		elog(ERROR, "type coupon.rule has %d columns, not %d", row->natts, RULE_COLUMNS);
	heap_deform_tuple(&tuple, row, values, nulls);
	ReleaseTupleDesc(row);

	if (nulls[0] || nulls[1] || nulls[3])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("rule %d has no kind, bound or selection", number),
				 errhint("Make rules with their constructors, for example coupon.budget(1000).")));
	kind = TextDatumGetCString(values[0]);
	rule.kind = rule_kind(kind);
	if (rule.kind == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rule %d is of unknown kind \"%s\"", number, kind),
				 errhint("Make rules with their constructors, for example coupon.budget(1000).")));
	rule.bound = DatumGetFloat8(values[1]);
	rule.attribute = nulls[2] ? NULL : TextDatumGetCString(values[2]);
	rule.selection = DatumGetJsonbP(values[3]);
	rule.of = nulls[4] ? NULL : DatumGetJsonbP(values[4]);
	rule.name = nulls[5] ? pstrdup("") : TextDatumGetCString(values[5]);
	rule.label = rule_label(kind, rule.name);
	check_rule(&rule);
	if (*rule.name == '\0')
		rule.name = kind;

	return rule;
}

bool
same_selection(Jsonb *a, Jsonb *b)
{
	if (a == NULL || b == NULL)
		return a == b;

	return compareJsonbContainers(&a->root, &b->root) == 0;
}

/* Two rules that nothing can keep together, or that cannot be told apart.  Shares and means of nothing are kept. */
static void
check_pair(const Rule *a, const Rule *b, bool relax)
{
	if (strcmp(a->name, b->name) == 0 && strcmp(a->label, a->kind->name) != 0 && strcmp(b->label, b->kind->name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("two rules are named \"%s\"", a->name)));
	if (a->kind->per_customer && b->kind->per_customer)
		bad_argument("%s and %s both say how many offers a customer may get", a->label, b->label);
	if (relax || a->kind->per_customer || b->kind->per_customer || a->kind->row != ROW_SUM ||
		a->kind->row != b->kind->row || a->kind->column != b->kind->column ||
		a->kind->at_least == b->kind->at_least ||
		(a->attribute && strcmp(a->attribute, b->attribute) != 0) ||
		!same_selection(a->selection, b->selection) || !same_selection(a->of, b->of))
		return;
	if (b->kind->at_least ? b->bound > a->bound : a->bound > b->bound)
		bad_argument("%s and %s contradict each other: at least %g and at most %g of the same",
					 a->label, b->label, Max(a->bound, b->bound), Min(a->bound, b->bound));
}

Rule *
rules_arg(FunctionCallInfo fcinfo, int i, bool relax, int *nrules)
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
	if (*nrules == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rules must not be empty"),
				 errhint("For example: ARRAY[coupon.budget(1000)].")));

	rules = palloc_array(Rule, *nrules);
	for (int r = 0; r < *nrules; r++)
	{
		if (nulls[r])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("rule %d must not be null", r + 1),
					 errhint("A constructor returns null when one of its arguments is null.")));
		rules[r] = rule_of(elements[r], r + 1);
		for (int s = 0; s < r; s++)
			check_pair(&rules[s], &rules[r], relax);
	}

	return rules;
}
