/*
 * options.h
 *		The options argument: jsonb against a declared table of known keys.
 */
#ifndef COUPON_OPTIONS_H
#define COUPON_OPTIONS_H

#include "coupon.h"

#include "utils/jsonb.h"

typedef enum OptionType
{
	OPTION_BOOL,				/* bool */
	OPTION_INT,					/* int, within least..most */
	OPTION_NUMBER,				/* double, within least..most */
	OPTION_TEXT,				/* char * */
	OPTION_CHOICE,				/* int, the index among choices */
	OPTION_TEXTS,				/* TextList; one string is a list of one */
	OPTION_SEED,				/* int64, any integer */
	OPTION_NUMBERS,				/* NumberMap, each number within least..most; or a choice */
	OPTION_NUMBER_LIST,			/* NumberList, each within least..most; one number is a list of one */
	OPTION_INTS,				/* IntList, each within least..most; one integer is a list of one */
	OPTION_OBJECT,				/* const Jsonb *, an object */
	OPTION_COUNT,				/* int, within least..most; or 0, of the only choice */
} OptionType;

/* A list of strings. */
typedef struct TextList
{
	int			n;
	char	  **texts;
} TextList;

/* One number for all, a number for each name, or instead of numbers a choice. */
typedef struct NumberMap
{
	bool		given;
	int			choice;			/* the index among choices, or -1 */
	int			n;				/* numbers */
	char	  **names;			/* (n), or NULL of one number for all */
	double	   *numbers;		/* (n) */
} NumberMap;

/* A list of numbers, palloc'd. */
typedef struct NumberList
{
	int			n;
	double	   *numbers;
} NumberList;

/* A list of integers, at most MAX_INTS of them. */
#define MAX_INTS	16

typedef struct IntList
{
	int			n;
	int			values[MAX_INTS];
} IntList;

/* One known key. */
typedef struct Option
{
	const char *name;
	OptionType	type;
	size_t		offset;			/* of the field in the caller's struct */
	double		least;
	double		most;
	const char *const *choices; /* ended by NULL */
} Option;

/*
 * Read options into the fields of "to", which hold the defaults.  Unknown
 * keys, wrong types and values out of range are errors that say what is
 * allowed.  Returns the keys given as bits, in the order of the table.
 */
extern uint64 options_read(const Jsonb *options, const Option *known, int nknown, void *to);

/*
 * The options in argument i, or NULL when the call has no such argument; a
 * NULL argument is an error.
 */
extern const Jsonb *options_arg(FunctionCallInfo fcinfo, int i);

/* The text form, palloc'd: "{}" for NULL. */
extern char *options_text(const Jsonb *options);

/*
 * The members of an object, each a number: how many, and their names and
 * numbers, palloc'd.  Errors call the object "what".
 */
extern int	options_numbers(const char *what, const Jsonb *object, char ***names, double **numbers);

/* From the text form. */
extern const Jsonb *jsonb_of_text(const char *json);

#endif							/* COUPON_OPTIONS_H */
