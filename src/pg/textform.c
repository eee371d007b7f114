/*
 * textform.c
 *		The text form of opaque values: name:version:bytes in base64.
 */
#include "coupon.h"

#include "common/base64.h"
#include "utils/memutils.h"

#include "pg/textform.h"

#define MAX_NAME	32

pg_noreturn static void
not_a_value(const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", type),
			 errhint("Only the text form written by the extension itself can be read.")));
}

char *
textform_out(const char *name, int version, const char *bytes, Size size)
{
	int			head;
	int			room;
	int			length;
	char	   *form;

	if (size > MaxAllocSize / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of %zu bytes is too large for its text form", size),
				 errhint("Use binary COPY.")));

	room = pg_b64_enc_len(size);
	form = palloc(MAX_NAME + 16 + room);
	head = snprintf(form, MAX_NAME + 16, "%s:%d:", name, version);
	length = pg_b64_encode((const void *) bytes, size, form + head, room);
	Assert(length >= 0);
	form[head + length] = '\0';

	return form;
}

char *
textform_in(const char *form, const char *type, Size room,
			char **name, int *version, Size *size)
{
	const char *colon = strchr(form, ':');
	const char *base64;
	char	   *end;
	char	   *bytes;
	long		number;
	int			length;

	if (colon == NULL || colon == form || colon - form > MAX_NAME)
		not_a_value(type);
	*name = pnstrdup(form, colon - form);
	if (colon[1] < '1' || colon[1] > '9')
		not_a_value(type);
	number = strtol(colon + 1, &end, 10);
	if (*end != ':' || number > PG_UINT16_MAX)
		not_a_value(type);
	*version = (int) number;

	base64 = end + 1;
	length = strlen(base64);
	bytes = palloc0(room + pg_b64_dec_len(length) + 1);
	length = pg_b64_decode(base64, length, (void *) (bytes + room), pg_b64_dec_len(length));
	if (length < 0)
		not_a_value(type);
	*size = length;

	return bytes;
}
