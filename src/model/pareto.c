/*
 * pareto.c
 *		The multiple-choice knapsack problem in integers, solved exactly.
 *
 * At the price of the relaxation each choice has a regret against the best
 * one of its group, and a selection lacks the sum of its regrets, and the
 * price of the capacity that it leaves, to the relaxation's bound.  So a
 * choice of more regret than the best selection known lacks is out.  Groups
 * come in one after another, those with the least to lose first, and of all
 * selections of the groups so far only those live on that no other one
 * dominates, lighter and worth as much (dynamic programming over an expanding
 * core: Pisinger 1995).  It ends when the next group has too much to lose.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/pareto.h"
#include "model/traces.h"
#include "pg/clock.h"

#define ROUNDING		0x1p12	/* units of value: of a float8 of a difference of two */
#define MOST_STATES		100000	/* selections alive, where work is limited */
#define MANY_STATES		4000000	/* where it is not */
#define FIRST_ROOM		1024
#define MANY_TURNS		16		/* to look through so many is as much work as a selection */
#define LOOK			0x10000 /* selections between looks at the limits */

/* A selection of the groups so far; all others have their base choice. */
typedef struct State
{
	int128		weight;
	int128		value;
	double		regret;
	int			trace;			/* its last choice that is not the base */
} State;

/* A choice against the base of its group. */
typedef struct Turn
{
	int64		choice;
	int64		weight;
	int64		value;
	double		regret;
	int			at;				/* state to be turned next */
} Turn;

typedef struct Stake
{
	double		least;			/* regret of the second best choice */
	int64		group;
} Stake;

typedef struct Search
{
	const MultipleChoice *problem;
	Relaxed		relaxed;

	double		loss;			/* of the best selection against the relaxation */
	int128		best_value;
	int128		best_weight;
	int			best;			/* trace */

	State	   *states;			/* by weight, and so by value */
	State	   *next;
	int			nstates;
	int64		room;
	int64		next_room;
	Traces		traces;
	int			most_states;
	double		dropped;		/* least regret of what was given up */
	int64		work;
	int64		next_look;		/* at the limits */
	const ParetoLimits *limits;
	instr_time	began;
	bool		over;			/* that is all the work there may be */
} Search;

static inline double
regret_of(const Search *search, int64 choice, int64 base)
{
	const MultipleChoice *problem = search->problem;

	return (double) (problem->value[base] - problem->value[choice]) -
		search->relaxed.price * (double) (problem->weight[base] - problem->weight[choice]);
}

/* Is a choice no better than the base in any way? */
static inline bool
is_dominated(const MultipleChoice *problem, int64 choice, int64 base)
{
	return choice == base || (problem->weight[choice] >= problem->weight[base] && problem->value[choice] <= problem->value[base]);
}

static int
by_least(const void *a, const void *b)
{
	const Stake *one = a;
	const Stake *two = b;

	if (one->least != two->least)
		return one->least < two->least ? -1 : 1;

	return one->group < two->group ? -1 : one->group > two->group;
}

/* Groups with a choice that is not out, those with the least to lose first. */
static Stake *
find_stakes(const Search *search, int64 *n)
{
	const MultipleChoice *problem = search->problem;
	Stake	   *stakes = palloc_huge(Stake, problem->n + 1);

	*n = 0;
	for (int64 i = 0; i < problem->n; i++)
	{
		double		least = INFINITY;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 at = problem->first[i]; at < problem->first[i + 1]; at++)
			if (!is_dominated(problem, at, search->relaxed.chosen[i]))
				least = Min(least, regret_of(search, at, search->relaxed.chosen[i]));
		if (least + ROUNDING < search->loss)
			stakes[(*n)++] = (Stake) {least, i};
	}
	qsort(stakes, *n, sizeof(Stake), by_least);

	return stakes;
}

static int
by_weight(const void *a, const void *b)
{
	const Turn *one = a;
	const Turn *two = b;

	if (one->weight != two->weight)
		return one->weight < two->weight ? -1 : 1;

	return one->choice < two->choice ? -1 : one->choice > two->choice;
}

/* What a group can still turn to; the first is the base itself. */
static int
find_turns(const Search *search, int64 group, Turn *turns)
{
	const MultipleChoice *problem = search->problem;
	int64		base = search->relaxed.chosen[group];
	int			n = 1;

	turns[0] = (Turn) {.choice = base};
	for (int64 at = problem->first[group]; at < problem->first[group + 1]; at++)
	{
		double		regret = regret_of(search, at, base);

		if (!is_dominated(problem, at, base) && regret + ROUNDING < search->loss)
			turns[n++] = (Turn) {
				.choice = at, .regret = regret,
				.weight = problem->weight[at] - problem->weight[base],
				.value = problem->value[at] - problem->value[base],
			};
	}
	qsort(turns, n, sizeof(Turn), by_weight);

	return n;
}

/* The k-th smallest of some numbers, which change places. */
static double
kth_smallest(double *x, int n, int k)
{
	int			low = 0;
	int			high = n - 1;

	while (low < high)
	{
		double		pivot = x[low + (high - low) / 2];
		int			i = low;
		int			j = high;

		CHECK_FOR_INTERRUPTS();
		while (i <= j)
		{
			while (x[i] < pivot)
				i++;
			while (x[j] > pivot)
				j--;
			if (i <= j)
			{
				double		swap = x[i];

				x[i++] = x[j];
				x[j--] = swap;
			}
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			break;
	}

	return x[k];
}

/* Too many selections: only so many of least regret stay.  Returns how many. */
static int
thin(Search *search, State *states, int nstates, int keep)
{
	double	   *regrets = palloc_huge(double, nstates);
	double		limit;
	int			below = 0;
	int			n = 0;

	for (int s = 0; s < nstates; s++)
		regrets[s] = states[s].regret;
	limit = kth_smallest(regrets, nstates, keep);
	pfree(regrets);
	for (int s = 0; s < nstates; s++)
		below += states[s].regret < limit;
	for (int s = 0, equal = keep - below; s < nstates; s++)
	{
		if (states[s].regret < limit || (states[s].regret == limit && equal-- > 0))
			states[n++] = states[s];
		else
			search->dropped = Min(search->dropped, states[s].regret);
	}

	return n;
}

/* Traces that no selection alive goes back to are dead. */
static void
collect_traces(Search *search)
{
	int		   *number = palloc_extended(sizeof(int) * (search->traces.n + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (int s = 0; s < search->nstates; s++)
		if (search->states[s].trace != NO_TRACE)
			number[search->states[s].trace] = 1;
	if (search->best != NO_TRACE)
		number[search->best] = 1;
	traces_collect(&search->traces, number);
	for (int s = 0; s < search->nstates; s++)
		if (search->states[s].trace != NO_TRACE)
			search->states[s].trace = number[search->states[s].trace];
	if (search->best != NO_TRACE)
		search->best = number[search->best];
	pfree(number);
}

/* Has the search had all the work that it may have? */
static void
look_at_limits(Search *search)
{
	const ParetoLimits *limits = search->limits;
	CHECK_FOR_INTERRUPTS();
	search->next_look = search->work + LOOK;
	if ((limits->work > 0 && search->work > limits->work) || search->traces.n > PG_INT32_MAX / 4)
		search->over = true;
	if (limits->seconds > 0)
		search->over |= seconds_since(&search->began) > limits->seconds;
}

/* All selections with all turns of one more group, merged by weight. */
static void
add_group(Search *search, int64 group, Turn *turns)
{
	int			nturns = find_turns(search, group, turns);
	int			n = 0;
	State	   *states;
	int64		room;

	if (nturns == 1)
		return;
	for (;;)
	{
		Turn	   *turn = NULL;
		State		state = {0};

		/* the lightest of the next ones of all turns, the worthiest of equals */
		for (int t = 0; t < nturns; t++)
		{
			const State *from = &search->states[turns[t].at];
			int128		weight;
			int128		value;

			if (turns[t].at == search->nstates)
				continue;
			weight = from->weight + turns[t].weight;
			value = from->value + turns[t].value;
			if (turn == NULL || weight < state.weight || (weight == state.weight && value > state.value))
			{
				turn = &turns[t];
				state = (State) {weight, value, from->regret + turns[t].regret, from->trace};
			}
		}
		if (turn == NULL)
			break;
		turn->at++;
		search->work += 1 + nturns / MANY_TURNS;
		if (search->work >= search->next_look)
		{
			look_at_limits(search);
			if (search->over)
				return;
		}
		if ((n > 0 && state.value <= search->next[n - 1].value) || state.regret + ROUNDING >= search->loss)
			continue;
		if (n == 2 * search->most_states)
			n = thin(search, search->next, n, search->most_states / 2);
		if (n == search->next_room)
			search->next = repalloc_huge(search->next, sizeof(State) * (search->next_room *= 2));
		if (turn->choice != search->relaxed.chosen[group])
			state.trace = traces_add(&search->traces, state.trace, group, turn->choice);
		search->next[n++] = state;
		if (state.weight <= search->problem->capacity && state.value > search->best_value)
		{
			search->best_value = state.value;
			search->best_weight = state.weight;
			search->best = state.trace;
			search->loss = Max(state.regret, 0) + search->relaxed.price * (double) (search->problem->capacity - state.weight);
		}
	}
	states = search->states;
	search->states = search->next;
	search->next = states;
	room = search->room;
	search->room = search->next_room;
	search->next_room = room;
	search->nstates = n > search->most_states ? thin(search, search->states, n, search->most_states / 2) : n;
	if (search->traces.n > search->traces.enough)
		collect_traces(search);
}

/* A first selection: what the base leaves is spent on what gains most of what fits, group by group. */
static int64 *
fill(Search *search)
{
	const MultipleChoice *problem = search->problem;
	int64	   *chosen = palloc_huge(int64, problem->n + 1);

	memcpy(chosen, search->relaxed.chosen, sizeof(int64) * problem->n);
	for (int64 i = 0; i < problem->n; i++)
	{
		int64		base = chosen[i];
		int128		room = problem->capacity - search->best_weight + problem->weight[base];

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 at = problem->first[i]; at < problem->first[i + 1]; at++)
			if (problem->weight[at] <= room && problem->value[at] > problem->value[chosen[i]])
				chosen[i] = at;
		search->best_weight += problem->weight[chosen[i]] - problem->weight[base];
		search->best_value += problem->value[chosen[i]] - problem->value[base];
	}
	search->loss = Max(search->loss - (double) (search->best_value - search->relaxed.value), 0);

	return chosen;
}

/* Groups come in until none can change anything; false if that would take too long. */
static bool
search_core(Search *search)
{
	const MultipleChoice *problem = search->problem;
	int64		nstakes;
	Stake	   *stakes = find_stakes(search, &nstakes);
	int64		most = 0;
	Turn	   *turns;

	for (int64 s = 0; s < nstakes; s++)
		most = Max(most, problem->first[stakes[s].group + 1] - problem->first[stakes[s].group]);
	turns = palloc_huge(Turn, most + 1);
	search->room = search->next_room = FIRST_ROOM;
	search->most_states = search->limits->work > 0 ? MOST_STATES : MANY_STATES;
	traces_start(&search->traces);
	search->states = palloc_huge(State, search->room);
	search->next = palloc_huge(State, search->room);
	search->states[0] = (State) {search->relaxed.weight, search->relaxed.value, 0, NO_TRACE};
	search->nstates = 1;
	for (int64 s = 0; s < nstakes && stakes[s].least + ROUNDING < search->loss && search->nstates > 0; s++)
	{
		look_at_limits(search);
		if (search->over)
			break;
		add_group(search, stakes[s].group, turns);
	}
	pfree(turns);
	pfree(stakes);
	pfree(search->states);
	pfree(search->next);

	return !search->over;
}

void
pareto_solve(const MultipleChoice *problem, const ParetoLimits *limits, MultipleChosen *result)
{
	Search		search = {.problem = problem, .best = NO_TRACE, .dropped = INFINITY, .limits = limits};
	int64	   *filled;

	*result = (MultipleChosen) {.weight = multiple_least(problem)};
	result->possible = result->weight <= problem->capacity;
	if (!result->possible)
		return;
	INSTR_TIME_SET_CURRENT(search.began);
	multiple_relax(problem, &search.relaxed);
	search.best_value = search.relaxed.value;
	search.best_weight = search.relaxed.weight;
	search.loss = search.relaxed.price * (double) (problem->capacity - search.relaxed.weight);

	result->proven = true;
	if (search.loss > ROUNDING)
	{
		double		relaxed = search.loss;
		int128		first_value = search.relaxed.value;

		filled = fill(&search);
		result->proven = search_core(&search);
		if (!result->proven)
			search.dropped = 0;
		/* what was given up lacks its regret at least */
		if (search.dropped < search.loss - ROUNDING)
		{
			result->proven = false;
			result->bound = Max(first_value + (int128) ceil(relaxed - search.dropped + ROUNDING), search.best_value);
		}
		if (search.best == NO_TRACE)
			search.relaxed.chosen = filled;
		for (int at = search.best; at != NO_TRACE; at = search.traces.list[at].before)
			search.relaxed.chosen[search.traces.list[at].group] = search.traces.list[at].choice;
		pfree(search.traces.list);
	}
	result->chosen = search.relaxed.chosen;
	result->value = search.best_value;
	result->weight = search.best_weight;
	result->price = search.relaxed.price;
	if (result->proven)
		result->bound = result->value;
}
