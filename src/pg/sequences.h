/*
 * sequences.h
 *		Plumbing of fits to sequences: arrays of texts, and all of them kept as numbers.
 */
#ifndef COUPON_SEQUENCES_H
#define COUPON_SEQUENCES_H

#include "coupon.h"

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "utils/array.h"

/* The elements of an array of texts, one after another. */
typedef struct TextElements
{
	const char *at;
	int			n;				/* of the array */
} TextElements;

/* Raise an error unless the array has one dimension (or none) and no nulls. */
extern void text_elements(ArrayType *array, const char *name, TextElements *elements);

/* The next one; its bytes are not terminated. */
static inline const char *
text_next(TextElements *elements, int *length)
{
	const char *text = (const char *) att_align_pointer(elements->at, TYPALIGN_INT, -1, elements->at);

	elements->at = text + VARSIZE_ANY(text);
	*length = VARSIZE_ANY_EXHDR(text);

	return VARDATA_ANY(text);
}

/* Raise an error unless there is an input for each symbol. */
extern void sequence_check_lengths(int nsymbols, int ninputs);

#endif							/* COUPON_SEQUENCES_H */
