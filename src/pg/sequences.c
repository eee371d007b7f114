/*
 * sequences.c
 *		Plumbing of fits to sequences: arrays of texts, and all of them kept as numbers.
 */
#include "coupon.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "pg/bytes.h"
#include "pg/collector.h"
#include "pg/sequences.h"

#define FIRST_ROOM	64

void
text_elements(ArrayType *array, const char *name, TextElements *elements)
{
	if (ARR_NDIM(array) > 1)
		bad_argument("%s must be an array of one dimension", name);
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
	elements->at = ARR_DATA_PTR(array);
	elements->n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

void
sequence_check_lengths(int nsymbols, int ninputs)
{
	if (nsymbols != ninputs)
		bad_argument("there are %d symbols, but %d inputs: each step must have one of both", nsymbols, ninputs);
}

static Sequences *
sequences_make(MemoryContext context, bool with_inputs)
{
	Sequences  *sequences = MemoryContextAllocZero(context, sizeof(Sequences));

	sequences->context = context;
	sequences->with_inputs = with_inputs;
	sequences->symbols = dictionary_make(context);
	sequences->inputs = dictionary_make(context);

	return sequences;
}

Sequences *
sequences_like(const Sequences *other, MemoryContext context)
{
	Sequences  *sequences = sequences_make(context, other->with_inputs);

	sequences->options = options_copy(context, other->options);

	return sequences;
}

Sequences *
sequences_arg(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : (Sequences *) PG_GETARG_POINTER(i);
}

/* An array with room for n elements. */
static void *
grown(MemoryContext context, void *array, Size size, int64 n)
{
	if (n > MaxAllocHugeSize / size)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many steps for one aggregate")));

	return array ? repalloc_huge(array, size * n) : MemoryContextAllocHuge(context, size * n);
}

/* Make room for more sequences with so many steps in all. */
static void
reserve(Sequences *sequences, int64 n, int64 steps)
{
	if (sequences->n + n > sequences->room)
	{
		sequences->room = Max(sequences->n + n, Max(FIRST_ROOM, 2 * sequences->room));
		sequences->lengths = grown(sequences->context, sequences->lengths, sizeof(int32), sequences->room);
	}
	if (sequences->steps + steps > sequences->room_steps)
	{
		int64		room = Max(sequences->steps + steps, Max(FIRST_ROOM, 2 * sequences->room_steps));

		sequences->codes = grown(sequences->context, sequences->codes, sizeof(uint16), room);
		if (sequences->with_inputs)
			sequences->input_codes = grown(sequences->context, sequences->input_codes, sizeof(uint16), room);
		sequences->room_steps = room;
	}
}

static uint16
learn(Dictionary *names, const char *text, int length, int most, const char *what, const char *hint)
{
	int			code = dictionary_add(names, text, length);

	if (code >= most)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d different %s", most, what),
				 errhint("%s", hint)));

	return code;
}

static uint16
learn_symbol(Sequences *sequences, const char *text, int length)
{
	return learn(sequences->symbols, text, length, SEQUENCE_SYMBOLS, "symbols",
				 "A symbol is what was done, not what it was done to: put rare ones together.");
}

static uint16
learn_input(Sequences *sequences, const char *text, int length)
{
	return learn(sequences->inputs, text, length, SEQUENCE_INPUTS, "inputs",
				 "An input is an offer of which there are many at a time: put rare ones together.");
}

Datum
sequences_add(FunctionCallInfo fcinfo, bool with_inputs, SiteExclude check)
{
	MemoryContext context = aggregate_context(fcinfo);
	Sequences  *sequences = sequences_arg(fcinfo, 0);
	const Jsonb *options = options_arg(fcinfo, with_inputs ? 3 : 2);
	TextElements symbols;
	TextElements inputs;
	int			length;

	site_of(fcinfo, options, check);
	if (sequences == NULL)
	{
		sequences = sequences_make(context, with_inputs);
		sequences->options = options_copy(context, options);
	}
	else
		options_check_same(sequences->options, options);
	if (PG_ARGISNULL(1) || (with_inputs && PG_ARGISNULL(2)))
	{
		sequences->skipped++;
		PG_RETURN_POINTER(sequences);
	}

	text_elements(PG_GETARG_ARRAYTYPE_P(1), "symbols", &symbols);
	reserve(sequences, 1, symbols.n);
	for (int t = 0; t < symbols.n; t++)
	{
		const char *text = text_next(&symbols, &length);

		if (t % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		sequences->codes[sequences->steps + t] = learn_symbol(sequences, text, length);
	}
	if (with_inputs)
	{
		text_elements(PG_GETARG_ARRAYTYPE_P(2), "inputs", &inputs);
		sequence_check_lengths(symbols.n, inputs.n);
		for (int t = 0; t < inputs.n; t++)
		{
			const char *text = text_next(&inputs, &length);

			if (t % 65536 == 0)
				CHECK_FOR_INTERRUPTS();
			sequences->input_codes[sequences->steps + t] = learn_input(sequences, text, length);
		}
	}
	sequences->lengths[sequences->n++] = symbols.n;
	sequences->steps += symbols.n;

	PG_RETURN_POINTER(sequences);
}

void
sequences_append(Sequences *sequences, const Sequences *other)
{
	uint16	   *symbols = palloc_array(uint16, other->symbols->n + 1);
	uint16	   *inputs = palloc_array(uint16, other->inputs->n + 1);

	options_check_same(sequences->options, other->options);
	sequences->skipped += other->skipped;
	for (int i = 0; i < other->symbols->n; i++)
		symbols[i] = learn_symbol(sequences, other->symbols->texts[i], other->symbols->lengths[i]);
	for (int i = 0; i < other->inputs->n; i++)
		inputs[i] = learn_input(sequences, other->inputs->texts[i], other->inputs->lengths[i]);
	reserve(sequences, other->n, other->steps);
	if (other->n > 0)
		memcpy(sequences->lengths + sequences->n, other->lengths, sizeof(int32) * other->n);
	for (int64 t = 0; t < other->steps; t++)
	{
		if (t % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		sequences->codes[sequences->steps + t] = symbols[other->codes[t]];
		if (sequences->with_inputs)
			sequences->input_codes[sequences->steps + t] = inputs[other->input_codes[t]];
	}
	sequences->n += other->n;
	sequences->steps += other->steps;
}

void
sequences_put(StringInfo to, const Sequences *sequences)
{
	Size		size = sizeof(uint16) * sequences->steps;

	put_int32(to, sequences->with_inputs);
	put_options(to, sequences->options);
	put_int64(to, sequences->skipped);
	put_dictionary(to, sequences->symbols);
	put_dictionary(to, sequences->inputs);
	put_int64(to, sequences->n);
	put_int64(to, sequences->steps);
	check_travel(to, sizeof(int32) * sequences->n + (sequences->with_inputs ? 2 : 1) * size,
				 sequences->n, "sequences");
	if (sequences->n > 0)
		appendBinaryStringInfo(to, (const char *) sequences->lengths, sizeof(int32) * sequences->n);
	if (size > 0)
		appendBinaryStringInfo(to, (const char *) sequences->codes, size);
	if (size > 0 && sequences->with_inputs)
		appendBinaryStringInfo(to, (const char *) sequences->input_codes, size);
}

static void
take(StringInfo from, void *to, Size size)
{
	if (size > 0)
		pq_copymsgbytes(from, to, size);
}

Sequences *
sequences_get(StringInfo from, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	Reader		reader = {"internal", from->data, from->data + from->len};
	Sequences  *sequences = sequences_make(context, get_int32(&reader, 0, 1));
	int64		n;
	int64		steps;

	sequences->options = get_options(&reader);
	sequences->skipped = get_int64(&reader, 0, PG_INT64_MAX);
	sequences->symbols = get_dictionary(&reader, 0, SEQUENCE_SYMBOLS);
	sequences->inputs = get_dictionary(&reader, 0, SEQUENCE_INPUTS);
	n = get_int64(&reader, 0, PG_INT64_MAX);
	steps = get_int64(&reader, 0, PG_INT64_MAX);
	from->cursor = reader.at - from->data;
	reserve(sequences, n, steps);
	take(from, sequences->lengths, sizeof(int32) * n);
	take(from, sequences->codes, sizeof(uint16) * steps);
	if (sequences->with_inputs)
		take(from, sequences->input_codes, sizeof(uint16) * steps);
	sequences->n = n;
	sequences->steps = steps;
	MemoryContextSwitchTo(caller);

	return sequences;
}
