/*
 * mdp.c
 *		A Markov decision process from its transitions.
 *
 * Rows are ordered by state, offer, next state and what else they hold, so
 * that sums do not depend on the order in which they came.  The transitions
 * of a pair lie side by side, the pairs of a state as well.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/mdp.h"
#include "model/radix.h"

#define FIRST_ROOM	1024
#define STRIDE		(1 << 16)	/* rows between two looks at interrupts */

static const char *const methods[] = {"value", "policy", "modified policy", NULL};

static const Option known[] = {
	{.name = "discount", .type = OPTION_NUMBER, .offset = offsetof(MdpOptions, discount),
	.least = 0, .most = 1},
	{.name = "horizon", .type = OPTION_INT, .offset = offsetof(MdpOptions, horizon),
	.least = 1, .most = MDP_HORIZON_MOST},
	{.name = "iterations", .type = OPTION_INT, .offset = offsetof(MdpOptions, iterations),
	.least = 1, .most = PG_INT32_MAX},
	{.name = "method", .type = OPTION_CHOICE, .offset = offsetof(MdpOptions, method),
	.choices = methods},
	{.name = "price", .type = OPTION_NUMBER, .offset = offsetof(MdpOptions, price),
	.least = -MDP_PRICE_MOST, .most = MDP_PRICE_MOST},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(MdpOptions, quiet)},
	{.name = "steps", .type = OPTION_BOOL, .offset = offsetof(MdpOptions, steps)},
	{.name = "tolerance", .type = OPTION_NUMBER, .offset = offsetof(MdpOptions, tolerance),
	.least = 1e-15, .most = 1},
};

MdpOptions
mdp_options(const Jsonb *jsonb)
{
	MdpOptions	options = {
		.discount = -1,
		.iterations = 100000,
		.method = MDP_POLICY,
		.tolerance = 1e-13,
		.work = "value_iteration",
	};

	options_read(jsonb, known, lengthof(known), &options);
	if (options.discount < 0)
		options.discount = options.horizon > 0 ? 1 : 0.9;
	if (options.steps && options.horizon == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"steps\" needs option \"horizon\""),
				 errhint("Without a horizon every step has the same values.")));

	return options;
}

void
transitions_init(Transitions *transitions)
{
	transitions->n = 0;
	transitions->room = FIRST_ROOM;
	transitions->rows = palloc_array(Transition, FIRST_ROOM);
}

void
transitions_add(Transitions *transitions, const Transition *row)
{
	if (transitions->n == transitions->room)
	{
		transitions->room *= 2;
		transitions->rows = repalloc_huge(transitions->rows, sizeof(Transition) * transitions->room);
	}
	transitions->rows[transitions->n++] = *row;
}

void
transitions_renumber(Transitions *transitions, const int32 *states, const int32 *offers)
{
	for (int64 i = 0; i < transitions->n; i++)
	{
		Transition *row = &transitions->rows[i];

		if (i % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		row->state = states[row->state];
		row->offer = offers[row->offer];
		if (row->next != MDP_THE_END)
			row->next = states[row->next];
	}
}

static inline bool
same_pair(const Transition *a, const Transition *b)
{
	return a->state == b->state && a->offer == b->offer;
}

static inline int
order_of(double a, double b)
{
	return (a > b) - (a < b);
}

/* Rows of the same pair and next state. */
static int
by_numbers(const void *a, const void *b, void *of)
{
	const Transition *rows = of;
	const Transition *x = &rows[((const SortKey *) a)->row];
	const Transition *y = &rows[((const SortKey *) b)->row];
	int			order = order_of(x->probability, y->probability);

	CHECK_FOR_INTERRUPTS();
	if (order == 0)
		order = order_of(x->reward, y->reward);

	return order ? order : order_of(x->cost, y->cost);
}

static SortKey *
sort_rows(const Transition *rows, int64 n)
{
	SortKey    *keys = palloc_huge(SortKey, n + 1);
	SortKey    *spare = palloc_huge(SortKey, n + 1);

	for (int64 i = 0; i < n; i++)
	{
		keys[i].key = (uint64) (rows[i].next - MDP_THE_END);
		keys[i].row = i;
	}
	radix_sort(keys, spare, n);
	for (int64 i = 0; i < n; i++)
	{
		const Transition *row = &rows[keys[i].row];

		keys[i].key = (uint64) row->state << 32 | (uint32) row->offer;
	}
	radix_sort(keys, spare, n);
	pfree(spare);

	for (int64 i = 0, end; i < n; i = end)
	{
		for (end = i + 1; end < n && keys[end].key == keys[i].key &&
			 rows[keys[end].row].next == rows[keys[i].row].next; end++)
			;
		if (end - i > 1)
			qsort_arg(keys + i, end - i, sizeof(SortKey), by_numbers, (void *) rows);
	}

	return keys;
}

/* The pair of rows begin .. end; its transitions go behind those before. */
static void
add_pair(Mdp *mdp, const Transition *rows, const SortKey *begin, const SortKey *end)
{
	int64		pair = mdp->npairs++;
	int64		first = mdp->first[pair];
	int64		to = first;
	double		mass = 0;
	double		reward = 0;
	double		cost = 0;

	mdp->state[pair] = rows[begin->row].state;
	mdp->offer[pair] = rows[begin->row].offer;
	mdp->ends[pair] = false;
	for (const SortKey *key = begin; key < end; key++)
	{
		const Transition *row = &rows[key->row];

		if (row->probability == 0)
			continue;
		mass += row->probability;
		reward += row->probability * row->reward;
		cost += row->probability * row->cost;
		if (row->next == MDP_THE_END)
			mdp->ends[pair] = true;
		else if (to > first && mdp->next[to - 1] == row->next)
			mdp->probability[to - 1] += row->probability;
		else
		{
			mdp->next[to] = row->next;
			mdp->probability[to++] = row->probability;
		}
	}
	mdp->mass[pair] = mass;
	mdp->reward[pair] = mass > 0 ? reward / mass : 0;
	mdp->cost[pair] = mass > 0 ? cost / mass : 0;
	for (int64 t = first; t < to; t++)
		mdp->probability[t] /= mass;
	mdp->first[pair + 1] = to;
}

Mdp *
mdp_make(const Transitions *transitions, int nstates)
{
	const Transition *rows = transitions->rows;
	int64		n = transitions->n;
	SortKey    *keys = sort_rows(rows, n);
	Mdp		   *mdp = palloc0_object(Mdp);
	int64		npairs = 0;
	int			state = 0;

	for (int64 i = 0; i < n; i++)
		npairs += i == 0 || keys[i].key != keys[i - 1].key;
	mdp->nstates = nstates;
	mdp->pairs = palloc_huge(int64, nstates + 1);
	mdp->state = palloc_huge(int32, npairs + 1);
	mdp->offer = palloc_huge(int32, npairs + 1);
	mdp->mass = palloc_huge(double, npairs + 1);
	mdp->reward = palloc_huge(double, npairs + 1);
	mdp->cost = palloc_huge(double, npairs + 1);
	mdp->ends = palloc_huge(bool, npairs + 1);
	mdp->first = palloc_huge(int64, npairs + 1);
	mdp->next = palloc_huge(int32, n + 1);
	mdp->probability = palloc_huge(double, n + 1);
	mdp->first[0] = 0;

	for (int64 i = 0, end; i < n; i = end)
	{
		for (end = i + 1; end < n && same_pair(&rows[keys[i].row], &rows[keys[end].row]); end++)
			;
		if (i / STRIDE != end / STRIDE)
			CHECK_FOR_INTERRUPTS();
		while (state <= rows[keys[i].row].state)
			mdp->pairs[state++] = mdp->npairs;
		add_pair(mdp, rows, keys + i, keys + end);
	}
	while (state <= nstates)
		mdp->pairs[state++] = mdp->npairs;
	pfree(keys);

	return mdp;
}

int64
mdp_unbalanced(const Mdp *mdp)
{
	for (int64 pair = 0; pair < mdp->npairs; pair++)
		if (fabs(mdp->mass[pair] - 1) > MDP_MASS_SLACK)
			return pair;

	return -1;
}

/* The pairs that lead to each state: "begins" (nstates + 1) and the list. */
static int64 *
pairs_into(const Mdp *mdp, int64 *begins)
{
	int64		n = mdp->first[mdp->npairs];
	int64	   *into = palloc_huge(int64, n + 1);

	memset(begins, 0, sizeof(int64) * ((Size) mdp->nstates + 1));
	for (int64 t = 0; t < n; t++)
		begins[mdp->next[t]]++;
	for (int s = 1; s <= mdp->nstates; s++)
		begins[s] += begins[s - 1];
	for (int64 pair = mdp->npairs - 1; pair >= 0; pair--)
		for (int64 t = mdp->first[pair]; t < mdp->first[pair + 1]; t++)
			into[--begins[mdp->next[t]]] = pair;

	return into;
}

/*
 * A state that some policy keeps from the end for ever is one of the greatest
 * set in which each state has an offer that leads nowhere else.  What is not
 * of the set is taken out, until nothing is left to be taken.
 */
int
mdp_endless(const Mdp *mdp)
{
	int64	   *begins = palloc_huge(int64, mdp->nstates + 1);
	int64	   *into = pairs_into(mdp, begins);
	bool	   *leaves = palloc_huge(bool, mdp->npairs + 1);
	int64	   *staying = palloc_huge(int64, mdp->nstates + 1);
	int		   *out = palloc_huge(int, mdp->nstates + 1);
	int			nout = 0;
	int			endless = -1;

	memcpy(leaves, mdp->ends, sizeof(bool) * mdp->npairs);
	for (int s = 0; s < mdp->nstates; s++)
	{
		staying[s] = 0;
		for (int64 pair = mdp->pairs[s]; pair < mdp->pairs[s + 1]; pair++)
			staying[s] += !leaves[pair];
		if (staying[s] == 0)
			out[nout++] = s;
	}
	for (int i = 0; i < nout; i++)
	{
		if (i % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 k = begins[out[i]]; k < begins[out[i] + 1]; k++)
		{
			int64		pair = into[k];

			if (leaves[pair])
				continue;
			leaves[pair] = true;
			if (--staying[mdp->state[pair]] == 0)
				out[nout++] = mdp->state[pair];
		}
	}
	for (int s = mdp->nstates - 1; s >= 0; s--)
		if (staying[s] > 0)
			endless = s;
	pfree(begins);
	pfree(into);
	pfree(leaves);
	pfree(staying);
	pfree(out);

	return endless;
}
