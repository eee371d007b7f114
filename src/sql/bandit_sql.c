/*
 * bandit_sql.c
 *		bayes_fit() and its partial forms; models put together, taken apart,
 *		brought up to date.
 */
#include "coupon.h"

#include "model/bayes_model.h"
#include "model/bayes_state.h"
#include "pg/array.h"
#include "pg/model.h"
#include "pg/site.h"

/* The options of a call site, read once. */
typedef struct BayesSite
{
	Site	   *site;
	BayesOptions options;		/* its list is the site's own */
} BayesSite;

static BayesOptions
read_options(const Jsonb *jsonb, MemoryContext context)
{
	BayesOptions options = bayes_options(jsonb);
	Size		size = sizeof(double) * options.precision.n;

	options.precision.numbers = memcpy(MemoryContextAlloc(context, size), options.precision.numbers, size);

	return options;
}

static const BayesOptions *
options_of(FunctionCallInfo fcinfo)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	BayesSite  *site = fcinfo->flinfo->fn_extra;
	const Jsonb *jsonb = options_arg(fcinfo, 3);

	if (site == NULL)
	{
		BayesOptions options = read_options(jsonb, context);

		site = MemoryContextAllocZero(context, sizeof(BayesSite));
		site->options = options;
		site->site = site_make(context, jsonb);
		fcinfo->flinfo->fn_extra = site;
	}
	else if (site_renew(site->site, jsonb))
	{
		BayesOptions options = read_options(jsonb, context);

		pfree(site->options.precision.numbers);
		site->options = options;
	}

	return &site->options;
}

/* A vector of a length that models can have; d is that wanted, or 0. */
static Vector
features_arg(FunctionCallInfo fcinfo, int i, int d)
{
	Vector		x = vector_of(PG_GETARG_DATUM(i), "x");

	if (unlikely(x.n != d && d != 0))
		bad_argument("x must have the length of other rows' x, %d, not %d", d, x.n);
	if (unlikely(x.n < 1 || x.n > BAYES_MOST))
		bad_argument("x must have 1 to %d elements, not %d", BAYES_MOST, x.n);

	return x;
}

PG_FUNCTION_INFO_V1(bayes_fit_add_row);

/* bayes_fit_add(state, outcome, x [, options]) returns state */
Datum
bayes_fit_add_row(PG_FUNCTION_ARGS)
{
	BayesState *state = state_arg(fcinfo, 0, STATE_BAYES);
	const BayesOptions *options = options_of(fcinfo);
	double		outcome;
	Vector		x;

	if (state)
		bayes_state_same(state, options);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (state == NULL)
			state = bayes_state_make(options, 0);
		state->skipped++;
		PG_RETURN_POINTER(state);
	}

	outcome = bayes_outcome(options, PG_GETARG_FLOAT8(1));
	x = features_arg(fcinfo, 2, state ? state->d : 0);
	if (state == NULL || state->d == 0)
	{
		int64		skipped = state ? state->skipped : 0;

		bayes_options_fit(options, x.n);
		state = bayes_state_make(options, x.n);
		state->skipped = skipped;
	}
	state = bayes_state_add(state, outcome, x.values);
	vector_done(&x);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(bayes_fit_combine);

/* bayes_fit_combine(state, state) returns state */
Datum
bayes_fit_combine(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_BAYES);
}

PG_FUNCTION_INFO_V1(bayes_fit_compact);

/* bayes_fit_compact(state) returns state */
Datum
bayes_fit_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_BAYES);
}

/* The model of these statistics, which it takes. */
static Datum
bayes_datum(const BayesStats *stats)
{
	Bayes		bayes;
	StringInfoData payload;

	bayes_fit(stats, &bayes);
	initStringInfo(&payload);
	bayes_pack(&payload, &bayes);

	return PointerGetDatum(model_make(MODEL_BAYES, model_type_of(MODEL_BAYES)->version, &payload));
}

PG_FUNCTION_INFO_V1(bayes_fit_final);

/* bayes_fit_final(state) returns model */
Datum
bayes_fit_final(PG_FUNCTION_ARGS)
{
	BayesState *state = state_arg(fcinfo, 0, STATE_BAYES);
	BayesStats	stats;

	/* without a row the number of coefficients is not known */
	if (state == NULL || state->d == 0)
		PG_RETURN_NULL();
	bayes_state_stats(state, &stats);

	PG_RETURN_DATUM(bayes_datum(&stats));
}

static const Bayes *
bayes_arg(FunctionCallInfo fcinfo, int i)
{
	ModelArg   *arg = model_arg(fcinfo, i);

	model_check_kind(arg, MODEL_BAYES);

	return arg->model;
}

PG_FUNCTION_INFO_V1(bayes_merge_add);

/* bayes_merge_add(state, model) returns state */
Datum
bayes_merge_add(PG_FUNCTION_ARGS)
{
	BayesState *state = state_arg(fcinfo, 0, STATE_BAYES);
	BayesState *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = bayes_state_of(&bayes_arg(fcinfo, 1)->stats);

	PG_RETURN_POINTER(state ? bayes_state_merge(state, other) : other);
}

PG_FUNCTION_INFO_V1(bayes_unmerge);

/* bayes_unmerge(model, part) returns model */
Datum
bayes_unmerge(PG_FUNCTION_ARGS)
{
	BayesStats	stats;
	const Bayes *bayes = bayes_arg(fcinfo, 0);

	bayes_stats_copy(&stats, &bayes->stats);
	bayes_stats_unmerge(&stats, &bayes_arg(fcinfo, 1)->stats);

	PG_RETURN_DATUM(bayes_datum(&stats));
}

PG_FUNCTION_INFO_V1(bayes_decay);

/* bayes_decay(model, factor) returns model */
Datum
bayes_decay(PG_FUNCTION_ARGS)
{
	const Bayes *bayes = bayes_arg(fcinfo, 0);
	double		factor = PG_GETARG_FLOAT8(1);
	BayesStats	stats;

	if (!(factor >= 0 && factor <= 1))
		bad_argument("factor must be between 0 and 1, not %g", factor);
	bayes_stats_copy(&stats, &bayes->stats);
	bayes_stats_decay(&stats, factor);

	PG_RETURN_DATUM(bayes_datum(&stats));
}

PG_FUNCTION_INFO_V1(bayes_update);

/* bayes_update(model, outcome, x) returns model */
Datum
bayes_update(PG_FUNCTION_ARGS)
{
	const Bayes *bayes = bayes_arg(fcinfo, 0);
	int			d = bayes->stats.d;
	Vector		x = features_arg(fcinfo, 2, d);
	double	   *row = palloc_array(double, d + 1);
	BayesStats	stats;

	bayes_features_copy(row, x.values, d, "x");
	row[d] = bayes_outcome(&bayes->stats.options, PG_GETARG_FLOAT8(1));
	bayes_stats_copy(&stats, &bayes->stats);
	bayes_stats_add(&stats, row, 1);

	PG_RETURN_DATUM(bayes_datum(&stats));
}
