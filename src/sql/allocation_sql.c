/*
 * allocation_sql.c
 *		allocate(), allocation_plan() and frontier().
 */
#include "coupon.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "model/few.h"
#include "model/frontier.h"
#include "model/knapsack.h"
#include "model/money.h"
#include "pg/options.h"
#include "pg/query.h"
#include "sql/candidates_sql.h"
#include "sql/plan_sql.h"
#include "sql/rule_sql.h"

#define MOST_PHASES		5
#define MOST_POINTS		100000

typedef struct Options
{
	int64		seed;
	bool		quiet;
} Options;

static const Option known_options[] = {
	{.name = "seed", .type = OPTION_SEED, .offset = offsetof(Options, seed)},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(Options, quiet)},
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
	Allocation *allocation;

	PlanPhase	phases[MOST_PHASES];
	int			nphases;
	instr_time	began;			/* the work */
	instr_time	phase_began;
} Problem;

static double
seconds_since(const instr_time *began)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, *began);

	return INSTR_TIME_GET_DOUBLE(now);
}

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

/* This version solves one budget over all candidates; the rest is refused by name. */
static void
check_solvable(const Problem *problem)
{
	if (problem->nrules == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rules must contain a budget"),
				 errhint("For example: ARRAY[coupon.budget(1000)].")));
	if (JB_ROOT_COUNT(problem->rules[0].selection) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("budget \"%s\" has a selection, which is not supported yet", problem->rules[0].name),
				 errhint("Select the candidates in the query.")));
	if (problem->nrules > 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rule \"%s\" is the second of %d, but more than one budget is not supported yet",
						problem->rules[1].name, problem->nrules)));
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
	problem->rules = rules_arg(fcinfo, rules, &problem->nrules);
	options = options_arg(fcinfo, rules + 1);
	options_read(options, known_options, lengthof(known_options), &problem->options);
	problem->options_text = options_text(options);
	check_solvable(problem);

	INSTR_TIME_SET_CURRENT(problem->began);
	problem->phase_began = problem->began;
	progress_start(&problem->progress, problem->options.quiet);
	problem->set = candidates_read(problem->query, type, rules == 2, problem->options.seed,
								   work, &problem->progress);
	end_phase(problem, "read", problem->set->candidates->n);
	candidates_finish(problem->set->candidates);
	problem->hulls = problem->set->hulls;
	end_phase(problem, "group", problem->hulls->n);
	budget = money_down(problem->rules[0].bound);
	problem->allocation = knapsack_solve(problem->hulls, budget);
	if (problem->set->candidates->n <= FEW_CANDIDATES)
		few_improve(problem->hulls, problem->set->candidates->few, problem->set->candidates->n,
					budget, problem->allocation);
	end_phase(problem, "solve", problem->allocation->allocated);

	return problem;
}

static Model *
plan_of(Problem *problem)
{
	const Allocation *allocation = problem->allocation;
	const Rule *budget = &problem->rules[0];
	/* a budget next to a millionth counts as that millionth */
	double		spent = Min(money_amount(allocation->spent), budget->bound);
	PlanRule	rule = {
		.kind = budget->kind,
		.name = budget->name,
		.selection = JsonbToCString(NULL, &budget->selection->root, VARSIZE(budget->selection)),
		.bound = budget->bound,
		.used = spent,
		.price = allocation->price,
		.binding = allocation->binding,
	};
	AllocationPlan		plan = {
		.optimal = allocation->optimal,
		.method = "dual",
		.options = problem->options_text,
		.seed = problem->options.seed,
		.customers = problem->hulls->n,
		.candidates = problem->set->candidates->n,
		.allocated = allocation->allocated,
		.objective = allocation->objective,
		.bound = allocation->bound,
		.spent = spent,
		.budget = budget->bound,
		.seconds = seconds_since(&problem->began),
		.scans = 1,
		.nrules = 1,
		.rules = &rule,
		.nphases = problem->nphases,
		.phases = problem->phases,
	};

	return plan_pack(&plan);
}

/* The rows of an allocation; "type" is that of the customers. */
static void
emit(FunctionCallInfo fcinfo, const Problem *problem, Oid type)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Hulls *hulls = problem->hulls;
	const Word *offers = problem->set->offers->words;
	Datum		values[4];
	bool		nulls[4] = {false};

	for (int64 i = 0; i < hulls->n; i++)
	{
		int64		customer = hulls->customers[i].customer;
		const Candidate *vertex = allocation_choice(problem->allocation, hulls, i);

		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (vertex == NULL)
			continue;
		values[0] = type == INT8OID ? Int64GetDatum(customer) : keys_value(problem->set->keys, customer);
		values[1] = PointerGetDatum(offers[vertex->offer].value);
		values[2] = Float8GetDatum(vertex->gain);
		values[3] = Float8GetDatum(vertex->cost);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

static Datum
allocate_rows(FunctionCallInfo fcinfo, int rules, Oid type)
{
	Problem    *problem;

	InitMaterializedSRF(fcinfo, 0);
	problem = solve(fcinfo, rules, type, "allocate");
	emit(fcinfo, problem, getBaseType(type));
	end_phase(problem, "emit", problem->allocation->allocated);
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

PG_FUNCTION_INFO_V1(frontier);

/* frontier(candidates text, points integer) returns setof (budget, gain, cost, customers, price) */
Datum
frontier(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	Progress	progress;
	CandidateSet *set;
	FrontierPoint *points;
	char	   *query = query_arg(fcinfo, 0, "candidates");
	int			npoints;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("points must not be null")));
	npoints = PG_GETARG_INT32(1);
	if (npoints < 2 || npoints > MOST_POINTS)
		bad_argument("points must be between 2 and %d, not %d", MOST_POINTS, npoints);

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(caller, "coupon frontier", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	progress_start(&progress, false);
	set = candidates_read(query, InvalidOid, false, 0, "frontier", &progress);
	candidates_finish(set->candidates);
	points = palloc_array(FrontierPoint, npoints);
	frontier_points(set->hulls, npoints, points);

	for (int i = 0; i < npoints; i++)
	{
		Datum		values[5] = {
			Float8GetDatum(points[i].budget),
			Float8GetDatum(points[i].gain),
			Float8GetDatum(points[i].cost),
			Int64GetDatum(points[i].customers),
			Float8GetDatum(points[i].price),
		};
		bool		nulls[5] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);

	return (Datum) 0;
}
