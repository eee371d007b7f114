/*
 * allocation_sql.c
 *		allocate() and allocation_plan().
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "model/few.h"
#include "model/knapsack.h"
#include "model/money.h"
#include "model/plan.h"
#include "model/relax.h"
#include "pg/clock.h"
#include "pg/options.h"
#include "pg/query.h"
#include "sql/allocation_rows_sql.h"
#include "sql/candidates_sql.h"
#include "sql/plan_sql.h"
#include "sql/rule_sql.h"

#define MOST_PHASES		5
#define TARGET_GAP		1e-6	/* good enough for many rules */

typedef struct Options
{
	int64		seed;
	bool		quiet;
	int			method;			/* a RuledMethod */
	double		gap;
	double		time_limit;
	bool		relax;
} Options;

static const char *const methods[] = {"auto", "dual", "exact", NULL};

static const Option known_options[] = {
	{.name = "seed", .type = OPTION_SEED, .offset = offsetof(Options, seed)},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(Options, quiet)},
	{.name = "method", .type = OPTION_CHOICE, .offset = offsetof(Options, method), .choices = methods},
	{.name = "gap", .type = OPTION_NUMBER, .offset = offsetof(Options, gap), .least = 0, .most = 1},
	{.name = "time_limit", .type = OPTION_NUMBER, .offset = offsetof(Options, time_limit), .least = 0, .most = 1e6},
	{.name = "relax", .type = OPTION_BOOL, .offset = offsetof(Options, relax)},
};

/* An allocation from its query to its certificate. */
typedef struct Problem
{
	MemoryContext context;		/* where all of it lives */
	MemoryContext caller;
	char	   *query;
	Rule	   *rules;
	int			nrules;
	Options		options;
	char	   *options_text;
	Progress	progress;

	CandidateSet *set;
	Hulls	   *hulls;			/* the set's */
	Allocation *allocation;		/* under one budget, */
	Ruled	   *ruled;			/* or else */

	PlanPhase	phases[MOST_PHASES];
	int			nphases;
	instr_time	began;			/* the work */
	instr_time	phase_began;
} Problem;

/* A phase has ended, and the next begins. */
static void
end_phase(Problem *problem, char *name, int64 items)
{
	PlanPhase  *phase = &problem->phases[problem->nphases++];

	phase->name = name;
	phase->items = items;
	phase->seconds = seconds_since(&problem->phase_began);
	INSTR_TIME_SET_CURRENT(problem->phase_began);
	progress_say(&problem->progress, "%s: %s of %lld done", problem->set->work, name, (long long) items);
}

/* One budget over all candidates, no need to be exact: hulls will do. */
static bool
is_knapsack(const Problem *problem)
{
	const Rule *rule = problem->rules;

	return problem->nrules == 1 && problem->options.method != RULED_EXACT && rule->kind->row == ROW_SUM && rule->kind->column == COLUMN_COST &&
		!rule->kind->per_customer && JB_ROOT_COUNT(rule->selection) == 0;
}

/* Say which selections nothing is in. */
static void
note_empty(const Problem *problem)
{
	const RuleSet *set = problem->set->selections->set;

	for (int r = 0; r < set->nrows; r++)
	{
		bool		found = false;

		for (int class = 0; class < set->nclasses && !found; class++)
			found = set->matches[(Size) class * set->nselections + set->rows[r].selection];
		if (!found)
			ereport(NOTICE,
					(errmsg("no candidate is in the selection of %s", set->rows[r].name)));
	}
}

/* To four digits: it is the least that is needed. */
static double
round_down(double amount)
{
	double		unit = pow(10, floor(log10(amount)) - 3);

	return amount > 0 && isfinite(unit) && unit > 0 ? floor(amount / unit * (1 + 1e-6)) * unit : amount;
}

/* The rules that the proof needs, and by how much each would have to give way. */
static void
complain_infeasible(const Problem *problem)
{
	const RuleSet *set = problem->set->selections->set;
	const Ruled *ruled = problem->ruled;
	StringInfoData names;
	StringInfoData ways;
	int			n = 0;

	initStringInfo(&names);
	initStringInfo(&ways);
	for (int r = 0; r < set->nrows; r++)
		n += ruled->price[r] > 0;
	for (int r = 0, at = 0; r < set->nrows; r++)
	{
		if (ruled->price[r] <= 0)
			continue;
		appendStringInfo(&names, "%s%s", at == 0 ? "" : at == n - 1 ? " and " : ", ", set->rows[r].name);
		appendStringInfo(&ways, "%s%s by %.4g", at == 0 ? "" : ", or ", set->rows[r].name,
						 round_down(ruled->missing / ruled->price[r]));
		at++;
	}
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 n == 1 ? errmsg("no allocation keeps %s", names.data) :
			 errmsg("no allocation keeps %s together", names.data),
			 errdetail("At the least one of them would have to give way: %s.", ways.data)));
}

/* Which rules are broken, and by how much. */
static void
note_broken(const Problem *problem)
{
	const RuleSet *set = problem->set->selections->set;
	const Ruled *ruled = problem->ruled;

	for (int r = 0; r < set->nrows; r++)
		if (ruled->slack[r] < 0)
			ereport(NOTICE,
					(errmsg("%s is broken by %.15g", set->rows[r].name, -ruled->slack[r]),
					 errdetail("It comes to %.10g; its bound is %.10g.", ruled->used[r], set->rows[r].bound)));
}

static void
solve_rules(Problem *problem)
{
	RuledOptions options = {
		.method = problem->options.method,
		.seed = problem->options.seed,
		.gap = problem->options.gap,
		.time_limit = problem->options.time_limit,
	};

	note_empty(problem);
	problem->ruled = (problem->options.relax ? relax_solve : ruled_solve) (problem->set->market, &options);
	if (problem->ruled->status == RULED_RELAXED)
		note_broken(problem);
	if (problem->ruled->status == RULED_INFEASIBLE)
		complain_infeasible(problem);
	if (problem->ruled->status == RULED_INDIVISIBLE)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("no allocation of whole offers keeps all rules"),
				 errdetail("Offers that could be given in part would.")));
	if (problem->ruled->status == RULED_UNKNOWN)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("allocation has not converged: nothing was found that keeps all rules, nor a proof that nothing does"),
				 errhint("Loosen a rule, for example an exact count, by one or two.")));
}

/* Everything up to the certificate, in a context of its own, which becomes the current one. */
static Problem *
solve(FunctionCallInfo fcinfo, int rules, Oid type, const char *work)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "coupon allocation", ALLOCSET_DEFAULT_SIZES);
	Problem    *problem;
	const Jsonb *options;
	int128		budget;

	MemoryContextSwitchTo(context);
	problem = palloc0_object(Problem);
	problem->context = context;
	problem->caller = caller;
	problem->query = query_arg(fcinfo, 0, "candidates");
	options = options_arg(fcinfo, rules + 1);
	problem->options.gap = TARGET_GAP;
	options_read(options, known_options, lengthof(known_options), &problem->options);
	problem->rules = rules_arg(fcinfo, rules, problem->options.relax, &problem->nrules);
	problem->options_text = options_text(options);

	INSTR_TIME_SET_CURRENT(problem->began);
	problem->phase_began = problem->began;
	progress_start(&problem->progress, problem->options.quiet);
	problem->set = candidates_read(problem->query, type, rules == 2, problem->options.seed,
								   is_knapsack(problem) ? NULL : problem->rules, problem->nrules,
								   work, &problem->progress);
	end_phase(problem, "read", candidates_count(problem->set));
	candidates_complete(problem->set);
	problem->hulls = problem->set->hulls;
	if (problem->hulls)
	{
		end_phase(problem, "group", problem->hulls->n);
		budget = money_down(problem->rules[0].bound);
		problem->allocation = knapsack_solve(problem->hulls, budget);
		if (problem->options.method == RULED_AUTO && problem->set->candidates->n <= FEW_CANDIDATES && problem->hulls->n <= FEW_CUSTOMERS)
			few_improve(problem->hulls, problem->set->candidates->few, problem->set->candidates->n,
						budget, problem->allocation);
		end_phase(problem, "solve", problem->allocation->allocated);
	}
	else
	{
		end_phase(problem, "group", problem->set->market->ncustomers);
		solve_rules(problem);
		end_phase(problem, "solve", problem->ruled->allocated);
	}

	return problem;
}

/* What is known of a rule before it is applied. */
static PlanRule
plan_rule(const Rule *rule)
{
	return (PlanRule) {
		.kind = pstrdup(rule->kind->name),
		.name = rule->name,
		.selection = JsonbToCString(NULL, &rule->selection->root, VARSIZE(rule->selection)),
		.of = rule->of ? JsonbToCString(NULL, &rule->of->root, VARSIZE(rule->of)) : pstrdup("{}"),
		.attribute = rule->attribute ? rule->attribute : pstrdup(""),
		.bound = rule->bound,
	};
}

/* The plan of an allocation under one budget. */
static Model *
budget_plan(const Problem *problem, AllocationPlan *plan)
{
	const Allocation *allocation = problem->allocation;
	PlanRule	rule = plan_rule(&problem->rules[0]);

	/* a budget next to a millionth counts as that millionth */
	rule.used = Min(money_amount(allocation->spent), rule.bound);
	rule.slack = rule.bound - rule.used;
	rule.price = allocation->price;
	rule.binding = allocation->binding;
	plan->status = allocation->optimal ? PLAN_OPTIMAL : PLAN_FEASIBLE;
	plan->method = allocation->chosen ? "exact" : "dual";
	plan->customers = problem->hulls->n;
	plan->allocated = plan->offers = allocation->allocated;
	plan->objective = allocation->objective;
	plan->bound = allocation->bound;
	plan->spent = rule.used;
	plan->scans = 1;
	plan->rules = &rule;

	return plan_pack(plan);
}

/* The plan of an allocation under any rules. */
static Model *
ruled_plan(const Problem *problem, AllocationPlan *plan)
{
	const Ruled *ruled = problem->ruled;
	int			row = 0;

	plan->status = ruled->status == RULED_RELAXED ? PLAN_RELAXED :
		ruled->status == RULED_OPTIMAL ? PLAN_OPTIMAL : PLAN_FEASIBLE;
	plan->violation = ruled->violation;
	plan->least_violation = ruled->least_violation;
	plan->customers = problem->set->market->ncustomers;
	plan->allocated = ruled->allocated;
	plan->offers = ruled->offers;
	plan->objective = ruled->objective;
	plan->bound = ruled->bound;
	plan->spent = ruled->spent;
	plan->scans = ruled->scans;
	plan->method = ruled->exact ? "exact" : "dual";
	plan->rules = palloc_array(PlanRule, problem->nrules);
	for (int r = 0; r < problem->nrules; r++)
	{
		PlanRule   *rule = &plan->rules[r];

		*rule = plan_rule(&problem->rules[r]);
		if (problem->rules[r].kind->per_customer)
		{
			rule->used = ruled->most;
			rule->slack = rule->bound - rule->used;
			rule->binding = rule->slack == 0;
			continue;
		}
		rule->used = ruled->used[row];
		rule->slack = ruled->slack[row];
		rule->price = ruled->price[row];
		rule->binding = ruled->binding[row];
		row++;
	}

	return plan_pack(plan);
}

static Model *
plan_of(Problem *problem)
{
	AllocationPlan plan = {
		.options = problem->options_text,
		.seed = problem->options.seed,
		.candidates = candidates_count(problem->set),
		.seconds = seconds_since(&problem->began),
		.nrules = problem->nrules,
		.nphases = problem->nphases,
		.phases = problem->phases,
	};

	return problem->hulls ? budget_plan(problem, &plan) : ruled_plan(problem, &plan);
}

static Datum
allocate_rows(FunctionCallInfo fcinfo, int rules, Oid type)
{
	Problem    *problem;

	InitMaterializedSRF(fcinfo, 0);
	problem = solve(fcinfo, rules, type, "allocate");
	end_phase(problem, "emit", allocation_emit(fcinfo, problem->set, problem->allocation, problem->ruled,
											   getBaseType(type)));
	plan_remember(plan_of(problem));

	MemoryContextSwitchTo(problem->caller);
	MemoryContextDelete(problem->context);

	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(allocate);

/* allocate(candidates text, rules rule[], options jsonb) returns setof (customer bigint, offer, gain, cost) */
Datum
allocate(PG_FUNCTION_ARGS)
{
	return allocate_rows(fcinfo, 1, INT8OID);
}

PG_FUNCTION_INFO_V1(allocate_typed);

/* allocate(candidates text, customer_type anyelement, rules rule[], options jsonb) returns setof (customer, ...) */
Datum
allocate_typed(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 1);

	if (!OidIsValid(type))
		elog(ERROR, "could not determine the type of customers");

	return allocate_rows(fcinfo, 2, type);
}

PG_FUNCTION_INFO_V1(allocation_plan);

/* allocation_plan(candidates text, rules rule[], options jsonb) returns model */
Datum
allocation_plan(PG_FUNCTION_ARGS)
{
	Problem    *problem = solve(fcinfo, 1, InvalidOid, "allocation_plan");
	Model	   *plan;

	MemoryContextSwitchTo(problem->caller);
	plan = plan_of(problem);
	MemoryContextDelete(problem->context);

	PG_RETURN_POINTER(plan);
}
