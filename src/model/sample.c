/*
 * sample.c
 *		Rows of a training set as columns of a design, block by block.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/sample.h"

#define BLOCK_NUMBERS	32768
#define ARM				1
#define FIRST_SLOT		2

int
sample_columns(const Sample *sample)
{
	int			p = sample->design->p;

	return p + sample->narms + (sample->spline ? spline_columns(sample->spline) * (1 + p) : 0);
}

int
sample_block_rows(const Sample *sample)
{
	return Max(16, Min(512, BLOCK_NUMBERS / (1 + sample_columns(sample))));
}

static inline const double *
row_of(const Sample *sample, int64 i)
{
	return sample->rows + sample_row(sample, i) * sample->width;
}

void
sample_slots(const Sample *sample, int64 number, double *slots)
{
	const double *row = sample->rows + number * sample->width;
	const Schema *schema = sample->design->schema;

	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];
		const double *from = row + sample->slots[c];
		double	   *to = slots + column->slot;

		if (sample->codes[c])
			*to = isnan(*from) ? NAN : sample->codes[c][(int) *from];
		else
			for (int k = 0; k < column->length; k++)
				to[k] = from[k];
	}
}

/* The basis of the spline at a dose, each function followed by its products with the columns x. */
static void
add_spline(const Sample *sample, double dose, const double *x, double *to)
{
	double		b[MAX_BASIS];

	spline_basis(sample->spline, dose, b);
	for (int k = 0; k < spline_columns(sample->spline); k++)
	{
		*to++ = b[k];
		for (int j = 0; j < sample->design->p; j++)
			*to++ = b[k] * x[j];
	}
}

int
sample_block(const Sample *sample, int64 from, int rows, double *Z)
{
	const Design *design = sample->design;
	int			width = 1 + sample_columns(sample);
	int			n = (int) Min(rows, sample->n - from);

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < n; i++)
	{
		double	   *z = Z + (Size) i * width;
		const double *row = row_of(sample, from + i);

		z[0] = sample_outcome_of(sample, sample_row(sample, from + i));
		sample_slots(sample, sample_row(sample, from + i), sample->scratch);
		design_expand(design, sample->scratch, z + 1);
		for (int j = 0; j < design->p; j++)
			z[1 + j] -= design->mean[j];
		if (sample->narms > 0)
		{
			int			arm = sample->arms[(int) row[ARM]];

			memset(z + 1 + design->p, 0, sizeof(double) * sample->narms);
			if (arm >= 0)
				z[1 + design->p + arm] = 1;
		}
		if (sample->spline)
			add_spline(sample, row[ARM], z + 1, z + 1 + design->p + sample->narms);
	}

	return n;
}

void
sample_block_weights(const Sample *sample, int64 from, int rows, double *w)
{
	for (int i = 0; i < rows; i++)
		w[i] = sample->weights ? sample->weights[sample_row(sample, from + i)] : 1;
}

void
sample_centre(const Sample *sample, double *mean)
{
	const Design *design = sample->design;
	const Schema *schema = design->schema;
	double	   *base = palloc0_array(double, Max(design->p, 1));
	int64	   *count = palloc0_array(int64, Max(schema->ncolumns, 1));

	/* sums about the first value there is, to keep digits */
	memset(mean, 0, sizeof(double) * design->p);
	for (int64 i = 0; i < sample->n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		sample_slots(sample, sample_row(sample, i), sample->scratch);
		for (int c = 0; c < schema->ncolumns; c++)
		{
			const SchemaColumn *column = &schema->columns[c];
			const double *slot = sample->scratch + column->slot;
			int			first = design->first[c];

			if (column->length == 0 || isnan(*slot))
				continue;
			if (column->class == COLUMN_CATEGORY)
			{
				if (*slot > 0)
					mean[first + (int) *slot - 1] += 1;
			}
			else
				for (int k = 0; k < design->width[c]; k++)
				{
					if (count[c] == 0)
						base[first + k] = slot[k];
					mean[first + k] += slot[k] - base[first + k];
				}
			count[c]++;
		}
	}
	for (int c = 0; c < schema->ncolumns; c++)
		for (int k = 0; k < design->width[c]; k++)
		{
			int			j = design->first[c] + k;

			mean[j] = base[j] + (count[c] > 0 ? mean[j] / count[c] : 0);
		}
	pfree(base);
	pfree(count);
}

/* Which features are missing in some row. */
static bool *
find_missing(const Sample *sample, const Schema *schema)
{
	bool	   *missing = palloc0_array(bool, Max(schema->ncolumns, 1));

	for (int64 i = 0; i < sample->n; i++)
	{
		const double *row = row_of(sample, i);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		for (int c = 0; c < schema->ncolumns; c++)
			if (schema->columns[c].length > 0 && isnan(row[sample->slots[c]]))
				missing[c] = true;
	}

	return missing;
}

void
sample_make(Sample *sample, const Schema *schema, const double *rows, int width, int64 n)
{
	Schema	   *sorted = schema_sorted(schema, CurrentMemoryContext);
	int		   *slots = palloc_array(int, Max(schema->ncolumns, 1));
	int		  **codes = palloc0_array(int *, Max(schema->ncolumns, 1));
	Design	   *design;

	for (int c = 0; c < schema->ncolumns; c++)
	{
		slots[c] = FIRST_SLOT + schema->columns[c].slot;
		if (schema->columns[c].categories)
			codes[c] = dictionary_ranks(schema->columns[c].categories);
	}

	memset(sample, 0, sizeof(*sample));
	sample->rows = rows;
	sample->width = width;
	sample->slots = slots;
	sample->codes = codes;
	sample->n = n;
	sample->scratch = palloc_array(double, Max(sorted->nslots, 1));
	design = design_make(sorted, find_missing(sample, schema));
	sample->design = design;
	sample_centre(sample, design->mean);
}
