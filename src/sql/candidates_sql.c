/*
 * candidates_sql.c
 *		The candidates of an inner query, read into C arrays.
 */
#include "coupon.h"

#include <math.h>

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "model/gains.h"
#include "model/money.h"
#include "model/random.h"
#include "pg/query.h"
#include "sql/candidates_sql.h"

static void
complain_null(const CandidateSet *set, int column, const Datum *values, const bool *nulls)
{
	if (column == CUSTOMER || nulls[CUSTOMER])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"customer\" must not contain nulls")));
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("column \"%s\" must not contain nulls, but does for customer %s", set->name[column],
					keys_text(set->keys, keys_number(set->keys, values[CUSTOMER]))),
			 errhint("Leave such candidates out of the query.")));
}

/* Complain about the first null of a row. */
static void
complain_nulls(const CandidateSet *set, const Datum *values, const bool *nulls)
{
	for (int i = 0; i < 4; i++)
		if (nulls[i])
			complain_null(set, i, values, nulls);
}

/* Raise the error of a gain or cost that cannot be calculated with. */
static void
complain_number(const CandidateSet *set, int column, int64 customer, int offer, double value)
{
	char	   *key = keys_text(set->keys, customer);
	char	   *word = text_to_cstring(set->offers->words[offer].value);

	if (isnan(value))
		bad_argument("%s of customer %s and offer \"%s\" is NaN", set->name[column], key, word);
	if (isinf(value))
		bad_argument("%s of customer %s and offer \"%s\" is infinite", set->name[column], key, word);
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s of customer %s and offer \"%s\" is %s, out of the range of %g to %g",
					set->name[column], key, word, float8out_internal(value),
					column == GAIN ? -GAIN_MOST : -MONEY_MOST, column == GAIN ? GAIN_MOST : MONEY_MOST)));
}

/* A candidate whose class and attributes matter; it is the element of its row. */
static void
add_to_market(CandidateSet *set, int64 customer, int offer, double gain, double cost, int element)
{
	Market	   *market = set->market;
	int			n = set->selections->nattributes;

	if (unlikely(set->gain_is_money && fabs(gain) > MONEY_MOST))
		bad_argument("gain of customer %s and offer \"%s\" is %g, but under a rule about gains must be between %g and %g",
					 keys_text(set->keys, customer), text_to_cstring(set->offers->words[offer].value), gain,
					 -MONEY_MOST, MONEY_MOST);
	market_add(market, offer, selections_class(set->selections, offer, element), gain, cost);
	if (n > 0)
	{
		double	   *attributes = market_attributes(market, market->nitems - 1);

		selections_attributes(set->selections, element, attributes);
		for (int a = 0; a < n; a++)
			if (!(fabs(attributes[a]) <= MONEY_MOST))
				bad_argument("column \"%s\" of customer %s and offer \"%s\" must be a number between %g and %g, not %s",
							 set->selections->attributes[a].name, keys_text(set->keys, customer),
							 text_to_cstring(set->offers->words[offer].value), -MONEY_MOST, MONEY_MOST,
							 isnan(attributes[a]) ? "null or NaN" : psprintf("%g", attributes[a]));
	}
	if ((market->nitems & 0xffff) == 0)
		progress_say(set->progress, "%s: %lld candidates read", set->work, (long long) market->nitems);
}

static pg_attribute_always_inline void
begin_customer(CandidateSet *set, bool ruled, int64 customer, const Datum *values, const bool *nulls, int n)
{
	if (!ruled)
	{
		candidates_customer(set->candidates, customer);
		return;
	}
	market_customer(set->market, customer);
	selections_row(set->selections, values, nulls, n);
}

static pg_attribute_always_inline void
add(CandidateSet *set, bool ruled, int64 customer, int offer, double gain, double cost, int element)
{
	/* false for NaN as well */
	if (unlikely(!(fabs(gain) <= GAIN_MOST)))
		complain_number(set, GAIN, customer, offer, gain);
	if (unlikely(!(fabs(cost) <= MONEY_MOST)))
		complain_number(set, COST, customer, offer, cost);
	if (ruled)
	{
		add_to_market(set, customer, offer, gain, cost, element);
		return;
	}
	candidates_read_one(set->candidates, offer, gain, cost);
	if ((set->candidates->n & 0xffff) == 0)
		progress_say(set->progress, "%s: %lld candidates read", set->work, (long long) set->candidates->n);
}

static int
offer_number(CandidateSet *set, struct varlena *value)
{
	struct varlena *plain;
	int			number;

	if (likely(!VARATT_IS_EXTERNAL(value) && !VARATT_IS_COMPRESSED(value)))
		return lexicon_number(set->offers, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));

	plain = pg_detoast_datum_packed(value);
	number = lexicon_number(set->offers, VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain));
	if (plain != value)
		pfree(plain);

	return number;
}

/* A row is a candidate. */
static pg_attribute_always_inline void
read_one(CandidateSet *set, bool ruled, const Datum *values, const bool *nulls)
{
	int64		customer;

	if (unlikely(nulls[CUSTOMER] | nulls[OFFER] | nulls[GAIN] | nulls[COST]))
		complain_nulls(set, values, nulls);

	customer = keys_number(set->keys, values[CUSTOMER]);
	begin_customer(set, ruled, customer, values, nulls, 1);
	add(set, ruled, customer, offer_number(set, (struct varlena *) DatumGetPointer(values[OFFER])),
		DatumGetFloat8(values[GAIN]), DatumGetFloat8(values[COST]), 0);
}

/*
 * An array where it lies: those in a table have short headers, and copying
 * three of them for each customer would cost as much as all the rest.
 */
typedef struct Elements
{
	int			n;
	const char *first;			/* not aligned */
	struct varlena *copy;		/* to be freed, or NULL */
} Elements;

/* An array of a row: one-dimensional, without nulls, of so many elements unless -1. */
static Elements
elements_of(CandidateSet *set, int column, const Datum *values, const bool *nulls, int length)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(values[column]);
	struct varlena *plain = pg_detoast_datum_packed(value);
	const char *body = VARDATA_ANY(plain);	/* an ArrayType without its length */
	struct
	{
		int32		ndim;
		int32		dataoffset;
		Oid			type;
		int32		n;
	}			head;
	Elements	elements = {.copy = plain == value ? NULL : plain};

	memcpy(&head, body, offsetof(ArrayType, elemtype) + sizeof(Oid) - VARHDRSZ);
	if (head.ndim > 1)
		bad_argument("%s of customer %s must be a one-dimensional array", set->name[column],
					 keys_text(set->keys, keys_number(set->keys, values[CUSTOMER])));
	if (head.ndim == 1)
	{
		memcpy(&head.n, body + sizeof(ArrayType) - VARHDRSZ, sizeof(int32));
		elements.n = head.n;
	}
	if (head.dataoffset != 0 && array_contains_nulls(DatumGetArrayTypeP(values[column])))
		complain_null(set, column, values, nulls);
	if (length >= 0 && elements.n != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s of customer %s has %d elements, but offers has %d", set->name[column],
						keys_text(set->keys, keys_number(set->keys, values[CUSTOMER])), elements.n, length)));
	elements.first = body - VARHDRSZ +
		(head.dataoffset ? head.dataoffset : ARR_OVERHEAD_NONULLS(head.ndim));

	return elements;
}

static inline double
double_at(const char *doubles, int i)
{
	double		value;

	memcpy(&value, doubles + sizeof(double) * i, sizeof(double));

	return value;
}

/* A row is a customer; scalars hold for all its offers. */
static pg_attribute_always_inline void
read_several(CandidateSet *set, bool ruled, const Datum *values, const bool *nulls)
{
	int64		customer;
	Elements	offers;
	Elements	numbers[4] = {{0}};
	const char *offer;

	if (unlikely(nulls[CUSTOMER] | nulls[OFFER] | nulls[GAIN] | nulls[COST]))
		complain_nulls(set, values, nulls);

	customer = keys_number(set->keys, values[CUSTOMER]);
	offers = elements_of(set, OFFER, values, nulls, -1);
	for (int i = GAIN; i <= COST; i++)
		if (set->array[i])
			numbers[i] = elements_of(set, i, values, nulls, offers.n);

	begin_customer(set, ruled, customer, values, nulls, offers.n);
	offer = offers.first;
	for (int i = 0; i < offers.n; i++)
	{
		/* elements of arrays have full headers, and begin at multiples of four */
		int32		header;
		int			size;

		memcpy(&header, offer, sizeof(header));
		size = VARSIZE(&header);
		add(set, ruled, customer, lexicon_number(set->offers, offer + VARHDRSZ, size - VARHDRSZ),
			set->array[GAIN] ? double_at(numbers[GAIN].first, i) : DatumGetFloat8(values[GAIN]),
			set->array[COST] ? double_at(numbers[COST].first, i) : DatumGetFloat8(values[COST]), i);
		offer += INTALIGN(size);
	}

	if (offers.copy)
		pfree(offers.copy);
	for (int i = GAIN; i <= COST; i++)
		if (numbers[i].copy)
			pfree(numbers[i].copy);
}

/* The four readers: no question is asked a row that has the same answer for all. */

static void
read_candidate(void *to, const Datum *values, const bool *nulls)
{
	read_one(to, false, values, nulls);
}

static void
read_customer(void *to, const Datum *values, const bool *nulls)
{
	read_several(to, false, values, nulls);
}

static void
read_ruled_candidate(void *to, const Datum *values, const bool *nulls)
{
	read_one(to, true, values, nulls);
}

static void
read_ruled_customer(void *to, const Datum *values, const bool *nulls)
{
	read_several(to, true, values, nulls);
}

/* The rank of a candidate among equals: a fixed random number, whatever the order of rows. */
static uint64
rank_of(const void *of, int64 customer, int32 offer)
{
	const CandidateSet *set = of;

	return random_bits(set->seed, set->keys->integer ? (uint64) customer : set->keys->hashes[customer],
					   offer == NO_OFFER ? 0 : set->offers->words[offer].hash);
}

static void
complain_duplicate(const void *of, int64 customer, int32 offer)
{
	const CandidateSet *set = of;

	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("customer %s has more than one candidate for offer \"%s\"",
					keys_text(set->keys, customer), text_to_cstring(set->offers->words[offer].value)),
			 errhint("Each pair of customer and offer may occur once.")));
}

CandidateSet *
candidates_read(const char *query, Oid type, bool cast, int64 seed, const Rule *rules, int nrules,
				const char *work, Progress *progress)
{
	CandidateSet *set = palloc0_object(CandidateSet);
	TupleDesc	columns = query_columns(query);
	StringInfoData wanted = candidates_wanted(set, columns, type, cast);

	set->seed = seed;
	set->offers = lexicon_make();
	set->progress = progress;
	set->work = work;
	if (rules)
	{
		set->selections = selections_make(rules, nrules, columns, set->arrays, set->offers, &wanted, COST + 1);
		for (int r = 0; r < set->selections->set->nrows; r++)
			set->gain_is_money |= set->selections->set->rows[r].column == COLUMN_GAIN;
		set->market = market_make(set->selections->set, complain_duplicate, set);
	}
	else
	{
		set->hulls = hulls_make(rank_of, complain_duplicate, set);
		set->candidates = candidates_make(set->hulls);
	}
	if (rules)
		query_read(query, wanted.data, set->arrays ? read_ruled_customer : read_ruled_candidate, set);
	else
		query_read(query, wanted.data, set->arrays ? read_customer : read_candidate, set);

	return set;
}

void
candidates_complete(CandidateSet *set)
{
	Market	   *market = set->market;
	int		   *classes;

	if (market == NULL)
	{
		candidates_finish(set->candidates);
		return;
	}
	classes = ruleset_compile(market->rules);
	for (int64 at = 0; at < market->nitems; at++)
		market->items[at].class = classes[market->items[at].class];
	market_finish(market, set->keys->integer ? NULL : set->keys->hashes, lexicon_ranks(set->offers));
}
