/*
 * evaluation_sql.c
 *		Aggregates qini_auc(), auuc(), uplift_at() and uplift_summary().
 *
 * All of them collect rows (score, outcome, treated).  qini_auc, auuc and
 * uplift_summary share support functions, hence one state in a query, and the
 * figures are computed once for all of them.
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/float.h"

#include "sql/evaluation_sql.h"

#define WIDTH	3				/* score, outcome, treated as 0 or 1 */

EvaluationState *
evaluation_state_make(MemoryContext context, int width)
{
	EvaluationState *state = MemoryContextAllocZero(context, sizeof(EvaluationState));

	state->rows = collector_make(context, width);

	return state;
}

double
evaluation_number(double value, const char *name)
{
	if (unlikely(!isfinite(value)))
		bad_argument("%s is %s, not a finite number", name, isnan(value) ? "NaN" : "infinite");

	return value + 0.0;
}

double
evaluation_outcome(double value, const char *name)
{
	value = evaluation_number(value, name);
	if (unlikely(fabs(value) > OUTCOME_MOST))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is %s, out of the range of %g to %g",
						name, float8out_internal(value), -OUTCOME_MOST, OUTCOME_MOST)));

	return value;
}

int
evaluation_count_arg(FunctionCallInfo fcinfo, int i, const char *name, int most)
{
	int			count;

	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
	count = PG_GETARG_INT32(i);
	if (count < 1 || count > most)
		bad_argument("%s must be between 1 and %d, not %d", name, most, count);

	return count;
}

void
evaluation_put_row(Collector *rows, double score, double outcome, bool treated)
{
	double	   *row;

	score = evaluation_number(score, "score");
	outcome = evaluation_outcome(outcome, "outcome");
	row = collector_row(rows);
	row[0] = score;
	row[1] = outcome;
	row[2] = treated;
}

/* Add the row in arguments 1 to 3. */
static EvaluationState *
add_row(FunctionCallInfo fcinfo)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);

	if (state == NULL)
		state = evaluation_state_make(aggregate_context(fcinfo), WIDTH);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		state->skipped++;
	else
		evaluation_put_row(state->rows, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), PG_GETARG_BOOL(3));

	return state;
}

PG_FUNCTION_INFO_V1(evaluation_add);

/* evaluation_add(internal, score, outcome, treated) returns internal */
Datum
evaluation_add(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(add_row(fcinfo));
}

static void
check_share(EvaluationState *state, double share)
{
	if (state->share != 0 && state->share != share)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("share must be the same in all rows, not %s and %s",
						float8out_internal(state->share), float8out_internal(share)),
				 errhint("Call uplift_at once for each share.")));
	state->share = share;
}

PG_FUNCTION_INFO_V1(uplift_at_add);

/* uplift_at_add(internal, score, outcome, treated, share) returns internal */
Datum
uplift_at_add(PG_FUNCTION_ARGS)
{
	EvaluationState *state = add_row(fcinfo);
	double		share;

	if (PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("share must not be null")));
	share = PG_GETARG_FLOAT8(4);
	if (!(share > 0 && share <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("share must be above 0 and at most 1, not %s", float8out_internal(share)),
				 errhint("The best 30 %% of the customers are share 0.3.")));
	if (state->share != share)
		check_share(state, share);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(evaluation_combine);

/* evaluation_combine(internal, internal) returns internal */
Datum
evaluation_combine(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);
	EvaluationState *other = evaluation_state_or_null(fcinfo, 1);
	MemoryContext context = aggregate_context(fcinfo);

	if (other == NULL)
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	if (state == NULL)
		state = evaluation_state_make(context, other->rows->width);
	if (other->share != 0)
		check_share(state, other->share);
	state->skipped += other->skipped;
	collector_append(state->rows, other->rows);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(evaluation_serial);

/* evaluation_serial(internal) returns bytea */
Datum
evaluation_serial(PG_FUNCTION_ARGS)
{
	EvaluationState *state = (EvaluationState *) PG_GETARG_POINTER(0);
	StringInfoData bytes;

	pq_begintypsend(&bytes);
	pq_sendint64(&bytes, state->skipped);
	pq_sendfloat8(&bytes, state->share);
	collector_put(&bytes, state->rows);

	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

PG_FUNCTION_INFO_V1(evaluation_deserial);

/* evaluation_deserial(bytea, internal) returns internal */
Datum
evaluation_deserial(PG_FUNCTION_ARGS)
{
	StringInfoData from = aggregate_bytes(fcinfo);
	EvaluationState *state = palloc0_object(EvaluationState);

	state->skipped = pq_getmsgint64(&from);
	state->share = pq_getmsgfloat8(&from);
	state->rows = collector_get(&from, CurrentMemoryContext);
	pq_getmsgend(&from);

	PG_RETURN_POINTER(state);
}

/*
 * The figures of all rows so far.  They are kept beside the rows, so that the
 * next aggregate on this state finds them; a later row makes them stale.
 */
static const Evaluation *
figures_of(EvaluationState *state)
{
	if (state->figures == NULL)
		state->figures = MemoryContextAlloc(state->rows->context, sizeof(Evaluation));
	else if (state->figured == state->rows->n)
		return state->figures;
	*state->figures = evaluate(state->rows->rows, state->rows->n);
	state->figured = state->rows->n;

	return state->figures;
}

Datum
evaluation_number_or_null(FunctionCallInfo fcinfo, double value)
{
	if (!isfinite(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value + 0.0);
}

PG_FUNCTION_INFO_V1(qini_auc_final);

/* qini_auc_final(internal) returns float8 */
Datum
qini_auc_final(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);

	if (state == NULL)
		PG_RETURN_NULL();
	return evaluation_number_or_null(fcinfo, figures_of(state)->qini_auc.value);
}

PG_FUNCTION_INFO_V1(auuc_final);

/* auuc_final(internal) returns float8 */
Datum
auuc_final(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);

	if (state == NULL)
		PG_RETURN_NULL();
	return evaluation_number_or_null(fcinfo, figures_of(state)->auuc.value);
}

PG_FUNCTION_INFO_V1(uplift_at_final);

/* uplift_at_final(internal) returns float8 */
Datum
uplift_at_final(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);

	if (state == NULL || state->rows->n == 0)
		PG_RETURN_NULL();
	return evaluation_number_or_null(fcinfo,
									 uplift_estimate(curve_make(state->rows->rows, state->rows->n),
													 state->share).value);
}

void
evaluation_put_number(double number, Datum *value, bool *null)
{
	*null = !isfinite(number);
	*value = Float8GetDatum(number + 0.0);
}

void
evaluation_put_estimate(Estimate estimate, Datum *values, bool *nulls)
{
	evaluation_put_number(estimate.value, values, nulls);
	evaluation_put_number(estimate.se, values + 1, nulls + 1);
}

PG_FUNCTION_INFO_V1(uplift_summary_final);

/* uplift_summary_final(internal) returns uplift_summary */
Datum
uplift_summary_final(PG_FUNCTION_ARGS)
{
	EvaluationState *state = evaluation_state_or_null(fcinfo, 0);
	const Evaluation *figures;
	TupleDesc	row;
	Datum		values[4 + 2 * (3 + NSHARES)];
	bool		nulls[4 + 2 * (3 + NSHARES)] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	figures = figures_of(state);
	values[0] = Int64GetDatum(figures->rows);
	values[1] = Int64GetDatum(figures->treated);
	values[2] = Int64GetDatum(figures->control);
	values[3] = Int64GetDatum(state->skipped);
	evaluation_put_estimate(figures->ate, values + 4, nulls + 4);
	evaluation_put_estimate(figures->qini_auc, values + 6, nulls + 6);
	evaluation_put_estimate(figures->auuc, values + 8, nulls + 8);
	for (int i = 0; i < NSHARES; i++)
		evaluation_put_estimate(figures->uplift[i], values + 10 + 2 * i, nulls + 10 + 2 * i);

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
