/*
 * json.c
 *		Numbers in JSON texts.
 */
#include "coupon.h"

#include <math.h>

#include "common/shortest_dec.h"

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
