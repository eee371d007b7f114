/*
 * open.c
 *		What the prices and the best allocation known leave open.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/open.h"

#define NARROWINGS	12		/* looks for the regret that leaves enough open */

int
open_offers(const Dual *dual, const bool *incumbent, int64 i, double most_regret)
{
	Scanner    *scanner = dual->scanner;
	const Market *market = scanner->market;
	int64		first = market->customers[i].first;
	int			n = market->customers[i + 1].first - first;
	bool		has_none = true;	/* the incumbent gives no offer */
	int			open = 0;
	double		smooth;
	double		exact;
	double		pull;

	scanner_customer(scanner, i, 0, &smooth, &exact, &pull);
	for (int j = 0; j < n; j++)
	{
		bool		has = incumbent && incumbent[first + j];

		has_none &= !has;
		scanner->parts[j] = has || market->rules->per_customer > 1 || exact - scanner->values[j] <= most_regret;
		open += scanner->parts[j] > 0;
	}

	return open + (exact <= most_regret || (has_none && incumbent) || market->rules->per_customer > 1);
}

int64
open_count(const Dual *dual, const bool *incumbent, double most_regret)
{
	const Market *market = dual->scanner->market;
	int64		columns = 0;

	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int			choices = open_offers(dual, incumbent, i, most_regret);

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		columns += choices > 1 ? choices : 0;
	}

	return columns;
}

double
open_limit(const Dual *dual, const bool *incumbent, double most_regret, int64 most)
{
	double		least = 0;

	most_regret = Min(most_regret, 1);
	for (int round = 0; round < NARROWINGS; round++)
	{
		double		middle = round < NARROWINGS / 2 ? most_regret / 8 : (least + most_regret) / 2;

		if (open_count(dual, incumbent, middle) > most)
			most_regret = middle;
		else
		{
			least = middle;
			round = Max(round, NARROWINGS / 2 - 1);
		}
	}

	return least;
}
