/*
 * uplift.c
 *		Models of kind uplift: what each offer changes, against the control.
 *
 * With linear bases the uplift is scored by the difference of the
 * coefficients, never as a difference of two scores: so a constant effect is
 * the same number for everybody.
 */
#include "coupon.h"

#include <math.h>

#include "utils/json.h"

#include "model/learner.h"
#include "model/response.h"
#include "model/uplift.h"
#include "pg/json.h"

#define MAX_ITERATIONS	10000

void
uplift_make_fits(Uplift *uplift)
{
	uplift->fits = palloc0_array(BaseFit, uplift->nfits);
	uplift->forests = palloc0_array(Forest *, uplift->nfits);
	uplift->traces = palloc0_array(TreesTrace, uplift->nfits);
}

void
uplift_pack(StringInfo to, const Uplift *uplift)
{
	put_int32(to, uplift->learner);
	put_int32(to, uplift->base);
	put_double(to, uplift->ridge);
	put_int32(to, uplift->iterations);
	put_int64(to, uplift->unused);
	put_int64(to, uplift->skipped);
	put_int32(to, uplift->narms);
	for (int a = 0; a < uplift->narms; a++)
	{
		put_text(to, uplift->arms[a].name);
		put_int64(to, uplift->arms[a].rows);
		put_double(to, uplift->arms[a].mean);
	}
	put_design(to, uplift->design);
	if (uplift->base == BASE_TREES)
		put_trees_options(to, &uplift->trees_options);
	for (int i = 0; i < uplift->nfits; i++)
		if (uplift->base == BASE_TREES)
		{
			put_forest(to, uplift->forests[i]);
			put_trees_trace(to, &uplift->traces[i]);
		}
		else
			put_base_fit(to, &uplift->fits[i]);
}

/* Intercept and coefficients of an arm's score. */
static double
arm_coefficients(const Uplift *uplift, int arm, const double **beta)
{
	const BaseFit *fit = &uplift->fits[uplift->learner == LEARNER_S ? 0 : arm];

	*beta = fit->beta;
	if (uplift->learner == LEARNER_S && arm > 0)
		return fit->intercept + fit->beta[uplift->design->p + arm - 1];

	return fit->intercept;
}

/* Weights of the scores and, of linear bases, of the effects. */
static void
derive(Uplift *uplift)
{
	const Design *design = uplift->design;
	int			n = design_nweights(design);
	double	   *difference = palloc_array(double, Max(design->p, 1));
	const double *control;
	double		intercept = arm_coefficients(uplift, 0, &control);

	uplift->scores = palloc_array(double *, uplift->narms);
	uplift->effects = palloc_array(double *, uplift->narms);
	for (int a = 0; a < uplift->narms; a++)
	{
		const double *beta;
		double		own = arm_coefficients(uplift, a, &beta);
		double		change = uplift->learner == LEARNER_T ? own - intercept :
			a > 0 ? beta[design->p + a - 1] : 0;

		uplift->scores[a] = palloc_array(double, n);
		design_weights(design, own, beta, uplift->scores[a]);
		for (int j = 0; j < design->p; j++)
			difference[j] = beta[j] - control[j];
		uplift->effects[a] = palloc_array(double, n);
		design_weights(design, change, difference, uplift->effects[a]);
	}
	pfree(difference);
}

void *
uplift_unpack(Reader *from, int version)
{
	Uplift	   *uplift = palloc0_object(Uplift);

	uplift->learner = get_int32(from, LEARNER_S, LEARNER_T);
	uplift->base = get_int32(from, BASE_LINEAR, BASE_TREES);
	uplift->ridge = get_double(from);
	uplift->iterations = get_int32(from, 1, MAX_ITERATIONS);
	uplift->unused = get_int64(from, 0, PG_INT64_MAX);
	uplift->skipped = get_int64(from, 0, PG_INT64_MAX);
	uplift->narms = get_int32(from, 2, MAX_ARMS);
	uplift->arms = palloc_array(UpliftArm, uplift->narms);
	for (int a = 0; a < uplift->narms; a++)
	{
		uplift->arms[a].name = get_text(from);
		uplift->arms[a].rows = get_int64(from, 0, PG_INT64_MAX);
		uplift->arms[a].mean = get_double(from);
	}
	uplift->design = get_design(from);
	uplift->nfits = uplift->learner == LEARNER_S ? 1 : uplift->narms;
	uplift_make_fits(uplift);
	if (uplift->base == BASE_TREES)
		get_trees_options(from, &uplift->trees_options);
	for (int i = 0; i < uplift->nfits; i++)
	{
		int			arms = uplift->learner == LEARNER_S ? uplift->narms - 1 : 0;

		if (uplift->base == BASE_TREES)
		{
			uplift->forests[i] = get_forest(from, trees_columns(uplift->design->schema) + arms);
			uplift->traces[i] = *get_trees_trace(from);
		}
		else
			uplift->fits[i] = *get_base_fit(from, uplift->design->p + arms);
	}
	if (uplift->base != BASE_TREES)
		derive(uplift);

	return uplift;
}

/* The expected outcome of an arm by its trees, or by those of all arms. */
static double
trees_outcome(const Uplift *uplift, int arm, const double *slots)
{
	const Schema *schema = uplift->design->schema;
	const Forest *forest = uplift->forests[uplift->learner == LEARNER_S ? 0 : arm];
	int			n = trees_columns(schema);
	float		x[MAX_TREE_COLUMNS];

	trees_expand(schema, slots, x);
	for (int j = n; j < forest->columns; j++)
		x[j] = j - n + 1 == arm;

	return forest_mean(forest, forest_margin(forest, x));
}

double
uplift_outcome(const Uplift *uplift, int arm, const double *slots)
{
	if (uplift->base == BASE_TREES)
		return trees_outcome(uplift, arm, slots);

	return base_mean(uplift->base, design_score(uplift->design, uplift->scores[arm], slots));
}

double
uplift_effect(const Uplift *uplift, int arm, const double *slots)
{
	if (uplift->base == BASE_LINEAR)
		return design_score(uplift->design, uplift->effects[arm], slots);

	return uplift_outcome(uplift, arm, slots) - uplift_outcome(uplift, 0, slots);
}

/* The derivative of the expected outcome by the score of an arm. */
static double
slope(const Uplift *uplift, int arm, const double *slots)
{
	return base_slope(uplift->base, design_score(uplift->design, uplift->scores[arm], slots));
}

double
uplift_standard_error(const Uplift *uplift, int arm, const double *slots)
{
	const Design *design = uplift->design;
	int			p = design->p;
	int			n = 1 + p + (uplift->learner == LEARNER_S ? uplift->narms - 1 : 0);
	double	   *gradient;
	double		offer;
	double		control;
	double		variance;

	if (uplift->base == BASE_TREES)
		return NAN;
	gradient = palloc0_array(double, n);
	offer = slope(uplift, arm, slots);
	control = slope(uplift, 0, slots);
	gradient[0] = 1;
	design_expand(design, slots, gradient + 1);
	for (int j = 0; j < p; j++)
		gradient[1 + j] -= design->mean[j];

	if (uplift->learner == LEARNER_T)
	{
		const double *ours = uplift->fits[arm].covariance;
		const double *theirs = uplift->fits[0].covariance;

		variance = ours == NULL || theirs == NULL ? NAN :
			offer * offer * quadratic_form(ours, gradient, n) +
			control * control * quadratic_form(theirs, gradient, n);
	}
	else
	{
		for (int j = 0; j <= p; j++)
			gradient[j] *= offer - control;
		gradient[p + arm] = offer;
		variance = uplift->fits[0].covariance == NULL ? NAN :
			quadratic_form(uplift->fits[0].covariance, gradient, n);
	}
	pfree(gradient);

	return isnan(variance) ? NAN : sqrt(Max(variance, 0));
}

static bool
has_covariance(const Uplift *uplift)
{
	for (int i = 0; i < uplift->nfits; i++)
		if (uplift->fits[i].covariance == NULL)
			return false;

	return true;
}

static void
describe_arms(const Uplift *uplift, StringInfo json)
{
	appendStringInfoString(json, ", \"arms\": [");
	for (int a = 0; a < uplift->narms; a++)
	{
		appendStringInfoString(json, a ? ", {\"arm\": " : "{\"arm\": ");
		escape_json(json, uplift->arms[a].name);
		appendStringInfo(json, ", \"rows\": " INT64_FORMAT, uplift->arms[a].rows);
		json_member(json, "mean_outcome", uplift->arms[a].mean);
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}

static void
describe_fits(const Uplift *uplift, StringInfo json)
{
	appendStringInfoString(json, ", \"fits\": [");
	for (int i = 0; i < uplift->nfits; i++)
	{
		const BaseFit *fit = &uplift->fits[i];

		appendStringInfo(json, "%s{\"rows\": " INT64_FORMAT, i ? ", " : "",
						 uplift->base == BASE_TREES ? uplift->traces[i].rows : fit->rows);
		if (uplift->learner == LEARNER_T)
		{
			appendStringInfoString(json, ", \"arm\": ");
			escape_json(json, uplift->arms[i].name);
		}
		if (uplift->base == BASE_TREES)
		{
			appendStringInfo(json, ", \"trees\": %d, \"rounds\": %d, \"held_out\": " INT64_FORMAT "}",
							 uplift->forests[i]->ntrees, uplift->traces[i].rounds,
							 uplift->traces[i].held_out);
			continue;
		}
		describe_dropped(json, uplift->design, fit);
		json_member(json, "deviance", fit->deviance);
		json_member(json, "null_deviance", fit->null_deviance);
		if (uplift->base == BASE_LOGIT)
			appendStringInfo(json, ", \"steps\": %d, \"converged\": %s, \"separated\": %s",
							 fit->steps, fit->converged ? "true" : "false",
							 fit->separated ? "true" : "false");
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}

void
uplift_describe(const void *model, StringInfo json)
{
	const Uplift *uplift = model;
	int64		rows = 0;
	bool		some = false;

	for (int a = 0; a < uplift->narms; a++)
		rows += uplift->arms[a].rows;
	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT,
					 rows, uplift->skipped);
	appendStringInfoString(json, ", \"control\": ");
	escape_json(json, uplift->arms[0].name);
	describe_arms(uplift, json);
	appendStringInfo(json, ", \"options\": {\"learner\": \"%s\", \"base\": \"%s\", \"iterations\": %d",
					 learner_name(uplift->learner), base_name(uplift->base), uplift->iterations);
	json_member(json, "ridge", uplift->ridge);
	if (uplift->base == BASE_TREES)
	{
		appendStringInfoString(json, ", \"trees\": ");
		describe_trees_options(json, &uplift->trees_options);
	}
	appendStringInfoChar(json, '}');
	appendStringInfoString(json, ", \"unused_options\": [");
	for (int i = 0; learner_option_name(i); i++)
		if (uplift->unused & (UINT64CONST(1) << i))
		{
			appendStringInfo(json, "%s\"%s\"", some ? ", " : "", learner_option_name(i));
			some = true;
		}
	appendStringInfoString(json, "], \"features\": ");
	schema_describe(uplift->design->schema, json);
	describe_fits(uplift, json);
	appendStringInfo(json, ", \"standard_errors\": \"%s\"",
					 uplift->base == BASE_TREES ? "none: the base learner has none" :
					 !has_covariance(uplift) ? "none: too many columns or too few rows" :
					 uplift->base == BASE_LINEAR ? "robust (HC1)" : "maximum likelihood");
}

void
uplift_trace(const void *model, TraceSink sink, void *to)
{
	const Uplift *uplift = model;

	for (int i = 0; i < uplift->nfits; i++)
	{
		const char *part = uplift->learner == LEARNER_T ? uplift->arms[i].name : "";

		if (uplift->base == BASE_TREES)
			trees_trace_rows(&uplift->traces[i], uplift->trees_options.objective, part, sink, to);
		for (int step = 0; step < uplift->fits[i].steps; step++)
			sink(to, part, step + 1, "log_likelihood", uplift->fits[i].trace[step]);
	}
}
