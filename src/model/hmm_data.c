/*
 * hmm_data.c
 *		Sequences in an order of their own, equal ones put together.
 *
 * A fit is a function of the multiset of sequences: they are numbered by the
 * byte order of their symbols, sorted, and each counted as often as it occurs.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/hmm_fit.h"

static int
by_content(const void *a, const void *b, void *arg)
{
	const HmmSteps *x = a;
	const HmmSteps *y = b;
	int			order;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	order = memcmp(x->symbols, y->symbols, sizeof(uint16) * x->n);
	if (order == 0 && x->inputs)
		order = memcmp(x->inputs, y->inputs, sizeof(uint16) * x->n);

	return order;
}

/* The names sorted. */
static Dictionary *
sorted(const Dictionary *names)
{
	Dictionary *result = dictionary_make(CurrentMemoryContext);
	int		   *ranks = dictionary_ranks(names);
	int		   *order = palloc_array(int, Max(names->n, 1));

	for (int i = 0; i < names->n; i++)
		order[ranks[i]] = i;
	for (int i = 0; i < names->n; i++)
		dictionary_add(result, names->texts[order[i]], names->lengths[order[i]]);

	return result;
}

/* The names of option "symbols". */
static Dictionary *
listed(const TextList *list)
{
	Dictionary *result = dictionary_make(CurrentMemoryContext);

	if (list->n > HMM_MOST_SYMBOLS)
		bad_argument("option \"symbols\" must be an array of at most %d strings", HMM_MOST_SYMBOLS);
	for (int i = 0; i < list->n; i++)
		if (dictionary_add(result, list->texts[i], strlen(list->texts[i])) != i)
			bad_argument("option \"symbols\" has \"%s\" twice", list->texts[i]);

	return result;
}

/* Other codes for the names: what each is in the new dictionary, or the number of names there. */
static uint16 *
recoded(const uint16 *codes, int64 n, const Dictionary *old, const Dictionary *new, bool ignore)
{
	uint16	   *result = palloc_huge(uint16, Max(n, 1));
	uint16	   *map = palloc_array(uint16, Max(old->n, 1));

	for (int i = 0; i < old->n; i++)
	{
		int			code = dictionary_find(new, old->texts[i], old->lengths[i]);

		if (code < 0 && !ignore)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("symbol \"%s\" is not among those of option \"symbols\"", old->texts[i]),
					 errhint("With option \"ignore_unseen\" such a step tells nothing.")));
		map[i] = code < 0 ? new->n : code;
	}
	for (int64 t = 0; t < n; t++)
	{
		if (t % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		result[t] = map[codes[t]];
	}

	return result;
}

void
hmm_data(const Sequences *sequences, const HmmOptions *options, HmmData *data)
{
	uint16	   *symbols;
	uint16	   *inputs = NULL;
	int64		at = 0;
	int64		last = -1;

	data->symbols = options->symbols.n > 0 ? listed(&options->symbols) : sorted(sequences->symbols);
	data->inputs = sorted(sequences->inputs);
	if (data->symbols->n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("all sequences are empty"),
				 errhint("Name the symbols by option \"symbols\", or filter such rows.")));
	if (options->order_by &&
		dictionary_find(data->symbols, options->order_by, strlen(options->order_by)) < 0)
		bad_argument("option \"order_by\" names symbol \"%s\", which does not occur", options->order_by);
	symbols = recoded(sequences->codes, sequences->steps, sequences->symbols, data->symbols, options->ignore_unseen);
	if (sequences->with_inputs)
		inputs = recoded(sequences->input_codes, sequences->steps, sequences->inputs, data->inputs, false);

	data->n = sequences->n;
	data->nsteps = sequences->steps;
	data->frequency = palloc_array(double, data->symbols->n);
	for (int o = 0; o < data->symbols->n; o++)
		data->frequency[o] = 1;
	data->distinct = palloc_huge(HmmSteps, Max(data->n, 1));
	for (int64 i = 0; i < data->n; i++)
	{
		HmmSteps   *steps = &data->distinct[i];

		CHECK_FOR_INTERRUPTS();
		steps->n = sequences->lengths[i];
		steps->symbols = symbols + at;
		steps->inputs = inputs ? inputs + at : NULL;
		steps->weight = 1;
		for (int64 t = 0; t < steps->n; t++)
			if (steps->symbols[t] < data->symbols->n)
				data->frequency[steps->symbols[t]]++;
		at += steps->n;
	}
	qsort_interruptible(data->distinct, data->n, sizeof(HmmSteps), by_content, NULL);
	for (int64 i = 0; i < data->n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (last >= 0 && by_content(&data->distinct[last], &data->distinct[i], NULL) == 0)
			data->distinct[last].weight++;
		else
			data->distinct[++last] = data->distinct[i];
	}
	data->ndistinct = last + 1;
}
