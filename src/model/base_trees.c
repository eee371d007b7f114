/*
 * base_trees.c
 *		Boosted trees as a base learner.
 *
 * Trees see the features as they are, missing ones included, and not the
 * columns of the design; behind them come the indicators of arms.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/base_trees.h"

/* Both 0 and 1, and nothing else. */
static bool
is_binary(const Sample *sample)
{
	bool		seen[2] = {false, false};

	for (int64 i = 0; i < sample->n; i++)
	{
		double		outcome = sample_outcome_of(sample, sample_row(sample, i));

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (outcome != 0 && outcome != 1)
			return false;
		seen[outcome == 1] = true;
	}

	return seen[0] && seen[1];
}

/* Only models of the outcome itself take the objective and the directions that were asked for. */
static TreesOptions
options_for(const Sample *sample, const BaseOptions *options)
{
	TreesOptions trees = *options->trees;

	if (options->quantity != QUANTITY_OUTCOME)
		trees.monotone = NULL;
	if (options->quantity == QUANTITY_EFFECT)
		trees.objective = OBJECTIVE_SQUARED_ERROR;
	else if (options->quantity == QUANTITY_LABEL || sample->positive ||
			 trees.objective == OBJECTIVE_BY_OUTCOMES)
		trees.objective = is_binary(sample) ? OBJECTIVE_LOGISTIC : OBJECTIVE_SQUARED_ERROR;

	return trees;
}

void
trees_from_sample(const Sample *sample, const BaseOptions *options, MemoryContext keep, BaseFit *fit)
{
	TreesOptions trees = options_for(sample, options);
	TreesTrace	rounds;
	Forest	   *forest = trees_fit_sample(sample, &trees, options->part, options->progress, &rounds);
	MemoryContext caller = MemoryContextSwitchTo(keep);

	memset(fit, 0, sizeof(*fit));
	fit->rows = sample->n;
	fit->p = sample_columns(sample);
	fit->converged = true;
	fit->forest = forest_copy(forest);
	fit->rounds = trees_trace_copy(&rounds);
	MemoryContextSwitchTo(caller);
}

/* The columns of a row and the indicators of arms: x (columns of the forest). */
static void
expand(const Forest *forest, const Design *design, int arm, const double *slots, float *x)
{
	int			n = trees_columns(design->schema);

	trees_expand(design->schema, slots, x);
	for (int j = n; j < forest->columns; j++)
		x[j] = j - n == arm;
}

double
trees_score(const BaseFit *fit, const Design *design, int arm, const double *slots)
{
	float		x[MAX_TREE_COLUMNS];

	expand(fit->forest, design, arm, slots, x);

	return forest_mean(fit->forest, forest_margin(fit->forest, x));
}

void
trees_predict_sample(const BaseFit *fit, const Sample *sample, double *means)
{
	for (int64 i = 0; i < sample->n; i++)
	{
		int64		row = sample_row(sample, i);
		int			arm = sample->narms == 0 ? -1 :
			sample->arms[(int) sample->rows[row * sample->width + 1]];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		sample_slots(sample, row, sample->scratch);
		means[row] = trees_score(fit, sample->design, arm, sample->scratch);
	}
}

void
put_trees_fit(StringInfo to, const BaseFit *fit)
{
	put_int64(to, fit->rows);
	put_forest(to, fit->forest);
	put_trees_trace(to, fit->rounds);
}

void
get_trees_fit(Reader *from, const Design *design, int narms, BaseFit *fit)
{
	fit->rows = get_int64(from, 0, PG_INT64_MAX);
	fit->p = design->p + narms;
	fit->converged = true;
	fit->forest = get_forest(from, trees_columns(design->schema) + narms);
	fit->rounds = get_trees_trace(from);
}
