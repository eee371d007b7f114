/*
 * dictionary.c
 *		Strings and their numbers, in the order in which they were added.
 */
#include "coupon.h"

#include "common/hashfn.h"

#include "pg/dictionary.h"

#define FIRST_SLOTS	16

Dictionary *
dictionary_make(MemoryContext context)
{
	Dictionary *dictionary = MemoryContextAllocZero(context, sizeof(Dictionary));

	dictionary->context = context;
	dictionary->nslots = FIRST_SLOTS;
	dictionary->slots = MemoryContextAllocZero(context, sizeof(int) * FIRST_SLOTS);
	dictionary->texts = MemoryContextAlloc(context, sizeof(char *) * FIRST_SLOTS / 2);
	dictionary->lengths = MemoryContextAlloc(context, sizeof(int) * FIRST_SLOTS / 2);

	return dictionary;
}

/* The slot of a string, or the free one where it belongs. */
static int *
slot_of(const Dictionary *dictionary, const char *string, int length)
{
	uint32		at = hash_bytes((const unsigned char *) string, length);

	for (;; at++)
	{
		int		   *slot = &dictionary->slots[at & (dictionary->nslots - 1)];
		int			number = *slot - 1;

		if (number < 0 ||
			(dictionary->lengths[number] == length &&
			 memcmp(dictionary->texts[number], string, length) == 0))
			return slot;
	}
}

int
dictionary_find(const Dictionary *dictionary, const char *string, int length)
{
	return *slot_of(dictionary, string, length) - 1;
}

static void
double_slots(Dictionary *dictionary)
{
	dictionary->nslots *= 2;
	pfree(dictionary->slots);
	dictionary->slots = MemoryContextAllocZero(dictionary->context,
											   sizeof(int) * dictionary->nslots);
	dictionary->texts = repalloc(dictionary->texts, sizeof(char *) * dictionary->nslots / 2);
	dictionary->lengths = repalloc(dictionary->lengths, sizeof(int) * dictionary->nslots / 2);
	for (int i = 0; i < dictionary->n; i++)
		*slot_of(dictionary, dictionary->texts[i], dictionary->lengths[i]) = i + 1;
}

int
dictionary_add(Dictionary *dictionary, const char *string, int length)
{
	int		   *slot = slot_of(dictionary, string, length);
	char	   *copy;

	if (*slot > 0)
		return *slot - 1;
	if (dictionary->n == dictionary->nslots / 2)
	{
		double_slots(dictionary);
		slot = slot_of(dictionary, string, length);
	}

	copy = MemoryContextAlloc(dictionary->context, length + 1);
	memcpy(copy, string, length);
	copy[length] = '\0';
	dictionary->texts[dictionary->n] = copy;
	dictionary->lengths[dictionary->n] = length;
	*slot = ++dictionary->n;

	return *slot - 1;
}

static int
by_text(const void *a, const void *b, void *dictionary)
{
	char	  **texts = ((Dictionary *) dictionary)->texts;

	return strcmp(texts[*(const int *) a], texts[*(const int *) b]);
}

int *
dictionary_ranks(const Dictionary *dictionary)
{
	int		   *order = palloc_array(int, Max(dictionary->n, 1));
	int		   *ranks = palloc_array(int, Max(dictionary->n, 1));

	for (int i = 0; i < dictionary->n; i++)
		order[i] = i;
	qsort_arg(order, dictionary->n, sizeof(int), by_text, (void *) dictionary);
	for (int i = 0; i < dictionary->n; i++)
		ranks[order[i]] = i;

	return ranks;
}

void
put_dictionary(StringInfo to, const Dictionary *dictionary)
{
	put_int32(to, dictionary->n);
	for (int i = 0; i < dictionary->n; i++)
		put_text(to, dictionary->texts[i]);
}

Dictionary *
get_dictionary(Reader *from, int least, int most)
{
	Dictionary *dictionary = dictionary_make(CurrentMemoryContext);
	int			n = get_int32(from, least, most);

	for (int i = 0; i < n; i++)
	{
		char	   *text = get_text(from);

		if (dictionary_add(dictionary, text, strlen(text)) != i)
			get_failed(from, "A name occurs twice.");
	}

	return dictionary;
}
