/*
 * core.c
 *		Whole offers from prices, and the customers for whom it hardly matters.
 *
 * Customers between offers are rounded by a sequence that covers (0, 1) as
 * evenly as any (multiples of the golden ratio), so that thousands of equal
 * customers come out in the right proportion, up to one or two.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/bins.h"
#include "model/core.h"
#include "model/random.h"

#define GOLDEN			0.6180339887498949
#define FIRST_ROOM		1024

/* Add a set of offers' loads to what rows have left. */
static void
charge(const Market *market, int64 at, int128 *slack)
{
	const RuleSet *rules = market->rules;
	const Offering *item = &market->items[at];

	for (int t = rules->first[item->class]; t < rules->first[item->class + 1]; t++)
		slack[rules->terms[t].row] -= ruleset_units(rules, rules->terms[t].row, item->class,
													item->gain, item->cost, market_attributes(market, at));
}

/* All of the bounds is left. */
static void
take_none(Core *core)
{
	for (int r = 0; r < core->dual->nrows; r++)
		core->slack[r] = ruleset_bound_units(&core->dual->scanner->market->rules->rows[r]);
}

void
core_take(Core *core, const bool *chosen)
{
	const Market *market = core->dual->scanner->market;

	core->ncustomers = core->nchoices = 0;
	core->nchanges = 0;
	take_none(core);
	memcpy(core->chosen, chosen, sizeof(bool) * market->nitems);
	for (int64 at = 0; at < market->nitems; at++)
	{
		if ((at & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (chosen[at])
			charge(market, at, core->slack);
	}
}

Core *
core_round(const Dual *dual, int64 seed)
{
	Core	   *core = palloc0_object(Core);
	Scanner    *scanner = dual->scanner;
	const Market *market = scanner->market;
	double		level = random_uniform(seed, 0, 2);
	double		smooth;
	double		exact;
	double		pull;

	core->dual = dual;
	core->scale = gain_scale(market->largest_gain);
	core->chosen = palloc_huge(bool, Max(market->nitems, 1));
	core->slack = palloc_array(int128, dual->nrows + 1);
	take_none(core);

	scanner_price(scanner, dual->price);
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int64		first = market->customers[i].first;
		int			n = market->customers[i + 1].first - first;
		bool		between = scanner_customer(scanner, i, dual->temperature, &smooth, &exact, &pull);
		double		sum = 0;
		int			count = 0;

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		if (between)
		{
			level += GOLDEN;
			level -= floor(level);
		}
		for (int j = 0; j < n; j++)
		{
			double		before = floor(sum + level);

			sum += scanner->parts[j];
			core->chosen[first + j] = between ? floor(sum + level) > before : scanner->parts[j] > 0;
			if (!core->chosen[first + j])
				continue;
			if (count++ == market->rules->per_customer)
				core->chosen[first + j] = false;
			else
				charge(market, first + j, core->slack);
		}
	}

	return core;
}

static void
add_change(Core *core, int row, int128 units)
{
	Choice	   *choice = &core->choices[core->nchoices - 1];

	for (int64 at = choice->first; at < core->nchanges; at++)
		if (core->changes[at].row == row)
		{
			core->changes[at].units += units;
			return;
		}
	if (core->nchanges == core->room_changes)
	{
		core->room_changes = Max(core->room_changes * 2, FIRST_ROOM);
		core->changes = core->changes ?
			repalloc_huge(core->changes, sizeof(Change) * core->room_changes) : palloc_huge(Change, FIRST_ROOM);
	}
	core->changes[core->nchanges++] = (Change) {row, units};
	choice->n++;
}

static void
add_changes(Core *core, int64 at, int sign)
{
	const Market *market = core->dual->scanner->market;
	const RuleSet *rules = market->rules;
	const Offering *item = &market->items[at];

	core->choices[core->nchoices - 1].gain += sign * gain_units(&core->scale, item->gain);
	for (int t = rules->first[item->class]; t < rules->first[item->class + 1]; t++)
	{
		int			row = rules->terms[t].row;

		add_change(core, row, sign * ruleset_units(rules, row, item->class, item->gain, item->cost,
												   market_attributes(market, at)));
	}
}

static void
add_choice(Core *core, int64 drop, int64 add, double regret)
{
	if (core->nchoices == core->room_choices)
	{
		core->room_choices = Max(core->room_choices * 2, FIRST_ROOM);
		core->choices = core->choices ?
			repalloc_huge(core->choices, sizeof(Choice) * core->room_choices) : palloc_huge(Choice, FIRST_ROOM);
	}
	core->choices[core->nchoices++] = (Choice) {
		.customer = core->ncustomers - 1, .drop = drop, .add = add, .regret = regret, .first = core->nchanges,
	};
	if (drop >= 0)
		add_changes(core, drop, -1);
	if (add >= 0)
		add_changes(core, add, 1);
}

static void
add_customer(Core *core, double regret)
{
	if (core->ncustomers == core->room_customers)
	{
		core->room_customers = Max(core->room_customers * 2, FIRST_ROOM);
		core->customers = core->customers ?
			repalloc_huge(core->customers, sizeof(CoreCustomer) * core->room_customers) : palloc_huge(CoreCustomer, FIRST_ROOM);
	}
	core->customers[core->ncustomers++] = (CoreCustomer) {core->nchoices, core->nchoices};
	add_choice(core, -1, -1, regret);
}

/*
 * All choices of a customer: counted by bins of their regret, or those below
 * a limit added, and of the bin at the limit every so-many-th.
 */
static void
choices_of(Core *core, int64 i, int64 *bins, int limit, double share, double *level)
{
	Scanner    *scanner = core->dual->scanner;
	const Market *market = scanner->market;
	int64		first = market->customers[i].first;
	int			n = market->customers[i + 1].first - first;
	int			count = 0;
	bool		added = false;
	double		smooth;
	double		exact;
	double		pull;
	double		value = 0;

	scanner_customer(scanner, i, 0, &smooth, &exact, &pull);
	for (int j = 0; j < n; j++)
		if (core->chosen[first + j])
		{
			value += scanner->values[j];
			count++;
		}

	/* drop is -1 for nothing dropped; add likewise */
	for (int drop = count < market->rules->per_customer ? -1 : 0; drop < n; drop++)
	{
		double		kept;

		if (drop >= 0 && !core->chosen[first + drop])
			continue;
		kept = drop < 0 ? value : value - scanner->values[drop];
		for (int add = drop < 0 ? 0 : -1; add < n; add++)
		{
			double		regret;
			int			bin;

			if (add >= 0 && core->chosen[first + add])
				continue;
			regret = exact - kept - (add < 0 ? 0 : scanner->values[add]);
			bin = bin_of(regret);
			if (bins)
			{
				bins[bin]++;
				continue;
			}
			if (bin > limit)
				continue;
			if (bin == limit)
			{
				*level += share;
				if (*level < 1)
					continue;
				*level -= 1;
			}
			if (!added)
				add_customer(core, exact - value);
			added = true;
			add_choice(core, drop < 0 ? -1 : first + drop, add < 0 ? -1 : first + add, regret);
		}
	}
}

void
core_choices(Core *core, int most, int64 seed)
{
	const Market *market = core->dual->scanner->market;
	int64	   *bins = palloc0_array(int64, BINS);
	int			limit;
	double		share;
	double		level = random_uniform(seed, 0, 3);

	core->ncustomers = core->nchoices = 0;
	core->nchanges = 0;
	scanner_price(core->dual->scanner, core->dual->price);
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		choices_of(core, i, bins, 0, 0, NULL);
	}
	limit = bin_limit(bins, most);
	share = most;
	for (int bin = 0; bin < limit; bin++)
		share -= bins[bin];
	share = Min(share / Max(bins[limit], 1), 1);
	pfree(bins);

	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		choices_of(core, i, NULL, limit, share, &level);
	}
}

void
core_settle(Core *core)
{
	for (int c = 0; c < core->ncustomers; c++)
	{
		const Choice *choice = &core->choices[core->customers[c].current];

		if (choice->drop >= 0)
			core->chosen[choice->drop] = false;
		if (choice->add >= 0)
			core->chosen[choice->add] = true;
	}
	core->ncustomers = core->nchoices = 0;
	core->nchanges = 0;
}
