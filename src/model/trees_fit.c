/*
 * trees_fit.c
 *		Boosted trees fitted to a sample, by the histogram method of XGBoost.
 *
 * Chen and Guestrin, "XGBoost: a scalable tree boosting system" (KDD 2016).
 * For squared error the outcome is centred and scaled to unit variance, so
 * that large and small units cost no digits of single precision.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"
#include "utils/memutils.h"

#include "lib/xgboost.h"
#include "model/random.h"
#include "model/trees_fit.h"
#include "model/trees_json.h"
#include "model/trees_order.h"

#define ARM				1
#define LARGEST			1e30	/* outcome and weight in single precision */
#define CHECKED_ROWS	4096
#define TOLERANCE		1e-3	/* beyond this the evaluation is wrong, not rounded */

/* Rows on their way to the library. */
typedef struct Source
{
	const Sample *sample;
	const int64 *order;
	int			columns;		/* of features */
	double		offset;
	double		scale;
} Source;

/* The outcomes of the rows of training. */
typedef struct Outcomes
{
	double		least;
	double		most;
	double		mean;
	double		deviation;
} Outcomes;

/* The columns of a row, arms included. */
static void
columns_of(const Source *source, int64 row, float *x)
{
	const Sample *sample = source->sample;

	sample_slots(sample, row, sample->scratch);
	trees_expand(sample->design->schema, sample->scratch, x);
	for (int a = 0; a < sample->narms; a++)
		x[source->columns + a] =
			sample->arms[(int) sample->rows[row * sample->width + ARM]] == a;
}

static void
fill(const void *from, int64 at, int rows, float *X, float *y, float *w)
{
	const Source *source = from;
	const Sample *sample = source->sample;
	int			width = source->columns + sample->narms;

	for (int i = 0; i < rows; i++)
	{
		int64		row = source->order[at + i];

		columns_of(source, row, X + (Size) i * width);
		y[i] = (float) ((sample_outcome_of(sample, row) - source->offset) / source->scale);
		w[i] = sample->weights ? (float) sample->weights[row] : 1;
	}
}

static void
too_large(const char *what, double value)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s %s is out of range for trees", what, float8out_internal(value)),
			 errhint("Give it another unit.")));
}

/* Check outcomes and weights, and take their mean. */
static Outcomes
outcomes_of(const Sample *sample, const RowOrder *rows, Objective objective, const char *part)
{
	Outcomes	outcomes = {INFINITY, -INFINITY, 0, 0};
	double		weights = 0;
	double		squares = 0;

	for (int64 i = 0; i < rows->train + rows->held_out; i++)
	{
		double		y = sample_outcome_of(sample, rows->order[i]);
		double		w = sample->weights ? sample->weights[rows->order[i]] : 1;

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (!(fabs(y) <= LARGEST))
			too_large("outcome", y);
		if (!(w >= 0 && w <= LARGEST))
			too_large("weight", w);
		if (objective == OBJECTIVE_LOGISTIC && y != 0 && y != 1)
			bad_argument("%s: outcome of logistic trees must be 0 or 1, not %s",
						 part, float8out_internal(y));
		if (objective >= OBJECTIVE_POISSON && y < 0)
			bad_argument("%s: outcome of %s trees must not be negative, but is %s",
						 part, objective_name(objective), float8out_internal(y));
		if (i >= rows->train || w == 0)
			continue;
		outcomes.least = Min(outcomes.least, y);
		outcomes.most = Max(outcomes.most, y);
		weights += w;
		squares += w * (y - outcomes.mean) * (y - outcomes.mean) * ((weights - w) / weights);
		outcomes.mean += (y - outcomes.mean) * (w / weights);
	}
	if (weights == 0)
		bad_argument("%s: there is no row with a weight", part);
	if (outcomes.least == outcomes.most)
		outcomes.mean = outcomes.least;
	else
		outcomes.deviation = sqrt(squares / weights);

	if (objective == OBJECTIVE_LOGISTIC && outcomes.least == outcomes.most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: logistic trees need both outcomes, but all are %g", part, outcomes.mean),
				 errhint("Add rows, or use objective \"squared_error\".")));
	if (objective >= OBJECTIVE_POISSON && !(outcomes.mean > 1e-30))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: %s trees need outcomes above 0, but all are 0", part, objective_name(objective)),
				 errhint("Add rows, or use objective \"squared_error\".")));

	return outcomes;
}

/* Trees that say the same to everybody. */
static Forest *
constant_forest(Objective objective, int columns, double mean)
{
	Forest	   *forest = palloc0_object(Forest);

	forest->objective = objective;
	forest->columns = columns;
	forest->scale = 1;
	forest->offset = objective == OBJECTIVE_SQUARED_ERROR ? mean :
		objective == OBJECTIVE_LOGISTIC ? log(mean / (1 - mean)) : log(mean);
	forest_build(forest, NULL, NULL);

	return forest;
}

/* "(0,1,-1,...)": the direction in which each column must work. */
static char *
monotone_constraints(const Sample *sample, const Jsonb *monotone)
{
	const Schema *schema = sample->design->schema;
	StringInfoData list;
	int			n = trees_columns(schema);
	int		   *parts = trees_part_of_column(schema);
	int		   *signs = palloc0_array(int, n + sample->narms);
	char	  **names;
	double	   *numbers;
	int			given = options_numbers("option \"monotone\"", monotone, &names, &numbers);

	for (int i = 0; i < given; i++)
	{
		bool		found = false;

		if (numbers[i] != 1 && numbers[i] != -1 && numbers[i] != 0)
			bad_argument("option \"monotone\" must have 1, -1 or 0 for \"%s\"", names[i]);
		for (int c = 0; c < schema->ncolumns; c++)
			if (strcmp(schema->columns[c].name, names[i]) == 0)
			{
				found = true;
				if (schema->columns[c].class == COLUMN_CATEGORY)
					bad_argument("option \"monotone\" names \"%s\", which is a category, not a number",
								 names[i]);
			}
		for (int j = 0; j < n; j++)
		{
			char	   *part = schema_part_name(schema, parts[j]);

			/* an array stands for all its elements */
			if (strcmp(part, names[i]) == 0 ||
				(strncmp(part, names[i], strlen(names[i])) == 0 && part[strlen(names[i])] == '['))
			{
				signs[j] = (int) numbers[i];
				found = true;
			}
		}
		if (!found)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("option \"monotone\" names \"%s\", which is not among the features", names[i])));
	}

	initStringInfo(&list);
	for (int j = 0; j < n + sample->narms; j++)
		appendStringInfo(&list, "%c%d", j ? ',' : '(', signs[j]);
	appendStringInfoChar(&list, ')');

	return list.data;
}

static void
set_parameters(Booster *booster, const Sample *sample, const TreesOptions *options, double mean)
{
	static const char *const objectives[] = {
		"reg:squarederror", "binary:logistic", "count:poisson", "reg:tweedie"
	};
	static const char *const metrics[] = {"rmse", "logloss", "poisson-nloglik", "tweedie-nloglik"};
	const struct
	{
		const char *name;
		double		value;
	}			numbers[] = {
		{"eta", options->learning_rate},
		{"max_depth", options->max_depth},
		{"min_child_weight", options->min_child_weight},
		{"lambda", options->lambda},
		{"alpha", options->alpha},
		{"gamma", options->gamma},
		{"subsample", options->subsample},
		{"colsample_bytree", options->colsample},
		{"base_score", options->objective == OBJECTIVE_SQUARED_ERROR ? 0 : mean},
		{"seed", (double) (random_bits(options->seed, 0, 0) >> 33)},
	};

	booster_set(booster, "objective", objectives[options->objective]);
	for (int i = 0; i < lengthof(numbers); i++)
		booster_set(booster, numbers[i].name, psprintf("%.10g", numbers[i].value));
	if (options->objective == OBJECTIVE_TWEEDIE)
		booster_set(booster, "tweedie_variance_power", psprintf("%.10g", options->tweedie_power));
	booster_set(booster, "eval_metric", options->objective == OBJECTIVE_TWEEDIE ?
				psprintf("tweedie-nloglik@%.10g", options->tweedie_power) : metrics[options->objective]);
	if (options->monotone)
		booster_set(booster, "monotone_constraints", monotone_constraints(sample, options->monotone));
}

/* How far our scores are from the library's: the largest difference, relative where they exceed 1. */
static double
difference_of(Booster *booster, const Source *source, const Forest *forest)
{
	int64		n;
	const float *theirs = booster_margins(booster, &n);
	float	   *x = palloc_array(float, Max(forest->columns, 1));
	double		largest = 0;

	for (int64 i = 0; i < Min(n, CHECKED_ROWS); i++)
	{
		double		ours;

		columns_of(source, source->order[i], x);
		ours = forest_margin(forest, x);
		largest = Max(largest, fabs(ours - theirs[i]) / Max(1, fabs(ours)));
	}
	pfree(x);
	if (!(largest < TOLERANCE))
		elog(ERROR, "trees differ from libxgboost by %g", largest);

	return largest;
}

static void
boost(Booster *booster, const TreesOptions *options, double unit, const char *part,
	  Progress *progress, TreesTrace *trace)
{
	bool		stops = trace->held_out > 0;

	for (int round = 0; round < options->rounds; round++)
	{
		double		held;

		progress_say(progress, "%s: round %d of %d", part, round + 1, options->rounds);
		booster_round(booster, round, &trace->training[round], &held);
		trace->training[round] *= unit;
		trace->rounds++;
		if (!isfinite(trace->training[round]))
			float_overflow_error();
		if (!stops)
		{
			trace->best = trace->rounds;
			continue;
		}
		trace->held[round] = held * unit;
		if (trace->best == 0 || trace->held[round] < trace->held[trace->best - 1])
			trace->best = round + 1;
		else if (round + 1 - trace->best >= options->early_stopping)
			break;
	}
}

Forest *
trees_fit_sample(const Sample *sample, const TreesOptions *options, const char *part,
				 Progress *progress, TreesTrace *trace)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "coupon trees", ALLOCSET_DEFAULT_SIZES);
	bool		standard = options->objective == OBJECTIVE_SQUARED_ERROR;
	Source		source = {.sample = sample, .columns = trees_columns(sample->design->schema), .scale = 1};
	int			columns = source.columns + sample->narms;
	TreesSource result;
	Forest	   *forest;
	RowOrder	rows;
	Outcomes	outcomes;
	BoosterRows train = {.fill = fill};
	BoosterRows held_out = {.fill = fill};
	Source		held_source;
	Booster    *booster;
	const char *json;
	Size		size;

	memset(trace, 0, sizeof(*trace));
	trace->training = palloc_array(double, options->rounds);
	MemoryContextSwitchTo(context);
	rows_order(sample, options->early_stopping > 0 ? options->holdout : 0, options->seed, &rows);
	if (rows.train == 0 || (options->early_stopping > 0 && rows.held_out == 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: " INT64_FORMAT " rows are too few to hold out a share of %g",
						part, sample->n, options->holdout),
				 errhint("Fit without option \"early_stopping\".")));
	trace->rows = rows.train;
	trace->held_out = rows.held_out;
	outcomes = outcomes_of(sample, &rows, options->objective, part);
	if (options->monotone)
		monotone_constraints(sample, options->monotone);
	MemoryContextSwitchTo(caller);
	if (rows.held_out > 0)
		trace->held = palloc_array(double, options->rounds);
	if (columns == 0 || outcomes.least == outcomes.most || (standard && outcomes.deviation == 0))
	{
		MemoryContextDelete(context);
		return constant_forest(options->objective, columns, outcomes.mean);
	}

	MemoryContextSwitchTo(context);
	if (standard)
	{
		source.offset = outcomes.mean;
		source.scale = outcomes.deviation;
	}
	source.order = rows.order;
	held_source = source;
	held_source.order += rows.train;
	train.source = &source;
	train.n = rows.train;
	held_out.source = &held_source;
	held_out.n = rows.held_out;
	progress_say(progress, "%s: reading " INT64_FORMAT " rows", part, rows.train + rows.held_out);
	booster = booster_make(&train, &held_out, columns, options->max_bin, options->threads);
	set_parameters(booster, sample, options, outcomes.mean);
	boost(booster, options, standard ? source.scale : 1, part, progress, trace);

	json = booster_json(booster, &size);
	MemoryContextSwitchTo(caller);
	trees_from_json(part, json, size, 0, &result);
	forest = palloc_object(Forest);
	*forest = result.forest;
	trace->difference = difference_of(booster, &source, forest);
	forest->ntrees = trace->best;
	forest->offset = source.offset;
	forest->scale = source.scale;
	MemoryContextDelete(context);

	return forest;
}
