/*
 * uplift_describe.c
 *		What describe() and model_trace() tell of an uplift model.
 */
#include "coupon.h"

#include "utils/json.h"

#include "model/learner.h"
#include "model/response.h"
#include "model/uplift.h"
#include "pg/json.h"

/* What the effect models of learner x are fitted to. */
static const char *const of_x[] = {"controls", "offered"};

static void
member_text(StringInfo json, const char *name, const char *text)
{
	appendStringInfo(json, ", \"%s\": ", name);
	escape_json(json, text);
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
		if (!uplift->propensity.estimated && uplift_has_propensity(uplift->learner))
			json_member(json, "propensity", uplift->propensity.shares[a]);
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}

static void
describe_group(StringInfo json, const char *name, const Overlap *overlap)
{
	appendStringInfo(json, ", \"%s\": {\"least\": ", name);
	json_number(json, overlap->least);
	json_member(json, "mean", overlap->mean);
	json_member(json, "most", overlap->most);
	appendStringInfoChar(json, '}');
}

/* Estimated propensities of offer against control, among the rows of either. */
static void
describe_overlap(const Uplift *uplift, StringInfo json)
{
	if (!uplift->propensity.estimated)
		return;
	appendStringInfoString(json, ", \"overlap\": [");
	for (int a = 1; a < uplift->narms; a++)
	{
		const UpliftArm *arm = &uplift->arms[a];

		appendStringInfoString(json, a > 1 ? ", {\"offer\": " : "{\"offer\": ");
		escape_json(json, arm->name);
		describe_group(json, "among_controls", &arm->overlap[0]);
		describe_group(json, "among_offered", &arm->overlap[1]);
		appendStringInfo(json, ", \"clipped\": " INT64_FORMAT "}", arm->clipped);
	}
	appendStringInfoChar(json, ']');
}

static void
describe_fit(const Uplift *uplift, StringInfo json, const BaseFit *fit, Base base)
{
	if (base == BASE_TREES)
	{
		member_text(json, "objective", objective_name(fit->forest->objective));
		appendStringInfo(json, ", \"trees\": %d, \"rounds\": %d, \"held_out\": " INT64_FORMAT "}",
						 fit->forest->ntrees, fit->rounds->rounds, fit->rounds->held_out);
		return;
	}
	describe_dropped(json, uplift->design, fit);
	json_member(json, "deviance", fit->deviance);
	json_member(json, "null_deviance", fit->null_deviance);
	if (base == BASE_LOGIT)
		appendStringInfo(json, ", \"steps\": %d, \"converged\": %s, \"separated\": %s",
						 fit->steps, fit->converged ? "true" : "false",
						 fit->separated ? "true" : "false");
	appendStringInfoChar(json, '}');
}

/* Outcome models. */
static void
describe_fits(const Uplift *uplift, StringInfo json)
{
	bool		some = false;

	appendStringInfoString(json, ", \"fits\": [");
	for (int i = 0; i < uplift->nsurfaces; i++)
		for (int part = 0; part < uplift->surfaces[i].nparts; part++)
		{
			const BaseFit *fit = &uplift->surfaces[i].fit[part];

			appendStringInfo(json, "%s{\"rows\": " INT64_FORMAT, some ? ", " : "", fit->rows);
			some = true;
			if (uplift->learner != LEARNER_S)
				member_text(json, "arm", uplift->arms[i].name);
			if (uplift->target == TARGET_FUNNEL)
				member_text(json, "part", surface_part_name(part));
			describe_fit(uplift, json, fit, uplift->surfaces[i].base[part]);
		}
	appendStringInfoChar(json, ']');
}

/* Effect models. */
static void
describe_effects(const Uplift *uplift, StringInfo json)
{
	if (uplift->stages == 0)
		return;
	appendStringInfoString(json, ", \"effects\": [");
	for (int i = uplift->stages; i < uplift->narms * uplift->stages; i++)
	{
		appendStringInfo(json, "%s{\"rows\": " INT64_FORMAT, i > uplift->stages ? ", " : "",
						 uplift->effects[i].rows);
		member_text(json, "offer", uplift->arms[i / uplift->stages].name);
		if (uplift->learner == LEARNER_X)
			member_text(json, "from", of_x[i % 2]);
		describe_fit(uplift, json, &uplift->effects[i], uplift_stage_base(uplift));
	}
	appendStringInfoChar(json, ']');
}

static void
describe_forests(const Uplift *uplift, StringInfo json)
{
	appendStringInfoString(json, ", \"forests\": [");
	for (int a = 1; a < uplift->narms; a++)
	{
		const CausalForest *forest = uplift->forests[a];

		appendStringInfo(json, "%s{\"trees\": %d, \"leaves\": %d, \"depth\": %d", a > 1 ? ", " : "",
						 forest->ntrees, forest->nleaves, forest->depth);
		member_text(json, "offer", uplift->arms[a].name);
		json_member(json, "average_effect", forest->average);
		describe_causal_choices(json, forest);
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
}

static bool
has_covariance(const Uplift *uplift)
{
	if (uplift->stages == 0)
	{
		for (int i = 0; i < uplift->nsurfaces; i++)
			for (int part = 0; part < uplift->surfaces[i].nparts; part++)
				if (uplift->surfaces[i].fit[part].covariance == NULL)
					return false;
		return true;
	}
	for (int i = uplift->stages; i < uplift->narms * uplift->stages; i++)
		if (uplift->effects[i].covariance == NULL ||
			(uplift->learner == LEARNER_X && uplift->cross[i / 2] == NULL))
			return false;

	return true;
}

static const char *
standard_errors(const Uplift *uplift)
{
	if (uplift->learner == LEARNER_CAUSAL_FOREST)
		return "bootstrap of little bags";
	if (!has_covariance(uplift))
	{
		if (uplift->stages > 0 && uplift_stage_base(uplift) == BASE_TREES)
			return "none: effect models of trees have none";
		if (uplift->base == BASE_TREES)
			return "none: base trees have none";
		if (uplift->learner == LEARNER_X && uplift->target == TARGET_FUNNEL)
			return "none: learner x has none with target funnel";
		return "none: too many columns or too few rows";
	}
	switch (uplift->learner)
	{
		case LEARNER_S:
		case LEARNER_T:
			return uplift->target == TARGET_FUNNEL ? "maximum likelihood and robust (HC1)" :
				uplift->base == BASE_LINEAR ? "robust (HC1)" : "maximum likelihood";
		case LEARNER_X:
			return "robust (HC1), both stages";
		case LEARNER_R:
		case LEARNER_DR:
			return "robust (HC1), cross-fitted";
		case LEARNER_CAUSAL_FOREST:
			break;
		case LEARNER_CLASS_TRANSFORM:
			return uplift->propensity.estimated ? "robust, propensities taken as known" : "robust";
	}

	return "";
}

static void
describe_options(const Uplift *uplift, StringInfo json)
{
	bool		some = false;

	appendStringInfo(json, ", \"options\": {\"learner\": \"%s\", \"base\": \"%s\", \"target\": \"%s\", \"iterations\": %d",
					 learner_name(uplift->learner), base_name(uplift->base),
					 target_name(uplift->target), uplift->iterations);
	json_member(json, "ridge", uplift->ridge);
	if (uplift->learner == LEARNER_X || uplift->learner == LEARNER_R || uplift->learner == LEARNER_DR)
		member_text(json, "final", base_name(uplift->final));
	if (uplift->learner == LEARNER_R || uplift->learner == LEARNER_DR ||
		uplift->learner == LEARNER_CAUSAL_FOREST)
		appendStringInfo(json, ", \"folds\": %d, \"seed\": " INT64_FORMAT, uplift->folds, uplift->seed);
	if (uplift->propensity.estimated)
	{
		member_text(json, "propensity", "estimate");
		member_text(json, "propensity_base", base_name(uplift->propensity.base));
		json_member(json, "clip", uplift->propensity.clip);
	}
	if (uplift_has_trees(uplift))
	{
		appendStringInfoString(json, ", \"trees\": ");
		describe_trees_options(json, &uplift->trees_options);
	}
	if (uplift->learner == LEARNER_CAUSAL_FOREST)
	{
		appendStringInfoString(json, ", \"forest\": ");
		describe_causal_options(json, &uplift->forest_options);
	}
	appendStringInfoString(json, "}, \"unused_options\": [");
	for (int i = 0; learner_option_name(i); i++)
		if (uplift->unused & (UINT64CONST(1) << i))
		{
			appendStringInfo(json, "%s\"%s\"", some ? ", " : "", learner_option_name(i));
			some = true;
		}
	appendStringInfoChar(json, ']');
}

void
uplift_describe(const void *model, StringInfo json)
{
	const Uplift *uplift = model;
	int64		rows = 0;

	for (int a = 0; a < uplift->narms; a++)
		rows += uplift->arms[a].rows;
	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT,
					 rows, uplift->skipped);
	member_text(json, "control", uplift->arms[0].name);
	describe_arms(uplift, json);
	describe_options(uplift, json);
	appendStringInfoString(json, ", \"features\": ");
	schema_describe(uplift->design->schema, json);
	describe_overlap(uplift, json);
	if (uplift->learner == LEARNER_CLASS_TRANSFORM)
		json_member(json, "centre", uplift->centre);
	describe_fits(uplift, json);
	describe_effects(uplift, json);
	if (uplift->forests)
		describe_forests(uplift, json);
	member_text(json, "standard_errors", standard_errors(uplift));
}

static void
trace_fit(const BaseFit *fit, const char *part, TraceSink sink, void *to)
{
	if (fit->forest)
		trees_trace_rows(fit->rounds, fit->forest->objective, part, sink, to);
	for (int step = 0; step < fit->steps; step++)
		sink(to, part, step + 1, "log_likelihood", fit->trace[step]);
}

/* Names of a fit, the second one perhaps NULL. */
static const char *
joined(const char *one, const char *two)
{
	if (two == NULL || one[0] == '\0')
		return two ? two : one;

	return psprintf("%s, %s", one, two);
}

void
uplift_trace(const void *model, TraceSink sink, void *to)
{
	const Uplift *uplift = model;

	for (int i = 0; i < uplift->nsurfaces; i++)
		for (int part = 0; part < uplift->surfaces[i].nparts; part++)
			trace_fit(&uplift->surfaces[i].fit[part],
					  joined(uplift->learner == LEARNER_S ? "" : uplift->arms[i].name,
							 uplift->surfaces[i].nparts > 1 ? surface_part_name(part) : NULL), sink, to);
	for (int i = uplift->stages; i < uplift->narms * uplift->stages; i++)
		trace_fit(&uplift->effects[i],
				  joined(psprintf("effect of %s", uplift->arms[i / uplift->stages].name),
						 uplift->learner == LEARNER_X ? of_x[i % 2] : NULL), sink, to);
	for (int a = 1; a < uplift->narms && uplift->propensity.estimated; a++)
		trace_fit(&uplift->propensity.odds[a], psprintf("propensity of %s", uplift->arms[a].name),
				  sink, to);
	for (int a = 1; a < uplift->narms && uplift->forests; a++)
		for (int t = 0; t < uplift->forests[a]->ntrees; t++)
			sink(to, psprintf("forest of %s", uplift->arms[a].name), t + 1, "leaves",
				 causal_leaves(uplift->forests[a], t));
}
