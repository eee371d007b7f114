/*
 * sequences.h
 *		Plumbing of fits to sequences: arrays of texts, and all of them kept as numbers.
 */
#ifndef COUPON_SEQUENCES_H
#define COUPON_SEQUENCES_H

#include "coupon.h"

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"

#include "pg/dictionary.h"
#include "pg/site.h"

#define SEQUENCE_SYMBOLS	10000	/* different ones, at most */
#define SEQUENCE_INPUTS		256

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

/* Sequences of symbols, and of inputs beside them: the state of a fit. */
typedef struct Sequences
{
	MemoryContext context;		/* of the aggregate */
	bool		with_inputs;
	const Jsonb *options;		/* as given, or NULL */
	Dictionary *symbols;		/* in order of appearance */
	Dictionary *inputs;
	int64		skipped;		/* rows without symbols or inputs */
	int64		n;				/* sequences */
	int64		room;
	int32	   *lengths;		/* (room) */
	int64		steps;			/* of all */
	int64		room_steps;
	uint16	   *codes;			/* (room_steps): symbols, one sequence after another */
	uint16	   *input_codes;	/* (room_steps), or NULL without inputs */
} Sequences;

/*
 * The transition (state, symbols, [inputs,] [options]) of a fit: adds the row
 * to the state and returns it.
 */
extern Datum sequences_add(FunctionCallInfo fcinfo, bool with_inputs, SiteExclude check);

/* The sequences in argument i, or NULL. */
extern Sequences *sequences_arg(FunctionCallInfo fcinfo, int i);

/* Empty ones with the options of others. */
extern Sequences *sequences_like(const Sequences *other, MemoryContext context);

/* Add the sequences of another state. */
extern void sequences_append(Sequences *sequences, const Sequences *other);

/* To and from bytes, for parallel workers. */
extern void sequences_put(StringInfo to, const Sequences *sequences);
extern Sequences *sequences_get(StringInfo from, MemoryContext context);

#endif							/* COUPON_SEQUENCES_H */
