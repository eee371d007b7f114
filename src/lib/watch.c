/*
 * watch.c
 *		A foreign solver under watch.
 */
#include "coupon.h"

#include <limits.h>
#include <math.h>

#include "lib/watch.h"

static double
milliseconds_since(instr_time then)
{
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, then);

	return INSTR_TIME_GET_MILLISEC(now);
}

void
watch_start(Watch *watch, Progress *progress, double time_limit, int memory_mb)
{
	watch->progress = progress;
	watch->time_limit = time_limit;
	watch->memory_mb = memory_mb;
	INSTR_TIME_SET_CURRENT(watch->began);
	watch->looked = watch->began;
	watch->last_words[0] = '\0';
}

int
watch_left(const Watch *watch)
{
	double		left;

	if (watch->time_limit <= 0)
		return INT_MAX;
	left = watch->time_limit * 1000 - milliseconds_since(watch->began);

	return left <= 0 ? 0 : (int) Min(ceil(left), INT_MAX - 1);
}

bool
watch_beat(Watch *watch, int milliseconds)
{
	if (milliseconds_since(watch->looked) < milliseconds)
		return false;
	INSTR_TIME_SET_CURRENT(watch->looked);

	return true;
}

bool
watch_notice(const Watch *watch)
{
	return watch->progress && progress_due(watch->progress);
}

void
watch_listen(Watch *watch, const char *line)
{
	if (watch->last_words[0] != '\0')
		return;
	strlcpy(watch->last_words, line, sizeof(watch->last_words));
	watch->last_words[strcspn(watch->last_words, "\n")] = '\0';
}

void
watch_failed(const Watch *watch)
{
	if (strstr(watch->last_words, "memory allocation limit exceeded"))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("linear programming solver needs more than %d MB", watch->memory_mb)));
	if (strstr(watch->last_words, "no memory available"))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed in the linear programming solver.")));
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("linear programming solver failed"),
			 errdetail_internal("%s", watch->last_words)));
}
