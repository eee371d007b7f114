/*
 * learner_forest.c
 *		Learner causal_forest: from centred rows of a trial to the forest of an
 *		offer.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "model/learner.h"
#include "model/random.h"

/* The columns of a sample's rows as trees see them: (columns, n). */
static float **
columns_of(const Sample *sample)
{
	const Schema *schema = sample->design->schema;
	int			p = trees_columns(schema);
	float	  **x = palloc_array(float *, Max(p, 1));
	float	   *row = palloc_array(float, Max(p, 1));

	for (int j = 0; j < p; j++)
		x[j] = palloc_huge(float, Max(sample->n, 1));
	for (int64 i = 0; i < sample->n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		sample_slots(sample, sample_row(sample, i), sample->scratch);
		trees_expand(schema, sample->scratch, row);
		for (int j = 0; j < p; j++)
			x[j][i] = row[j];
	}
	pfree(row);

	return x;
}

void
learning_forest(Learning *learning, int arm, double *m, double *p)
{
	const Trial *trial = learning->trial;
	Uplift	   *uplift = learning->uplift;
	Sample		sample = trial_within(trial, 0, arm, NULL, ANY_FOLD);
	double	   *y = palloc_huge(double, sample.n);
	double	   *w = palloc_huge(double, sample.n);
	CausalRows	rows = {.columns = trees_columns(sample.design->schema), .y = y, .w = w};
	float	  **x;

	if (sample.n > PG_INT32_MAX / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("learner \"causal_forest\" takes up to %d rows of an offer and the control",
						PG_INT32_MAX / 2)));
	rows.n = (int) sample.n;
	rows.x = x = columns_of(&sample);
	for (int64 i = 0; i < sample.n; i++)
	{
		int64		row = sample.index[i];

		y[i] = sample_outcome_of(&trial->sample, row) - m[row];
		w[i] = (trial_arm(trial, row) > 0) - p[row];
	}
	if (uplift->forests == NULL)
		uplift->forests = palloc0_array(CausalForest *, uplift->narms);
	uplift->forests[arm] = causal_fit(&rows, &uplift->forest_options,
									  (int64) random_bits(uplift->seed, arm, 0),
									  psprintf("uplift_fit, forest of \"%s\"", uplift->arms[arm].name),
									  learning->base.progress);
	for (int j = 0; j < rows.columns; j++)
		pfree(x[j]);
	pfree(x);
	pfree(y);
	pfree(w);
	sample_free(&sample);
}

/* Greater outcomes have squares that are no numbers. */
#define LARGEST_OUTCOME		1e150

static void
too_large(const char *what, double value)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s %s is out of range for learner \"causal_forest\"", what, float8out_internal(value)),
			 errhint("Give it another unit.")));
}

/* What a forest's single precision cannot hold is an error that names it. */
static void
check_range(const Sample *sample)
{
	const Schema *schema = sample->design->schema;

	for (int64 i = 0; i < sample->n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (fabs(sample_outcome_of(sample, i)) > LARGEST_OUTCOME)
			too_large("outcome", sample_outcome_of(sample, i));
		sample_slots(sample, i, sample->scratch);
		for (int j = 0; j < schema->ncolumns; j++)
		{
			const SchemaColumn *column = &schema->columns[j];

			for (int k = 0; k < column->length; k++)
			{
				double		value = sample->scratch[column->slot + k];

				if (fabs(value) > FLT_MAX)
					too_large(column->class != COLUMN_ARRAY ? psprintf("feature \"%s\":", column->name) :
							  psprintf("features, element %d of %s:", k + 1,
									   schema->positional ? "the array" : psprintf("\"%s\"", column->name)),
							  value);
			}
		}
	}
}

void
trial_sort(Trial *trial)
{
	Sample	   *sample = &trial->sample;
	int			width = sample->width;
	double	   *rows = palloc_huge(double, Max(sample->n * width, 1));

	check_range(sample);
	sample_sort(sample, trial->place);
	for (int64 i = 0; i < sample->n; i++)
		memcpy(rows + i * width, sample->rows + sample->index[i] * width, sizeof(double) * width);
	sample_free(sample);
	sample->rows = rows;
}
