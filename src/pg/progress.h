/*
 * progress.h
 *		Long work says where it is: by NOTICE, after two seconds, at most every
 *		two seconds.
 */
#ifndef COUPON_PROGRESS_H
#define COUPON_PROGRESS_H

#include "coupon.h"

#include "miscadmin.h"
#include "portability/instr_time.h"

typedef struct Progress
{
	bool		quiet;
	instr_time	said;			/* when the last notice went out, or the work began */
} Progress;

extern void progress_start(Progress *progress, bool quiet);

/* Is a notice due?  Cheap enough for every outer iteration. */
extern bool progress_due(Progress *progress);

/* Check for interrupts, and say where the work is when a notice is due. */
#define progress_say(progress, ...) \
	do { \
		CHECK_FOR_INTERRUPTS(); \
		if (progress_due(progress)) \
			ereport(NOTICE, (errmsg(__VA_ARGS__))); \
	} while (0)

#endif							/* COUPON_PROGRESS_H */
