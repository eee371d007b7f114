/*
 * lexicon.h
 *		Texts as numbers: the few distinct ones of a long column.
 */
#ifndef COUPON_LEXICON_H
#define COUPON_LEXICON_H

#include "coupon.h"

#include "lib/stringinfo.h"

#define LEXICON_RECENT	256

/* A text and the one that came after it when it was last seen. */
typedef struct Word
{
	text	   *value;			/* with a full header: ready to be a Datum */
	int			length;			/* in bytes */
	int			next;			/* number of the word that followed */
	uint64		hash;			/* of its bytes */
} Word;

typedef struct Lexicon
{
	MemoryContext context;		/* where all of it lives */
	Word	   *words;
	int			n;
	int			room;
	int		   *slots;			/* numbers by hash, -1 where empty */
	uint32		nslots;			/* a power of two */
	int			last;			/* the number found last */
	int			recent[LEXICON_RECENT]; /* numbers by a cheap hash, 0 at first */
} Lexicon;

extern Lexicon *lexicon_make(void);

/* The number of the text of these bytes. */
extern int	lexicon_number(Lexicon *lexicon, const char *bytes, int length);

/* The texts in the order of their bytes: by number, the place there. */
extern int32 *lexicon_ranks(const Lexicon *lexicon);

/* To and from bytes, for parallel workers. */
extern void lexicon_put(StringInfo to, const Lexicon *lexicon);
extern Lexicon *lexicon_get(StringInfo from);

#endif							/* COUPON_LEXICON_H */
