/*
 * array.c
 *		Arrays of arguments and results.
 */
#include "coupon.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/array.h"

#define LINE	64				/* bytes that the processor fetches at once */

/*
 * Fetch the numbers of the next row ahead.  A page fills from its end, so
 * where a table is read in order they lie before these.
 */
static inline void
fetch_ahead(const double *values, int n)
{
	uintptr_t	at = (uintptr_t) values;

	for (uintptr_t back = sizeof(double) * n + LINE; back > 0; back -= Min(back, LINE))
		__builtin_prefetch((const void *) (at - back));
}

/* An array of so many dimensions, or an empty one. */
static Vector
numbers_of(Datum datum, const char *name, int dimensions, const char *called)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	Vector		vector = {
		.n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)),
		.values = (const double *) ARR_DATA_PTR(array),
		.array = array,
		.copied = (Pointer) array != DatumGetPointer(datum),
	};

	if (!vector.copied)
		fetch_ahead(vector.values, vector.n);

	if (ARR_NDIM(array) != 0 && ARR_NDIM(array) != dimensions)
		bad_argument("%s must be an array of %s", name, called);
	if (unlikely(array_contains_nulls(array)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));

	return vector;
}

Vector
vector_of(Datum datum, const char *name)
{
	return numbers_of(datum, name, 1, "one dimension");
}

Vector
matrix_of(Datum datum, const char *name, int *rows)
{
	Vector		matrix = numbers_of(datum, name, 2, "two dimensions");

	*rows = matrix.n == 0 ? 0 : ARR_DIMS(matrix.array)[0];

	return matrix;
}

void
vector_done(const Vector *vector)
{
	if (vector->copied)
		pfree(vector->array);
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
matrix_datum(const double *values, int rows, int columns)
{
	int			n = rows * columns;
	Datum	   *elements = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(values[i]);

	return PointerGetDatum(construct_md_array(elements, NULL, 2, (int[]) {rows, columns}, (int[]) {1, 1}, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
texts_datum(char *const *texts, int n)
{
	Datum	   *elements = palloc_array(Datum, Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(texts[i]);

	return PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT));
}
