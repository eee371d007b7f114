/*
 * lexicon.c
 *		Texts as numbers.
 *
 * The offers of one customer tend to come in the same order as those of the
 * last, so the word that followed last time is tried before any hashing, and
 * then the last one that had the same length, first and last bytes.
 */
#include "coupon.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/lexicon.h"

#define FIRST_ROOM	64

Lexicon *
lexicon_make(void)
{
	Lexicon    *lexicon = palloc0_object(Lexicon);

	lexicon->context = CurrentMemoryContext;
	lexicon->room = FIRST_ROOM;
	lexicon->words = palloc_array(Word, lexicon->room);
	lexicon->nslots = 2 * FIRST_ROOM;
	lexicon->slots = palloc_array(int, lexicon->nslots);
	memset(lexicon->slots, -1, sizeof(int) * lexicon->nslots);

	return lexicon;
}

/* Double the room; the table stays at most half full. */
static void
grow(Lexicon *lexicon)
{
	uint32		mask = lexicon->nslots * 2 - 1;

	if (lexicon->room > PG_INT32_MAX / 4)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many distinct texts")));
	lexicon->room *= 2;
	lexicon->words = repalloc_huge(lexicon->words, sizeof(Word) * lexicon->room);
	lexicon->nslots *= 2;
	lexicon->slots = repalloc_huge(lexicon->slots, sizeof(int) * lexicon->nslots);
	memset(lexicon->slots, -1, sizeof(int) * lexicon->nslots);
	for (int i = 0; i < lexicon->n; i++)
	{
		uint32		slot = lexicon->words[i].hash & mask;

		while (lexicon->slots[slot] >= 0)
			slot = (slot + 1) & mask;
		lexicon->slots[slot] = i;
	}
}

static inline uint64
load64(const char *bytes)
{
	uint64		word;

	memcpy(&word, bytes, sizeof(word));

	return word;
}

static inline uint32
load32(const char *bytes)
{
	uint32		word;

	memcpy(&word, bytes, sizeof(word));

	return word;
}

static inline bool
same(const Word *word, const char *bytes, int length)
{
	const char *own = VARDATA(word->value);

	/* names of offers tend to be short: first and last bytes, overlapping, are all */
	if (word->length != length)
		return false;
	if (length >= sizeof(uint64) && length <= 2 * sizeof(uint64))
		return load64(own) == load64(bytes) &&
			load64(own + length - sizeof(uint64)) == load64(bytes + length - sizeof(uint64));
	if (length >= sizeof(uint32) && length < sizeof(uint64))
		return load32(own) == load32(bytes) &&
			load32(own + length - sizeof(uint32)) == load32(bytes + length - sizeof(uint32));

	return memcmp(own, bytes, length) == 0;
}

static int
find_or_add(Lexicon *lexicon, const char *bytes, int length)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) bytes, length, 0);
	uint32		mask = lexicon->nslots - 1;
	uint32		slot = hash & mask;
	int			number;
	MemoryContext caller;

	for (; (number = lexicon->slots[slot]) >= 0; slot = (slot + 1) & mask)
		if (lexicon->words[number].hash == hash && same(&lexicon->words[number], bytes, length))
			return number;

	caller = MemoryContextSwitchTo(lexicon->context);
	number = lexicon->n++;
	lexicon->words[number].value = cstring_to_text_with_len(bytes, length);
	lexicon->words[number].length = length;
	lexicon->words[number].next = 0;
	lexicon->words[number].hash = hash;
	lexicon->slots[slot] = number;
	if (lexicon->n == lexicon->room)
		grow(lexicon);
	MemoryContextSwitchTo(caller);

	return number;
}

/* Words that differ only in the middle share a place; they are few. */
static inline int
cheap_hash(const char *bytes, int length)
{
	uint64		ends;

	if (length < sizeof(uint32))
		return length;
	ends = (uint64) load32(bytes) << 32 ^ load32(bytes + length - sizeof(uint32)) ^ length;

	return (ends * UINT64CONST(0x9e3779b97f4a7c15)) >> 56;
}

int
lexicon_number(Lexicon *lexicon, const char *bytes, int length)
{
	int			number;

	StaticAssertStmt(LEXICON_RECENT == 256, "cheap_hash() has 8 bits");

	if (lexicon->n > 0)
	{
		int		   *recent = &lexicon->recent[cheap_hash(bytes, length)];

		number = lexicon->words[lexicon->last].next;
		if (same(&lexicon->words[number], bytes, length))
			return lexicon->last = number;
		number = *recent;
		if (!same(&lexicon->words[number], bytes, length))
			*recent = number = find_or_add(lexicon, bytes, length);
	}
	else
		number = find_or_add(lexicon, bytes, length);
	lexicon->words[lexicon->last].next = number;

	return lexicon->last = number;
}

static int
by_text(const void *a, const void *b, void *of)
{
	const Word *words = of;
	const Word *x = &words[*(const int32 *) a];
	const Word *y = &words[*(const int32 *) b];
	int			order = memcmp(VARDATA(x->value), VARDATA(y->value), Min(x->length, y->length));

	return order ? order : x->length - y->length;
}

int32 *
lexicon_ranks(const Lexicon *lexicon)
{
	int32	   *order = palloc_huge(int32, Max(lexicon->n, 1));
	int32	   *ranks = palloc_huge(int32, Max(lexicon->n, 1));

	for (int32 i = 0; i < lexicon->n; i++)
		order[i] = i;
	qsort_interruptible(order, lexicon->n, sizeof(int32), by_text, lexicon->words);
	for (int32 i = 0; i < lexicon->n; i++)
		ranks[order[i]] = i;
	pfree(order);

	return ranks;
}

void
lexicon_put(StringInfo to, const Lexicon *lexicon)
{
	pq_sendint32(to, lexicon->n);
	for (int i = 0; i < lexicon->n; i++)
	{
		pq_sendint32(to, lexicon->words[i].length);
		pq_sendbytes(to, VARDATA(lexicon->words[i].value), lexicon->words[i].length);
	}
}

Lexicon *
lexicon_get(StringInfo from)
{
	Lexicon    *lexicon = lexicon_make();
	int			n = pq_getmsgint(from, 4);

	for (int i = 0; i < n; i++)
	{
		int			length = pq_getmsgint(from, 4);

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		lexicon_number(lexicon, pq_getmsgbytes(from, length), length);
	}

	return lexicon;
}
