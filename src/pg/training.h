/*
 * training.h
 *		The training set: state of the fits that need all their rows.
 *
 * A row is the outcome, the number of its arm or its dose, and the slots of its features.
 */
#ifndef COUPON_TRAINING_H
#define COUPON_TRAINING_H

#include "coupon.h"

#include "pg/collector.h"
#include "pg/site.h"

#define TRAINING_OUTCOME	0
#define TRAINING_ARM		1
#define TRAINING_SLOTS		2	/* the first of them */

#define DOSE_MOST	1e100		/* ranges of doses and their squares stay finite */

/* What stands beside the outcome of a row. */
typedef enum TrainingBeside
{
	TRAINING_NOTHING = 0,
	TRAINING_ARMS = 1,			/* a text: the number of the arm */
	TRAINING_DOSES = 2,			/* a number: the dose itself */
} TrainingBeside;

typedef struct Training
{
	MemoryContext context;		/* of the aggregate */
	TrainingBeside beside;		/* nothing: every row is of arm 0 */
	const Jsonb *options;		/* as given, or NULL */
	Schema	   *schema;			/* categories in order of appearance */
	Dictionary *arms;			/* in order of appearance */
	Collector  *rows;
	int64		skipped;		/* rows without outcome, arm or features */
	Oid			type;			/* row type for which the schema was checked last */
	int32		typmod;
	uint64		version;
} Training;

/*
 * The transition (state, outcome, [arm | dose,] features [, options]) of a fit: adds
 * the row to the state and returns it.
 */
extern Datum training_add(FunctionCallInfo fcinfo, TrainingBeside beside, SiteExclude exclude);

/* The same without arms, of arrays that may have missing elements. */
extern Datum training_add_holes(FunctionCallInfo fcinfo, SiteExclude exclude);

/* The training set in argument i, or NULL. */
extern Training *training_arg(FunctionCallInfo fcinfo, int i);

/* An empty one with the options of another. */
extern Training *training_like(const Training *other, MemoryContext context);

/* Add the rows of another training set. */
extern void training_append(Training *training, const Training *other);

/* To and from bytes, for parallel workers. */
extern void training_put(StringInfo to, const Training *training);
extern Training *training_get(StringInfo from, MemoryContext context);

#endif							/* COUPON_TRAINING_H */
