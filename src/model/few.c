/*
 * few.c
 *		Few candidates: the best allocation of all, proven by branch and bound.
 *
 * At the price of the relaxation every choice of a customer has a loss
 * against the customer's best one.  An allocation lacks the sum of its losses,
 * and the price of the money it leaves, to the bound of the relaxation; so one
 * that beats the best known has a smaller sum than that, and choices that lose
 * more by themselves are out (Sinha and Zoltners, 1979).  What remains is
 * searched depth first, the customers with most at stake first.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/few.h"
#include "model/gains.h"
#include "model/money.h"

#define MOST_WORK		4000000 /* choices looked at */
#define NEGLIGIBLE		0x1p12	/* units of gain: the rounding of a double */

/* What a customer could get: an offer, or nothing. */
typedef struct Choice
{
	double		loss;			/* against the customer's best at the price, in units of gain */
	int64		gain;			/* in units */
	int64		cost;			/* in millionths */
	uint64		rank;			/* tells equals apart */
	const Candidate *candidate; /* NULL for nothing */
} Choice;

/* A customer and the choices that are not out. */
typedef struct Chooser
{
	int64		i;				/* in the hulls */
	int			n;
	Choice	   *choices;		/* (n) by loss */
	const Choice *best;			/* in the best allocation */
	const Choice *now;			/* in the one looked at */
	int			next;			/* the choice to be tried next */
	int128		cheapest;		/* cost of this and all later customers, at least */
	int128		dearest;		/* and at most */
} Chooser;

typedef struct Search
{
	GainScale	scale;
	double		price;			/* units of gain per millionth */
	int128		budget;
	Chooser    *choosers;
	int			n;
	double		relaxed;		/* the bound of the relaxation, in units */
	int128		best;			/* gain of the best allocation, in units */
	int64		work;
} Search;

static int
by_customer(const void *a, const void *b)
{
	int64		one = ((const Row *) a)->customer;
	int64		two = ((const Row *) b)->customer;

	return one < two ? -1 : one > two;
}

static int
by_loss(const void *a, const void *b)
{
	const Choice *one = a;
	const Choice *two = b;

	if (one->loss != two->loss)
		return one->loss < two->loss ? -1 : 1;

	return one->rank > two->rank ? -1 : one->rank < two->rank;
}

/* Who has most to lose by the second best choice goes first. */
static int
by_stake(const void *a, const void *b)
{
	const Chooser *one = a;
	const Chooser *two = b;
	double		first = one->n > 1 ? one->choices[1].loss : INFINITY;
	double		second = two->n > 1 ? two->choices[1].loss : INFINITY;

	if (first != second)
		return first > second ? -1 : 1;

	return one->choices[0].rank > two->choices[0].rank ? -1 :
		one->choices[0].rank < two->choices[0].rank;
}

/* The candidates that could be of use to anybody at any price. */
static inline bool
is_useful(const Candidate *candidate)
{
	return candidate->gain > 0 || candidate->cost < 0;
}

/* All choices of customer i, whose candidates are rows; the present one is the best so far. */
static void
make_chooser(Search *search, const Hulls *hulls, const Allocation *allocation, int64 i,
			 const Row *rows, int n, Chooser *chooser)
{
	const Candidate *taken = hulls_vertex(hulls, i, allocation->taken[i]);
	double		most = 0;

	chooser->i = i;
	chooser->choices = palloc0_array(Choice, n + 1);
	chooser->choices[0].rank = hulls->rank(hulls->of, hulls->customers[i].customer, NO_OFFER);
	chooser->n = 1;
	for (int k = 0; k < n; k++)
	{
		const Candidate *candidate = &rows[k].candidate;
		Choice	   *choice = &chooser->choices[chooser->n];

		if (!is_useful(candidate))
			continue;
		choice->gain = gain_units(&search->scale, candidate->gain);
		choice->cost = money_up(candidate->cost);
		choice->rank = hulls->rank(hulls->of, rows[k].customer, candidate->offer);
		choice->candidate = candidate;
		most = Max(most, (double) choice->gain - search->price * (double) choice->cost);
		chooser->n++;
	}
	for (int k = 0; k < chooser->n; k++)
	{
		Choice	   *choice = &chooser->choices[k];

		choice->loss = most - ((double) choice->gain - search->price * (double) choice->cost);
	}
	qsort(chooser->choices, chooser->n, sizeof(Choice), by_loss);
	for (int k = 0; k < chooser->n; k++)
	{
		const Candidate *candidate = chooser->choices[k].candidate;

		if (taken ? candidate && candidate->offer == taken->offer : candidate == NULL)
			chooser->best = &chooser->choices[k];
	}
	search->relaxed += most;
	search->best += chooser->best->gain;
}

/* Leave out what loses too much by itself, and add up what later customers cost. */
static void
narrow(Search *search)
{
	double		gap = search->relaxed - (double) search->best;
	int128		cheapest = 0;
	int128		dearest = 0;

	for (int c = 0; c < search->n; c++)
	{
		Chooser    *chooser = &search->choosers[c];

		while (chooser->n > 1 && chooser->choices[chooser->n - 1].loss + NEGLIGIBLE >= gap)
			chooser->n--;
	}
	qsort(search->choosers, search->n, sizeof(Chooser), by_stake);
	for (int c = search->n - 1; c >= 0; c--)
	{
		Chooser    *chooser = &search->choosers[c];
		int64		least = chooser->choices[0].cost;
		int64		most = least;

		for (int k = 1; k < chooser->n; k++)
		{
			least = Min(least, chooser->choices[k].cost);
			most = Max(most, chooser->choices[k].cost);
		}
		chooser->cheapest = cheapest += least;
		chooser->dearest = dearest += most;
	}
}

/* Search all that is left; true if nothing better can have been missed. */
static bool
search_all(Search *search)
{
	double	   *loss = palloc0_array(double, search->n + 1);
	int128	   *spent = palloc0_array(int128, search->n + 1);
	int128	   *gain = palloc0_array(int128, search->n + 1);
	int			depth = 0;

	while (depth >= 0)
	{
		Chooser    *chooser = &search->choosers[depth];
		bool		last = depth == search->n - 1;
		int128		later_cheapest = last ? 0 : chooser[1].cheapest;
		int128		later_dearest = last ? 0 : chooser[1].dearest;
		const Choice *choice;
		double		idle;

		if (chooser->next == chooser->n)
		{
			chooser->next = 0;
			depth--;
			continue;
		}
		choice = &chooser->choices[chooser->next++];
		if (++search->work > MOST_WORK)
			return false;
		if ((search->work & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();

		spent[depth + 1] = spent[depth] + choice->cost;
		loss[depth + 1] = loss[depth] + choice->loss;
		gain[depth + 1] = gain[depth] + choice->gain;
		if (spent[depth + 1] + later_cheapest > search->budget)
			continue;
		/* what even the dearest choices of all later customers would leave */
		idle = search->price * Max((double) (search->budget - spent[depth + 1] - later_dearest), 0);
		if (loss[depth + 1] + idle + NEGLIGIBLE >= search->relaxed - (double) search->best)
			continue;

		chooser->now = choice;
		if (!last)
			depth++;
		else if (gain[depth + 1] > search->best)
		{
			search->best = gain[depth + 1];
			for (int c = 0; c < search->n; c++)
				search->choosers[c].best = search->choosers[c].now;
		}
	}

	return true;
}

void
few_improve(const Hulls *hulls, const Row *candidates, int n, int128 budget,
			Allocation *allocation)
{
	Row		   *rows = palloc_array(Row, Max(n, 1));
	Search		search = {.budget = budget, .n = hulls->n};
	double		largest = hulls->largest_gain;
	bool		proven;

	if (allocation->optimal || hulls->n == 0)
		return;

	memcpy(rows, candidates, sizeof(Row) * n);
	qsort(rows, n, sizeof(Row), by_customer);
	for (int k = 0; k < n; k++)
		if (is_useful(&rows[k].candidate))
			largest = Max(largest, fabs(rows[k].candidate.gain));
	search.scale = gain_scale(largest);
	search.price = allocation->price * search.scale.factor / MONEY_UNITS;
	search.relaxed = search.price * (double) budget;
	search.choosers = palloc0_array(Chooser, hulls->n);
	for (int64 i = 0; i < hulls->n; i++)
	{
		Row			key = {.customer = hulls->customers[i].customer};
		Row		   *first = bsearch(&key, rows, n, sizeof(Row), by_customer);
		Row		   *end = first;

		while (first > rows && first[-1].customer == key.customer)
			first--;
		while (end < rows + n && end->customer == key.customer)
			end++;
		make_chooser(&search, hulls, allocation, i, first, end - first, &search.choosers[i]);
	}
	narrow(&search);
	proven = search_all(&search);

	allocation->chosen = palloc0_array(const Candidate *, hulls->n);
	allocation->spent = 0;
	allocation->allocated = 0;
	for (int c = 0; c < search.n; c++)
	{
		const Chooser *chooser = &search.choosers[c];

		allocation->chosen[chooser->i] = chooser->best->candidate;
		allocation->spent += chooser->best->cost;
		allocation->allocated += chooser->best->candidate != NULL;
	}
	allocation->objective = gain_amount(&search.scale, search.best);
	allocation->bound = proven ? allocation->objective : Max(allocation->bound, allocation->objective);
	allocation->optimal = allocation->objective == allocation->bound;
	if (allocation->spent > budget)
		elog(ERROR, "allocation exceeds its budget");
}
