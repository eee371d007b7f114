/*
 * partition.c
 *		Rules that no customer shares, and the customers of each.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/partition.h"

#define PRICED			1e-6	/* scaled: a rule that matters */

/* Which rows touch which customers. */
typedef struct Touch
{
	int			m;
	int64	   *customers;		/* (m): touched */
	bool	   *together;		/* (m, m): some customer is touched by both */
} Touch;

/* The rows that touch a customer's offers. */
static int
rows_of(const Market *market, int64 i, bool *seen, int *rows)
{
	const RuleSet *rules = market->rules;
	int			n = 0;

	for (int64 at = market->customers[i].first; at < market->customers[i + 1].first; at++)
	{
		int			class = market->items[at].class;

		for (int t = rules->first[class]; t < rules->first[class + 1]; t++)
			if (!seen[rules->terms[t].row])
			{
				seen[rules->terms[t].row] = true;
				rows[n++] = rules->terms[t].row;
			}
	}
	for (int k = 0; k < n; k++)
		seen[rows[k]] = false;

	return n;
}

static Touch
find_touch(const Market *market)
{
	int			m = market->rules->nrows;
	Touch		touch = {m, palloc0_array(int64, m + 1), palloc0_array(bool, m * m + 1)};
	bool	   *seen = palloc0_array(bool, m + 1);
	int		   *rows = palloc_array(int, m + 1);

	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int			n = rows_of(market, i, seen, rows);

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int a = 0; a < n; a++)
		{
			touch.customers[rows[a]]++;
			for (int b = 0; b < n; b++)
				touch.together[rows[a] * m + rows[b]] = true;
		}
	}

	return touch;
}

/* Does a row count offers?  Then whole offers are hardly harder than parts. */
static inline bool
is_count(const RuleRow *row)
{
	return row->kind == ROW_SHARE || (row->kind == ROW_SUM && row->column == COLUMN_ONE);
}

int
partition_rows(const Dual *dual, int *block_of)
{
	const Market *market = dual->scanner->market;
	Touch		touch = find_touch(market);
	int			n = 0;

	for (int r = 0; r < touch.m; r++)
		block_of[r] = NO_BLOCK;
	for (;;)
	{
		int			best = -1;

		for (int r = 0; r < touch.m; r++)
		{
			bool		apart = block_of[r] == NO_BLOCK && dual->best_price[r] > PRICED && touch.customers[r] > 0 &&
				!is_count(&market->rules->rows[r]);

			for (int q = 0; q < touch.m && apart; q++)
				apart = block_of[q] == NO_BLOCK || !touch.together[r * touch.m + q];
			if (apart && (best < 0 || touch.customers[r] < touch.customers[best]))
				best = r;
		}
		if (best < 0)
			return n;
		block_of[best] = n++;
	}
}

int64 *
partition_customers(const Market *market, const int *block_of, int nruled, int nblocks, int64 *first)
{
	int			m = market->rules->nrows;
	bool	   *seen = palloc0_array(bool, m + 1);
	int		   *rows = palloc_array(int, m + 1);
	int		   *block = palloc_huge(int, market->ncustomers + 1);
	int64	   *order = palloc_huge(int64, market->ncustomers + 1);
	int64		nfree = 0;

	memset(first, 0, sizeof(int64) * (nblocks + 2));
	for (int64 i = 0; i < market->ncustomers; i++)
	{
		int			n = rows_of(market, i, seen, rows);

		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		block[i] = NO_BLOCK;
		for (int k = 0; k < n; k++)
			if (block_of[rows[k]] != NO_BLOCK)
				block[i] = block_of[rows[k]];
		/* blocks of customers under no rule of their own come last, equally large */
		if (block[i] == NO_BLOCK)
			block[i] = nruled + nfree++ % (nblocks - nruled);
		first[block[i] + 2]++;
	}
	for (int b = 0; b < nblocks; b++)
		first[b + 2] += first[b + 1];
	for (int64 i = 0; i < market->ncustomers; i++)
		order[first[block[i] + 1]++] = i;
	pfree(block);

	return order;
}
