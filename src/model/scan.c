/*
 * scan.c
 *		One look at all customers under given prices of the rules.
 *
 * Where a customer's choice is clear, the item is added to the sums of its
 * class; the loads of all rows follow from those sums.  So a clear customer
 * costs the same with one rule and with a hundred.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/random.h"
#include "model/scan.h"

#define CLEAR		36.0		/* temperatures: exp(-36) adds nothing to one */
#define FEW			20000		/* customers that tell a typical size */

/* The typical gain and coefficients, from some customers. */
static void
find_units(Scanner *scanner, bool with_gains)
{
	const Market *market = scanner->market;
	const RuleSet *rules = market->rules;
	int64		n = Min(market->ncustomers, FEW);
	double	   *count = palloc0_array(double, scanner->nrows + 1);
	double		gains = 0;
	double		ngains = 0;

	for (int row = 0; row < scanner->nrows; row++)
		scanner->row_unit[row] = 0;
	for (int64 k = 0; k < n; k++)
	{
		/* not in step with anything that repeats from customer to customer */
		int64		i = n == market->ncustomers ? k : random_bits(0, k, 4) % market->ncustomers;

		for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
		{
			const Offering *item = &market->items[at];

			gains += fabs(item->gain);
			ngains += item->gain != 0;
			for (int t = rules->first[item->class]; t < rules->first[item->class + 1]; t++)
			{
				const Term *term = &rules->terms[t];

				scanner->row_unit[term->row] += fabs(term_value(term, item->gain, item->cost,
																market_attributes(market, at)));
				count[term->row]++;
			}
		}
	}
	scanner->gain_unit = !with_gains ? INFINITY : gains > 0 ? gains / ngains : 1;
	for (int row = 0; row < scanner->nrows; row++)
		if (scanner->row_unit[row] > 0)
			scanner->row_unit[row] /= count[row];
		else
			scanner->row_unit[row] = Max(fabs(ruleset_bound(&rules->rows[row])), 1);
}

Scanner *
scanner_make(const Market *market, bool with_gains)
{
	Scanner    *scanner = palloc0_object(Scanner);
	int			classes = Max(market->rules->nclasses, 1);
	int64		most = Max(market->most_items, 1);

	scanner->market = market;
	scanner->nrows = market->rules->nrows;
	scanner->width = market->rules->nattributes;
	scanner->row_unit = palloc_array(double, scanner->nrows + 1);
	scanner->weights = palloc_huge(Weight, classes);
	scanner->taken = palloc_huge(Weight, classes);
	scanner->more_weights = palloc_huge(double, (Size) classes * scanner->width + 1);
	scanner->more_taken = palloc_huge(double, (Size) classes * scanner->width + 1);
	scanner->values = palloc_huge(double, most);
	scanner->parts = palloc_huge(double, most);
	scanner->spread = palloc_huge(double, most);
	scanner->sorted = palloc_huge(double, most);
	scanner->mean = palloc0_array(double, scanner->nrows + 1);
	scanner->touched = palloc_array(int, scanner->nrows + 1);
	scanner->coefficients = palloc_array(double, market->rules->most_terms + 1);
	find_units(scanner, with_gains);

	return scanner;
}

void
scanner_price(Scanner *scanner, const double *price)
{
	const RuleSet *rules = scanner->market->rules;
	double		worth = 1 / scanner->gain_unit;

	memset(scanner->more_weights, 0, sizeof(double) * rules->nclasses * scanner->width);
	for (int class = 0; class < rules->nclasses; class++)
	{
		Weight		weight = {0, worth, 0};

		for (int t = rules->first[class]; t < rules->first[class + 1]; t++)
		{
			const Term *term = &rules->terms[t];
			double		ratio = price[term->row] / scanner->row_unit[term->row];

			weight.one -= ratio * term->constant;
			weight.gain -= ratio * term->gain;
			weight.cost -= ratio * term->cost;
			if (term->attribute >= 0)
				scanner->more_weights[class * scanner->width + term->attribute] -= ratio * term->factor;
		}
		scanner->weights[class] = weight;
	}
}

/* At most one offer: a softmax over the offers and none. */
static void
share_one(Scanner *scanner, int n, double best, double temperature, double *smooth, double *pull)
{
	double		sum = best > CLEAR * temperature ? 0 : exp(-best / temperature);

	for (int j = 0; j < n; j++)
	{
		double		below = (scanner->values[j] - best) / temperature;

		scanner->parts[j] = below < -CLEAR ? 0 : exp(below);
		sum += scanner->parts[j];
	}
	for (int j = 0; j < n; j++)
		scanner->spread[j] = scanner->parts[j] /= sum;
	*smooth = best + temperature * log(sum);
	*pull = 1;
}

/* At most k offers: a threshold above which they are taken, smoothed. */
static void
share_many(Scanner *scanner, int n, double k, double best, double temperature, double *smooth, double *pull)
{
	double		low = 0;
	double		high = best;
	double		threshold = 0;
	double		sum = 0;

	for (int round = 0; round < 60; round++)
	{
		sum = 0;
		for (int j = 0; j < n; j++)
			sum += 1 / (1 + exp((threshold - scanner->values[j]) / temperature));
		if (round == 0 && sum <= k)
			break;
		if (sum > k)
			low = threshold;
		else
			high = threshold;
		threshold = (low + high) / 2;
	}

	*smooth = k * threshold;
	sum = 0;
	for (int j = 0; j < n; j++)
	{
		double		x = (scanner->values[j] - threshold) / temperature;

		scanner->parts[j] = 1 / (1 + exp(-x));
		scanner->spread[j] = scanner->parts[j] * (1 - scanner->parts[j]);
		sum += scanner->spread[j];
		*smooth += temperature * (x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)));
	}
	*pull = threshold > 0 && sum > 1e-12 ? 1 / sum : 0;
}

/* The largest n values, in falling order. */
static void
sort_best(Scanner *scanner, int nvalues, int n)
{
	int			kept = 0;

	for (int j = 0; j < nvalues; j++)
	{
		double		value = scanner->values[j];
		int			to;

		if (kept == n && value <= scanner->sorted[n - 1])
			continue;
		to = kept < n ? kept++ : n - 1;
		for (; to > 0 && scanner->sorted[to - 1] < value; to--)
			scanner->sorted[to] = scanner->sorted[to - 1];
		scanner->sorted[to] = value;
	}
}

/*
 * A customer who may get several.  What is taken for sure has part 1; false
 * if nothing else is taken.
 */
static bool
several(Scanner *scanner, int n, double temperature, double *smooth, double *exact, double *pull)
{
	int			k = Min(scanner->market->rules->per_customer, n);
	double		clear = CLEAR * temperature;
	double		least;			/* of what is taken */
	double		next;			/* the best of what is not */
	int			taken = 0;

	sort_best(scanner, n, Min(k + 1, n));
	*exact = 0;
	while (taken < k && scanner->sorted[taken] > 0)
		*exact += scanner->sorted[taken++];
	least = taken > 0 ? scanner->sorted[taken - 1] : INFINITY;
	next = taken < n ? scanner->sorted[taken] : -INFINITY;
	if (taken < k ? least > clear && next < -clear : least > clear && least - next > 2 * clear)
	{
		for (int j = 0; j < n; j++)
			scanner->parts[j] = scanner->values[j] >= least;
		*smooth = *exact;
		return false;
	}
	share_many(scanner, n, k, Max(scanner->sorted[0], 0), temperature, smooth, pull);

	return true;
}

bool
scanner_customer(Scanner *scanner, int64 i, double temperature, double *smooth, double *exact, double *pull)
{
	const Market *market = scanner->market;
	int64		first = market->customers[i].first;
	int			n = market->customers[i + 1].first - first;
	double		best = 0;
	double		second = -INFINITY;
	int			chosen = -1;

	for (int j = 0; j < n; j++)
	{
		double		value = scanner_value(scanner, first + j);

		scanner->values[j] = value;
		if (value > best)
		{
			second = best;
			best = value;
			chosen = j;
		}
		else if (value > second)
			second = value;
	}
	if (market->rules->per_customer > 1)
		return several(scanner, n, temperature, smooth, exact, pull);

	*exact = best;
	if (best - second > CLEAR * temperature)
	{
		memset(scanner->parts, 0, sizeof(double) * n);
		if (chosen >= 0)
			scanner->parts[chosen] = 1;
		*smooth = best;
		return false;
	}
	share_one(scanner, n, best, temperature, smooth, pull);

	return true;
}

static inline void
add_item(Scanner *scanner, int64 at)
{
	const Offering *item = &scanner->market->items[at];
	Weight	   *taken = &scanner->taken[item->class];

	taken->one++;
	taken->gain += item->gain;
	taken->cost += item->cost;
	for (int k = 0; k < scanner->width; k++)
		scanner->more_taken[item->class * scanner->width + k] += scanner->market->attributes[at * scanner->width + k];
}

/* A customer between offers: loads and curvature. */
static void
add_parts(Scanner *scanner, int64 first, int n, double temperature, double pull, Scan *scan)
{
	const RuleSet *rules = scanner->market->rules;
	int			nrows = scanner->nrows;
	int			ntouched = 0;

	for (int j = 0; j < n; j++)
	{
		const Offering *item = &scanner->market->items[first + j];
		const Term *terms = &rules->terms[rules->first[item->class]];
		int			nterms = rules->first[item->class + 1] - rules->first[item->class];
		double		spread = scanner->spread[j];

		if (scanner->parts[j] < 1e-15)
			continue;
		scan->regret -= scanner->parts[j] * scanner->values[j];
		for (int t = 0; t < nterms; t++)
		{
			int			row = terms[t].row;
			double		value = term_value(&terms[t], item->gain, item->cost,
										   market_attributes(scanner->market, first + j)) / scanner->row_unit[row];

			scan->load[row] += scanner->parts[j] * value;
			scanner->coefficients[t] = value;
			if (scanner->mean[row] == 0)
				scanner->touched[ntouched++] = row;
			/* never exactly zero again, or it would be touched twice */
			scanner->mean[row] += spread * value + 1e-300;
			for (int u = 0; u <= t; u++)
				scan->curvature[terms[u].row * nrows + row] +=
					spread * value * scanner->coefficients[u] / temperature;
		}
	}
	for (int t = 0; t < ntouched; t++)
		for (int u = 0; u < ntouched; u++)
			if (scanner->touched[u] <= scanner->touched[t])
				scan->curvature[scanner->touched[u] * nrows + scanner->touched[t]] -=
					pull * scanner->mean[scanner->touched[u]] * scanner->mean[scanner->touched[t]] / temperature;
	for (int t = 0; t < ntouched; t++)
		scanner->mean[scanner->touched[t]] = 0;
}

/* Loads of what is taken for sure. */
static void
add_taken(Scanner *scanner, Scan *scan)
{
	const RuleSet *rules = scanner->market->rules;

	for (int class = 0; class < rules->nclasses; class++)
	{
		const Weight *taken = &scanner->taken[class];

		if (taken->one == 0)
			continue;
		for (int t = rules->first[class]; t < rules->first[class + 1]; t++)
		{
			const Term *term = &rules->terms[t];
			double		load = term->constant * taken->one + term->gain * taken->gain + term->cost * taken->cost;

			if (term->attribute >= 0)
				load += term->factor * scanner->more_taken[class * scanner->width + term->attribute];
			scan->load[term->row] += load / scanner->row_unit[term->row];
		}
	}
}

void
scanner_scan(Scanner *scanner, const int64 *sample, int64 n, const double *price, double temperature, Scan *scan)
{
	const Market *market = scanner->market;
	int			nrows = scanner->nrows;
	double		smooth;
	double		exact;
	double		pull;

	scanner_price(scanner, price);
	memset(scanner->taken, 0, sizeof(Weight) * market->rules->nclasses);
	memset(scanner->more_taken, 0, sizeof(double) * market->rules->nclasses * scanner->width);
	memset(scan->load, 0, sizeof(double) * nrows);
	memset(scan->curvature, 0, sizeof(double) * nrows * nrows);
	scan->smooth = scan->exact = scan->regret = 0;

	for (int64 k = 0; k < n; k++)
	{
		int64		i = sample ? sample[k] : k;
		int64		first = market->customers[i].first;
		int			items = market->customers[i + 1].first - first;

		if ((k & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		if (scanner_customer(scanner, i, temperature, &smooth, &exact, &pull))
		{
			scan->regret += exact;
			add_parts(scanner, first, items, temperature, pull, scan);
		}
		else
			for (int j = 0; j < items; j++)
				if (scanner->parts[j] > 0)
					add_item(scanner, first + j);
		scan->smooth += smooth;
		scan->exact += exact;
	}
	add_taken(scanner, scan);
}
