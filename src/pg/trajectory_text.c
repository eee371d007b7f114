/*
 * trajectory_text.c
 *		The text form of trajectories: a JSON array of steps.
 */
#include "coupon.h"

#include <ctype.h>
#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "pg/json.h"
#include "pg/jsonread.h"
#include "pg/steps.h"
#include "pg/trajectory_text.h"

#define CHECK_EVERY		4096	/* steps between two looks for a cancel */

/* The keys of a step, as bits of those seen. */
enum
{
	KEY_AT = 1,
	KEY_STATE = 2,
	KEY_OFFER = 4,
	KEY_REWARD = 8,
	KEY_COST = 16,
	KEY_PROPENSITY = 32,
};

static const char *const keys[] = {"at", "state", "offer", "reward", "cost", "propensity", NULL};

/* A time in UTC as ISO 8601 has it; the year before 1 is 0. */
static void
put_time(StringInfo to, TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fsec;

	/* without a place for the time zone: UTC */
	if (timestamp2tm(at, NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "trajectory value is damaged");
	appendStringInfo(to, "\"%s%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year < 0 ? "-" : "",
					 abs(tm.tm_year), tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (fsec != 0)
		appendStringInfo(to, ".%06d", (int) fsec);
	appendStringInfoString(to, "Z\"");
}

static void
put_step(StringInfo to, const TrajectoryView *view, int i)
{
	const double *state = view->states + (Size) i * view->dimension;

	appendStringInfoString(to, "{\"at\": ");
	put_time(to, view->at[i]);
	appendStringInfoString(to, ", \"state\": [");
	for (int j = 0; j < view->dimension; j++)
	{
		if (j > 0)
			appendStringInfoString(to, ", ");
		json_number(to, state[j]);
	}
	appendStringInfoChar(to, ']');
	if (i < view->nacted)
	{
		appendStringInfoString(to, ", \"offer\": ");
		escape_json(to, view->names[view->offers[i]]);
		json_member(to, "reward", view->rewards[i]);
		json_member(to, "cost", view->costs[i]);
		if (view->propensities)
			json_member(to, "propensity", view->propensities[i]);
	}
	appendStringInfoChar(to, '}');
}

char *
trajectory_text(const TrajectoryView *view)
{
	StringInfoData form;

	initStringInfo(&form);
	appendStringInfoChar(&form, '[');
	for (int i = 0; i < view->nsteps; i++)
	{
		if (i % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (form.len > MaxAllocSize / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("trajectory of %d steps is too large for its text form", view->nsteps),
					 errhint("Use binary COPY.")));
		if (i > 0)
			appendStringInfoString(&form, ", ");
		put_step(&form, view, i);
	}
	appendStringInfoChar(&form, ']');

	return form.data;
}

/* A number of "least" to "most" digits; -1 if there is none such. */
static int
digits(const char **at, int least, int most)
{
	int			value = 0;
	int			n = 0;

	while (n < most && isdigit((unsigned char) **at))
	{
		value = value * 10 + *(*at)++ - '0';
		n++;
	}

	return n >= least ? value : -1;
}

/* The fraction of a second, in microseconds; -1 if it is none. */
static int
microseconds(const char **at)
{
	const char *from = *at;
	int			value = digits(at, 1, 6);

	for (int n = *at - from; value > 0 && n < 6; n++)
		value *= 10;

	return value;
}

/* Step over a byte, if it is next. */
static bool
stepped(const char **at, char byte)
{
	if (**at != byte)
		return false;
	(*at)++;

	return true;
}

/*
 * A time in UTC: year-month-day, or that and Thour:minute:second[.fraction]Z.
 * No session's TimeZone or DateStyle has a say in it.
 */
static bool
time_of(const char *text, TimestampTz *result)
{
	struct pg_tm tm = {0};
	fsec_t		fsec = 0;
	bool		before = stepped(&text, '-');

	tm.tm_year = digits(&text, 4, 6);
	if (tm.tm_year < 0 || !stepped(&text, '-') ||
		(tm.tm_mon = digits(&text, 2, 2)) < 1 || tm.tm_mon > MONTHS_PER_YEAR || !stepped(&text, '-'))
		return false;
	if (before)
		tm.tm_year = -tm.tm_year;
	tm.tm_mday = digits(&text, 2, 2);
	if (tm.tm_mday < 1 || tm.tm_mday > day_tab[isleap(tm.tm_year)][tm.tm_mon - 1])
		return false;
	if (*text)
	{
		if (!stepped(&text, 'T') ||
			(tm.tm_hour = digits(&text, 2, 2)) < 0 || tm.tm_hour >= HOURS_PER_DAY || !stepped(&text, ':') ||
			(tm.tm_min = digits(&text, 2, 2)) < 0 || tm.tm_min >= MINS_PER_HOUR || !stepped(&text, ':') ||
			(tm.tm_sec = digits(&text, 2, 2)) < 0 || tm.tm_sec >= SECS_PER_MINUTE)
			return false;
		if (stepped(&text, '.') && (fsec = microseconds(&text)) < 0)
			return false;
		if (!stepped(&text, 'Z') || *text)
			return false;
	}

	return IS_VALID_JULIAN(tm.tm_year, tm.tm_mon, tm.tm_mday) &&
		tm2timestamp(&tm, fsec, NULL, result) == 0;
}

static TimestampTz
read_time(JsonRead *read)
{
	char	   *text = json_string(read);
	TimestampTz at;

	if (!time_of(text, &at))
		json_failed(read, "A time is not of the form 2026-01-31T23:59:59.999999Z or 2026-01-31.");
	pfree(text);

	return at;
}

/* The numbers of a state, in an array that grows as it has to. */
static int
read_state(JsonRead *read, double **state, int *room)
{
	int			n = 0;

	json_enter(read, '[');
	while (json_element(read))
	{
		if (n == TRAJECTORY_MAX_DIMENSION)
			json_failed(read, "A state has too many numbers.");
		if (n == *room)
			*state = repalloc(*state, sizeof(double) * (*room *= 2));
		(*state)[n++] = json_double(read);
		if (!isfinite((*state)[n - 1]))
			json_failed(read, "A number is out of range.");
	}

	return n;
}

static double
read_number(JsonRead *read)
{
	double		number = json_double(read);

	if (!isfinite(number))
		json_failed(read, "A number is out of range.");

	return number;
}

/* The bit of a key. */
static int
key_bit(JsonRead *read, const char *key)
{
	for (int k = 0; keys[k]; k++)
		if (strcmp(keys[k], key) == 0)
			return 1 << k;
	json_failed(read, "A step has keys at, state, offer, reward, cost and propensity.");
}

/* The keys that a step has say whether it was acted on. */
static void
check_keys(JsonRead *read, int seen)
{
	int			needed = KEY_AT | KEY_STATE;

	if (seen != needed)
		needed |= KEY_OFFER | KEY_REWARD | KEY_COST;
	if ((seen & needed) != needed)
		json_failed(read, "A step needs keys at, state, offer, reward and cost, or only at and state.");
}

/* One step, added to the others; "state" is a place for its numbers. */
static void
read_step(JsonRead *read, Steps *steps, double **state, int *room)
{
	Step		step = {0};
	char	   *offer = NULL;
	char	   *key;
	int			seen = 0;

	for (json_enter(read, '{'); (key = json_key(read)) != NULL; pfree(key))
	{
		int			bit = key_bit(read, key);

		if (seen & bit)
			json_failed(read, "A step has a key twice.");
		seen |= bit;
		switch (bit)
		{
			case KEY_AT:
				step.at = read_time(read);
				break;
			case KEY_STATE:
				step.dimension = read_state(read, state, room);
				break;
			case KEY_OFFER:
				offer = json_string(read);
				break;
			case KEY_REWARD:
				step.reward = read_number(read);
				break;
			case KEY_COST:
				step.cost = read_number(read);
				break;
			case KEY_PROPENSITY:
				step.has_propensity = true;
				step.propensity = read_number(read);
		}
	}
	check_keys(read, seen);
	step.state = *state;
	step.offer = offer;
	step.length = offer ? strlen(offer) : 0;
	steps_add(steps, &step);
	if (offer)
		pfree(offer);
}

Trajectory *
trajectory_parse(const char *form)
{
	Steps	   *steps = steps_make(CurrentMemoryContext);
	int			room = 16;
	double	   *state = palloc_array(double, room);
	JsonRead	read;

	json_begin(&read, "invalid input syntax for type coupon.trajectory", form, strlen(form));
	read.sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
	json_enter(&read, '[');
	while (json_element(&read))
	{
		CHECK_FOR_INTERRUPTS();
		read_step(&read, steps, &state, &room);
	}
	json_end(&read);
	if (steps->rows == NULL)
		json_failed(&read, "A trajectory has at least one step.");

	return steps_pack(steps, false);
}
