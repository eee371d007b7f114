/*
 * watch.h
 *		A foreign solver under watch: the time it has, what it says while it
 *		works, and its last words.
 */
#ifndef COUPON_WATCH_H
#define COUPON_WATCH_H

#include "coupon.h"

#include "pg/progress.h"

typedef struct Watch
{
	Progress   *progress;		/* NULL: say nothing */
	double		time_limit;		/* seconds; 0: none */
	int			memory_mb;		/* 0: no limit */
	instr_time	began;
	instr_time	looked;			/* when watch_beat() was last true */
	char		last_words[256];
} Watch;

extern void watch_start(Watch *watch, Progress *progress, double time_limit, int memory_mb);

/* Milliseconds left: INT_MAX without a limit, 0 when there is no time left. */
extern int	watch_left(const Watch *watch);

/* Has so long passed since this was last true? */
extern bool watch_beat(Watch *watch, int milliseconds);

/* Is a notice due? */
extern bool watch_notice(const Watch *watch);

/* Of what a failing solver prints, the first line says what is wrong. */
extern void watch_listen(Watch *watch, const char *line);

/* Raise what the solver failed of as an SQL error. */
pg_noreturn extern void watch_failed(const Watch *watch);

#endif							/* COUPON_WATCH_H */
