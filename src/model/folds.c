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
#include "model/random.h"

/* A row, on its way from content to key. */
typedef struct Draw
{
	uint64		key;			/* first the hash of the content */
	int64		row;
	int			stratum;
} Draw;

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
	const Draw *a = left;
	const Draw *b = right;
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

static int
by_key(const void *left, const void *right, void *arg)
{
	const Draw *a = left;
	const Draw *b = right;

	CHECK_FOR_INTERRUPTS();
	if (a->stratum != b->stratum)
		return a->stratum < b->stratum ? -1 : 1;

	return a->key < b->key ? -1 : a->key > b->key;
}

uint8 *
folds_draw(const Trial *trial, int64 seed, int folds, bool by_outcome)
{
	int64		n = trial->sample.n;
	uint8	   *fold = palloc_huge(uint8, Max(n, 1));
	Draw	   *draws = palloc_huge(Draw, Max(n, 1));
	Draw		before;
	int64		number = 0;

	Assert(folds <= MAX_FOLDS);

	for (int64 i = 0; i < n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		draws[i].row = i;
		draws[i].key = content_hash(trial, i, trial->sample.scratch);
		draws[i].stratum = 2 * trial_arm(trial, i) +
			(by_outcome && sample_outcome_of(&trial->sample, i) > 0);
	}
	qsort_arg(draws, n, sizeof(Draw), by_content, (void *) trial);
	for (int64 i = 0; i < n; i++)
	{
		Draw		draw = draws[i];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		number = i > 0 && by_content(&before, &draw, (void *) trial) == 0 ? number + 1 : 0;
		before = draw;
		draws[i].key = random_bits(seed, draw.key, number);
	}
	qsort_arg(draws, n, sizeof(Draw), by_key, NULL);
	for (int64 i = 0; i < n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		/* an arm's second stratum goes on where its first one has ended */
		number = i > 0 && draws[i].stratum / 2 == draws[i - 1].stratum / 2 ? number + 1 : 0;
		fold[draws[i].row] = number % folds;
	}
	pfree(draws);

	return fold;
}
