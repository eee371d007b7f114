/*
 * array.c
 *		Arrays in and out.
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/array.h"

const double *
vector_of(ArrayType *array, const char *name, int *length)
{
	const double *values;

	if (ARR_NDIM(array) > 1)
		bad_argument("%s must be a one-dimensional array", name);
	*length = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
	values = (const double *) ARR_DATA_PTR(array);
	for (int i = 0; i < *length; i++)
		if (!isfinite(values[i]))
			bad_argument("%s[%d] is %s, not a finite number", name, i + 1,
						 isnan(values[i]) ? "NaN" : "infinite");

	return values;
}

const double *
vector_arg(FunctionCallInfo fcinfo, int i, const char *name, int *length)
{
	return vector_of(PG_GETARG_ARRAYTYPE_P(i), name, length);
}

Datum
vector_datum(const double *values, int n)
{
	Datum	   *elements = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(values[i]);

	return PointerGetDatum(construct_array(elements, n, FLOAT8OID, sizeof(float8),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
texts_datum(char *const *texts, int n)
{
	Datum	   *elements = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(texts[i]);

	return PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT));
}
