/*
 * bandit_policy_sql.c
 *		bandit_probabilities(), bandit_choose() and holdout().
 */
#include "coupon.h"

#include <math.h>

#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "model/bandit_policy.h"
#include "model/random.h"
#include "pg/site.h"
#include "sql/bandit_score_sql.h"

#define ARMS_MOST		10000

/* What a call site keeps beside a model. */
typedef struct Kept
{
	Site	   *site;			/* NULL of a call without options */
	PolicyOptions options;
	MemoryContext options_context;	/* of their lists */
	PolicyDraws *draws;			/* NULL until there are any */
	int64		seed;			/* of these draws */
	MemoryContext draws_context;
} Kept;

/* The options in argument i, read anew when they change. */
static Kept *
kept_of(FunctionCallInfo fcinfo, ModelArg *arg, int i)
{
	Kept	   *kept = arg->scratch;
	const Jsonb *jsonb = options_arg(fcinfo, i);
	MemoryContext caller;

	if (kept == NULL)
	{
		kept = MemoryContextAllocZero(arg->context, sizeof(Kept));
		kept->options_context = AllocSetContextCreate(arg->context, "coupon policy", ALLOCSET_SMALL_SIZES);
		kept->draws_context = AllocSetContextCreate(arg->context, "coupon policy draws", ALLOCSET_SMALL_SIZES);
		kept->site = jsonb ? site_make(arg->context, jsonb) : NULL;
	}
	else if (kept->site == NULL || !site_renew(kept->site, jsonb))
		return kept;

	/* options that are wrong must not be remembered */
	arg->scratch = NULL;
	MemoryContextReset(kept->options_context);
	caller = MemoryContextSwitchTo(kept->options_context);
	kept->options = policy_options(jsonb);
	MemoryContextSwitchTo(caller);
	arg->scratch = kept;

	return kept;
}

/* The draws that the options ask for; the costs and policies of customers may differ over the same. */
static PolicyDraws *
draws_of(Kept *kept, const Bayes *bayes)
{
	const PolicyOptions *options = &kept->options;

	if (options->policy != POLICY_THOMPSON)
		return NULL;
	if (kept->draws == NULL || kept->draws->n != options->draws || kept->seed != options->seed)
	{
		MemoryContext caller;

		kept->draws = NULL;
		MemoryContextReset(kept->draws_context);
		caller = MemoryContextSwitchTo(kept->draws_context);
		kept->draws = policy_draw(bayes, options);
		MemoryContextSwitchTo(caller);
		kept->seed = options->seed;
	}

	return kept->draws;
}

static void
check_list(const NumberList *list, const char *name, int arms)
{
	if (list->n > 1 && list->n != arms)
		bad_argument("option \"%s\" must have one number, or one for each of the %d rows of xs, not %d",
					 name, arms, list->n);
}

/* The probabilities of the arms in argument 1; palloc'd. */
static double *
probabilities_of(FunctionCallInfo fcinfo, Kept *kept, ModelArg *arg, int *arms)
{
	const Bayes *bayes = arg->model;
	Vector		xs = matrix_of(PG_GETARG_DATUM(1), "xs", arms);
	double	   *probabilities;

	if (*arms == 0)
		return NULL;
	if (*arms > ARMS_MOST)
		bad_argument("xs must have at most %d rows, not %d", ARMS_MOST, *arms);
	bandit_check_features(bayes, &xs, xs.n / *arms, "xs", "each row of ");
	check_list(&kept->options.multiply, "multiply", *arms);
	check_list(&kept->options.cost, "cost", *arms);
	probabilities = palloc_array(double, *arms);
	policy_probabilities(bayes, &kept->options, draws_of(kept, bayes), xs.values, *arms, probabilities);
	vector_done(&xs);

	return probabilities;
}

PG_FUNCTION_INFO_V1(bandit_probabilities);

/* bandit_probabilities(model, xs [, options]) returns float8[] */
Datum
bandit_probabilities(PG_FUNCTION_ARGS)
{
	ModelArg   *arg = bandit_model_arg(fcinfo);
	int			arms;
	double	   *probabilities = probabilities_of(fcinfo, kept_of(fcinfo, arg, 2), arg, &arms);

	PG_RETURN_DATUM(vector_datum(probabilities, arms));
}

static uint64
identity_of(text *name)
{
	return hash_bytes_extended((const unsigned char *) VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), 0);
}

PG_FUNCTION_INFO_V1(bandit_choose);

/* bandit_choose(model, xs, draw [, options]) returns (choice, propensity, log_propensity) */
Datum
bandit_choose(PG_FUNCTION_ARGS)
{
	ModelArg   *arg = bandit_model_arg(fcinfo);
	Kept	   *kept = kept_of(fcinfo, arg, 3);
	uint64		identity = identity_of(PG_GETARG_TEXT_PP(2));
	int			arms;
	double	   *probabilities = probabilities_of(fcinfo, kept, arg, &arms);
	TupleDesc	row;
	Datum		values[3];
	bool		nulls[3] = {false};
	int			choice;

	/* nothing to choose from */
	if (arms == 0)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	choice = policy_choose(probabilities, arms, kept->options.seed, identity);
	values[0] = Int32GetDatum(choice + 1);
	values[1] = Float8GetDatum(probabilities[choice]);
	values[2] = Float8GetDatum(log(probabilities[choice]));

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}

PG_FUNCTION_INFO_V1(bandit_holdout);

/* holdout(customer text, share float8, seed bigint) returns boolean */
Datum
bandit_holdout(PG_FUNCTION_ARGS)
{
	double		share = PG_GETARG_FLOAT8(1);

	if (!(share >= 0 && share <= 1))
		bad_argument("share must be between 0 and 1, not %s", float8out_internal(share));

	PG_RETURN_BOOL(random_uniform(PG_GETARG_INT64(2), identity_of(PG_GETARG_TEXT_PP(0)), 0) < share);
}
