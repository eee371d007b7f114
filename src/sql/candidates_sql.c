/*
 * candidates_sql.c
 *		The candidates of an inner query, read into C arrays.
 */
#include "coupon.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/lsyscache.h"

#include "model/gains.h"
#include "model/money.h"
#include "model/random.h"
#include "pg/query.h"
#include "sql/candidates_sql.h"

/* Columns of the inner query, in the order in which they are asked for. */
enum {
	CUSTOMER,
	OFFER,
	GAIN,
	COST,
};

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

/* The customer column as it is asked for, and the type it then has. */
static char *
customer_wanted(TupleDesc columns, Oid type, bool cast, Keys **keys)
{
	int			at = query_column(columns, "customer");
	Oid			own;
	Oid			collation;

	/* the server will say that it is not there */
	if (at < 0)
		return pstrdup("customer");

	own = getBaseType(TupleDescAttr(columns, at)->atttypid);
	collation = TupleDescAttr(columns, at)->attcollation;
	if (!cast && OidIsValid(type))
	{
		if (own != INT8OID && own != INT4OID && own != INT2OID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"customer\" is of type %s, not bigint", format_type_be(own)),
					 errhint("For other types pass an example, for example NULL::%s, as the second argument.",
							 format_type_be(own))));
		type = own;				/* becomes a bigint on its way out */
	}
	if (OidIsValid(type) && getBaseType(type) != own)
	{
		*keys = keys_make(type, OidIsValid(collation) ? collation : get_typcollation(getBaseType(type)));
		return psprintf("customer::%s", format_type_be_qualified(type));
	}
	*keys = keys_make(own, collation);

	return pstrdup("customer");
}

/* Settle on the form of the rows: which columns, and which of them are arrays. */
static StringInfoData
columns_wanted(CandidateSet *set, TupleDesc columns, Oid type, bool cast)
{
	static const char *const plural[] = {NULL, "offers", "gains", "costs"};
	static const char *const singular[] = {"customer", "offer", "gain", "cost"};
	static const char *const types[] = {NULL, "pg_catalog.text", "pg_catalog.float8", "pg_catalog.float8"};
	StringInfoData wanted;

	set->arrays = query_column(columns, "offers") >= 0;

	initStringInfo(&wanted);
	appendStringInfoString(&wanted, customer_wanted(columns, type, cast, &set->keys));
	set->name[CUSTOMER] = singular[CUSTOMER];
	for (int i = OFFER; i <= COST; i++)
	{
		int			at = set->arrays ? query_column(columns, plural[i]) : -1;

		set->array[i] = at >= 0;
		set->name[i] = at >= 0 ? plural[i] : singular[i];
		if (at >= 0 && !OidIsValid(get_base_element_type(TupleDescAttr(columns, at)->atttypid)))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" must be an array, not %s", plural[i],
							format_type_be(TupleDescAttr(columns, at)->atttypid)),
					 errhint("With one row a candidate the columns are customer, offer, gain and cost.")));
		appendStringInfo(&wanted, ", %s::%s%s", set->name[i], types[i], at >= 0 ? "[]" : "");
	}

	return wanted;
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
	StringInfoData wanted = columns_wanted(set, columns, type, cast);

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

static int
by_text(const void *a, const void *b, void *of)
{
	const Word *words = of;
	const Word *x = &words[*(const int32 *) a];
	const Word *y = &words[*(const int32 *) b];
	int			order = memcmp(VARDATA(x->value), VARDATA(y->value), Min(x->length, y->length));

	return order ? order : x->length - y->length;
}

/* Offers in the order of their bytes: by number, the place there. */
static int32 *
places_of(const Lexicon *offers)
{
	int32	   *order = palloc_huge(int32, Max(offers->n, 1));
	int32	   *places = palloc_huge(int32, Max(offers->n, 1));

	for (int32 i = 0; i < offers->n; i++)
		order[i] = i;
	qsort_arg(order, offers->n, sizeof(int32), by_text, offers->words);
	for (int32 i = 0; i < offers->n; i++)
		places[order[i]] = i;
	pfree(order);

	return places;
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
	market_finish(market, set->keys->integer ? NULL : set->keys->hashes, places_of(set->offers));
}
