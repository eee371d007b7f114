/*
 * open_program.c
 *		What is open as an integer programme.
 */
#include "coupon.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "model/open.h"
#include "model/open_program.h"

#define FIRST_ROOM	1024

static void
add_nonzero(OpenProgram *program, int row, int column, double value)
{
	if (program->nonzeros == program->room_nonzeros)
	{
		program->room_nonzeros *= 2;
		program->row = repalloc_huge(program->row, sizeof(int) * program->room_nonzeros);
		program->column = repalloc_huge(program->column, sizeof(int) * program->room_nonzeros);
		program->value = repalloc_huge(program->value, sizeof(double) * program->room_nonzeros);
	}
	program->row[program->nonzeros] = row;
	program->column[program->nonzeros] = column;
	program->value[program->nonzeros++] = value;
}

/* Add what an offering loads rows with to a column, or to what is settled. */
static void
add_loads(OpenProgram *program, int64 at, bool settled)
{
	const RuleSet *rules = program->market->rules;
	const Offering *offering = &program->market->items[at];

	for (int t = rules->first[offering->class]; t < rules->first[offering->class + 1]; t++)
	{
		int			row = rules->terms[t].row;
		double		load = (double) ruleset_units(rules, row, offering->class, offering->gain, offering->cost,
												  market_attributes(program->market, at)) /
			ruleset_units_in_one(&rules->rows[row]);

		if (settled)
			program->load[row] += load;
		else
			add_nonzero(program, row, program->columns, load / program->dual->scanner->row_unit[row]);
	}
}

static void
add_column(OpenProgram *program, int64 at)
{
	if (program->columns == program->room)
	{
		program->room *= 2;
		program->objective = repalloc_huge(program->objective, sizeof(double) * program->room);
		program->most = repalloc_huge(program->most, sizeof(double) * program->room);
		program->start = repalloc_huge(program->start, sizeof(double) * program->room);
	}
	if (program->nitems == program->room_items)
		program->items = repalloc_huge(program->items, sizeof(int64) * (program->room_items *= 2));
	add_loads(program, at, false);
	program->items[program->nitems++] = at;
	program->most[program->columns] = 1;
	program->start[program->columns] = program->incumbent && program->incumbent[at];
	program->objective[program->columns++] = program->market->items[at].gain / program->dual->scanner->gain_unit;
}

static uint64
hash_columns(const OpenProgram *program, int64 column, int64 nonzero)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) (program->objective + column),
										   sizeof(double) * (program->columns - column), 0);

	hash = hash_bytes_extended((const unsigned char *) (program->row + nonzero),
							   sizeof(int) * (program->nonzeros - nonzero), hash);

	return hash_bytes_extended((const unsigned char *) (program->value + nonzero),
							   sizeof(double) * (program->nonzeros - nonzero), hash);
}

/* Are the latest columns the same as those of a group? */
static bool
is_alike(const OpenProgram *program, const OpenGroup *group, int64 column, int64 nonzero)
{
	int			columns = program->columns - column;
	int64		nonzeros = program->nonzeros - nonzero;

	if (group->columns != columns ||
		memcmp(program->objective + group->column, program->objective + column, sizeof(double) * columns) != 0 ||
		memcmp(program->row + group->nonzero, program->row + nonzero, sizeof(int) * nonzeros) != 0 ||
		memcmp(program->value + group->nonzero, program->value + nonzero, sizeof(double) * nonzeros) != 0)
		return false;
	for (int64 k = 0; k < nonzeros; k++)
		if (program->column[group->nonzero + k] - group->column != program->column[nonzero + k] - column)
			return false;

	return true;
}

/* The slot of the group that the latest columns belong to, or would. */
static int
find_slot(const OpenProgram *program, uint64 hash, int64 column, int64 nonzero)
{
	int			slot = hash & (program->nslots - 1);

	while (program->slots[slot] >= 0)
	{
		const OpenGroup *group = &program->groups[program->slots[slot]];

		if (group->hash == hash && is_alike(program, group, column, nonzero))
			break;
		slot = (slot + 1) & (program->nslots - 1);
	}

	return slot;
}

static void
grow_groups(OpenProgram *program)
{
	program->room_groups *= 2;
	program->groups = repalloc_huge(program->groups, sizeof(OpenGroup) * program->room_groups);
	program->nslots *= 2;
	program->slots = repalloc_huge(program->slots, sizeof(int) * program->nslots);
	memset(program->slots, -1, sizeof(int) * program->nslots);
	for (int g = 0; g < program->ngroups; g++)
	{
		int			slot = program->groups[g].hash & (program->nslots - 1);

		while (program->slots[slot] >= 0)
			slot = (slot + 1) & (program->nslots - 1);
		program->slots[slot] = g;
	}
}

/* The latest columns are those of one more customer: they join a group, or make one. */
static void
add_member(OpenProgram *program, int64 column, int64 nonzero, int64 item)
{
	uint64		hash = hash_columns(program, column, nonzero);
	int			per_customer = program->market->rules->per_customer;
	int			slot = find_slot(program, hash, column, nonzero);
	OpenGroup  *group;

	if (program->nmembers == program->room_members)
		program->members = repalloc_huge(program->members, sizeof(OpenMember) * (program->room_members *= 2));
	if (program->slots[slot] < 0)
	{
		if (program->ngroups == program->room_groups)
		{
			grow_groups(program);
			slot = find_slot(program, hash, column, nonzero);
		}
		program->slots[slot] = program->ngroups;
		group = &program->groups[program->ngroups++];
		*group = (OpenGroup) {hash, column, program->columns - column, nonzero, -1, 1, -1};
		if (group->columns > per_customer)
		{
			if (program->rows == program->room_rows)
				program->upper = repalloc_huge(program->upper, sizeof(double) * (program->room_rows *= 2));
			group->row = program->rows++;
			program->upper[group->row] = per_customer;
		}
	}
	else
	{
		group = &program->groups[program->slots[slot]];
		group->members++;
		if (group->row >= 0)
			program->upper[group->row] += per_customer;
		for (int c = 0; c < group->columns; c++)
		{
			program->most[group->column + c]++;
			program->start[group->column + c] += program->start[column + c];
		}
		program->columns = column;
		program->nonzeros = nonzero;
	}
	program->members[program->nmembers] = (OpenMember) {item, group->last};
	group->last = program->nmembers++;
}

/* A customer's offers: open, or settled. */
static void
add_customer(OpenProgram *program, int64 i, double most_regret)
{
	Scanner    *scanner = program->dual->scanner;
	const Market *market = program->market;
	int64		first = market->customers[i].first;
	int			n = market->customers[i + 1].first - first;
	int			choices = open_offers(program->dual, program->incumbent, i, most_regret);
	int64		column = program->columns;
	int64		nonzero = program->nonzeros;
	int64		item = program->nitems;

	for (int j = 0; j < n; j++)
	{
		if (scanner->parts[j] == 0)
			continue;
		if (choices > 1)
		{
			add_column(program, first + j);
			continue;
		}
		program->chosen[first + j] = true;
		program->gain += market->items[first + j].gain / scanner->gain_unit;
		add_loads(program, first + j, true);
	}
	if (program->columns > column)
		add_member(program, column, nonzero, item);
}

OpenProgram
open_program_make(const Dual *dual, const bool *incumbent, double most_regret)
{
	const Market *market = dual->scanner->market;
	OpenProgram program = {.dual = dual, .market = market, .incumbent = incumbent, .rows = market->rules->nrows};

	program.room = program.room_nonzeros = program.room_members = program.room_items = FIRST_ROOM;
	program.room_rows = FIRST_ROOM + program.rows;
	program.room_groups = FIRST_ROOM;
	program.nslots = 2 * FIRST_ROOM;
	program.row = palloc_huge(int, program.room_nonzeros);
	program.column = palloc_huge(int, program.room_nonzeros);
	program.value = palloc_huge(double, program.room_nonzeros);
	program.objective = palloc_huge(double, program.room);
	program.most = palloc_huge(double, program.room);
	program.start = palloc_huge(double, program.room);
	program.upper = palloc_huge(double, program.room_rows);
	program.load = palloc0_array(double, program.rows + 1);
	program.chosen = palloc_extended(sizeof(bool) * Max(market->nitems, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	program.groups = palloc_huge(OpenGroup, program.room_groups);
	program.slots = palloc_huge(int, program.nslots);
	memset(program.slots, -1, sizeof(int) * program.nslots);
	program.members = palloc_huge(OpenMember, program.room_members);
	program.items = palloc_huge(int64, program.room_items);

	for (int64 i = 0; i < market->ncustomers; i++)
	{
		if ((i & 0x3f) == 0)
			CHECK_FOR_INTERRUPTS();
		add_customer(&program, i, most_regret);
	}
	for (int g = 0; g < program.ngroups; g++)
		for (int c = 0; c < program.groups[g].columns && program.groups[g].row >= 0; c++)
			add_nonzero(&program, program.groups[g].row, program.groups[g].column + c, 1);

	return program;
}

/* In turn, so nobody gets an offer twice. */
void
open_program_deal(const OpenProgram *program, const double *x, bool *chosen)
{
	for (int g = 0; g < program->ngroups; g++)
	{
		const OpenGroup *group = &program->groups[g];
		int			member = group->last;

		for (int c = 0; c < group->columns; c++)
			for (int64 left = llrint(x[group->column + c]); left > 0; left--)
			{
				chosen[program->items[program->members[member].item + c]] = true;
				member = program->members[member].before;
				if (member < 0)
					member = group->last;
			}
	}
}
