/*
 * spearman_sql.c
 *		Aggregate spearman(); its support functions are those of evaluation.
 */
#include "coupon.h"

#include "model/ranks.h"
#include "sql/evaluation_sql.h"

#define WIDTH	2				/* a, b */

PG_FUNCTION_INFO_V1(spearman_add);

/* spearman_add(internal, a, b) returns internal */
Datum
spearman_add(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);

	if (state == NULL)
		state = evaluation_state_make(aggregate_context(fcinfo), WIDTH);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		state->skipped++;
	else
	{
		double		a = evaluation_number(PG_GETARG_FLOAT8(1), "a");
		double		b = evaluation_number(PG_GETARG_FLOAT8(2), "b");
		double	   *row = collector_row(state->rows);

		row[0] = a;
		row[1] = b;
	}

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(spearman_final);

/* spearman_final(internal) returns float8 */
Datum
spearman_final(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);

	if (state == NULL)
		PG_RETURN_NULL();
	return evaluation_number_or_null(fcinfo, spearman(state->rows->rows, state->rows->n));
}
