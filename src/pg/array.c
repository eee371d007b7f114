/*
 * array.c
 *		Arrays for results.
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

Datum
texts_datum(char *const *texts, int n)
{
	Datum	   *elements = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(texts[i]);

	return PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT));
}
