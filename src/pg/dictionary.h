/*
 * dictionary.h
 *		Strings and their numbers, in the order in which they were added.
 */
#ifndef COUPON_DICTIONARY_H
#define COUPON_DICTIONARY_H

#include "coupon.h"

#include "pg/bytes.h"

typedef struct Dictionary
{
	MemoryContext context;
	int			n;				/* strings */
	char	  **texts;			/* (n) */
	int		   *lengths;		/* (n) */
	int			nslots;			/* a power of two, at least 2 n */
	int		   *slots;			/* number of a string + 1, or 0; by hash, then the next free */
} Dictionary;

extern Dictionary *dictionary_make(MemoryContext context);

/* The number of a string, or -1. */
extern int dictionary_find(const Dictionary *dictionary, const char *string, int length);

/* The number of a string, added if it is new. */
extern int dictionary_add(Dictionary *dictionary, const char *string, int length);

/* The places of the strings in byte order: (n), palloc'd. */
extern int *dictionary_ranks(const Dictionary *dictionary);

/* To and from bytes; one in the current context, of least..most strings that differ. */
extern void put_dictionary(StringInfo to, const Dictionary *dictionary);
extern Dictionary *get_dictionary(Reader *from, int least, int most);

#endif							/* COUPON_DICTIONARY_H */
