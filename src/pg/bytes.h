/*
 * bytes.h
 *		Typed bytes: how payloads of models and states are written and read.
 *
 * Writing appends to a StringInfo.  Reading never leaves the buffer: every
 * read checks what is left and raises an SQL error when the bytes are not
 * what they should be, so that unpacking a value is also validating it.
 */
#ifndef COUPON_BYTES_H
#define COUPON_BYTES_H

#include "coupon.h"

#include "lib/stringinfo.h"

extern void put_int32(StringInfo to, int32 value);
extern void put_int64(StringInfo to, int64 value);
extern void put_double(StringInfo to, double value);
extern void put_doubles(StringInfo to, const double *values, int64 n);
extern void put_floats(StringInfo to, const float *values, int64 n);
extern void put_text(StringInfo to, const char *text);

typedef struct Reader
{
	const char *what;			/* for messages: "coupon.model" */
	const char *at;				/* the next byte */
	const char *end;			/* one past the last byte */
} Reader;

/* The next bytes where they are; they are there. */
extern const char *get_bytes(Reader *from, Size size);

/* An integer within least..most. */
extern int	get_byte(Reader *from, int least, int most);
extern int32 get_int32(Reader *from, int32 least, int32 most);
extern int64 get_int64(Reader *from, int64 least, int64 most);

/* A finite number. */
extern double get_double(Reader *from);

/* n finite numbers, palloc'd. */
extern double *get_doubles(Reader *from, int64 n);

/* n finite single-precision numbers, palloc'd. */
extern float *get_floats(Reader *from, int64 n);

/* A string in the server's encoding, palloc'd. */
extern char *get_text(Reader *from);

/* There must be no byte left. */
extern void get_end(Reader *from);

/* Raise the error of a value that is not what it claims to be. */
pg_noreturn extern void get_failed(const Reader *from, const char *detail);

#endif							/* COUPON_BYTES_H */
