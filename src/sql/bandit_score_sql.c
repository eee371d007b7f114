/*
 * bandit_score_sql.c
 *		What a model of bayes_fit says of rows: means, deviations, quantiles,
 *		draws; and its coefficients.
 */
#include "coupon.h"

#include <math.h>

#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/float.h"

#include "model/bayes_draw.h"
#include "model/bayes_score.h"
#include "sql/bandit_score_sql.h"

/* What a call site keeps beside a model. */
typedef struct Kept
{
	double	   *theta;			/* (d) the coefficients drawn last */
	bool		drawn;
	int64		seed;
	uint64		identity;
	double		noise;			/* drawn with them */
	double		p;				/* of the quantile; 0 at first */
	double		quantile;
} Kept;

ModelArg *
bandit_model_arg(FunctionCallInfo fcinfo)
{
	ModelArg   *arg = model_arg(fcinfo, 0);

	model_check_kind(arg, MODEL_BAYES);

	return arg;
}

static Kept *
kept_of(ModelArg *arg)
{
	const Bayes *bayes = arg->model;
	Kept	   *kept = arg->scratch;

	if (kept == NULL)
	{
		kept = MemoryContextAllocZero(arg->context, sizeof(Kept));
		kept->theta = MemoryContextAlloc(arg->context, sizeof(double) * bayes->stats.d);
		arg->scratch = kept;
	}

	return kept;
}

/* The coefficients of the seed and draw in arguments 2 and 3. */
static const Kept *
draw_args(FunctionCallInfo fcinfo, ModelArg *arg)
{
	Kept	   *kept = kept_of(arg);
	int64		seed = PG_GETARG_INT64(2);
	text	   *draw = PG_GETARG_TEXT_PP(3);
	uint64		identity = hash_bytes_extended((const unsigned char *) VARDATA_ANY(draw),
											   VARSIZE_ANY_EXHDR(draw), 0);

	if (!kept->drawn || kept->seed != seed || kept->identity != identity)
	{
		kept->noise = bayes_draw_coefficients(arg->model, seed, identity, kept->theta);
		kept->seed = seed;
		kept->identity = identity;
		kept->drawn = true;
	}

	return kept;
}

/* The standard quantile of the probability in argument 2. */
static double
quantile_arg(FunctionCallInfo fcinfo, ModelArg *arg)
{
	Kept	   *kept = kept_of(arg);
	double		p = PG_GETARG_FLOAT8(2);

	if (!(p > 0 && p < 1))
		bad_argument("p must be above 0 and below 1, not %g", p);
	if (kept->p != p)
	{
		kept->quantile = bayes_standard_quantile(arg->model, p);
		kept->p = p;
	}

	return kept->quantile;
}

static void
answer(FunctionCallInfo fcinfo, ModelArg *arg, BayesQuestion question, const double *X, int rows, double *result)
{
	BayesAsk	ask = {.question = question};

	if (question == ASK_DRAW)
	{
		const Kept *kept = draw_args(fcinfo, arg);

		ask.theta = kept->theta;
		ask.noise = kept->noise;
	}
	else if (question == ASK_QUANTILE || question == ASK_PREDICTIVE_QUANTILE)
		ask.quantile = quantile_arg(fcinfo, arg);
	bayes_score(arg->model, &ask, X, rows, result);
}

static inline void
check_length(const Bayes *bayes, int d, const char *name, const char *of)
{
	if (unlikely(d != bayes->stats.d))
		bad_argument("%s%s must have %d elements, one for each coefficient, not %d", of, name, bayes->stats.d, d);
}

void
bandit_check_features(const Bayes *bayes, const Vector *vector, int d, const char *name, const char *of)
{
	check_length(bayes, d, name, of);
	bayes_features(vector->values, vector->n, name);
}

/* The answer to the question about the vector in argument 1. */
static Datum
ask(FunctionCallInfo fcinfo, BayesQuestion question)
{
	ModelArg   *arg = bandit_model_arg(fcinfo);
	Vector		x = vector_of(PG_GETARG_DATUM(1), "x");
	double		result;

	check_length(arg->model, x.n, "x", "");
	answer(fcinfo, arg, question, x.values, 1, &result);
	vector_done(&x);

	PG_RETURN_FLOAT8(result);
}

/* The answers to the question about the rows of the matrix in argument 1. */
static Datum
ask_rows(FunctionCallInfo fcinfo, BayesQuestion question)
{
	ModelArg   *arg = bandit_model_arg(fcinfo);
	int			rows;
	Vector		xs = matrix_of(PG_GETARG_DATUM(1), "xs", &rows);
	double	   *result = palloc_array(double, Max(rows, 1));

	if (rows > 0)
	{
		bandit_check_features(arg->model, &xs, xs.n / rows, "xs", "each row of ");
		answer(fcinfo, arg, question, xs.values, rows, result);
	}
	vector_done(&xs);

	PG_RETURN_DATUM(vector_datum(result, rows));
}

PG_FUNCTION_INFO_V1(bayes_mean);

/* bayes_mean(model, x) returns float8 */
Datum
bayes_mean(PG_FUNCTION_ARGS)
{
	return ask(fcinfo, ASK_MEAN);
}

PG_FUNCTION_INFO_V1(bayes_means);

/* bayes_means(model, xs) returns float8[] */
Datum
bayes_means(PG_FUNCTION_ARGS)
{
	return ask_rows(fcinfo, ASK_MEAN);
}

PG_FUNCTION_INFO_V1(bayes_sd);

/* bayes_sd(model, x) returns float8 */
Datum
bayes_sd(PG_FUNCTION_ARGS)
{
	return ask(fcinfo, ASK_SD);
}

PG_FUNCTION_INFO_V1(bayes_sds);

/* bayes_sds(model, xs) returns float8[] */
Datum
bayes_sds(PG_FUNCTION_ARGS)
{
	return ask_rows(fcinfo, ASK_SD);
}

PG_FUNCTION_INFO_V1(bayes_predictive_sd);

/* bayes_predictive_sd(model, x) returns float8 */
Datum
bayes_predictive_sd(PG_FUNCTION_ARGS)
{
	return ask(fcinfo, ASK_PREDICTIVE_SD);
}

PG_FUNCTION_INFO_V1(bayes_quantile);

/* bayes_quantile(model, x, p) returns float8 */
Datum
bayes_quantile(PG_FUNCTION_ARGS)
{
	return ask(fcinfo, ASK_QUANTILE);
}

PG_FUNCTION_INFO_V1(bayes_quantiles);

/* bayes_quantiles(model, xs, p) returns float8[] */
Datum
bayes_quantiles(PG_FUNCTION_ARGS)
{
	return ask_rows(fcinfo, ASK_QUANTILE);
}

PG_FUNCTION_INFO_V1(bayes_predictive_quantile);

/* bayes_predictive_quantile(model, x, p) returns float8 */
Datum
bayes_predictive_quantile(PG_FUNCTION_ARGS)
{
	return ask(fcinfo, ASK_PREDICTIVE_QUANTILE);
}

PG_FUNCTION_INFO_V1(bayes_draw);

/* bayes_draw(model, x, seed, draw) returns float8 */
Datum
bayes_draw(PG_FUNCTION_ARGS)
{
	return ask(fcinfo, ASK_DRAW);
}

PG_FUNCTION_INFO_V1(bayes_draws);

/* bayes_draws(model, xs, seed, draw) returns float8[] */
Datum
bayes_draws(PG_FUNCTION_ARGS)
{
	return ask_rows(fcinfo, ASK_DRAW);
}

PG_FUNCTION_INFO_V1(bayes_coefficients);

/* bayes_coefficients(model) returns setof (coefficient, mean, standard_deviation) */
Datum
bayes_coefficients(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Bayes *bayes = bandit_model_arg(fcinfo)->model;
	int			d = bayes->stats.d;
	double	   *unit = palloc0_array(double, (Size) d * d);
	double	   *squared;

	for (int j = 0; j < d; j++)
		unit[(Size) j * d + j] = 1;
	squared = bayes_squared_scales(bayes, unit, d, false);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int j = 0; j < d; j++)
	{
		Datum		values[3] = {
			Int32GetDatum(j + 1),
			Float8GetDatum(bayes->mean[j]),
			Float8GetDatum(bayes_deviation(bayes, squared[j])),
		};
		bool		nulls[3] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(bayes_covariance);

/* bayes_covariance(model) returns float8[] */
Datum
bayes_covariance(PG_FUNCTION_ARGS)
{
	const Bayes *bayes = bandit_model_arg(fcinfo)->model;
	int			d = bayes->stats.d;
	double		deviation = bayes_deviation(bayes, 1);
	double	   *covariance = palloc_array(double, (Size) d * d);

	/* Student's distribution of so few degrees has none */
	if (isinf(deviation))
		PG_RETURN_NULL();
	bayes_inverse(bayes, covariance);
	for (Size i = 0; i < (Size) d * d; i++)
		covariance[i] *= bayes->scale * deviation * deviation;

	PG_RETURN_DATUM(matrix_datum(covariance, d, d));
}
