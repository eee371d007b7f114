/*
 * relax.c
 *		Who gets what where no allocation keeps all rules.
 *
 * What a row is broken by is counted in its typical coefficient, so that
 * money and counts can be added up.  Prices that are at most one such unit's
 * (dual.c) tell the least violation of offers in parts; whole ones come from
 * rounding, single changes and branch and bound, under which a violation
 * outweighs any gain.  Then every bound gives way by what is left of its
 * violation, and the ordinary search maximises the gain within those bounds.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/elastic.h"
#include "model/relax.h"
#include "model/repair.h"

#define VIOLATION_PRICE	1e4		/* scaled gains of a scaled violation: in prices */
#define HIGH_PRICE		1e6		/* largest gains of a scaled violation: in changes */
#define PRICE_GAP		1e-6
#define NO_PRICE		1e-6	/* scaled: the barrier's trace */
#define CHOICES			6000	/* of single changes */
#define FEW_CHOICES		100		/* of branch and bound, where all are too many */
#define ROUNDS			3		/* of branch and bound on some */
#define SAME			1e-9	/* relative: violations closer than this are the same */

typedef struct Search
{
	const Market *market;
	const RuledOptions *options;
	const Scanner *scanner;		/* the units; gains count */
	Ruled	   *best;			/* what was found; its slack is exact */
	double		least;			/* no allocation's violation is less */
	bool		exact;			/* branch and bound had a part */
} Search;

/* The sum of what rows are broken by, scaled. */
static double
violation_of(const Scanner *scanner, const Ruled *ruled)
{
	double		sum = 0;

	for (int r = 0; r < scanner->nrows; r++)
		sum += Max(-ruled->slack[r], 0) / scanner->row_unit[r];

	return sum;
}

/* Keep an allocation if it is better: broken less, or the same with more gain. */
static bool
consider(Search *search, bool *chosen)
{
	Ruled	   *ruled = ruled_make(search->market);
	double		limit;

	(void) ruled_add_up(search->market, chosen, ruled);
	ruled->chosen = chosen;
	ruled->violation = violation_of(search->scanner, ruled);
	if (search->best)
	{
		limit = search->best->violation;
		if (ruled->violation > limit + SAME * (1 + limit) ||
			(ruled->violation > limit - SAME * (1 + limit) && ruled->objective <= search->best->objective))
			return false;
	}
	search->best = ruled;

	return true;
}

/* Whole offers from prices, and single changes. */
static void
round_prices(Search *search, const Dual *dual)
{
	Core	   *core = core_round(dual, search->options->seed);

	core_choices(core, CHOICES, search->options->seed);
	repair_least(core, HIGH_PRICE * Max(search->market->largest_gain, search->scanner->gain_unit));
	core_settle(core);
	(void) consider(search, core->chosen);
}

/* The items of the choices of least regret at these prices. */
static bool *
open_items(const Search *search, const Dual *dual)
{
	const Market *market = search->market;
	bool	   *open = palloc_extended(sizeof(bool) * Max(market->nitems, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	bool	   *chosen = search->best->chosen;
	Core		core = {.dual = dual, .scale = gain_scale(market->largest_gain), .chosen = chosen};

	core_choices(&core, FEW_CHOICES, search->options->seed);
	for (int c = 0; c < core.nchoices; c++)
	{
		if (core.choices[c].drop >= 0)
			open[core.choices[c].drop] = true;
		if (core.choices[c].add >= 0)
			open[core.choices[c].add] = true;
	}

	return open;
}

/* Branch and bound: the least violation, then the most gain with no more of it.  False if nothing was better. */
static bool
branch(Search *search, const bool *open)
{
	bool		all = search->options->method == RULED_EXACT;
	ElasticOptions how = {
		.most_violation = INFINITY,
		.gap = search->options->gap,
		.most_work = all ? 0 : RULED_WORK,
		.time_limit = search->options->time_limit,
	};
	bool		better = false;
	Elastic		found;

	search->exact = true;
	if (search->best->violation > search->least)
	{
		found = elastic_solve(search->scanner, open, search->best->chosen, &how);
		if (open == NULL && isfinite(found.bound))
			search->least = Max(search->least, Min(-found.bound, search->best->violation));
		better = found.chosen && consider(search, found.chosen);
	}
	how.most_violation = search->best->violation;
	found = elastic_solve(search->scanner, open, search->best->chosen, &how);

	return (found.chosen && consider(search, found.chosen)) || better;
}

/* Every bound gives way by what it is broken by. */
static void
give_way(const Market *market, const Ruled *broken)
{
	for (int r = 0; r < market->rules->nrows; r++)
		market->rules->rows[r].give = Max(-broken->left[r], 0);
}

static void
take_back(const Market *market)
{
	for (int r = 0; r < market->rules->nrows; r++)
		market->rules->rows[r].give = 0;
}

/* Bounds as narrow as these can ask for prices beyond all numbers; any prices give a bound. */
static void
limited_prices(const Search *search, Ruled *ruled)
{
	Dual	   *dual = dual_solve(search->market, DUAL_BOTH, VIOLATION_PRICE, PRICE_GAP, search->options->seed);

	ruled->scans += dual->scans;
	ruled->bound = dual->bound * dual->scanner->gain_unit;
	for (int r = 0; r < dual->nrows; r++)
	{
		ruled->price[r] = dual->best_price[r] * dual->scanner->gain_unit / dual->scanner->row_unit[r];
		ruled->binding[r] = dual->best_price[r] > NO_PRICE;
	}
}

/* The most gain within the violation that was found, by the ordinary search. */
static Ruled *
maximise(Search *search)
{
	const Market *market = search->market;
	Ruled	   *broken = search->best;
	RuledOptions options = *search->options;
	Ruled	   *ruled;

	give_way(market, broken);
	options.known = broken->chosen;
	ruled = ruled_solve(market, &options);
	if (isinf(ruled->bound))
		limited_prices(search, ruled);
	take_back(market);
	broken->price = ruled->price;
	broken->binding = ruled->binding;
	broken->bound = ruled->bound;
	broken->scans = ruled->scans;
	search->exact |= ruled->exact;
	if ((ruled->status == RULED_FEASIBLE || ruled->status == RULED_OPTIMAL) && consider(search, ruled->chosen))
	{
		Ruled	   *better = search->best;

		better->price = broken->price;
		better->binding = broken->binding;
		better->bound = broken->bound;
		better->scans = broken->scans;
	}

	return search->best;
}

Ruled *
relax_solve(const Market *market, const RuledOptions *options)
{
	Ruled	   *ruled = ruled_solve(market, options);
	Search		search = {.market = market, .options = options};
	int			scans = ruled->scans;
	Dual	   *least;
	Dual	   *both;

	if (ruled->status == RULED_FEASIBLE || ruled->status == RULED_OPTIMAL)
		return ruled;

	least = dual_solve(market, DUAL_VIOLATION, 1, PRICE_GAP, options->seed);
	both = dual_solve(market, DUAL_BOTH, VIOLATION_PRICE, PRICE_GAP, options->seed);
	scans += least->scans + both->scans;
	search.scanner = both->scanner;
	search.least = Max(-least->bound, 0);
	round_prices(&search, both);
	round_prices(&search, least);

	if (options->method == RULED_EXACT || (options->method == RULED_AUTO && market->nitems <= RULED_COLUMNS))
		(void) branch(&search, NULL);
	else if (options->method == RULED_AUTO)
		for (int round = 0; round < ROUNDS && branch(&search, open_items(&search, both)); round++)
			CHECK_FOR_INTERRUPTS();

	ruled = maximise(&search);
	ruled->scans += scans;
	ruled->exact = search.exact;
	ruled->least_violation = Min(search.least, ruled->violation);
	ruled->bound = Max(ruled->bound, ruled->objective);
	ruled->status = ruled->violation > 0 ? RULED_RELAXED :
		ruled->objective == ruled->bound ? RULED_OPTIMAL : RULED_FEASIBLE;

	return ruled;
}
