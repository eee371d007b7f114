/*
 * hmm_policy_sql.c
 *		hmm_policy().
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "model/hmm_policy.h"
#include "sql/hmm_sql.h"

/* The plan for the latest margins and options of a model. */
typedef struct Planned
{
	MemoryContext context;		/* of all but this; NULL without a plan */
	struct varlena *given[2];	/* margins, options or NULL */
	HmmPolicy  *policy;
	Datum	   *offers;			/* (ninputs): names */
} Planned;

/* Argument i as it was at the last call? */
static bool
same_argument(FunctionCallInfo fcinfo, int i, const struct varlena *before)
{
	struct varlena *now;

	if (PG_NARGS() <= i || before == NULL)
		return PG_NARGS() <= i && before == NULL;
	now = PG_GETARG_VARLENA_PP(i);

	return VARSIZE_ANY_EXHDR(now) == VARSIZE_ANY_EXHDR(before) &&
		memcmp(VARDATA_ANY(now), VARDATA_ANY(before), VARSIZE_ANY_EXHDR(now)) == 0;
}

/* The plan for the model, margins and options in arguments 0, 2 and 3: made once a query. */
static const Planned *
planned_arg(FunctionCallInfo fcinfo, ModelArg *arg)
{
	const Hmm  *hmm = arg->model;
	Planned    *planned = arg->scratch;
	MemoryContext caller;

	if (planned == NULL)
		arg->scratch = planned = MemoryContextAllocZero(arg->context, sizeof(Planned));
	else if (planned->policy && same_argument(fcinfo, 2, planned->given[0]) &&
			 same_argument(fcinfo, 3, planned->given[1]))
		return planned;

	/* an error on the way leaves no plan behind */
	if (planned->context)
		MemoryContextDelete(planned->context);
	*planned = (Planned) {0};
	planned->context = AllocSetContextCreate(arg->context, "coupon hmm_policy", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(planned->context);
	for (int i = 0; i < 2 && i + 2 < PG_NARGS(); i++)
		planned->given[i] = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(i + 2));
	if (!JB_ROOT_IS_OBJECT((Jsonb *) planned->given[0]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("margins must be an object of numbers"),
				 errhint("It has what each symbol earns, for example {\"buy\": 20}.")));
	planned->policy = hmm_policy_make(hmm, (Jsonb *) planned->given[0], (Jsonb *) planned->given[1]);
	planned->offers = palloc_array(Datum, hmm->ninputs);
	for (int u = 0; u < hmm->ninputs; u++)
		planned->offers[u] = CStringGetTextDatum(hmm->inputs->texts[u]);
	MemoryContextSwitchTo(caller);

	return planned;
}

PG_FUNCTION_INFO_V1(hmm_policy);

/* hmm_policy(model, belief, margins [, options]) returns setof (offer, q, expected_cost, gain) */
Datum
hmm_policy(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ModelArg   *arg = model_arg(fcinfo, 0);
	const Planned *planned;
	const Hmm  *hmm;
	HmmOffer   *offers;

	model_check_kind(arg, MODEL_HMM);
	hmm = arg->model;
	planned = planned_arg(fcinfo, arg);
	offers = palloc_array(HmmOffer, hmm->ninputs);
	hmm_policy_offers(planned->policy, hmm_belief_arg(fcinfo, hmm), offers);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int u = 0; u < hmm->ninputs; u++)
	{
		Datum		values[4] = {
			planned->offers[u],
			Float8GetDatum(offers[u].q),
			Float8GetDatum(offers[u].cost),
			Float8GetDatum(offers[u].gain),
		};
		bool		nulls[4] = {[3] = isnan(offers[u].gain)};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}
