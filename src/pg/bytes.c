/*
 * bytes.c
 *		Typed bytes: how payloads of models and states are written and read.
 */
#include "coupon.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "pg/bytes.h"

void
put_int32(StringInfo to, int32 value)
{
	appendBinaryStringInfo(to, (const char *) &value, sizeof(value));
}

void
put_int64(StringInfo to, int64 value)
{
	appendBinaryStringInfo(to, (const char *) &value, sizeof(value));
}

/* What would be refused when it is read must not be written. */
static inline void
check_finite(double value)
{
	if (unlikely(!isfinite(value)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number is out of range"),
				 errhint("Give outcomes and features other units.")));
}

void
put_double(StringInfo to, double value)
{
	check_finite(value);
	appendBinaryStringInfo(to, (const char *) &value, sizeof(value));
}

void
put_doubles(StringInfo to, const double *values, int64 n)
{
	if (n > MaxAllocSize / sizeof(double))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of %lld numbers is too large", (long long) n)));
	for (int64 i = 0; i < n; i++)
		check_finite(values[i]);
	if (n > 0)
		appendBinaryStringInfo(to, (const char *) values, sizeof(double) * n);
}

void
put_floats(StringInfo to, const float *values, int64 n)
{
	if (n > MaxAllocSize / sizeof(float))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of %lld numbers is too large", (long long) n)));
	for (int64 i = 0; i < n; i++)
		check_finite(values[i]);
	if (n > 0)
		appendBinaryStringInfo(to, (const char *) values, sizeof(float) * n);
}

void
put_text(StringInfo to, const char *text)
{
	int			length = strlen(text);

	put_int32(to, length);
	appendBinaryStringInfo(to, text, length);
}

void
get_failed(const Reader *from, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid value of type %s", from->what),
			 errdetail_internal("%s", detail),
			 errhint("Only values written by the extension itself can be read.")));
}

const char *
get_bytes(Reader *from, Size size)
{
	const char *bytes = from->at;

	if (size > (Size) (from->end - from->at))
		get_failed(from, "The value is truncated.");
	from->at += size;

	return bytes;
}

int
get_byte(Reader *from, int least, int most)
{
	int			value = *(const unsigned char *) get_bytes(from, 1);

	if (value < least || value > most)
		get_failed(from, "A count or an index is out of range.");

	return value;
}

int32
get_int32(Reader *from, int32 least, int32 most)
{
	int32		value;

	memcpy(&value, get_bytes(from, sizeof(value)), sizeof(value));
	if (value < least || value > most)
		get_failed(from, "A count or an index is out of range.");

	return value;
}

int64
get_int64(Reader *from, int64 least, int64 most)
{
	int64		value;

	memcpy(&value, get_bytes(from, sizeof(value)), sizeof(value));
	if (value < least || value > most)
		get_failed(from, "A count or an index is out of range.");

	return value;
}

double
get_double(Reader *from)
{
	double		value;

	memcpy(&value, get_bytes(from, sizeof(value)), sizeof(value));
	if (!isfinite(value))
		get_failed(from, "A number is not finite.");

	return value;
}

double *
get_doubles(Reader *from, int64 n)
{
	double	   *values;

	/* before any allocation: the bytes must be there */
	if (n < 0 || n > (from->end - from->at) / (int64) sizeof(double))
		get_failed(from, "The value is truncated.");
	values = palloc_array(double, Max(n, 1));
	memcpy(values, get_bytes(from, sizeof(double) * n), sizeof(double) * n);
	for (int64 i = 0; i < n; i++)
		if (!isfinite(values[i]))
			get_failed(from, "A number is not finite.");

	return values;
}

float *
get_floats(Reader *from, int64 n)
{
	float	   *values;

	if (n < 0 || n > (from->end - from->at) / (int64) sizeof(float))
		get_failed(from, "The value is truncated.");
	values = palloc_array(float, Max(n, 1));
	memcpy(values, get_bytes(from, sizeof(float) * n), sizeof(float) * n);
	for (int64 i = 0; i < n; i++)
		if (!isfinite(values[i]))
			get_failed(from, "A number is not finite.");

	return values;
}

char *
get_text(Reader *from)
{
	int32		length = get_int32(from, 0, MaxAllocSize - 1);
	const char *bytes = get_bytes(from, length);

	if (memchr(bytes, '\0', length) != NULL ||
		!pg_verify_mbstr(GetDatabaseEncoding(), bytes, length, true))
		get_failed(from, "A string is not in the encoding of the database.");

	return pnstrdup(bytes, length);
}

void
get_end(Reader *from)
{
	if (from->at != from->end)
		get_failed(from, "There are bytes after the end.");
}
