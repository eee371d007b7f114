/*
 * trees_sql.c
 *		trees_fit() and import_trees().
 */
#include "coupon.h"

#include <math.h>

#include "model/trees_json.h"
#include "model/trees_model.h"
#include "pg/training.h"

static Datum
trees_datum(const Trees *trees)
{
	StringInfoData payload;

	initStringInfo(&payload);
	trees_pack(&payload, trees);

	return PointerGetDatum(model_make(MODEL_TREES, model_type_of(MODEL_TREES)->version, &payload));
}

static TextList
trees_exclude(const Jsonb *jsonb)
{
	TreesOptions options;

	trees_options(jsonb, &options);

	return options.exclude;
}

PG_FUNCTION_INFO_V1(trees_fit_add);

/* trees_fit_add(internal, outcome, features [, options]) returns internal */
Datum
trees_fit_add(PG_FUNCTION_ARGS)
{
	return training_add_holes(fcinfo, trees_exclude);
}

PG_FUNCTION_INFO_V1(trees_fit_final);

/* trees_fit_final(internal) returns model */
Datum
trees_fit_final(PG_FUNCTION_ARGS)
{
	Training   *training = training_arg(fcinfo, 0);
	Trees		trees = {.imported = false};
	TreesTrace	trace;
	Progress	progress;
	Sample		sample;

	/* as with avg(): no row, no model */
	if (training == NULL || training->schema == NULL)
		PG_RETURN_NULL();

	trees_options(training->options, &trees.options);
	progress_start(&progress, trees.options.quiet);
	sample_make(&sample, training->schema, training->rows->rows, training->rows->width,
				training->rows->n);
	trees.skipped = training->skipped;
	trees.schema = (Schema *) sample.design->schema;
	trees.trace = &trace;
	trees.forest = trees_fit_sample(&sample, &trees.options, "trees_fit", &progress, &trace);

	PG_RETURN_DATUM(trees_datum(&trees));
}

typedef struct ImportOptions
{
	TextList	features;		/* names, instead of those in the file */
	int			rounds;			/* 0: all */
} ImportOptions;

static const Option import_known[] = {
	{.name = "features", .type = OPTION_TEXTS, .offset = offsetof(ImportOptions, features)},
	{.name = "rounds", .type = OPTION_INT, .offset = offsetof(ImportOptions, rounds),
	.least = 1, .most = MAX_TREES},
};

/* The features as the options or else the file name them; an array if nobody does. */
static Schema *
import_schema(const TreesSource *source, const ImportOptions *options, bool named)
{
	Schema	   *schema;
	char	  **names = named ? options->features.texts : source->names;

	if (names == NULL || (named && options->features.n == 0))
	{
		schema = schema_make(CurrentMemoryContext, 1, true);
		schema_define(schema, 0, "", COLUMN_ARRAY, CurrentMemoryContext);
		schema->columns[0].length = schema->nslots = source->nfeatures;
		return schema;
	}

	if (named && options->features.n != source->nfeatures)
		bad_argument("option \"features\" has %d names, but the model has %d features",
					 options->features.n, source->nfeatures);
	schema = schema_make(CurrentMemoryContext, source->nfeatures, false);
	for (int c = 0; c < source->nfeatures; c++)
	{
		for (int d = 0; d < c; d++)
			if (strcmp(names[c], names[d]) == 0)
				bad_argument("option \"features\" has the name \"%s\" twice", names[c]);
		schema_define(schema, c, names[c], source->booleans[c] ? COLUMN_BOOLEAN : COLUMN_NUMBER,
					  CurrentMemoryContext);
	}

	return schema;
}

PG_FUNCTION_INFO_V1(import_trees);

/* import_trees(source [, options]) returns model */
Datum
import_trees(PG_FUNCTION_ARGS)
{
	text	   *source = PG_GETARG_TEXT_PP(0);
	ImportOptions options = {.rounds = 0};
	Trees		trees = {.imported = true};
	TreesSource read;
	uint64		given = options_read(options_arg(fcinfo, 1), import_known, lengthof(import_known),
									 &options);

	trees_from_json("source", VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source), options.rounds, &read);
	trees.schema = import_schema(&read, &options, (given & 1) != 0);
	trees.forest = &read.forest;
	trees.objective = read.objective;
	trees.version = read.version;

	PG_RETURN_DATUM(trees_datum(&trees));
}
