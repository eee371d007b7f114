/*
 * encoding_sql.c
 *		rbf(), one_hot() and cross().
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "model/bayes_stats.h"
#include "model/encoding.h"
#include "pg/array.h"

#define ENCODING_MOST	1000000

/* A vector in argument i, all of it finite. */
static Vector
finite_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	Vector		vector = vector_of(PG_GETARG_DATUM(i), name);

	bayes_features(vector.values, vector.n, name);

	return vector;
}

static double
number_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	double		number = PG_GETARG_FLOAT8(i);

	if (!isfinite(number))
		bad_argument("%s is %s, not a finite number", name, isnan(number) ? "NaN" : "infinite");

	return number;
}

PG_FUNCTION_INFO_V1(encoding_rbf);

/* rbf(depth, centres, alpha) returns float8[] */
Datum
encoding_rbf(PG_FUNCTION_ARGS)
{
	double		depth = number_arg(fcinfo, 0, "depth");
	Vector		centres = finite_arg(fcinfo, 1, "centres");
	double		alpha = number_arg(fcinfo, 2, "alpha");
	double	   *result = palloc_array(double, Max(centres.n, 1));

	if (alpha < 0)
		bad_argument("alpha must not be negative, but is %g", alpha);
	encode_rbf(depth, centres.values, centres.n, alpha, result);

	PG_RETURN_DATUM(vector_datum(result, centres.n));
}

PG_FUNCTION_INFO_V1(encoding_cross);

/* cross(a, b) returns float8[] */
Datum
encoding_cross(PG_FUNCTION_ARGS)
{
	Vector		a = finite_arg(fcinfo, 0, "a");
	Vector		b = finite_arg(fcinfo, 1, "b");
	int64		n = (int64) a.n * b.n;
	double	   *result;

	if (n > ENCODING_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%d times %d products are more than %d", a.n, b.n, ENCODING_MOST)));
	result = palloc_array(double, Max(n, 1));
	encode_cross(a.values, a.n, b.values, b.n, result);

	PG_RETURN_DATUM(vector_datum(result, n));
}

PG_FUNCTION_INFO_V1(encoding_one_hot);

/* one_hot(category text, categories text[]) returns float8[] */
Datum
encoding_one_hot(PG_FUNCTION_ARGS)
{
	text	   *category = PG_GETARG_TEXT_PP(0);
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *categories;
	double	   *result;
	int			n;
	bool		found = false;

	if (ARR_NDIM(array) > 1)
		bad_argument("categories must be an array of one dimension");
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("categories must not contain nulls")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &categories, NULL, &n);
	result = palloc0_array(double, Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		text	   *other = DatumGetTextPP(categories[i]);

		if (VARSIZE_ANY_EXHDR(other) != VARSIZE_ANY_EXHDR(category) ||
			memcmp(VARDATA_ANY(other), VARDATA_ANY(category), VARSIZE_ANY_EXHDR(other)) != 0)
			continue;
		if (found)
			bad_argument("categories must differ, but \"%s\" is there twice", text_to_cstring(category));
		found = true;
		result[i] = 1;
	}

	PG_RETURN_DATUM(vector_datum(result, n));
}
