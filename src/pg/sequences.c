/*
 * sequences.c
 *		Plumbing of fits to sequences: arrays of texts, and all of them kept as numbers.
 */
#include "coupon.h"

#include "pg/sequences.h"

void
text_elements(ArrayType *array, const char *name, TextElements *elements)
{
	if (ARR_NDIM(array) > 1)
		bad_argument("%s must be an array of one dimension", name);
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
	elements->at = ARR_DATA_PTR(array);
	elements->n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

void
sequence_check_lengths(int nsymbols, int ninputs)
{
	if (nsymbols != ninputs)
		bad_argument("there are %d symbols, but %d inputs: each step must have one of both", nsymbols, ninputs);
}
