/*
 * hmm_sql.c
 *		Hidden Markov models: one customer's clicks.
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/array.h"
#include "pg/sequences.h"
#include "sql/hmm_sql.h"

const Hmm *
hmm_arg(FunctionCallInfo fcinfo)
{
	ModelArg   *arg = model_arg(fcinfo, 0);

	model_check_kind(arg, MODEL_HMM);

	return arg->model;
}

void
hmm_steps_arg(FunctionCallInfo fcinfo, const Hmm *hmm, int arguments, HmmSteps *steps)
{
	TextElements elements;
	uint16	   *symbols;
	uint16	   *inputs = NULL;
	const char *text;
	int			length;

	hmm_check_inputs(hmm, PG_NARGS() >= arguments);
	text_elements(PG_GETARG_ARRAYTYPE_P(1), "symbols", &elements);
	steps->n = elements.n;
	steps->weight = 1;
	symbols = palloc_array(uint16, Max(elements.n, 1));
	for (int t = 0; t < steps->n; t++)
	{
		if (t % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		text = text_next(&elements, &length);
		symbols[t] = hmm_symbol(hmm, text, length);
	}
	if (PG_NARGS() >= arguments)
	{
		text_elements(PG_GETARG_ARRAYTYPE_P(2), "inputs", &elements);
		sequence_check_lengths(steps->n, elements.n);
		inputs = palloc_array(uint16, Max(elements.n, 1));
		for (int t = 0; t < steps->n; t++)
		{
			if (t % 65536 == 0)
				CHECK_FOR_INTERRUPTS();
			text = text_next(&elements, &length);
			inputs[t] = hmm_input(hmm, text, length);
		}
	}
	steps->symbols = symbols;
	steps->inputs = inputs;
}

double *
hmm_belief_arg(FunctionCallInfo fcinfo, const Hmm *hmm)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);

	if (ARR_NDIM(array) > 1)
		bad_argument("belief must be an array of one dimension");
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("belief must not contain nulls")));

	return hmm_belief(hmm, (const double *) ARR_DATA_PTR(array), ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)));
}

int
hmm_input_arg(FunctionCallInfo fcinfo, const Hmm *hmm, int i)
{
	text	   *input;

	hmm_check_inputs(hmm, PG_NARGS() > i);
	if (PG_NARGS() <= i)
		return 0;
	input = PG_GETARG_TEXT_PP(i);

	return hmm_input(hmm, VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input));
}

/* The belief after these steps, padded; an error if they are impossible. */
static double *
filtered(const Hmm *hmm, const HmmSteps *steps)
{
	double	   *belief = palloc_array(double, hmm->chain->stride);
	int64		step;

	hmm_filter_steps(hmm->chain, steps, belief, &step);
	if (step < steps->n)
		hmm_impossible(hmm, steps, step);

	return belief;
}

PG_FUNCTION_INFO_V1(hmm_filter);

/* hmm_filter(model, symbols [, inputs]) returns float8[] */
Datum
hmm_filter(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	HmmSteps	steps;

	hmm_steps_arg(fcinfo, hmm, 3, &steps);

	PG_RETURN_DATUM(vector_datum(filtered(hmm, &steps), hmm->nstates));
}

PG_FUNCTION_INFO_V1(hmm_update);

/* hmm_update(model, belief, symbol [, input]) returns float8[] */
Datum
hmm_update(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	double	   *belief = hmm_belief_arg(fcinfo, hmm);
	text	   *symbol = PG_GETARG_TEXT_PP(2);
	int			input = hmm_input_arg(fcinfo, hmm, 3);
	double	   *states = palloc_array(double, hmm->chain->stride);
	int			number = hmm_symbol(hmm, VARDATA_ANY(symbol), VARSIZE_ANY_EXHDR(symbol));

	hmm_predict(hmm->chain, belief, input, states);
	if (hmm_observe(hmm->chain, states, input, number) == 0)
		hmm_impossible_next(hmm, number);

	PG_RETURN_DATUM(vector_datum(states, hmm->nstates));
}

PG_FUNCTION_INFO_V1(hmm_log_likelihood);

/* hmm_log_likelihood(model, symbols [, inputs]) returns float8 */
Datum
hmm_log_likelihood(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	HmmSteps	steps;

	hmm_steps_arg(fcinfo, hmm, 3, &steps);

	PG_RETURN_FLOAT8(hmm_filter_steps(hmm->chain, &steps, NULL, NULL));
}

/* A two-dimensional array must fit into a value. */
static void
check_cells(int64 nsteps, int nstates)
{
	if (nsteps * nstates > MaxAllocSize / sizeof(double) / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%lld steps x %d states are too many for one array", (long long) nsteps, nstates),
				 errhint("Split the sequence.")));
}

PG_FUNCTION_INFO_V1(hmm_posterior);

/* hmm_posterior(model, symbols [, inputs]) returns float8[] */
Datum
hmm_posterior(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	int			n = hmm->nstates;
	HmmSteps	steps;
	double	   *posterior;
	Datum	   *values;

	hmm_steps_arg(fcinfo, hmm, 3, &steps);
	if (steps.n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(FLOAT8OID));
	check_cells(steps.n, n);
	posterior = palloc_huge(double, steps.n * hmm->chain->stride);
	if (isinf(hmm_count_steps(hmm->chain, &steps, hmm_room_make(hmm->chain, steps.n), NULL, posterior)))
		filtered(hmm, &steps);
	values = palloc_huge(Datum, steps.n * n);
	for (int64 t = 0; t < steps.n; t++)
		for (int i = 0; i < n; i++)
			values[t * n + i] = Float8GetDatum(posterior[t * hmm->chain->stride + i]);

	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, NULL, 2, (int[]) {steps.n, n}, (int[]) {1, 1}, FLOAT8OID,
											 sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(hmm_decode);

/* hmm_decode(model, symbols [, inputs]) returns integer[] */
Datum
hmm_decode(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	ModelArg   *arg = model_arg(fcinfo, 0);
	HmmSteps	steps;
	uint8	   *states;
	Datum	   *values;

	if (arg->scratch == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(arg->context);

		arg->scratch = hmm_logs_make(hmm->chain);
		MemoryContextSwitchTo(caller);
	}
	hmm_steps_arg(fcinfo, hmm, 3, &steps);
	states = palloc_huge(uint8, Max(steps.n, 1));
	if (isinf(hmm_viterbi(arg->scratch, &steps, states)))
		filtered(hmm, &steps);
	values = palloc_huge(Datum, Max(steps.n, 1));
	for (int64 t = 0; t < steps.n; t++)
		values[t] = Int32GetDatum(states[t] + 1);

	PG_RETURN_ARRAYTYPE_P(construct_array(values, steps.n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(hmm_embedding);

/* hmm_embedding(model, symbols [, inputs]) returns float8[] */
Datum
hmm_embedding(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	HmmSteps	steps;
	double	   *embedding = palloc_huge(double, hmm_embedding_length(hmm));

	hmm_steps_arg(fcinfo, hmm, 3, &steps);
	hmm_embed(hmm, &steps, embedding);

	PG_RETURN_DATUM(vector_datum(embedding, hmm_embedding_length(hmm)));
}

/* Rows (symbol, probability) from the states expected at the next step. */
static Datum
next_rows(FunctionCallInfo fcinfo, const Hmm *hmm, const double *states, int input)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double	   *probabilities = palloc_array(double, hmm->nsymbols);

	hmm_symbols_of(hmm, states, input, probabilities);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int o = 0; o < hmm->nsymbols; o++)
	{
		Datum		values[2] = {CStringGetTextDatum(hmm->symbols->texts[o]), Float8GetDatum(probabilities[o])};
		bool		nulls[2] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(hmm_next);

/* hmm_next(model, symbols [, inputs, input]) returns setof (symbol, probability) */
Datum
hmm_next(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	double	   *states = palloc_array(double, hmm->chain->stride);
	HmmSteps	steps;
	int			input;

	hmm_steps_arg(fcinfo, hmm, 4, &steps);
	input = hmm_input_arg(fcinfo, hmm, 3);
	if (steps.n == 0)
		return next_rows(fcinfo, hmm, hmm->chain->start, input);
	hmm_predict(hmm->chain, filtered(hmm, &steps), input, states);

	return next_rows(fcinfo, hmm, states, input);
}

PG_FUNCTION_INFO_V1(hmm_next_from);

/* hmm_next_from(model, belief [, input]) returns setof (symbol, probability) */
Datum
hmm_next_from(PG_FUNCTION_ARGS)
{
	const Hmm  *hmm = hmm_arg(fcinfo);
	double	   *belief = hmm_belief_arg(fcinfo, hmm);
	double	   *states = palloc_array(double, hmm->chain->stride);
	int			input = hmm_input_arg(fcinfo, hmm, 2);

	hmm_predict(hmm->chain, belief, input, states);

	return next_rows(fcinfo, hmm, states, input);
}
