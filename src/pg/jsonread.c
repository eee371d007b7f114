/*
 * jsonread.c
 *		A JSON text read from front to end, member by member, without a tree of it.
 */
#include "coupon.h"

#include <ctype.h>
#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "pg/jsonread.h"

#define MAX_DEPTH		64
#define MAX_NUMBER		64		/* characters */

void
json_failed(const JsonRead *read, const char *detail)
{
	ereport(ERROR,
			(errcode(read->sqlstate),
			 errmsg("%s", read->what),
			 errdetail("%s (byte %lld)", detail, (long long) (read->at - read->begin + 1))));
}

static void
skip_blanks(JsonRead *read)
{
	while (read->at < read->end && strchr(" \t\r\n", *read->at) && *read->at)
		read->at++;
}

/* The next byte that is no blank. */
static char
next_byte(JsonRead *read)
{
	skip_blanks(read);
	if (read->at == read->end)
		json_failed(read, "The text ends too early.");

	return *read->at;
}

void
json_begin(JsonRead *read, const char *what, const char *text, Size size)
{
	read->what = what;
	read->begin = read->at = text;
	read->end = text + size;
	read->depth = 0;
	read->sqlstate = ERRCODE_INVALID_PARAMETER_VALUE;
}

void
json_end(JsonRead *read)
{
	skip_blanks(read);
	if (read->at != read->end)
		json_failed(read, "There is more text behind the end.");
}

char
json_peek(JsonRead *read)
{
	char		byte = next_byte(read);

	return strchr("{[\"tfn", byte) && byte ? byte : '0';
}

void
json_enter(JsonRead *read, char bracket)
{
	if (next_byte(read) != bracket)
		json_failed(read, bracket == '{' ? "An object is expected." : "An array is expected.");
	if (++read->depth > MAX_DEPTH)
		json_failed(read, "Objects and arrays are nested too deeply.");
	read->at++;
}

/* Step over the comma before the next member, or out of the closed container. */
static bool
another(JsonRead *read, char open, char close)
{
	/* what is just behind the opening bracket has no comma before it */
	bool		first = read->at[-1] == open;

	next_byte(read);
	if (*read->at == close)
	{
		read->at++;
		read->depth--;
		return false;
	}
	if (!first)
	{
		if (*read->at != ',')
			json_failed(read, "A comma is expected.");
		read->at++;
	}

	return true;
}

char *
json_key(JsonRead *read)
{
	char	   *key;

	if (!another(read, '{', '}'))
		return NULL;
	key = json_string(read);
	if (next_byte(read) != ':')
		json_failed(read, "A colon is expected.");
	read->at++;

	return key;
}

bool
json_element(JsonRead *read)
{
	return another(read, '[', ']');
}

double
json_double(JsonRead *read)
{
	char		digits[MAX_NUMBER + 1];
	int			n = 0;
	char	   *end;
	double		value;

	next_byte(read);
	while (n < MAX_NUMBER && read->at + n < read->end &&
		   (isalnum((unsigned char) read->at[n]) || (strchr("+-.", read->at[n]) && read->at[n])))
	{
		digits[n] = read->at[n];
		n++;
	}
	digits[n] = '\0';
	value = strtod(digits, &end);
	/* strtod would also take hexadecimal */
	if (n == 0 || *end || strpbrk(digits, "xX"))
		json_failed(read, "A number is expected.");
	read->at += n;

	return value;
}

int64
json_integer(JsonRead *read, int64 least, int64 most)
{
	double		value = json_double(read);

	if (value != floor(value) || !(value >= least && value <= most))
		json_failed(read, "A number is no integer, or out of range.");

	return (int64) value;
}

/* Four hexadecimal digits. */
static int
hexadecimal(JsonRead *read)
{
	int			value = 0;

	for (int i = 0; i < 4; i++, read->at++)
	{
		if (read->at == read->end || !isxdigit((unsigned char) *read->at))
			json_failed(read, "An escape sequence is wrong.");
		value = value * 16 + (isdigit((unsigned char) *read->at) ? *read->at - '0' :
							  tolower((unsigned char) *read->at) - 'a' + 10);
	}

	return value;
}

static void
escape(JsonRead *read, StringInfo to)
{
	static const char from_[] = "\"\\/bfnrt";
	static const char to_[] = "\"\\/\b\f\n\r\t";
	const char *known;
	char		byte = *read->at++;
	unsigned char utf8[MAX_UNICODE_EQUIVALENT_STRING + 1];

	if (byte != 'u')
	{
		known = byte ? strchr(from_, byte) : NULL;
		if (known == NULL)
			json_failed(read, "An escape sequence is wrong.");
		appendStringInfoChar(to, to_[known - from_]);
	}
	else
	{
		pg_wchar	code = hexadecimal(read);

		if (is_utf16_surrogate_first(code) && read->end - read->at > 2 &&
			read->at[0] == '\\' && read->at[1] == 'u')
		{
			pg_wchar	second;

			read->at += 2;
			second = hexadecimal(read);
			if (!is_utf16_surrogate_second(second))
				json_failed(read, "An escape sequence is wrong.");
			code = surrogate_pair_to_codepoint(code, second);
		}
		if (!is_valid_unicode_codepoint(code) || is_utf16_surrogate_first(code) ||
			is_utf16_surrogate_second(code))
			json_failed(read, "An escape sequence is wrong.");
		pg_unicode_to_server(code, utf8);
		appendStringInfoString(to, (char *) utf8);
	}
}

char *
json_string(JsonRead *read)
{
	StringInfoData string;

	if (next_byte(read) != '"')
		json_failed(read, "A string is expected.");
	read->at++;
	initStringInfo(&string);
	for (;;)
	{
		const char *from = read->at;

		while (read->at < read->end && *read->at != '"' && *read->at != '\\')
			read->at++;
		appendBinaryStringInfo(&string, from, read->at - from);
		if (read->at == read->end || read->end - read->at < 2)
			json_failed(read, "The text ends too early.");
		if (*read->at++ == '"')
			return string.data;
		escape(read, &string);
	}
}

static bool
word(JsonRead *read, const char *expected)
{
	int			n = strlen(expected);

	if (read->end - read->at < n || memcmp(read->at, expected, n) != 0)
		return false;
	read->at += n;

	return true;
}

bool
json_boolean(JsonRead *read)
{
	next_byte(read);
	if (word(read, "true"))
		return true;
	if (!word(read, "false"))
		json_failed(read, "true or false is expected.");

	return false;
}

void
json_skip(JsonRead *read)
{
	char	   *key;

	switch (json_peek(read))
	{
		case '{':
			for (json_enter(read, '{'); (key = json_key(read)) != NULL; pfree(key))
				json_skip(read);
			break;
		case '[':
			json_enter(read, '[');
			while (json_element(read))
				json_skip(read);
			break;
		case '"':
			pfree(json_string(read));
			break;
		case 't':
		case 'f':
			json_boolean(read);
			break;
		case 'n':
			if (!word(read, "null"))
				json_failed(read, "A value is expected.");
			break;
		default:
			json_double(read);
	}
}
