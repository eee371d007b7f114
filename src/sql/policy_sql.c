/*
 * policy_sql.c
 *		value_iteration().
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "model/mdp.h"
#include "pg/lexicon.h"
#include "pg/query.h"

/* The process that an inner query describes. */
typedef struct MdpQuery
{
	Lexicon    *states;
	Lexicon    *offers;
	Transitions transitions;
	Progress	progress;
} MdpQuery;

enum
{
	STATE, OFFER, NEXT_STATE, PROBABILITY, REWARD, COST, MDP_COLUMNS
};

static const char *const names[] = {"state", "offer", "next_state", "probability", "reward", "cost"};

static char *
text_of(Datum value)
{
	return TextDatumGetCString(value);
}

/* Numbers are checked where the state and offer can be named. */
static double
number_of(const Datum *values, int column, double least, double most)
{
	double		number = DatumGetFloat8(values[column]);

	if (!(number >= least && number <= most))
		ereport(ERROR,
				(errcode(isfinite(number) ? ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE : ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of state \"%s\" and offer \"%s\" must be between %g and %g, not %s",
						names[column], text_of(values[STATE]), text_of(values[OFFER]), least, most,
						float8out_internal(number))));

	return number;
}

static int
number_of_text(Lexicon *lexicon, Datum value)
{
	text	   *word = DatumGetTextPP(value);
	int			number = lexicon_number(lexicon, VARDATA_ANY(word), VARSIZE_ANY_EXHDR(word));

	if ((Pointer) word != DatumGetPointer(value))
		pfree(word);

	return number;
}

static void
read_transition(void *to, const Datum *values, const bool *nulls)
{
	MdpQuery   *query = to;
	Transition	row;

	for (int i = 0; i < MDP_COLUMNS; i++)
		if (nulls[i] && i != NEXT_STATE)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 nulls[STATE] || nulls[OFFER] ?
					 errmsg("column \"%s\" must not contain nulls", names[i]) :
					 errmsg("column \"%s\" must not contain nulls, but does for state \"%s\" and offer \"%s\"",
							names[i], text_of(values[STATE]), text_of(values[OFFER])),
					 errhint("Only next_state may be null: the end.")));
	row.probability = number_of(values, PROBABILITY, 0, 1);
	row.reward = number_of(values, REWARD, -MDP_AMOUNT_MOST, MDP_AMOUNT_MOST);
	row.cost = number_of(values, COST, -MDP_AMOUNT_MOST, MDP_AMOUNT_MOST);
	row.state = number_of_text(query->states, values[STATE]);
	row.next = nulls[NEXT_STATE] ? MDP_THE_END : number_of_text(query->states, values[NEXT_STATE]);
	row.offer = number_of_text(query->offers, values[OFFER]);
	transitions_add(&query->transitions, &row);
	if ((query->transitions.n & 0xffff) == 0)
		progress_say(&query->progress, "value_iteration: %lld transitions read",
					 (long long) query->transitions.n);
}

/* The texts by their place in byte order. */
static Datum *
sorted_words(const Lexicon *lexicon, const int32 *ranks)
{
	Datum	   *words = palloc_huge(Datum, Max(lexicon->n, 1));

	for (int i = 0; i < lexicon->n; i++)
		words[ranks[i]] = PointerGetDatum(lexicon->words[i].value);

	return words;
}

/* Where the rows go. */
typedef struct MdpRows
{
	ReturnSetInfo *result;
	const Mdp  *mdp;
	const Datum *states;
	const Datum *offers;
} MdpRows;

/* The rows of a step; 0 is every step of a process without a horizon. */
static void
put_step(void *to, int step, const MdpSolution *solution)
{
	const MdpRows *rows = to;

	for (int64 pair = 0; pair < rows->mdp->npairs; pair++)
	{
		int32		state = rows->mdp->state[pair];
		Datum		values[6] = {
			rows->states[state],
			rows->offers[rows->mdp->offer[pair]],
			Float8GetDatum(solution->value[state]),
			Float8GetDatum(solution->q[pair]),
			BoolGetDatum(solution->best[state] == pair),
			Int32GetDatum(step),
		};
		bool		nulls[6] = {[5] = step == 0};

		if ((pair & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		tuplestore_putvalues(rows->result->setResult, rows->result->setDesc, values, nulls);
	}
}

static void
check_process(const MdpRows *rows, const MdpOptions *options)
{
	int64		pair = mdp_unbalanced(rows->mdp);
	int			state;

	if (pair >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("probabilities of state \"%s\" and offer \"%s\" must sum to 1, not %s",
						text_of(rows->states[rows->mdp->state[pair]]),
						text_of(rows->offers[rows->mdp->offer[pair]]),
						float8out_internal(rows->mdp->mass[pair])),
				 errhint("A journey that ends has a row whose next_state is null.")));
	if (options->horizon > 0 || options->discount < 1)
		return;
	state = mdp_endless(rows->mdp);
	if (state >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("with discount 1 and no horizon every journey must end, but from state \"%s\" it need not",
						text_of(rows->states[state])),
				 errhint("Give a discount below 1 or a horizon.")));
}

static void
solve(MdpRows *rows, const MdpOptions *options, Progress *progress)
{
	MdpSolution *solution;

	if (options->horizon > 0)
	{
		solution = mdp_finite(rows->mdp, options, progress, options->steps ? put_step : NULL, rows);
		if (!options->steps)
			put_step(rows, 1, solution);
		return;
	}
	solution = mdp_infinite(rows->mdp, options, progress);
	if (!solution->converged)
		ereport(WARNING,
				(errmsg("value_iteration did not converge in %d iterations", solution->iterations),
				 errdetail("Values may be off by %.3g.", solution->error),
				 errhint("Allow more iterations, a greater tolerance or a smaller discount.")));
	put_step(rows, 0, solution);
}

PG_FUNCTION_INFO_V1(value_iteration);

/* value_iteration(mdp text [, options]) returns setof (state, offer, value, q, is_best, step) */
Datum
value_iteration(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *text = query_arg(fcinfo, 0, "mdp");
	MdpOptions	options = mdp_options(options_arg(fcinfo, 1));
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	MdpQuery	query;
	MdpRows		rows;
	int32	   *states;
	int32	   *offers;

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(caller, "coupon value_iteration", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	query.states = lexicon_make();
	query.offers = lexicon_make();
	transitions_init(&query.transitions);
	progress_start(&query.progress, options.quiet);
	query_read(text,
			   "state::pg_catalog.text, offer::pg_catalog.text, next_state::pg_catalog.text, "
			   "probability::pg_catalog.float8, reward::pg_catalog.float8, cost::pg_catalog.float8",
			   read_transition, &query);

	if (query.transitions.n > 0)
	{
		states = lexicon_ranks(query.states);
		offers = lexicon_ranks(query.offers);
		transitions_renumber(&query.transitions, states, offers);
		rows = (MdpRows) {
			.result = result,
			.mdp = mdp_make(&query.transitions, query.states->n),
			.states = sorted_words(query.states, states),
			.offers = sorted_words(query.offers, offers),
		};
		pfree(query.transitions.rows);
		check_process(&rows, &options);
		solve(&rows, &options, &query.progress);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);

	return (Datum) 0;
}
