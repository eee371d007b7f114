/*
 * evaluation_sql.h
 *		What the functions that judge a score share: the rows that aggregates
 *		collect, and checks of what comes in and goes out.
 */
#ifndef COUPON_EVALUATION_SQL_H
#define COUPON_EVALUATION_SQL_H

#include "coupon.h"

#include "model/evaluation.h"
#include "pg/collector.h"

#define OUTCOME_MOST	1e100	/* sums of squares stay finite */
#define MAX_POINTS		10000	/* of a curve */

typedef struct EvaluationState
{
	Collector  *rows;
	int64		skipped;		/* rows with a null */
	double		share;			/* of uplift_at; 0 before its first row */
	Evaluation *figures;		/* of the first "figured" rows, or NULL */
	int64		figured;
} EvaluationState;

extern EvaluationState *evaluation_state_make(MemoryContext context, int width);

static inline EvaluationState *
evaluation_state_or_null(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : (EvaluationState *) PG_GETARG_POINTER(i);
}

/* A finite number; -0 becomes 0, which ties with it. */
extern double evaluation_number(double value, const char *name);

/* The same, within the range of outcomes. */
extern double evaluation_outcome(double value, const char *name);

extern void evaluation_put_row(Collector *rows, double score, double outcome, bool treated);

/* What is not finite is null; -0 becomes 0. */
extern Datum evaluation_number_or_null(FunctionCallInfo fcinfo, double value);
extern void evaluation_put_number(double number, Datum *value, bool *null);

/* A figure and its standard error, as two columns. */
extern void evaluation_put_estimate(Estimate estimate, Datum *values, bool *nulls);

/* The number in argument i, within 1..most; not null. */
extern int	evaluation_count_arg(FunctionCallInfo fcinfo, int i, const char *name, int most);

#endif							/* COUPON_EVALUATION_SQL_H */
