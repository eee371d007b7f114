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

pg_noreturn extern void log_left_out_too_many(void);

/* How such a state begins; counts of 32 bits keep that of rfm within a cache line. */
typedef struct LogState
{
	FlatState	head;
	int64		n;				/* events, or items */
	uint32		skipped;		/* rows with a null */
	uint32		future;			/* rows left out, later than as_of; 0 where there is no as_of */
} LogState;

/* How a state that looks back from a given time begins. */
typedef struct AsOfState
{
	LogState	log;
	int64		as_of;
} AsOfState;

/* One more row that was not taken. */
static inline void
log_leave_out(uint32 *count)
{
	if (unlikely(*count == PG_UINT32_MAX))
		log_left_out_too_many();
	(*count)++;
}

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

/* Add what another state has left out. */
extern void log_merge_left_out(LogState *log, const LogState *other);

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

/* Errors of a state from outside: unless the array is as long as it says; unless the time is one. */
extern void log_check(const LogState *state, Size fixed, Size item);
extern void as_of_check(const AsOfState *state);

#endif							/* COUPON_SUMMARY_LOG_H */
