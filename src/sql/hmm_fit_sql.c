/*
 * hmm_fit_sql.c
 *		hmm_fit(): hidden Markov models fitted to sequences.
 */
#include "coupon.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "model/hmm_fit.h"
#include "pg/collector.h"

/* Checks the options; there is no column to leave out. */
static TextList
check_options(const Jsonb *jsonb)
{
	hmm_options(jsonb);

	return (TextList) {0};
}

PG_FUNCTION_INFO_V1(hmm_fit_add);

/* hmm_fit_add(internal, symbols [, options]) returns internal */
Datum
hmm_fit_add(PG_FUNCTION_ARGS)
{
	return sequences_add(fcinfo, false, check_options);
}

PG_FUNCTION_INFO_V1(hmm_fit_add_inputs);

/* hmm_fit_add_inputs(internal, symbols, inputs, options) returns internal */
Datum
hmm_fit_add_inputs(PG_FUNCTION_ARGS)
{
	return sequences_add(fcinfo, true, check_options);
}

PG_FUNCTION_INFO_V1(hmm_fit_combine);

/* hmm_fit_combine(internal, internal) returns internal */
Datum
hmm_fit_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Sequences  *sequences = sequences_arg(fcinfo, 0);
	const Sequences *other = sequences_arg(fcinfo, 1);

	if (other == NULL)
	{
		if (sequences == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(sequences);
	}
	if (sequences == NULL)
		sequences = sequences_like(other, context);
	sequences_append(sequences, other);

	PG_RETURN_POINTER(sequences);
}

PG_FUNCTION_INFO_V1(hmm_fit_serial);

/* hmm_fit_serial(internal) returns bytea */
Datum
hmm_fit_serial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;

	aggregate_context(fcinfo);
	pq_begintypsend(&bytes);
	sequences_put(&bytes, sequences_arg(fcinfo, 0));

	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

PG_FUNCTION_INFO_V1(hmm_fit_deserial);

/* hmm_fit_deserial(bytea, internal) returns internal */
Datum
hmm_fit_deserial(PG_FUNCTION_ARGS)
{
	StringInfoData bytes = aggregate_bytes(fcinfo);

	PG_RETURN_POINTER(sequences_get(&bytes, CurrentMemoryContext));
}

PG_FUNCTION_INFO_V1(hmm_fit_final);

/* hmm_fit_final(internal) returns model */
Datum
hmm_fit_final(PG_FUNCTION_ARGS)
{
	Sequences  *sequences = sequences_arg(fcinfo, 0);
	HmmOptions	options;
	HmmData		data;
	Hmm		   *hmm;
	StringInfoData payload;

	/* as with avg(): no row, no model */
	if (sequences == NULL || sequences->n == 0)
		PG_RETURN_NULL();

	options = hmm_options(sequences->options);
	hmm_data(sequences, &options, &data);
	hmm = hmm_fit_data(&data, &options);
	hmm->fit->skipped = sequences->skipped;
	initStringInfo(&payload);
	hmm_pack(&payload, hmm);

	PG_RETURN_POINTER(model_make(MODEL_HMM, model_type_of(MODEL_HMM)->version, &payload));
}
