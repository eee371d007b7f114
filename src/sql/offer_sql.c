/*
 * offer_sql.c
 *		plan_offer(): one customer's offer by the prices of a plan.
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "model/plan.h"
#include "sql/rule_sql.h"

/* A rule that has a price. */
typedef struct PricedRule
{
	const RuleKind *kind;
	const PlanRule *rule;
	Jsonb	   *selection;
	Jsonb	   *of;
} PricedRule;

/* What a plan's prices come to, kept with the plan. */
typedef struct Prices
{
	int			n;
	PricedRule	rules[FLEXIBLE_ARRAY_MEMBER];
} Prices;

/* The customer. */
typedef struct Shopper
{
	int			n;				/* offers */
	Datum	   *offers;
	Datum	   *gains;
	Datum	   *costs;
	Jsonb	   *attributes;
} Shopper;

static Jsonb *
parse(const char *json)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
}

/* The rules of a plan that have a price. */
static const Prices *
prices_of(ModelArg *arg)
{
	const AllocationPlan *plan;
	Prices	   *prices;
	MemoryContext caller;

	model_check_kind(arg, MODEL_PLAN);
	if (arg->scratch)
		return arg->scratch;
	plan = arg->model;
	caller = MemoryContextSwitchTo(arg->context);
	prices = palloc0(offsetof(Prices, rules) + sizeof(PricedRule) * plan->nrules);
	for (int r = 0; r < plan->nrules; r++)
	{
		const PlanRule *rule = &plan->rules[r];
		const RuleKind *kind = rule_kind(rule->kind);

		if (kind == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("plan has a rule of unknown kind \"%s\"", rule->kind)));
		if (!kind->per_customer && rule->price != 0)
			prices->rules[prices->n++] = (PricedRule) {kind, rule, parse(rule->selection), parse(rule->of)};
	}
	MemoryContextSwitchTo(caller);
	arg->scratch = prices;

	return prices;
}

/* The elements of an array that must not have nulls. */
static Datum *
elements(FunctionCallInfo fcinfo, int i, const char *name, Oid type, int *n)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(i);
	Datum	   *values;
	bool	   *nulls;

	if (ARR_NDIM(array) > 1)
		bad_argument("%s must have one dimension, not %d", name, ARR_NDIM(array));
	if (type == TEXTOID)
		deconstruct_array(array, type, -1, false, TYPALIGN_INT, &values, &nulls, n);
	else
		deconstruct_array(array, type, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values, &nulls, n);
	for (int j = 0; j < *n; j++)
	{
		if (nulls[j])
			bad_argument("%s must not contain nulls, but element %d is one", name, j + 1);
		if (type == FLOAT8OID && !isfinite(DatumGetFloat8(values[j])))
			bad_argument("%s must be finite, but element %d is %g", name, j + 1, DatumGetFloat8(values[j]));
	}

	return values;
}

/* A rule without a name is reported under its kind. */
static const char *
label_of(const PlanRule *rule)
{
	return rule_label(rule->kind, strcmp(rule->name, rule->kind) == 0 ? NULL : rule->name);
}

/* What offer j has in a column that a rule names. */
static JsonbValue
attribute_of(const Shopper *shopper, int j, const char *column, int length, const PlanRule *rule)
{
	JsonbValue	key = {.type = jbvString, .val.string = {.len = length, .val = unconstify(char *, column)}};
	JsonbValue *found;

	if (length == 5 && memcmp(column, "offer", 5) == 0)
		return (JsonbValue) {.type = jbvString, .val.string = {
			.len = VARSIZE_ANY_EXHDR(DatumGetPointer(shopper->offers[j])),
			.val = VARDATA_ANY(DatumGetPointer(shopper->offers[j])),
		}};
	if (length == 4 && (memcmp(column, "gain", 4) == 0 || memcmp(column, "cost", 4) == 0))
		return (JsonbValue) {.type = jbvNumeric, .val.numeric =
			DatumGetNumeric(DirectFunctionCall1(float8_numeric, column[0] == 'g' ? shopper->gains[j] : shopper->costs[j]))};

	found = findJsonbValueFromContainer(&shopper->attributes->root, JB_FOBJECT, &key);
	if (found && found->type == jbvBinary && JsonContainerIsArray(found->val.binary.data))
	{
		if (JsonContainerSize(found->val.binary.data) != shopper->n)
			bad_argument("attribute \"%.*s\" has %d elements, but offers has %d",
						 length, column, JsonContainerSize(found->val.binary.data), shopper->n);
		found = getIthJsonbValueFromContainer(found->val.binary.data, j);
	}
	if (found == NULL)
		bad_argument("attributes lack column \"%.*s\", which %s names", length, column, label_of(rule));
	if (found->type == jbvBinary)
		bad_argument("attribute \"%.*s\" must be a scalar or an array of them", length, column);

	return *found;
}

static bool
same_scalar(const JsonbValue *a, const JsonbValue *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type)
	{
		case jbvString:
			return a->val.string.len == b->val.string.len && memcmp(a->val.string.val, b->val.string.val, a->val.string.len) == 0;
		case jbvNumeric:
			return DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(a->val.numeric), NumericGetDatum(b->val.numeric)));
		case jbvBool:
			return a->val.boolean == b->val.boolean;
		default:
			return false;		/* null is in no selection */
	}
}

/* Is offer j in a selection? */
static bool
is_selected(const Shopper *shopper, int j, Jsonb *selection, const PlanRule *rule)
{
	JsonbIterator *at = JsonbIteratorInit(&selection->root);
	JsonbValue	part;
	JsonbValue	has = {0};
	bool		in = true;		/* as far as it has been looked at */
	bool		any = false;	/* of the values in an array */
	bool		within = false;

	for (JsonbIteratorToken token; (token = JsonbIteratorNext(&at, &part, false)) != WJB_DONE;)
		switch (token)
		{
			case WJB_KEY:
				has = attribute_of(shopper, j, part.val.string.val, part.val.string.len, rule);
				break;
			case WJB_BEGIN_ARRAY:
				within = true;
				any = false;
				break;
			case WJB_ELEM:
				any |= same_scalar(&part, &has);
				break;
			case WJB_END_ARRAY:
				within = false;
				in &= any;
				break;
			case WJB_VALUE:
				if (!within)
					in &= same_scalar(&part, &has);
				break;
			default:
				break;
		}

	return in;
}

/* What offer j adds to the left side of a rule's row. */
static double
load_of(const Shopper *shopper, int j, const PricedRule *priced)
{
	const RuleKind *kind = priced->kind;
	const PlanRule *rule = priced->rule;
	double		sign = kind->at_least ? -1 : 1;
	bool		in = is_selected(shopper, j, priced->selection, rule);
	double		amount;

	if (kind->row == ROW_SHARE)
		return sign * (in - (is_selected(shopper, j, priced->of, rule) ? rule->bound : 0));
	if (!in)
		return 0;
	if (kind->row == ROW_RETURN)
		return rule->bound * DatumGetFloat8(shopper->costs[j]) - DatumGetFloat8(shopper->gains[j]);
	if (kind->column == COLUMN_ONE)
		amount = 1;
	else if (kind->column == COLUMN_COST)
		amount = DatumGetFloat8(shopper->costs[j]);
	else
	{
		JsonbValue	value = attribute_of(shopper, j, rule->attribute, strlen(rule->attribute), rule);

		if (value.type != jbvNumeric)
			bad_argument("attribute \"%s\", which %s adds up, must be a number", rule->attribute, label_of(rule));
		amount = DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(value.val.numeric)));
	}

	return sign * (kind->row == ROW_MEAN ? amount - rule->bound : amount);
}

PG_FUNCTION_INFO_V1(plan_offer);

/* plan_offer(plan model, offers text[], gains float8[], costs float8[], attributes jsonb) returns text */
Datum
plan_offer(PG_FUNCTION_ARGS)
{
	const Prices *prices = prices_of(model_arg(fcinfo, 0));
	Shopper		shopper = {.attributes = PG_GETARG_JSONB_P(4)};
	int			ngains;
	int			ncosts;
	double		most = 0;
	int			best = -1;

	shopper.offers = elements(fcinfo, 1, "offers", TEXTOID, &shopper.n);
	shopper.gains = elements(fcinfo, 2, "gains", FLOAT8OID, &ngains);
	shopper.costs = elements(fcinfo, 3, "costs", FLOAT8OID, &ncosts);
	if (ngains != shopper.n)
		bad_argument("gains has %d elements, but offers has %d", ngains, shopper.n);
	if (ncosts != shopper.n)
		bad_argument("costs has %d elements, but offers has %d", ncosts, shopper.n);
	if (!JB_ROOT_IS_OBJECT(shopper.attributes))
		bad_argument("attributes must be a JSON object");

	for (int j = 0; j < shopper.n; j++)
	{
		double		value = DatumGetFloat8(shopper.gains[j]);

		for (int r = 0; r < prices->n; r++)
			value -= prices->rules[r].rule->price * load_of(&shopper, j, &prices->rules[r]);
		if (value > most || (best >= 0 && value == most && DatumGetFloat8(shopper.costs[j]) < DatumGetFloat8(shopper.costs[best])))
		{
			most = value;
			best = j;
		}
	}
	if (best < 0)
		PG_RETURN_NULL();

	PG_RETURN_DATUM(shopper.offers[best]);
}
