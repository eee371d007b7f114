/*
 * keys.c
 *		Keys of any type as numbers.
 */
#include "coupon.h"

#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "pg/keys.h"

#define FIRST_ROOM	1024

Keys *
keys_make(Oid type, Oid collation)
{
	Keys	   *keys = palloc0_object(Keys);
	TypeCacheEntry *entry;

	keys->context = CurrentMemoryContext;
	keys->type = getBaseType(type);
	keys->last = -1;
	keys->integer = keys->type == INT8OID || keys->type == INT4OID || keys->type == INT2OID;
	get_typlenbyval(keys->type, &keys->length, &keys->by_value);
	if (keys->integer)
		return keys;

	entry = lookup_type_cache(keys->type, TYPECACHE_EQ_OPR_FINFO | TYPECACHE_HASH_EXTENDED_PROC_FINFO);
	if (!OidIsValid(entry->eq_opr_finfo.fn_oid) || !OidIsValid(entry->hash_extended_proc_finfo.fn_oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("customer must be of a type that can be hashed, not %s", format_type_be(type))));
	fmgr_info_copy(&keys->equal, &entry->eq_opr_finfo, keys->context);
	fmgr_info_copy(&keys->hash, &entry->hash_extended_proc_finfo, keys->context);
	keys->collation = collation;

	keys->room = FIRST_ROOM;
	keys->values = palloc_array(Datum, keys->room);
	keys->hashes = palloc_array(uint64, keys->room);
	keys->nslots = 2 * FIRST_ROOM;
	keys->slots = palloc_array(int64, keys->nslots);
	memset(keys->slots, -1, sizeof(int64) * keys->nslots);

	return keys;
}

/* Double the room; the table stays at most half full. */
static void
grow(Keys *keys)
{
	uint64		mask = keys->nslots * 2 - 1;

	keys->room *= 2;
	keys->values = repalloc_huge(keys->values, sizeof(Datum) * keys->room);
	keys->hashes = repalloc_huge(keys->hashes, sizeof(uint64) * keys->room);
	keys->nslots *= 2;
	keys->slots = repalloc_huge(keys->slots, sizeof(int64) * keys->nslots);
	memset(keys->slots, -1, sizeof(int64) * keys->nslots);
	for (int64 i = 0; i < keys->n; i++)
	{
		uint64		slot = keys->hashes[i] & mask;

		while (keys->slots[slot] >= 0)
			slot = (slot + 1) & mask;
		keys->slots[slot] = i;
	}
}

static bool
same_image(const Keys *keys, Datum a, Datum b)
{
	return datum_image_eq(a, b, keys->by_value, keys->length);
}

/* The number of a value that is no integer. */
static int64
number_of(Keys *keys, Datum value)
{
	uint64		hash;
	uint64		slot;
	int64		number;
	MemoryContext caller;

	hash = DatumGetUInt64(FunctionCall2Coll(&keys->hash, keys->collation, value, Int64GetDatum(0)));
	for (slot = hash & (keys->nslots - 1); (number = keys->slots[slot]) >= 0;
		 slot = (slot + 1) & (keys->nslots - 1))
		if (keys->hashes[number] == hash &&
			(same_image(keys, keys->values[number], value) ||
			 DatumGetBool(FunctionCall2Coll(&keys->equal, keys->collation, keys->values[number], value))))
			return number;

	caller = MemoryContextSwitchTo(keys->context);
	number = keys->n++;
	keys->values[number] = datumCopy(value, keys->by_value, keys->length);
	keys->hashes[number] = hash;
	keys->slots[slot] = number;
	if (keys->n == keys->room)
		grow(keys);
	MemoryContextSwitchTo(caller);

	return number;
}

int64
keys_find(Keys *keys, Datum value)
{
	Datum		plain = value;

	/* a copy must not point into the user's table */
	if (keys->length == -1)
		plain = PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
	if (keys->last < 0 || !same_image(keys, keys->values[keys->last], plain))
		keys->last = number_of(keys, plain);
	if (!keys->by_value && DatumGetPointer(plain) != DatumGetPointer(value))
		pfree(DatumGetPointer(plain));

	return keys->last;
}

Datum
keys_value(const Keys *keys, int64 number)
{
	switch (keys->type)
	{
		case INT8OID:
			return Int64GetDatum(number);
		case INT4OID:
			return Int32GetDatum((int32) number);
		case INT2OID:
			return Int16GetDatum((int16) number);
		default:
			return keys->values[number];
	}
}

char *
keys_text(const Keys *keys, int64 number)
{
	Oid			output;
	bool		varlena;

	getTypeOutputInfo(keys->type, &output, &varlena);

	return OidOutputFunctionCall(output, keys_value(keys, number));
}
