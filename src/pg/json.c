/*
 * json.c
 *		JSON texts: numbers written, objects read.
 */
#include "coupon.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "pg/json.h"

void
json_number(StringInfo json, double number)
{
	/* not as float8out does: that depends on the session's extra_float_digits */
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (!isfinite(number))
	{
		appendStringInfoString(json, "null");
		return;
	}
	double_to_shortest_decimal_buf(number, digits);
	appendStringInfoString(json, digits);
}

void
json_member(StringInfo json, const char *name, double number)
{
	appendStringInfo(json, ", \"%s\": ", name);
	json_number(json, number);
}

void
json_item(StringInfo json, bool *first, bool is_there, const char *name)
{
	if (!is_there)
		return;
	appendStringInfo(json, "%s\"%s\"", *first ? "" : ", ", name);
	*first = false;
}

/* jsonb_in() complains about anything that is no JSON. */
char *
get_json_object(Reader *from)
{
	char	   *json = get_text(from);
	Jsonb	   *value = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));

	if (!JB_ROOT_IS_OBJECT(value))
		get_failed(from, "A JSON value is not an object.");

	return json;
}
