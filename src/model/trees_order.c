/*
 * trees_order.c
 *		The rows of a sample in an order of their own, and those held out.
 *
 * Rows are ordered by a hash of 128 bits of what they hold themselves: the
 * pseudo-outcomes and weights that learners give them are sums, of which the
 * last digits depend on the order of the rows.  They tell apart only rows of
 * one hash; where they are the same too, the order does not matter.
 */
#include "coupon.h"

#include <math.h>

#include "common/hashfn.h"
#include "miscadmin.h"

#include "model/random.h"
#include "model/trees_order.h"

#define ARM		1

typedef struct RowKey
{
	uint64		hash;
	uint64		more;
	double		outcome;		/* in the sample */
	double		weight;
	int64		row;
} RowKey;

/* Equal numbers have equal bits, and what is missing is one number. */
static inline double
canonical(double value)
{
	return isnan(value) ? INFINITY : value == 0 ? 0 : value;
}

static int
compare(const void *a, const void *b)
{
	const RowKey *one = a;
	const RowKey *two = b;

	if (one->hash != two->hash)
		return one->hash < two->hash ? -1 : 1;
	if (one->more != two->more)
		return one->more < two->more ? -1 : 1;
	if (one->outcome != two->outcome)
		return one->outcome < two->outcome ? -1 : 1;
	if (one->weight != two->weight)
		return one->weight < two->weight ? -1 : 1;

	return 0;
}

void
rows_order(const Sample *sample, double holdout, int64 seed, RowOrder *rows)
{
	int			nslots = sample->design->schema->nslots;
	int			width = 2 + nslots;
	double	   *content = palloc_array(double, width);
	RowKey	   *keys = palloc_huge(RowKey, Max(sample->n, 1));
	int64		occurrence = 0;
	int64		held_out = 0;

	for (int64 i = 0; i < sample->n; i++)
	{
		int64		row = sample_row(sample, i);
		int			arm = (int) sample->rows[row * sample->width + ARM];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		content[0] = sample->rows[row * sample->width];
		content[1] = sample->narms > 0 ? sample->arms[arm] : 0;
		sample_slots(sample, row, content + 2);
		for (int j = 0; j < width; j++)
			content[j] = canonical(content[j]);
		keys[i].hash = hash_bytes_extended((unsigned char *) content, sizeof(double) * width, 0);
		keys[i].more = hash_bytes_extended((unsigned char *) content, sizeof(double) * width, 1);
		keys[i].outcome = sample_outcome_of(sample, row);
		keys[i].weight = sample->weights ? sample->weights[row] : 1;
		keys[i].row = row;
	}
	CHECK_FOR_INTERRUPTS();
	qsort(keys, sample->n, sizeof(RowKey), compare);
	CHECK_FOR_INTERRUPTS();

	rows->order = palloc_huge(int64, Max(sample->n, 1));
	rows->train = 0;
	for (int64 i = 0; i < sample->n; i++)
	{
		occurrence = i > 0 && keys[i - 1].hash == keys[i].hash && keys[i - 1].more == keys[i].more ?
			occurrence + 1 : 0;
		if (holdout > 0 && random_uniform(seed, keys[i].hash, occurrence) < holdout)
			keys[held_out++].row = keys[i].row;
		else
			rows->order[rows->train++] = keys[i].row;
	}
	rows->held_out = held_out;
	for (int64 i = 0; i < held_out; i++)
		rows->order[rows->train + i] = keys[i].row;
	pfree(keys);
	pfree(content);
}
