/*
 * budget_sql.c
 *		budget_curve(), budget_difference() and gain_scores().
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/float.h"

#include "model/budget.h"
#include "model/uplift_error.h"
#include "pg/array.h"
#include "pg/query.h"
#include "sql/evaluation_sql.h"

#define MAX_OFFERS		1000
#define POLICIES		2
#define COST_MOST		1e100

/* A vector of finite numbers. */
static Vector
finite_vector(Datum datum, const char *name)
{
	Vector		vector = vector_of(datum, name);

	for (int i = 0; i < vector.n; i++)
		evaluation_outcome(vector.values[i], name);

	return vector;
}

/* The policies that an inner query describes. */
typedef struct Policies
{
	int			n;				/* 1, or 2 to be compared */
	BudgetPolicy policy[POLICIES];
	int			scratch[MAX_OFFERS + 1];
} Policies;

/* A customer: costs, scores, and the gains that each policy predicts. */
static void
read_customer(void *to, const Datum *values, const bool *nulls)
{
	static const char *const names[] = {"costs", "scores", "gains", "other_gains"};
	Policies   *policies = to;
	int			columns = 2 + policies->n;
	Vector		vector[2 + POLICIES] = {0};

	for (int i = 0; i < columns; i++)
		if (nulls[i])
			return;
	for (int i = 0; i < columns; i++)
	{
		vector[i] = finite_vector(values[i], names[i]);
		if (vector[i].n != vector[0].n)
			bad_argument("%s and %s must have the same length, not %d and %d", names[0], names[i], vector[0].n, vector[i].n);
	}
	if (vector[0].n > MAX_OFFERS)
		bad_argument("there may be at most %d offers, not %d", MAX_OFFERS, vector[0].n);
	for (int i = 0; i < vector[0].n; i++)
		if (vector[0].values[i] < 0)
			bad_argument("costs must not be negative, but one is %s", float8out_internal(vector[0].values[i]));
	for (int p = 0; p < policies->n; p++)
		budget_add(&policies->policy[p], vector[0].n, vector[2 + p].values, vector[0].values,
				   vector[1].values, policies->scratch);
	for (int i = 0; i < columns; i++)
		vector_done(&vector[i]);
}

static Policies *
read_policies(FunctionCallInfo fcinfo, int n)
{
	Policies   *policies = palloc0_object(Policies);

	policies->n = n;
	query_read(query_arg(fcinfo, 0, "query"),
			   n == 1 ? "costs::pg_catalog.float8[], scores::pg_catalog.float8[], gains::pg_catalog.float8[]" :
			   "costs::pg_catalog.float8[], scores::pg_catalog.float8[], gains::pg_catalog.float8[], "
			   "other_gains::pg_catalog.float8[]",
			   read_customer, policies);
	for (int p = 0; p < n; p++)
		budget_finish(&policies->policy[p]);

	return policies;
}

/* Rows of the curve of one policy, or of two. */
static Datum
curve_rows(FunctionCallInfo fcinfo, int n)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Policies   *policies;
	double	   *influence;
	double		full = 0;
	int64		customers;
	int			points;

	query_arg(fcinfo, 0, "query");
	points = evaluation_count_arg(fcinfo, 1, "points", MAX_POINTS);
	InitMaterializedSRF(fcinfo, 0);
	policies = read_policies(fcinfo, n);
	customers = policies->policy[0].n;
	if (customers == 0)
		return (Datum) 0;
	for (int p = 0; p < n; p++)
		full = Max(full, policies->policy[p].full);

	influence = palloc_huge(double, customers);
	for (int i = 0; i <= points; i++)
	{
		double		budget = i == points ? full : full * i / points;
		Datum		values[5];
		bool		nulls[5] = {false};
		double		gain[POLICIES];

		memset(influence, 0, sizeof(double) * customers);
		for (int p = 0; p < n; p++)
		{
			budget_spend(&policies->policy[p], budget);
			gain[p] = budget_gain(&policies->policy[p]);
			budget_influence(&policies->policy[p], p == 0 ? 1 : -1, influence);
		}
		values[0] = Float8GetDatum(budget);
		if (n == 1)
		{
			values[1] = Float8GetDatum(budget_spent(&policies->policy[0]));
			values[2] = Float8GetDatum(gain[0]);
		}
		else
		{
			values[1] = Float8GetDatum(gain[0]);
			values[2] = Float8GetDatum(gain[1]);
			values[3] = Float8GetDatum(gain[0] - gain[1]);
		}
		evaluation_put_number(influence_error(influence, customers), &values[n + 2], &nulls[n + 2]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(budget_curve);

/* budget_curve(query text, points integer) returns setof (budget, spend, gain, standard_error) */
Datum
budget_curve(PG_FUNCTION_ARGS)
{
	return curve_rows(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(budget_difference);

/* budget_difference(query text, points integer) returns setof (budget, gain, other_gain, difference, standard_error) */
Datum
budget_difference(PG_FUNCTION_ARGS)
{
	return curve_rows(fcinfo, 2);
}

PG_FUNCTION_INFO_V1(gain_scores);

/* gain_scores(offer, outcome, probabilities [, means]) returns float8[] */
Datum
gain_scores(PG_FUNCTION_ARGS)
{
	int			offer = PG_GETARG_INT32(0);
	double		outcome = evaluation_outcome(PG_GETARG_FLOAT8(1), "outcome");
	Vector		probabilities = vector_of(PG_GETARG_DATUM(2), "probabilities");
	Vector		means = {0};
	double	   *scores;
	double		total = 0;
	int			n = probabilities.n - 1;

	if (PG_NARGS() > 3)
	{
		means = finite_vector(PG_GETARG_DATUM(3), "means");
		if (means.n != probabilities.n)
			bad_argument("probabilities and means must have the same length, not %d and %d", probabilities.n, means.n);
	}
	if (n < 1 || n > MAX_OFFERS)
		bad_argument("probabilities must be those of the control and 1 to %d offers, not %d numbers", MAX_OFFERS, n + 1);
	if (offer < 0 || offer > n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("offer must be between 0 and %d, not %d", n, offer),
				 errhint("Offer 0 is the control, whose probability is the first; offer 1 has the second.")));
	for (int i = 0; i <= n; i++)
	{
		if (!(probabilities.values[i] > 0 && probabilities.values[i] <= 1))
			bad_argument("probabilities must be above 0 and at most 1, but one is %s",
						 float8out_internal(probabilities.values[i]));
		total += probabilities.values[i];
	}
	/* numbers of single precision count as what was meant; the arms of others may be left out */
	if (total > 1 + 1e-6)
		bad_argument("probabilities must add up to 1 at most, not to %s", float8out_internal(total));

	/* of each arm: predicted, and of the one taken what the outcome corrects */
	scores = palloc0_array(double, n + 1);
	for (int i = 0; i <= n; i++)
		scores[i] = means.n > 0 ? means.values[i] : 0;
	scores[offer] += (outcome - scores[offer]) / probabilities.values[offer];
	for (int i = 1; i <= n; i++)
	{
		scores[i] -= scores[0];
		if (!isfinite(scores[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the score of offer %d is out of range", i),
					 errhint("It is the outcome divided by the probability of what the customer got, which is %s.",
							 float8out_internal(probabilities.values[offer]))));
	}

	PG_RETURN_DATUM(vector_datum(scores + 1, n));
}
