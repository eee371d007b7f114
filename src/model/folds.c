/*
 * folds.c
 *		Which rows of a trial are left out of a fit together.
 *
 * The rows are sorted by their content, so that equal ones stand together;
 * the key of a row is drawn from (seed, hash of its content, its number among
 * equal rows).  Within a stratum the rows are dealt out in the order of their
 * keys.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/folds.h"
#include "model/radix.h"
#include "model/random.h"

/* The bits of a number: one zero, one NaN. */
static inline uint64
bits_of(double number)
{
	uint64		bits;

	if (number == 0)
		return 0;
	if (isnan(number))
		return PG_UINT64_MAX;
	memcpy(&bits, &number, sizeof(bits));

	return bits;
}

static uint64
content_hash(const Trial *trial, int64 row, double *slots)
{
	const Sample *sample = &trial->sample;
	int			n = sample->design->schema->nslots;
	uint64		hash = random_bits(trial_arm(trial, row), bits_of(sample_outcome_of(sample, row)), n);

	sample_slots(sample, row, slots);
	for (int k = 0; k < n; k++)
		hash = random_bits((int64) hash, bits_of(slots[k]), k);

	return hash;
}

/* By hash and, so that a collision does no harm, by content. */
static int
by_content(const void *left, const void *right, void *arg)
{
	const SortKey *a = left;
	const SortKey *b = right;
	const Trial *trial = arg;
	const Sample *sample = &trial->sample;
	int			n = sample->design->schema->nslots;
	uint64		x;
	uint64		y;

	CHECK_FOR_INTERRUPTS();
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (trial_arm(trial, a->row) != trial_arm(trial, b->row))
		return trial_arm(trial, a->row) < trial_arm(trial, b->row) ? -1 : 1;
	x = bits_of(sample_outcome_of(sample, a->row));
	y = bits_of(sample_outcome_of(sample, b->row));
	if (x == y && n > 0)
	{
		double	   *slots = sample->scratch;
		double		own[64];
		double	   *other = n <= lengthof(own) ? own : palloc_array(double, n);

		sample_slots(sample, a->row, slots);
		sample_slots(sample, b->row, other);
		for (int k = 0; k < n && x == y; k++)
		{
			x = bits_of(slots[k]);
			y = bits_of(other[k]);
		}
		if (other != own)
			pfree(other);
	}

	return x < y ? -1 : x > y;
}

/* Put unlike rows with the same hash in order; nearly always they are alike. */
static void
sort_ties(const Trial *trial, SortKey *keys, int64 n)
{
	for (int64 from = 0, to; from < n; from = to)
	{
		bool		alike = true;

		if (from % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		for (to = from + 1; to < n && keys[to].key == keys[from].key; to++)
			alike = alike && by_content(&keys[from], &keys[to], (void *) trial) == 0;
		if (!alike)
			qsort_arg(keys + from, to - from, sizeof(SortKey), by_content, (void *) trial);
	}
}

/* Turn hashes of content, in order, into keys of the draw. */
static void
draw_keys(const Trial *trial, int64 seed, SortKey *keys, int64 n)
{
	SortKey		before = {0};
	int64		number = 0;

	for (int64 i = 0; i < n; i++)
	{
		SortKey		key = keys[i];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		number = i > 0 && by_content(&before, &key, (void *) trial) == 0 ? number + 1 : 0;
		before = key;
		keys[i].key = random_bits(seed, key.key, number);
	}
}

uint8 *
folds_draw(const Trial *trial, int64 seed, int folds, bool by_outcome)
{
	const Sample *sample = &trial->sample;
	int64		n = sample->n;
	uint8	   *fold = palloc_huge(uint8, Max(n, 1));
	SortKey    *keys = palloc_huge(SortKey, Max(n, 1));
	SortKey    *spare = palloc_huge(SortKey, Max(n, 1));
	int64	   *dealt = palloc0_array(int64, trial->narms);

	Assert(folds <= MAX_FOLDS);

	for (int64 i = 0; i < n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		keys[i].row = i;
		keys[i].key = content_hash(trial, i, sample->scratch);
	}
	radix_sort(keys, spare, n);
	sort_ties(trial, keys, n);
	draw_keys(trial, seed, keys, n);
	radix_sort(keys, spare, n);

	/* an arm's rows with a positive outcome go on where its others have ended */
	for (int positive = 0; positive <= by_outcome; positive++)
		for (int64 i = 0; i < n; i++)
		{
			int64		row = keys[i].row;

			if (i % 4096 == 0)
				CHECK_FOR_INTERRUPTS();
			if (by_outcome && (sample_outcome_of(sample, row) > 0) != positive)
				continue;
			fold[row] = dealt[trial_arm(trial, row)]++ % folds;
		}
	pfree(keys);
	pfree(spare);
	pfree(dealt);

	return fold;
}
