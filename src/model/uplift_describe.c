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
		if (!uplift->propensity.estimated && uplift->stages > 0)
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
	static const char *const of_x[] = {"controls", "offered"};

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
		describe_fit(uplift, json, &uplift->effects[i],
					 uplift->learner == LEARNER_CLASS_TRANSFORM ? uplift->base : uplift->final);
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
	if (!has_covariance(uplift))
	{
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
	if (uplift->learner == LEARNER_R || uplift->learner == LEARNER_DR)
		appendStringInfo(json, ", \"folds\": %d, \"seed\": " INT64_FORMAT, uplift->folds, uplift->seed);
	if (uplift->propensity.estimated)
	{
		member_text(json, "propensity", "estimate");
		json_member(json, "clip", uplift->propensity.clip);
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
	member_text(json, "standard_errors", standard_errors(uplift));
}

static void
trace_fit(const BaseFit *fit, const char *part, TraceSink sink, void *to)
{
	for (int step = 0; step < fit->steps; step++)
		sink(to, part, step + 1, "log_likelihood", fit->trace[step]);
}

void
uplift_trace(const void *model, TraceSink sink, void *to)
{
	const Uplift *uplift = model;

	for (int i = 0; i < uplift->nsurfaces; i++)
		for (int part = 0; part < uplift->surfaces[i].nparts; part++)
			trace_fit(&uplift->surfaces[i].fit[part],
					  uplift->learner == LEARNER_S ? "" : uplift->arms[i].name, sink, to);
	for (int i = uplift->stages; i < uplift->narms * uplift->stages; i++)
		trace_fit(&uplift->effects[i], psprintf("effect of %s", uplift->arms[i / uplift->stages].name),
				  sink, to);
	for (int a = 1; a < uplift->narms && uplift->propensity.estimated; a++)
		trace_fit(&uplift->propensity.odds[a], psprintf("propensity of %s", uplift->arms[a].name),
				  sink, to);
}
