/*
 * candidates.c
 *		Candidates in any order of rows, brought together by customer.
 *
 * As long as customers come in ascending order none can come back, and each
 * becomes a hull as soon as its rows end.  From the first customer that breaks
 * the order, rows are scattered by a hash of the customer into partitions
 * that fit the processor's cache, and grouped there at the end (Manegold,
 * Boncz and Kersten, "Optimizing main-memory join on modern hardware", 2002).
 * The hulls made before are scattered with them: the hull of a union is the
 * hull of the hulls, and of what they dropped only the offers still matter,
 * since no customer may have two candidates for one.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/candidates.h"

#define FIRST_ROOM		64
#define PARTITION_BITS	7		/* more would not fit the TLB while rows are scattered */
#define PARTITIONS		(1 << PARTITION_BITS)
#define FIRST_CHUNK		14		/* rows; each chunk of a partition has four times as many */
#define MOST_CHUNK		1000

/* The customers of one partition. */
typedef struct Groups
{
	int64		room;			/* for rows; the table has twice the slots */
	int32	   *slots;			/* group by hash, -1 where empty */
	int64	   *customers;		/* by group */
	int64	   *ends;			/* by group: rows, then one past the last row */
	int32	   *of;				/* by row: its group */
	Candidate  *rows;			/* by group */
} Groups;

Candidates *
candidates_make(Hulls *hulls)
{
	Candidates *candidates = palloc0_object(Candidates);

	candidates->context = CurrentMemoryContext;
	candidates->hulls = hulls;
	candidates->room = FIRST_ROOM;
	candidates->pending = palloc_array(Candidate, candidates->room);
	candidates->few = palloc_huge(Row, FEW_CANDIDATES);

	return candidates;
}

void
candidates_grow(Candidates *candidates)
{
	candidates->room *= 2;
	candidates->pending = repalloc_huge(candidates->pending, sizeof(Candidate) * candidates->room);
}

Chunk *
candidates_chunk(Candidates *candidates, Chunk *latest)
{
	int			room = latest ? Min(latest->room * 4, MOST_CHUNK) : FIRST_CHUNK;
	Chunk	   *chunk = MemoryContextAlloc(candidates->context, offsetof(Chunk, rows) + sizeof(Row) * room);

	chunk->next = latest;
	chunk->n = 0;
	chunk->room = room;

	return chunk;
}

static inline uint64
hash_of(int64 customer)
{
	uint64		z = (uint64) customer;

	z = (z ^ (z >> 32)) * UINT64CONST(0xd6e8feb86659fd93);
	z = (z ^ (z >> 32)) * UINT64CONST(0xd6e8feb86659fd93);

	return z ^ (z >> 32);
}

static void
enter(Candidates *candidates, int64 customer)
{
	candidates->customer = customer;
	candidates->begun = true;
	if (candidates->partitions)
		candidates->partition = &candidates->partitions[hash_of(customer) >> (64 - PARTITION_BITS)];
}

/* From now on rows go to partitions, and so does what has become hulls. */
static void
scatter(Candidates *candidates)
{
	Hulls	   *hulls = candidates->hulls;
	int64		n = candidates->n;
	int64		vertex = 0;
	int64		dropped = 0;

	candidates->partitions = MemoryContextAllocZero(candidates->context, sizeof(Chunk *) * PARTITIONS);
	for (int64 i = 0; i < hulls->n; i++)
	{
		int64		end = i + 1 < hulls->n ? hulls->customers[i + 1].first : hulls->nvertices;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		enter(candidates, hulls->customers[i].customer);
		for (; vertex < end; vertex++)
		{
			const Candidate *from = &hulls->vertices[vertex];

			if (from->offer != NO_OFFER)
				candidates_add(candidates, from->offer, from->gain, from->cost);
		}
		for (; dropped < hulls->dropped_end[i]; dropped++)
			candidates_add(candidates, hulls->dropped[dropped], NAN, 0);
	}
	hulls_clear(hulls);
	candidates->n = n;
}

/* The present customer is complete, if there is one. */
static void
end_customer(Candidates *candidates)
{
	if (candidates->begun)
		hulls_add(candidates->hulls, candidates->customer, candidates->pending, candidates->npending, true);
	candidates->npending = 0;
}

void
candidates_next(Candidates *candidates, int64 customer)
{
	if (candidates->partitions == NULL)
	{
		bool		comes_back = candidates->begun && customer < candidates->customer;

		end_customer(candidates);
		if (comes_back)
			scatter(candidates);
	}
	enter(candidates, customer);
}

static void
groups_reserve(Groups *groups, int64 n)
{
	if (n <= groups->room)
		return;
	if (groups->room)
	{
		pfree(groups->slots);
		pfree(groups->customers);
		pfree(groups->ends);
		pfree(groups->of);
		pfree(groups->rows);
	}
	/* narrow numbers: the tables compete with the rows for the cache */
	if (n > PG_INT32_MAX / 4)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many candidates")));
	groups->room = n + n / 4;
	groups->slots = palloc_huge(int32, groups->room * 4);	/* room for the next power of two */
	groups->customers = palloc_huge(int64, groups->room);
	groups->ends = palloc_huge(int64, groups->room);
	groups->of = palloc_huge(int32, groups->room);
	groups->rows = palloc_huge(Candidate, groups->room);
}

/* The number of a customer within the partition. */
static inline int32
find_group(Groups *groups, uint64 mask, int64 customer, int32 *ngroups)
{
	uint64		slot = hash_of(customer) & mask;
	int32		group;

	while ((group = groups->slots[slot]) >= 0)
	{
		if (groups->customers[group] == customer)
			return group;
		slot = (slot + 1) & mask;
	}
	groups->slots[slot] = group = (*ngroups)++;
	groups->customers[group] = customer;
	groups->ends[group] = 0;

	return group;
}

/* Make the hulls of the customers of a partition, and free it. */
static void
group(Hulls *hulls, Groups *groups, Chunk *chunks)
{
	int64		n = 0;
	int32		ngroups = 0;
	int64		at = 0;
	uint64		mask = 1;

	for (Chunk *chunk = chunks; chunk; chunk = chunk->next)
		n += chunk->n;
	groups_reserve(groups, n);
	while (mask < n * 2)
		mask *= 2;
	memset(groups->slots, -1, sizeof(int32) * mask);
	mask--;

	for (Chunk *chunk = chunks; chunk; chunk = chunk->next)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < chunk->n; i++)
		{
			int32		number = find_group(groups, mask, chunk->rows[i].customer, &ngroups);

			groups->of[at++] = number;
			groups->ends[number]++;
		}
	}

	/* from counts to beginnings; filling the groups makes ends of them */
	at = 0;
	for (int32 i = 0; i < ngroups; i++)
	{
		int64		count = groups->ends[i];

		groups->ends[i] = at;
		at += count;
	}
	at = 0;
	for (Chunk *chunk = chunks, *next; chunk; chunk = next)
	{
		for (int i = 0; i < chunk->n; i++)
			groups->rows[groups->ends[groups->of[at++]]++] = chunk->rows[i].candidate;
		next = chunk->next;
		pfree(chunk);
	}

	at = 0;
	for (int32 i = 0; i < ngroups; i++)
	{
		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		hulls_add(hulls, groups->customers[i], groups->rows + at, groups->ends[i] - at, false);
		at = groups->ends[i];
	}
}

void
candidates_finish(Candidates *candidates)
{
	MemoryContext caller = MemoryContextSwitchTo(candidates->context);

	if (candidates->partitions == NULL)
		end_customer(candidates);
	else
	{
		Groups		groups = {0};

		for (int p = 0; p < PARTITIONS; p++)
			if (candidates->partitions[p])
				group(candidates->hulls, &groups, candidates->partitions[p]);
	}
	hulls_finish(candidates->hulls);
	MemoryContextSwitchTo(caller);
}
