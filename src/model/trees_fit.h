/*
 * trees_fit.h
 *		Boosted trees fitted to a sample.
 */
#ifndef COUPON_TREES_FIT_H
#define COUPON_TREES_FIT_H

#include "coupon.h"

#include "model/sample.h"
#include "model/trees.h"
#include "pg/model.h"
#include "pg/options.h"
#include "pg/progress.h"

/* Logistic where the outcomes are 0 and 1, else squared error. */
#define OBJECTIVE_BY_OUTCOMES	(-1)

typedef struct TreesOptions
{
	int			objective;		/* an Objective, or XGBoost's name of it: modulo the number of these;
								 * or OBJECTIVE_BY_OUTCOMES, which no fit takes */
	int			rounds;			/* trees at most */
	int			max_depth;
	double		learning_rate;
	double		min_child_weight;
	double		lambda;			/* penalty on squared leaf values */
	double		alpha;			/* penalty on absolute leaf values */
	double		gamma;			/* what a split must gain */
	double		subsample;		/* share of the rows that a tree sees */
	double		colsample;		/* share of the columns that a tree sees */
	int			max_bin;
	double		tweedie_power;
	int			early_stopping; /* rounds without progress that end the fit; 0: never */
	double		holdout;		/* share of the rows that tells the progress */
	const Jsonb *monotone;		/* feature: 1 or -1; or NULL */
	int			threads;
	int64		seed;
	TextList	exclude;
	bool		quiet;
	uint64		given;			/* options given, by number */
} TreesOptions;

/* What a fit leaves behind besides the trees. */
typedef struct TreesTrace
{
	int64		rows;			/* of training */
	int64		held_out;
	int			rounds;			/* run */
	int			best;			/* rounds kept */
	double	   *training;		/* (rounds) metric */
	double	   *held;			/* (rounds) the same of the rows held out; NULL without any */
	double		difference;		/* from libxgboost's own scores of rows of training, the largest */
} TreesTrace;

extern void trees_options(const Jsonb *jsonb, TreesOptions *options);

/* Was the objective among the options? */
extern bool trees_objective_given(const TreesOptions *options);

/* The name of an option by number, NULL after the last. */
extern const char *trees_option_name(int number);

/* Options given that have no effect with the others. */
extern uint64 trees_unused_options(const TreesOptions *options);

/* The name of an objective's metric. */
extern const char *objective_metric(Objective objective);

/*
 * Fit trees to the rows, outcomes and weights of a sample, whose columns are
 * those of trees_columns() and the indicators of arms.  The same rows in
 * another order give the same trees.  "part" names the fit in messages.
 */
extern Forest *trees_fit_sample(const Sample *sample, const TreesOptions *options,
								const char *part, Progress *progress, TreesTrace *trace);

extern void put_trees_options(StringInfo to, const TreesOptions *options);
extern void get_trees_options(Reader *from, TreesOptions *options);
extern void describe_trees_options(StringInfo json, const TreesOptions *options);

/* Hand over the metric of each round; "part" names the fit, or is empty. */
extern void trees_trace_rows(const TreesTrace *trace, Objective objective, const char *part,
							 TraceSink sink, void *to);

/* A copy in the current memory context. */
extern TreesTrace *trees_trace_copy(const TreesTrace *trace);

extern void put_trees_trace(StringInfo to, const TreesTrace *trace);
extern TreesTrace *get_trees_trace(Reader *from);

#endif							/* COUPON_TREES_FIT_H */
