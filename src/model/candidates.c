/*
 * candidates.c
 *		Candidates collected and grouped by customer.
 *
 * Rows that come customer by customer stay where they are.  Where a customer
 * comes back, runs are scattered by a hash of the customer into partitions
 * that fit the processor's cache, and each partition is grouped there (Manegold,
 * Boncz and Kersten, "Optimizing main-memory join on modern hardware", 2002).
 */
#include "coupon.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/candidates.h"

#define FIRST_ROOM			1024
#define PARTITION_RUNS		2048	/* runs wanted in a partition */
#define MOST_PARTITIONS		4096
#define FIRST_BITS			40		/* of a piece's first row */
#define MOST_PIECE			((INT64CONST(1) << (64 - FIRST_BITS)) - 1)

/* A run on its way to its customer. */
typedef struct Piece
{
	int64		customer;
	uint64		first:FIRST_BITS;
	uint64		n:64 - FIRST_BITS;
} Piece;

/* Scratch of one partition. */
typedef struct Groups
{
	int64		room;			/* for pieces; the table has twice the slots */
	int32	   *slots;			/* group by hash, -1 where empty */
	int64	   *customers;		/* by group */
	int64	   *at;				/* by group: rows, then where the next row goes */
	int32	   *of;				/* by piece: its group */
} Groups;

Candidates *
candidates_make(void)
{
	Candidates *candidates = palloc0_object(Candidates);

	candidates->context = CurrentMemoryContext;
	candidates->room = candidates->room_runs = FIRST_ROOM;
	candidates->rows = palloc_array(Candidate, FIRST_ROOM);
	candidates->runs = palloc_array(Run, FIRST_ROOM);
	candidates->ascending = true;

	return candidates;
}

void
candidates_grow(Candidates *candidates)
{
	candidates->room *= 2;
	candidates->rows = repalloc_huge(candidates->rows, sizeof(Candidate) * candidates->room);
}

void
candidates_grow_runs(Candidates *candidates)
{
	candidates->room_runs *= 2;
	candidates->runs = repalloc_huge(candidates->runs, sizeof(Run) * candidates->room_runs);
}

static inline uint64
hash_of(int64 customer)
{
	uint64		z = (uint64) customer;

	z = (z ^ (z >> 32)) * UINT64CONST(0xd6e8feb86659fd93);
	z = (z ^ (z >> 32)) * UINT64CONST(0xd6e8feb86659fd93);

	return z ^ (z >> 32);
}

/* The runs in the order of their partitions; ends[p] is one past partition p. */
static Piece *
scatter(const Candidates *candidates, int bits, int64 *ends)
{
	Piece	   *pieces = palloc_huge(Piece, candidates->nruns);
	int			shift = 64 - bits;
	int64		before = 0;

	memset(ends, 0, sizeof(int64) << bits);
	for (int64 i = 0; i < candidates->nruns; i++)
		ends[hash_of(candidates->runs[i].customer) >> shift]++;
	for (int p = 0; p < 1 << bits; p++)
	{
		int64		n = ends[p];

		ends[p] = before;
		before += n;
	}

	for (int64 i = 0; i < candidates->nruns; i++)
	{
		const Run  *run = &candidates->runs[i];
		Piece	   *piece = &pieces[ends[hash_of(run->customer) >> shift]++];
		int64		n = candidates_end(candidates, i) - run->first;

		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (n > MOST_PIECE || run->first >> FIRST_BITS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many candidates")));
		piece->customer = run->customer;
		piece->first = run->first;
		piece->n = n;
	}

	return pieces;
}

static void
groups_reserve(Groups *groups, int64 npieces)
{
	if (npieces <= groups->room)
		return;
	if (groups->room)
	{
		pfree(groups->slots);
		pfree(groups->customers);
		pfree(groups->at);
		pfree(groups->of);
	}
	groups->room = PARTITION_RUNS;
	while (groups->room < npieces)
		groups->room *= 2;
	groups->slots = palloc_huge(int32, groups->room * 2);
	groups->customers = palloc_huge(int64, groups->room);
	groups->at = palloc_huge(int64, groups->room);
	groups->of = palloc_huge(int32, groups->room);
}

/* Find the customers of a partition and count their rows. */
static int64
find_groups(Groups *groups, const Piece *pieces, int64 npieces, const Candidate *rows)
{
	int64		ngroups = 0;
	uint64		mask = 1;

	groups_reserve(groups, npieces);
	while (mask < npieces * 2)
		mask *= 2;
	memset(groups->slots, -1, sizeof(int32) * mask);
	mask--;

	for (int64 i = 0; i < npieces; i++)
	{
		uint64		slot = hash_of(pieces[i].customer) & mask;
		int32		group;

		/* the rows are somewhere else, and wanted soon */
		__builtin_prefetch(&rows[pieces[i].first]);
		while ((group = groups->slots[slot]) >= 0 && groups->customers[group] != pieces[i].customer)
			slot = (slot + 1) & mask;
		if (group < 0)
		{
			groups->slots[slot] = group = ngroups++;
			groups->customers[group] = pieces[i].customer;
			groups->at[group] = 0;
		}
		groups->of[i] = group;
		groups->at[group] += pieces[i].n;
	}

	return ngroups;
}

void
candidates_group(Candidates *candidates)
{
	MemoryContext caller;
	Groups		groups = {0};
	int64	   *ends;
	Piece	   *pieces;
	Candidate  *rows;
	int64		first = 0;		/* the next piece */
	int64		to = 0;			/* where the next row goes */
	int			bits = 1;

	if (candidates->ascending)
		return;

	caller = MemoryContextSwitchTo(candidates->context);
	while (1 << bits < MOST_PARTITIONS && candidates->nruns >> bits > PARTITION_RUNS)
		bits++;
	ends = palloc_array(int64, 1 << bits);
	pieces = scatter(candidates, bits, ends);
	rows = palloc_huge(Candidate, candidates->room);

	candidates->nruns = 0;
	for (int p = 0; p < 1 << bits; p++)
	{
		int64		ngroups;

		CHECK_FOR_INTERRUPTS();
		ngroups = find_groups(&groups, pieces + first, ends[p] - first, candidates->rows);

		/* there are at most as many customers as there were runs: they fit */
		for (int64 group = 0; group < ngroups; group++)
		{
			int64		n = groups.at[group];

			candidates->runs[candidates->nruns].customer = groups.customers[group];
			candidates->runs[candidates->nruns].first = to;
			candidates->nruns++;
			groups.at[group] = to;
			to += n;
		}
		for (int64 i = first; i < ends[p]; i++)
		{
			int64	   *at = &groups.at[groups.of[i - first]];

			for (int64 j = 0; j < pieces[i].n; j++)
				rows[(*at)++] = candidates->rows[pieces[i].first + j];
		}
		first = ends[p];
	}

	pfree(candidates->rows);
	pfree(pieces);
	pfree(ends);
	candidates->rows = rows;
	candidates->ascending = true;
	MemoryContextSwitchTo(caller);
}
