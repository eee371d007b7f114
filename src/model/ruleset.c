/*
 * ruleset.c
 *		Business rules as linear rows over candidates.
 */
#include "coupon.h"

#include "model/money.h"
#include "model/ruleset.h"

#define FIRST_ROOM		64
#define MOST_CLASSES	1000000
#define PARTS			1000000 /* shares and ratios are multiples of one over this */

int
ruleset_class(RuleSet *set, const bool *matches)
{
	for (int class = 0; class < set->nclasses; class++)
		if (memcmp(set->matches + (Size) class * set->nselections, matches, set->nselections) == 0)
			return class;

	if (set->nclasses == MOST_CLASSES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("rules tell more than %d kinds of candidates apart", MOST_CLASSES)));
	if (set->nclasses == set->room)
	{
		Size		size;

		set->room = Max(set->room * 2, FIRST_ROOM);
		size = (Size) set->room * Max(set->nselections, 1);
		set->matches = set->matches ? repalloc_huge(set->matches, size) : palloc_huge(bool, size);
	}
	memcpy(set->matches + (Size) set->nclasses * set->nselections, matches, set->nselections);

	return set->nclasses++;
}

static Term
term_of(const RuleRow *row, int number, const bool *matches)
{
	double		sign = row->at_least ? -1 : 1;
	Term		term = {.row = number, .attribute = -1};

	if (row->kind == ROW_SHARE)
	{
		term.constant = sign * (matches[row->selection] - (matches[row->of] ? row->bound : 0));
		return term;
	}
	if (!matches[row->selection])
		return term;
	if (row->kind == ROW_RETURN)
	{
		term.gain = -1;
		term.cost = row->bound;
		return term;
	}
	if (row->kind == ROW_MEAN)
		term.constant = -sign * row->bound;
	if (row->column == COLUMN_ONE)
		term.constant += sign;
	else if (row->column == COLUMN_GAIN)
		term.gain = sign;
	else if (row->column == COLUMN_COST)
		term.cost = sign;
	else
	{
		term.attribute = row->column;
		term.factor = sign;
	}

	return term;
}

static int
by_matches(const void *a, const void *b, void *of)
{
	const RuleSet *set = of;

	return memcmp(set->matches + (Size) *(const int *) a * set->nselections,
				  set->matches + (Size) *(const int *) b * set->nselections, set->nselections);
}

int *
ruleset_compile(RuleSet *set)
{
	int		   *order = palloc_array(int, Max(set->nclasses, 1));
	int		   *renumbered = palloc_array(int, Max(set->nclasses, 1));
	bool	   *matches = palloc_huge(bool, Max((Size) set->nclasses * set->nselections, 1));
	int			n = 0;
	int			room = FIRST_ROOM;

	for (int i = 0; i < set->nclasses; i++)
		order[i] = i;
	qsort_arg(order, set->nclasses, sizeof(int), by_matches, set);
	for (int i = 0; i < set->nclasses; i++)
	{
		renumbered[order[i]] = i;
		memcpy(matches + (Size) i * set->nselections,
			   set->matches + (Size) order[i] * set->nselections, set->nselections);
	}
	set->matches = matches;

	set->first = palloc_array(int, set->nclasses + 1);
	set->terms = palloc_huge(Term, room);
	for (int class = 0; class < set->nclasses; class++)
	{
		set->first[class] = n;
		for (int row = 0; row < set->nrows; row++)
		{
			Term		term = term_of(&set->rows[row], row, matches + (Size) class * set->nselections);

			if (term.constant == 0 && term.gain == 0 && term.cost == 0 && term.attribute < 0)
				continue;
			if (n == room)
				set->terms = repalloc_huge(set->terms, sizeof(Term) * (Size) (room *= 2));
			set->terms[n++] = term;
		}
		set->most_terms = Max(set->most_terms, n - set->first[class]);
	}
	set->first[set->nclasses] = n;

	return renumbered;
}

double
ruleset_bound(const RuleRow *row)
{
	if (row->give != 0)
		return (double) ruleset_bound_units(row) / ruleset_units_in_one(row);

	return row->kind != ROW_SUM ? 0 : row->at_least ? -row->bound : row->bound;
}

/* A multiple of one over PARTS that is not below the number. */
static int128
parts_up(double number)
{
	return -money_down(-number);
}

double
ruleset_units_in_one(const RuleRow *row)
{
	switch (row->kind)
	{
		case ROW_SHARE:
			return PARTS;
		case ROW_RETURN:
			return MONEY_UNITS * PARTS;
		default:
			return row->column == COLUMN_ONE ? 1 : MONEY_UNITS;
	}
}

/* The right side as it is written. */
static int128
bound_units(const RuleRow *row)
{
	if (row->kind != ROW_SUM)
		return 0;
	if (row->column == COLUMN_ONE)
		return row->at_least ? -(int128) ceil(row->bound) : (int128) floor(row->bound);

	return row->at_least ? -parts_up(row->bound) : money_down(row->bound);
}

int128
ruleset_bound_units(const RuleRow *row)
{
	return bound_units(row) + row->give;
}

int128
ruleset_units(const RuleSet *set, int number, int class, double gain, double cost, const double *attributes)
{
	const RuleRow *row = &set->rows[number];
	const bool *matches = set->matches + (Size) class * set->nselections;
	double		value;

	if (row->kind == ROW_SHARE)
	{
		int128		part = !matches[row->of] ? 0 : row->at_least ? parts_up(row->bound) : money_down(row->bound);
		int128		whole = matches[row->selection] ? PARTS : 0;

		return row->at_least ? part - whole : whole - part;
	}
	if (!matches[row->selection])
		return 0;
	if (row->kind == ROW_RETURN)
	{
		int128		ratio = cost >= 0 ? parts_up(row->bound) : money_down(row->bound);

		return ratio * money_up(cost) + (int128) money_up(-gain) * PARTS;
	}
	if (row->column == COLUMN_ONE)
		return row->at_least ? -1 : 1;

	value = row->column == COLUMN_GAIN ? gain : row->column == COLUMN_COST ? cost : attributes[row->column];
	value = row->at_least ? -value : value;
	if (row->kind == ROW_SUM)
		return money_up(value);

	return money_up(value) + (row->at_least ? parts_up(row->bound) : -money_down(row->bound));
}
