/*
 * hmm_model_sql.c
 *		Hidden Markov models: from known parameters, and shown as rows.
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "model/hmm_options.h"
#include "pg/array.h"
#include "pg/sequences.h"
#include "sql/hmm_sql.h"

/* The numbers of the array in argument i, copied, and its dimensions. */
static double *
numbers_arg(FunctionCallInfo fcinfo, int i, const char *name, int *ndim, int *dims)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(i);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
	*ndim = ARR_NDIM(array);
	for (int d = 0; d < 3; d++)
		dims[d] = d < *ndim ? ARR_DIMS(array)[d] : 0;

	return memcpy(palloc_array(double, Max(n, 1)), ARR_DATA_PTR(array), sizeof(double) * n);
}

/* The different names in the array in argument i. */
static Dictionary *
names_arg(FunctionCallInfo fcinfo, int i, const char *name, int most)
{
	Dictionary *names = dictionary_make(CurrentMemoryContext);
	TextElements elements;

	text_elements(PG_GETARG_ARRAYTYPE_P(i), name, &elements);
	if (elements.n > most)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are %d %s, more than %d", elements.n, name, most)));
	for (int k = 0; k < elements.n; k++)
	{
		int			length;
		const char *text = text_next(&elements, &length);

		if (dictionary_add(names, text, length) != k)
			bad_argument("%s has \"%.*s\" twice", name, length, text);
	}

	return names;
}

PG_FUNCTION_INFO_V1(hmm_model);

/* hmm_model(start, transitions, emissions, symbols [, inputs [, options]]) returns model */
Datum
hmm_model(PG_FUNCTION_ARGS)
{
	HmmOptions	options = hmm_model_options(options_arg(fcinfo, 5));
	Hmm			hmm = {.ignore_unseen = options.ignore_unseen, .shrinkage = options.shrinkage};
	StringInfoData payload;
	int			ndim;
	int			dims[3];
	int			n;

	hmm.symbols = names_arg(fcinfo, 3, "symbols", HMM_MOST_SYMBOLS);
	hmm.inputs = PG_NARGS() > 4 ? names_arg(fcinfo, 4, "inputs", HMM_MOST_INPUTS) :
		dictionary_make(CurrentMemoryContext);
	hmm.nsymbols = hmm.symbols->n;
	hmm.ninputs = hmm.inputs->n;
	if (hmm.nsymbols == 0)
		bad_argument("symbols must name at least one symbol");

	hmm.start = numbers_arg(fcinfo, 0, "start", &ndim, dims);
	n = hmm.nstates = dims[0];
	if (ndim != 1 || n > HMM_MOST_STATES)
		bad_argument("start must be an array of one dimension, with 1 to %d numbers", HMM_MOST_STATES);

	hmm.transitions = numbers_arg(fcinfo, 1, "transitions", &ndim, dims);
	if (hmm.ninputs == 0 && (ndim != 2 || dims[0] != n || dims[1] != n))
		bad_argument("transitions must be an array of %d x %d numbers: states x states", n, n);
	if (hmm.ninputs > 0 && (ndim != 3 || dims[0] != hmm.ninputs || dims[1] != n || dims[2] != n))
		bad_argument("transitions must be an array of %d x %d x %d numbers: inputs x states x states", hmm.ninputs, n, n);

	hmm.emissions = numbers_arg(fcinfo, 2, "emissions", &ndim, dims);
	hmm.by_input = hmm.ninputs > 0 && ndim == 3;
	if (hmm.by_input ? dims[0] != hmm.ninputs || dims[1] != n || dims[2] != hmm.nsymbols :
		ndim != 2 || dims[0] != n || dims[1] != hmm.nsymbols)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("emissions must be an array of %d x %d numbers: states x symbols", n, hmm.nsymbols),
				 hmm.ninputs > 0 ? errdetail("Where emissions depend on inputs, %d x %d x %d: inputs x states x symbols.",
											 hmm.ninputs, n, hmm.nsymbols) : 0));

	hmm_check_size(n, hmm.nsymbols, hmm.ninputs, hmm.by_input);
	hmm_scale_rows(hmm.start, 1, n, n, "start");
	hmm_scale_rows(hmm.transitions, (int64) hmm_transition_sets(&hmm) * n, n, n, "transitions");
	hmm_scale_rows(hmm.emissions, (int64) hmm_emission_sets(&hmm) * n, hmm.nsymbols, n, "emissions");
	initStringInfo(&payload);
	hmm_pack(&payload, &hmm);

	PG_RETURN_POINTER(model_make(MODEL_HMM, model_type_of(MODEL_HMM)->version, &payload));
}

/* The name of an input, or null where there are none. */
static Datum
input_name(const Hmm *hmm, int input, bool there, bool *null)
{
	*null = !there;

	return there ? CStringGetTextDatum(hmm->inputs->texts[input]) : (Datum) 0;
}

PG_FUNCTION_INFO_V1(hmm_transitions);

/* hmm_transitions(model) returns setof (input, state, next_state, probability) */
Datum
hmm_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Hmm  *hmm = hmm_arg(fcinfo);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int u = 0; u < hmm_transition_sets(hmm); u++)
		for (int i = 0; i < hmm->nstates; i++)
			for (int j = 0; j < hmm->nstates; j++)
			{
				bool		nulls[4] = {false};
				Datum		values[4] = {
					input_name(hmm, u, hmm->ninputs > 0, &nulls[0]),
					Int32GetDatum(i + 1),
					Int32GetDatum(j + 1),
					Float8GetDatum(hmm_transition_row(hmm, u, i)[j]),
				};

				tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
			}

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(hmm_emissions);

/* hmm_emissions(model) returns setof (input, state, symbol, probability) */
Datum
hmm_emissions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Hmm  *hmm = hmm_arg(fcinfo);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int u = 0; u < hmm_emission_sets(hmm); u++)
		for (int i = 0; i < hmm->nstates; i++)
			for (int o = 0; o < hmm->nsymbols; o++)
			{
				bool		nulls[4] = {false};
				Datum		values[4] = {
					input_name(hmm, u, hmm->by_input, &nulls[0]),
					Int32GetDatum(i + 1),
					CStringGetTextDatum(hmm->symbols->texts[o]),
					Float8GetDatum(hmm_emission_row(hmm, u, i)[o]),
				};

				tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
			}

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(hmm_states);

/* hmm_states(model) returns setof (input, state, start, stationary, dwell, share) */
Datum
hmm_states(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Hmm  *hmm = hmm_arg(fcinfo);
	double	   *stationary = palloc_array(double, hmm->nstates);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int u = 0; u < hmm_transition_sets(hmm); u++)
	{
		hmm_stationary(hmm, u, stationary);
		for (int i = 0; i < hmm->nstates; i++)
		{
			double		stays = hmm_transition_row(hmm, u, i)[i];
			bool		nulls[6] = {false};
			Datum		values[6] = {
				input_name(hmm, u, hmm->ninputs > 0, &nulls[0]),
				Int32GetDatum(i + 1),
				Float8GetDatum(hmm->start[i]),
				Float8GetDatum(stationary[i]),
				Float8GetDatum(stays < 1 ? 1 / (1 - stays) : INFINITY),
				hmm->fit ? Float8GetDatum(hmm->fit->share[i]) : (Datum) 0,
			};

			nulls[5] = hmm->fit == NULL;
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}

	return (Datum) 0;
}
