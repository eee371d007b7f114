/*
 * training.c
 *		The training set: state of the fits that need all their rows.
 */
#include "coupon.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "pg/training.h"

static Training *
training_make(MemoryContext context, TrainingBeside beside)
{
	Training   *training = MemoryContextAllocZero(context, sizeof(Training));

	training->context = context;
	training->beside = beside;
	training->arms = dictionary_make(context);

	return training;
}

Training *
training_arg(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : (Training *) PG_GETARG_POINTER(i);
}

/* Give the rows the slots of a schema that has grown to "width" numbers a row. */
static void
widen(Training *training, int width)
{
	Collector  *old = training->rows;
	Collector  *rows;

	if (old->width == width)
		return;
	rows = collector_make(training->context, width);
	for (int64 i = 0; i < old->n; i++)
	{
		double	   *row = collector_row(rows);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		memcpy(row, old->rows + i * old->width, sizeof(double) * old->width);
		for (int j = old->width; j < width; j++)
			row[j] = NAN;
	}
	if (old->rows)
		pfree(old->rows);
	pfree(old);
	training->rows = rows;
}

/* An array column shows its length for the first time: its slots come last. */
static void
learn_length(Training *training, int c, int length)
{
	SchemaColumn *column = &training->schema->columns[c];

	column->length = length;
	column->slot = training->schema->nslots;
	if (schema_expanded(training->schema) > MAX_EXPANDED)
		too_many_columns();
	training->schema->nslots += length;
	widen(training, TRAINING_SLOTS + training->schema->nslots);
}

/* The number of a category in this column of the training set. */
static int
learn_category(Training *training, int c, const char *text, int length)
{
	SchemaColumn *column = &training->schema->columns[c];
	int			known = column->categories->n;
	int			code = dictionary_add(column->categories, text, length);

	if (column->categories->n > known)
	{
		if (code >= MAX_CATEGORIES)
			too_many_categories(column->name);
		if (schema_expanded(training->schema) > MAX_EXPANDED)
			too_many_columns();
	}

	return code;
}

static int
learn_arm(Training *training, const char *text, int length)
{
	int			arm = dictionary_add(training->arms, text, length);

	if (arm >= MAX_ARMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d arms", MAX_ARMS),
				 errhint("Is the arm column an offer, not a customer?")));

	return arm;
}

/* Let the training set know all that the row at hand shows. */
static void
learn(Training *training, const FeatureReader *reader)
{
	for (int c = 0; c < reader->nsources; c++)
	{
		const FeatureValue *value = &reader->values[c];
		SchemaColumn *column = &training->schema->columns[c];

		if (value->missing)
			continue;
		if (column->class == COLUMN_ARRAY && column->length == 0)
			learn_length(training, c, value->length);
		else if (column->class == COLUMN_CATEGORY)
			learn_category(training, c, value->text, value->length);
	}
}

/* The schema must hold for the row type of this reader. */
static void
check_schema(Training *training, const FeatureReader *reader)
{
	if (training->schema == NULL)
	{
		training->schema = features_schema(reader, training->context);
		training->rows = collector_make(training->context, TRAINING_SLOTS + training->schema->nslots);
	}
	else if (training->type != reader->type || training->typmod != reader->typmod ||
			 training->version != reader->version)
		schema_check_same(training->schema, features_schema(reader, CurrentMemoryContext));
	training->type = reader->type;
	training->typmod = reader->typmod;
	training->version = reader->version;
}

static Datum
add(FunctionCallInfo fcinfo, TrainingBeside beside, bool holes, SiteExclude exclude)
{
	MemoryContext context = aggregate_context(fcinfo);
	Training   *training = training_arg(fcinfo, 0);
	int			features = beside ? 3 : 2;
	const Jsonb *options = options_arg(fcinfo, features + 1);
	Site	   *site = site_of(fcinfo, options, exclude);
	FeatureReader *reader;
	double		outcome;
	double	   *row;
	double		arm = 0;

	if (training == NULL)
	{
		training = training_make(context, beside);
		training->options = options_copy(context, options);
	}
	else
		options_check_same(training->options, options);

	if (PG_ARGISNULL(1) || (beside && PG_ARGISNULL(2)) || PG_ARGISNULL(features))
	{
		training->skipped++;
		PG_RETURN_POINTER(training);
	}

	outcome = PG_GETARG_FLOAT8(1);
	if (!isfinite(outcome))
		bad_argument("outcome is %s, not a finite number", isnan(outcome) ? "NaN" : "infinite");
	if (beside == TRAINING_ARMS)
	{
		text	   *name = PG_GETARG_TEXT_PP(2);

		arm = learn_arm(training, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}
	else if (beside == TRAINING_DOSES)
	{
		arm = PG_GETARG_FLOAT8(2);
		if (!isfinite(arm))
			bad_argument("dose is %s, not a finite number", isnan(arm) ? "NaN" : "infinite");
		if (fabs(arm) > DOSE_MOST)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("dose is %s, out of the range of -1e+100 to 1e+100", float8out_internal(arm))));
	}

	reader = site_reader(site, fcinfo, features, exclude);
	reader->holes = holes;
	features_read(reader, fcinfo, features);
	check_schema(training, reader);
	row = collector_row(training->rows);
	if (!features_slots(reader, training->schema, row + TRAINING_SLOTS))
	{
		/* the row may have to be wider */
		training->rows->n--;
		learn(training, reader);
		row = collector_row(training->rows);
		features_slots(reader, training->schema, row + TRAINING_SLOTS);
	}
	row[TRAINING_OUTCOME] = outcome;
	row[TRAINING_ARM] = arm;

	PG_RETURN_POINTER(training);
}

Datum
training_add(FunctionCallInfo fcinfo, TrainingBeside beside, SiteExclude exclude)
{
	return add(fcinfo, beside, false, exclude);
}

Datum
training_add_holes(FunctionCallInfo fcinfo, SiteExclude exclude)
{
	return add(fcinfo, TRAINING_NOTHING, true, exclude);
}

Training *
training_like(const Training *other, MemoryContext context)
{
	Training   *training = training_make(context, other->beside);

	training->options = options_copy(context, other->options);

	return training;
}

/* The same columns, of which nothing is known yet. */
static Schema *
schema_like(const Schema *like, MemoryContext context)
{
	Schema	   *schema = schema_make(context, like->ncolumns, like->positional);

	for (int c = 0; c < like->ncolumns; c++)
		schema_define(schema, c, like->columns[c].name, like->columns[c].class, context);

	return schema;
}

/* What the categories of the other schema are called by number here, NULL of other columns. */
static int **
learn_from(Training *training, const Schema *other)
{
	int		  **codes = palloc0_array(int *, Max(other->ncolumns, 1));

	for (int c = 0; c < other->ncolumns; c++)
	{
		const SchemaColumn *from = &other->columns[c];

		if (from->class == COLUMN_CATEGORY)
		{
			codes[c] = palloc_array(int, Max(from->categories->n, 1));
			for (int i = 0; i < from->categories->n; i++)
				codes[c][i] = learn_category(training, c, from->categories->texts[i],
											 from->categories->lengths[i]);
		}
		else if (from->class == COLUMN_ARRAY && from->length > 0)
		{
			FeatureValue value = {.length = from->length};

			if (training->schema->columns[c].length == 0)
				learn_length(training, c, from->length);
			schema_check_length(&training->schema->columns[c], &value);
		}
	}

	return codes;
}

void
training_append(Training *training, const Training *other)
{
	Schema	   *schema;
	int		   *arm_codes;
	int		  **codes;
	int			width;

	options_check_same(training->options, other->options);
	training->skipped += other->skipped;
	if (other->schema == NULL)
		return;
	if (training->schema == NULL)
	{
		training->schema = schema_like(other->schema, training->context);
		training->rows = collector_make(training->context,
										TRAINING_SLOTS + training->schema->nslots);
	}
	schema = training->schema;
	schema_check_same(schema, other->schema);

	/* what the other numbers of arms and categories are here */
	arm_codes = palloc_array(int, Max(other->arms->n, 1));
	for (int i = 0; i < other->arms->n; i++)
		arm_codes[i] = learn_arm(training, other->arms->texts[i], other->arms->lengths[i]);
	codes = learn_from(training, other->schema);

	width = other->rows->width;
	for (int64 i = 0; i < other->rows->n; i++)
	{
		const double *from = other->rows->rows + i * width;
		double	   *to = collector_row(training->rows);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		to[TRAINING_OUTCOME] = from[TRAINING_OUTCOME];
		to[TRAINING_ARM] = training->beside == TRAINING_ARMS ? arm_codes[(int) from[TRAINING_ARM]] : from[TRAINING_ARM];
		for (int c = 0; c < schema->ncolumns; c++)
		{
			const SchemaColumn *column = &schema->columns[c];
			const SchemaColumn *source = &other->schema->columns[c];

			for (int k = 0; k < column->length; k++)
			{
				double		value = source->length == 0 ? NAN :
				from[TRAINING_SLOTS + source->slot + k];

				if (codes[c] && !isnan(value))
					value = codes[c][(int) value];
				to[TRAINING_SLOTS + column->slot + k] = value;
			}
		}
	}
}

void
training_put(StringInfo to, const Training *training)
{
	put_int32(to, training->beside);
	put_options(to, training->options);
	put_int64(to, training->skipped);
	put_int32(to, training->arms->n);
	for (int i = 0; i < training->arms->n; i++)
		put_text(to, training->arms->texts[i]);
	put_int32(to, training->schema != NULL);
	if (training->schema)
	{
		put_schema(to, training->schema);
		collector_put(to, training->rows);
	}
}

Training *
training_get(StringInfo from, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	Reader		reader = {"internal", from->data, from->data + from->len};
	Training   *training = training_make(context, get_int32(&reader, TRAINING_NOTHING, TRAINING_DOSES));
	int			n;

	training->options = get_options(&reader);
	training->skipped = get_int64(&reader, 0, PG_INT64_MAX);
	n = get_int32(&reader, 0, MAX_ARMS);
	for (int i = 0; i < n; i++)
	{
		char	   *arm = get_text(&reader);

		dictionary_add(training->arms, arm, strlen(arm));
	}
	if (get_int32(&reader, 0, 1))
	{
		training->schema = get_schema(&reader);
		from->cursor = reader.at - from->data;
		training->rows = collector_get(from, context);
	}
	MemoryContextSwitchTo(caller);

	return training;
}
