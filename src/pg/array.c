/*
 * array.c
 *		Arrays for results, and of arguments.
 */
#include "coupon.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/array.h"

Datum
vector_datum(const double *values, int n)
{
	Datum	   *elements = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(values[i]);

	return PointerGetDatum(construct_array(elements, n, FLOAT8OID, sizeof(float8),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

const double *
array_numbers(ArrayType *array, const char *name, int *n)
{
	if (ARR_NDIM(array) > 1)
		bad_argument("%s must be an array of one dimension", name);
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
	*n = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];

	return (const double *) ARR_DATA_PTR(array);
}

Datum
texts_datum(char *const *texts, int n)
{
	Datum	   *elements = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(texts[i]);

	return PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT));
}
