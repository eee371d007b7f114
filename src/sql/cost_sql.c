/*
 * cost_sql.c
 *		Aggregates aucc() and cost_summary().
 *
 * Both collect rows (score, gain, cost, treated) in a state that they share;
 * it combines and travels as that of uplift_summary() does.
 */
#include "coupon.h"

#include "funcapi.h"

#include "model/cost_curve.h"
#include "sql/evaluation_sql.h"

#define WIDTH	4				/* score, gain, cost, treated as 0 or 1 */

PG_FUNCTION_INFO_V1(cost_add);

/* cost_add(internal, score, gain, cost, treated) returns internal */
Datum
cost_add(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);
	MemoryContext context = aggregate_context(fcinfo);
	double		numbers[3];
	double	   *row;

	if (state == NULL)
		state = evaluation_state_make(context, WIDTH);
	for (int i = 1; i <= WIDTH; i++)
		if (PG_ARGISNULL(i))
		{
			state->skipped++;
			PG_RETURN_POINTER(state);
		}
	numbers[0] = evaluation_number(PG_GETARG_FLOAT8(1), "score");
	numbers[1] = evaluation_outcome(PG_GETARG_FLOAT8(2), "gain");
	numbers[2] = evaluation_outcome(PG_GETARG_FLOAT8(3), "cost");
	row = collector_row(state->rows);
	memcpy(row, numbers, sizeof(numbers));
	row[3] = PG_GETARG_BOOL(4);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(aucc_final);

/* aucc_final(internal) returns float8 */
Datum
aucc_final(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);

	if (state == NULL)
		PG_RETURN_NULL();
	return evaluation_number_or_null(fcinfo, cost_evaluate(state->rows->rows, state->rows->n).aucc.value);
}

PG_FUNCTION_INFO_V1(cost_summary_final);

/* cost_summary_final(internal) returns cost_summary */
Datum
cost_summary_final(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);
	CostEvaluation figures;
	TupleDesc	row;
	Datum		values[10];
	bool		nulls[10] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	figures = cost_evaluate(state->rows->rows, state->rows->n);
	values[0] = Int64GetDatum(figures.rows);
	values[1] = Int64GetDatum(figures.treated);
	values[2] = Int64GetDatum(figures.control);
	values[3] = Int64GetDatum(state->skipped);
	evaluation_put_estimate(figures.gain, values + 4, nulls + 4);
	evaluation_put_estimate(figures.cost, values + 6, nulls + 6);
	evaluation_put_estimate(figures.aucc, values + 8, nulls + 8);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
