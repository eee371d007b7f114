/*
 * plan.c
 *		The plan of an allocation: prices and a certificate, as a model value.
 */
#include "coupon.h"

#include "utils/json.h"

#include "model/plan.h"
#include "pg/json.h"

#define MOST_PHASES		100

Model *
plan_pack(const AllocationPlan *plan)
{
	StringInfoData to;

	initStringInfo(&to);
	put_int32(&to, plan->status);
	put_text(&to, plan->method);
	put_text(&to, plan->options);
	put_int64(&to, plan->seed);
	put_int64(&to, plan->customers);
	put_int64(&to, plan->candidates);
	put_int64(&to, plan->allocated);
	put_int64(&to, plan->offers);
	put_double(&to, plan->objective);
	put_double(&to, plan->bound);
	if (plan->status == PLAN_RELAXED)
	{
		put_double(&to, plan->violation);
		put_double(&to, plan->least_violation);
	}
	put_double(&to, plan->spent);
	put_double(&to, plan->seconds);
	put_int32(&to, plan->scans);
	put_int32(&to, plan->nrules);
	for (int i = 0; i < plan->nrules; i++)
	{
		const PlanRule *rule = &plan->rules[i];

		put_text(&to, rule->kind);
		put_text(&to, rule->name);
		put_text(&to, rule->selection);
		put_text(&to, rule->of);
		put_text(&to, rule->attribute);
		put_double(&to, rule->bound);
		put_double(&to, rule->used);
		put_double(&to, rule->slack);
		put_double(&to, rule->price);
		put_int32(&to, rule->binding);
	}
	put_int32(&to, plan->nphases);
	for (int i = 0; i < plan->nphases; i++)
	{
		put_text(&to, plan->phases[i].name);
		put_int64(&to, plan->phases[i].items);
		put_double(&to, plan->phases[i].seconds);
	}

	return model_make(MODEL_PLAN, PLAN_VERSION, &to);
}

void *
plan_unpack(Reader *from, int version)
{
	AllocationPlan	   *plan = palloc0_object(AllocationPlan);
	bool		broken = false;

	plan->status = get_int32(from, PLAN_FEASIBLE, PLAN_RELAXED);
	plan->method = get_text(from);
	plan->options = get_json_object(from);
	plan->seed = get_int64(from, PG_INT64_MIN, PG_INT64_MAX);
	plan->customers = get_int64(from, 0, PG_INT64_MAX);
	plan->candidates = get_int64(from, 0, PG_INT64_MAX);
	plan->allocated = get_int64(from, 0, plan->customers);
	plan->offers = get_int64(from, plan->allocated, plan->candidates);
	plan->objective = get_double(from);
	plan->bound = get_double(from);
	if (plan->status == PLAN_RELAXED)
	{
		plan->violation = get_double(from);
		plan->least_violation = get_double(from);
	}
	plan->spent = get_double(from);
	plan->seconds = get_double(from);
	plan->scans = get_int32(from, 0, PG_INT32_MAX);
	if (plan->objective > plan->bound || plan->seconds < 0 ||
		plan->least_violation < 0 || plan->least_violation > plan->violation ||
		(plan->status == PLAN_RELAXED && plan->violation == 0))
		get_failed(from, "The certificate contradicts itself.");

	/* each rule has a kind, a name, an attribute and selections: 12 bytes at least */
	plan->nrules = get_int32(from, 0, (from->end - from->at) / 12);
	plan->rules = palloc_array(PlanRule, Max(plan->nrules, 1));
	for (int i = 0; i < plan->nrules; i++)
	{
		PlanRule   *rule = &plan->rules[i];

		rule->kind = get_text(from);
		rule->name = get_text(from);
		rule->selection = get_json_object(from);
		rule->of = get_json_object(from);
		rule->attribute = get_text(from);
		rule->bound = get_double(from);
		rule->used = get_double(from);
		rule->slack = get_double(from);
		rule->price = get_double(from);
		rule->binding = get_int32(from, 0, 1);
		broken |= rule->slack < 0;
	}
	if (broken != (plan->status == PLAN_RELAXED))
		get_failed(from, "The status contradicts the rules.");

	plan->nphases = get_int32(from, 0, MOST_PHASES);
	plan->phases = palloc_array(PlanPhase, Max(plan->nphases, 1));
	for (int i = 0; i < plan->nphases; i++)
	{
		plan->phases[i].name = get_text(from);
		plan->phases[i].items = get_int64(from, 0, PG_INT64_MAX);
		plan->phases[i].seconds = get_double(from);
	}

	return plan;
}

/* The bound's distance, relative to the bound. */
static double
gap_of(const AllocationPlan *plan)
{
	double		distance = plan->bound - plan->objective;

	return distance > 0 ? distance / Max(Abs(plan->bound), distance) : 0;
}

static const char *const statuses[] = {
	[PLAN_FEASIBLE] = "feasible",
	[PLAN_OPTIMAL] = "optimal",
	[PLAN_RELAXED] = "relaxed",
};

void
plan_describe(const void *model, StringInfo json)
{
	const AllocationPlan *plan = model;

	appendStringInfo(json, ", \"status\": \"%s\", \"method\": ", statuses[plan->status]);
	escape_json(json, plan->method);
	appendStringInfo(json, ", \"options\": %s", plan->options);
	appendStringInfo(json, ", \"seed\": %lld, \"customers\": %lld, \"candidates\": %lld, \"allocated\": %lld, \"offers\": %lld",
					 (long long) plan->seed, (long long) plan->customers,
					 (long long) plan->candidates, (long long) plan->allocated, (long long) plan->offers);
	json_member(json, "objective", plan->objective);
	json_member(json, "bound", plan->bound);
	json_member(json, "gap", gap_of(plan));
	json_member(json, "violation", plan->violation);
	json_member(json, "violation_bound", plan->least_violation);
	json_member(json, "spent", plan->spent);
	json_member(json, "seconds", plan->seconds);
	appendStringInfo(json, ", \"scans\": %d, \"rules\": [", plan->scans);
	for (int i = 0; i < plan->nrules; i++)
	{
		const PlanRule *rule = &plan->rules[i];

		appendStringInfo(json, "%s{\"rule\": ", i ? ", " : "");
		escape_json(json, rule->name);
		appendStringInfoString(json, ", \"kind\": ");
		escape_json(json, rule->kind);
		appendStringInfo(json, ", \"selection\": %s", rule->selection);
		json_member(json, "bound", rule->bound);
		json_member(json, "used", rule->used);
		json_member(json, "slack", rule->slack);
		json_member(json, "violation", rule->slack < 0 ? -rule->slack : 0);
		json_member(json, "price", rule->price);
		appendStringInfo(json, ", \"binding\": %s}", rule->binding ? "true" : "false");
	}
	appendStringInfoChar(json, ']');
}

void
plan_trace(const void *model, TraceSink sink, void *to)
{
	const AllocationPlan *plan = model;

	for (int i = 0; i < plan->nphases; i++)
	{
		sink(to, plan->phases[i].name, i + 1, "items", plan->phases[i].items);
		sink(to, plan->phases[i].name, i + 1, "seconds", plan->phases[i].seconds);
	}
}
