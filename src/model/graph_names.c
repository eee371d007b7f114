/*
 * graph_names.c
 *		Sorted names as bytes, and found by their hash.
 */
#include "coupon.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/graph_names.h"

#define CHUNK	65536

void
put_names(StringInfo to, const Names *names)
{
	int64		size = names->at[names->n];

	put_int32(to, names->n);
	put_int64(to, size);
	appendBinaryStringInfo(to, names->text, (int) size);
}

void
get_names(Reader *from, Names *names)
{
	int64		size;
	int64		at = 0;

	names->n = get_int32(from, 0, PG_INT32_MAX - 1);
	size = get_int64(from, 0, MaxAllocSize);
	/* at most one name is empty */
	if (names->n > (size + 1) / 2)
		get_failed(from, "There are fewer names than there should be.");
	names->text = memcpy(palloc_huge(char, Max(size, 1)), get_bytes(from, size), size);
	names->at = palloc_huge(int64, (Size) names->n + 1);
	for (int i = 0; i < names->n; i++)
	{
		const char *name = names->text + at;
		const char *end = memchr(name, '\0', size - at);

		if (i % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		if (end == NULL || !pg_verify_mbstr(GetDatabaseEncoding(), name, end - name, true))
			get_failed(from, "A string is not in the encoding of the database.");
		if (i > 0 && strcmp(names->text + names->at[i - 1], name) >= 0)
			get_failed(from, "Names are not in order.");
		names->at[i] = at;
		at += end - name + 1;
	}
	names->at[names->n] = at;
	if (at != size)
		get_failed(from, "There are more names than there should be.");
}

static inline uint32
hash_of(const char *name, int length)
{
	return hash_bytes((const unsigned char *) name, length);
}

void
name_index_make(NameIndex *index, const Names *names)
{
	index->names = names;
	index->nslots = 2;
	while (index->nslots < 2 * (uint32) names->n)
		index->nslots *= 2;
	index->slots = palloc_huge(int32, index->nslots);
	memset(index->slots, 0, sizeof(int32) * (Size) index->nslots);
	for (int i = 0; i < names->n; i++)
	{
		uint32		at = hash_of(names_of(names, i), (int) (names->at[i + 1] - names->at[i] - 1));

		if (i % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		while (index->slots[at & (index->nslots - 1)] != 0)
			at++;
		index->slots[at & (index->nslots - 1)] = i + 1;
	}
}

int
name_index_find(const NameIndex *index, const char *name, int length)
{
	const Names *names = index->names;

	for (uint32 at = hash_of(name, length);; at++)
	{
		int			place = index->slots[at & (index->nslots - 1)] - 1;

		if (place < 0 ||
			(names->at[place + 1] - names->at[place] - 1 == length &&
			 memcmp(names_of(names, place), name, length) == 0))
			return place;
	}
}
