/*
 * hmm_init.c
 *		Where fits of hidden Markov models begin: what is given, and what is drawn.
 */
#include "coupon.h"

#include <math.h>

#include "model/hmm_fit.h"
#include "model/random.h"
#include "pg/jsonread.h"

/* Numbers in arrays of arrays. */
typedef struct Nested
{
	int			ndim;
	int			dims[3];
	int64		n;
	int64		room;
	double	   *numbers;
} Nested;

static void
not_numbers(const char *member)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" of option \"init\" must be an array of numbers, or of arrays of the same length", member)));
}

/* An array at this depth: the first of each depth tells the length of the others. */
static void
read_nested(JsonRead *read, const char *member, int depth, Nested *to)
{
	int			n = 0;

	if (depth == 3 || json_peek(read) != '[')
		not_numbers(member);
	json_enter(read, '[');
	while (json_element(read))
	{
		n++;
		if (json_peek(read) == '[')
		{
			read_nested(read, member, depth + 1, to);
			continue;
		}
		if (json_peek(read) != '0' || (to->ndim > 0 && to->ndim != depth + 1))
			not_numbers(member);
		to->ndim = depth + 1;
		if (to->n == to->room)
		{
			if (to->n >= HMM_MOST_NUMBERS)
				bad_argument("\"%s\" of option \"init\" has more than %d numbers", member, HMM_MOST_NUMBERS);
			to->room *= 2;
			to->numbers = repalloc(to->numbers, sizeof(double) * to->room);
		}
		to->numbers[to->n++] = json_double(read);
	}
	if (to->ndim <= depth || (to->dims[depth] > 0 && to->dims[depth] != n))
		not_numbers(member);
	to->dims[depth] = n;
}

/* One member: (sets, rows, n), where the sets may be left out if each is the same. */
static double *
fitting(const char *member, const Nested *given, int sets, int nstates, int n)
{
	bool		all = given->ndim == 3;
	const int  *dims = given->dims + (all ? 1 : 0);
	double	   *numbers = palloc_array(double, (Size) sets * nstates * n);

	if (given->ndim < 2 || dims[0] != nstates || dims[1] != n || (all && given->dims[0] != sets))
		bad_argument("\"%s\" of option \"init\" must be %d x %d numbers, or %d x %d x %d", member, nstates, n, sets, nstates, n);
	for (int u = 0; u < sets; u++)
		memcpy(numbers + (Size) u * nstates * n, given->numbers + (all ? (Size) u * nstates * n : 0),
			   sizeof(double) * nstates * n);
	hmm_scale_rows(numbers, (int64) sets * nstates, n, nstates, psprintf("\"%s\" of option \"init\"", member));

	return numbers;
}

void
hmm_init(const HmmOptions *options, const HmmData *data, HmmInit *init)
{
	static const char *const members[] = {"start", "transitions", "emissions"};
	Nested		given[3] = {0};
	char	   *text;
	char	   *key;
	JsonRead	read;

	memset(init, 0, sizeof(*init));
	if (options->init == NULL)
		return;
	text = options_text(options->init);
	json_begin(&read, "option \"init\" is not what it should be", text, strlen(text));
	for (json_enter(&read, '{'); (key = json_key(&read));)
	{
		int			m = 0;

		while (m < 3 && strcmp(key, members[m]) != 0)
			m++;
		if (m == 3)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"init\" has no member \"%s\"", key),
					 errhint("Its members are \"start\", \"transitions\" and \"emissions\".")));
		given[m].room = 64;
		given[m].numbers = palloc_array(double, given[m].room);
		read_nested(&read, key, 0, &given[m]);
		/* the states are the last dimension of start and transitions, the one before of emissions */
		if (m == 2 && given[m].ndim < 2)
			not_numbers(key);
		if (init->nstates == 0)
			init->nstates = given[m].dims[given[m].ndim - (m == 2 ? 2 : 1)];
	}
	if (init->nstates > HMM_MOST_STATES)
		bad_argument("option \"init\" has %d states, more than %d", init->nstates, HMM_MOST_STATES);
	if (init->nstates == 0)
		return;
	hmm_check_size(init->nstates, data->symbols->n, data->inputs->n, options->by_input);
	if (given[0].n > 0)
	{
		if (given[0].ndim != 1 || given[0].n != init->nstates)
			bad_argument("\"start\" of option \"init\" must be %d numbers", init->nstates);
		init->start = given[0].numbers;
		hmm_scale_rows(init->start, 1, init->nstates, init->nstates, "\"start\" of option \"init\"");
	}
	if (given[1].n > 0)
		init->transitions = fitting(members[1], &given[1], Max(data->inputs->n, 1), init->nstates, init->nstates);
	if (given[2].n > 0)
		init->emissions = fitting(members[2], &given[2], options->by_input ? Max(data->inputs->n, 1) : 1,
								  init->nstates, data->symbols->n);
}

/* A row about these weights, each times an exponential variate. */
static void
draw_row(double *row, const double *weights, int n, const HmmOptions *options, uint64 identity)
{
	double		sum = 0;

	for (int j = 0; j < n; j++)
	{
		row[j] = (weights ? weights[j] : 1) * -log(random_uniform(options->seed, identity, j));
		sum += row[j];
	}
	for (int j = 0; j < n; j++)
		row[j] /= sum;
}

void
hmm_begin(Hmm *hmm, const HmmInit *init, const HmmOptions *options, const HmmData *data, int restart)
{
	int			n = hmm->nstates;
	int			m = hmm->nsymbols;
	Size		transitions = (Size) n * n;
	Size		emissions = (Size) n * m;
	uint64		identity = ((uint64) restart << 32) | ((uint64) n << 24);

	hmm->start = palloc_array(double, n);
	hmm->transitions = palloc_array(double, hmm_transition_sets(hmm) * transitions);
	hmm->emissions = palloc_array(double, hmm_emission_sets(hmm) * emissions);
	if (init->start)
		memcpy(hmm->start, init->start, sizeof(double) * n);
	else
		draw_row(hmm->start, NULL, n, options, identity);

	if (init->transitions)
		memcpy(hmm->transitions, init->transitions, sizeof(double) * hmm_transition_sets(hmm) * transitions);
	else
		for (int i = 0; i < n; i++)
		{
			double	   *row = hmm->transitions + (Size) i * n;

			draw_row(row, NULL, n, options, identity | (1 + i));
			/* states tend to last: every other start says so */
			if (restart % 2 == 1)
				for (int j = 0; j < n; j++)
					row[j] = 0.5 * (row[j] + (i == j));
		}
	if (init->emissions)
		memcpy(hmm->emissions, init->emissions, sizeof(double) * hmm_emission_sets(hmm) * emissions);
	else
		for (int i = 0; i < n; i++)
			draw_row(hmm->emissions + (Size) i * m, data->frequency, m, options, identity | (101 + i));

	/* what is drawn is the same for all inputs: the sequences tell them apart */
	for (int u = 1; u < hmm_transition_sets(hmm) && !init->transitions; u++)
		memcpy(hmm->transitions + u * transitions, hmm->transitions, sizeof(double) * transitions);
	for (int u = 1; u < hmm_emission_sets(hmm) && !init->emissions; u++)
		memcpy(hmm->emissions + u * emissions, hmm->emissions, sizeof(double) * emissions);
}
