/*
 * keys.h
 *		Keys of any type as numbers: customers are int64 to all that follows.
 *
 * Integers are their own number.  Values of other types are numbered in the
 * order in which they are first seen, and told apart by their type's own
 * equality.
 */
#ifndef COUPON_KEYS_H
#define COUPON_KEYS_H

#include "coupon.h"

#include "catalog/pg_type.h"

typedef struct Keys
{
	MemoryContext context;		/* where all of it lives */
	Oid			type;
	bool		integer;		/* smallint, integer, bigint: no table needed */

	int16		length;			/* of the type */
	bool		by_value;
	Oid			collation;
	FmgrInfo	equal;
	FmgrInfo	hash;			/* 64 bits */

	Datum	   *values;			/* by number */
	uint64	   *hashes;			/* by number */
	int64		n;
	int64		room;
	int64	   *slots;			/* numbers by hash, -1 where empty */
	uint64		nslots;			/* a power of two */
	int64		last;			/* number found last, -1 at first */
} Keys;

/* An empty set of keys; a type that cannot be hashed is an error. */
extern Keys *keys_make(Oid type, Oid collation);

/* The number of a value of another type than the integers. */
extern int64 keys_find(Keys *keys, Datum value);

/* The number of a value that is not null. */
static inline int64
keys_number(Keys *keys, Datum value)
{
	switch (keys->type)
	{
		case INT8OID:
			return DatumGetInt64(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT2OID:
			return DatumGetInt16(value);
		default:
			return keys_find(keys, value);
	}
}

/* The value of a number. */
extern Datum keys_value(const Keys *keys, int64 number);

/* The value of a number as text, for messages. */
extern char *keys_text(const Keys *keys, int64 number);

#endif							/* COUPON_KEYS_H */
