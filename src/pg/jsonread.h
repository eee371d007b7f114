/*
 * jsonread.h
 *		A JSON text read from front to end, member by member, without a tree of it.
 *
 * Whatever is not JSON is an SQL error that names the place.  NaN and Infinity,
 * which JSON does not have but XGBoost writes, are read as numbers.
 */
#ifndef COUPON_JSONREAD_H
#define COUPON_JSONREAD_H

#include "coupon.h"

typedef struct JsonRead
{
	const char *what;			/* the message of an error: "... is not ..." */
	const char *begin;
	const char *at;				/* the next byte */
	const char *end;			/* one past the last byte */
	int			depth;			/* objects and arrays around it */
	int			sqlstate;		/* of errors; json_begin() takes that of a wrong argument */
} JsonRead;

/* Begin to read; there may be blanks around the one value. */
extern void json_begin(JsonRead *read, const char *what, const char *text, Size size);

/* Nothing but blanks may be left. */
extern void json_end(JsonRead *read);

/* What the next value begins with: '{', '[', '"', 't', 'f', 'n' or '0' of numbers. */
extern char json_peek(JsonRead *read);

/*
 * Step into an object: for (json_enter(read, '{'); (key = json_key(read));) ...
 * reads or skips the value of each key.  The key, palloc'd; NULL behind the last.
 */
extern void json_enter(JsonRead *read, char bracket);
extern char *json_key(JsonRead *read);

/* Is there another element?  Steps out of the array if not. */
extern bool json_element(JsonRead *read);

/* A value of each type; strings are palloc'd. */
extern double json_double(JsonRead *read);
extern int64 json_integer(JsonRead *read, int64 least, int64 most);
extern char *json_string(JsonRead *read);
extern bool json_boolean(JsonRead *read);
extern void json_skip(JsonRead *read);

/* Raise the error of a text that is not what it should be. */
pg_noreturn extern void json_failed(const JsonRead *read, const char *detail);

#endif							/* COUPON_JSONREAD_H */
