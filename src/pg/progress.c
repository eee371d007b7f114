/*
 * progress.c
 *		Long work says where it is.
 */
#include "coupon.h"

#include "pg/progress.h"

#define INTERVAL_MS	2000

void
progress_start(Progress *progress, bool quiet)
{
	progress->quiet = quiet;
	INSTR_TIME_SET_CURRENT(progress->said);
}

bool
progress_due(Progress *progress)
{
	instr_time	now;
	instr_time	passed;

	if (progress->quiet)
		return false;
	INSTR_TIME_SET_CURRENT(now);
	passed = now;
	INSTR_TIME_SUBTRACT(passed, progress->said);
	if (INSTR_TIME_GET_MILLISEC(passed) < INTERVAL_MS)
		return false;
	progress->said = now;

	return true;
}
