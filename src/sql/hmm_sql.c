/*
 * hmm_sql.c
 *		Hidden Markov models: one customer's clicks.
 */
#include "coupon.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

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
	uint16		number = hmm_symbol(hmm, VARDATA_ANY(symbol), VARSIZE_ANY_EXHDR(symbol));

	hmm_predict(hmm->chain, belief, input, states);
	if (hmm_observe(hmm->chain, states, input, number) == 0)
	{
		HmmSteps	steps = {.n = 1, .symbols = &number};

		hmm_impossible(hmm, &steps, 0);
	}

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
