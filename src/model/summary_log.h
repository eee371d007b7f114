/*
 * summary_log.h
 *		What the states of one customer's events share: when, as of when, and
 *		an array of items that grows.
 *
 * Times are in microseconds, as the server has them; two of them may lie
 * further apart than a signed number can say.
 */
#ifndef COUPON_SUMMARY_LOG_H
#define COUPON_SUMMARY_LOG_H

#include "coupon.h"

#include "datatype/timestamp.h"

#include "pg/state.h"

#define LOG_MOST		1000000	/* items of a state */
#define MOST_AMOUNT		1e100	/* sums stay finite */

/* How such a state begins. */
typedef struct LogState
{
	FlatState	head;
	int64		n;				/* events, or items */
	int64		skipped;		/* rows with a null */
} LogState;

/* How a state that looks back from a given time begins. */
typedef struct AsOfState
{
	LogState	log;
	int64		as_of;
	int64		future;			/* rows left out, later than as_of */
} AsOfState;

/* From an earlier to a later time. */
static inline uint64
time_between(int64 earlier, int64 later)
{
	return (uint64) later - (uint64) earlier;
}

static inline double
days_between(int64 earlier, int64 later)
{
	return (double) time_between(earlier, later) / USECS_PER_DAY;
}

/*
 * Bring a state that is to take in another forward to the later of the two
 * times, and add what the beginnings count but for the items.  It is an error
 * if what was left out at the earlier time were not future at the later.
 */
extern void as_of_merge(AsOfState *state, const AsOfState *other);

/* Items there is room for. */
static inline int64
log_room(const void *state, Size fixed, Size item)
{
	return (VARSIZE(state) - fixed) / item;
}

/*
 * The state itself, or a larger copy, with room for n items of this size
 * behind its fixed part; an error beyond LOG_MOST.
 */
extern void *log_reserve(void *state, Size fixed, Size item, int64 n);

/* A copy without spare room. */
extern void *log_trim(const void *state, Size fixed, Size item);

/* Errors of a state from outside: unless the array is as long as it says; unless it is so. */
extern void log_check(const LogState *state, Size fixed, Size item);
extern void log_expect(bool sound, const char *detail);
extern void as_of_check(const AsOfState *state);

#endif							/* COUPON_SUMMARY_LOG_H */
