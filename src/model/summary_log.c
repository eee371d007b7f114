/*
 * summary_log.c
 *		What the states of one customer's events share: when, as of when, and
 *		an array of items that grows.
 */
#include "coupon.h"

#include "model/summary_log.h"

#define FIRST_ROOM	4

void
log_left_out_too_many(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many rows with nulls or later than as_of for one state"),
			 errdetail("A group may have %u of either.", PG_UINT32_MAX),
			 errhint("Leave them out with FILTER (WHERE ...).")));
}

void
log_merge_left_out(LogState *log, const LogState *other)
{
	if (other->skipped > PG_UINT32_MAX - log->skipped || other->future > PG_UINT32_MAX - log->future)
		log_left_out_too_many();
	log->skipped += other->skipped;
	log->future += other->future;
}

void
as_of_merge(AsOfState *state, const AsOfState *other)
{
	int64		as_of = Max(state->as_of, other->as_of);
	const AsOfState *earlier = state->as_of < as_of ? state : other;

	if (earlier->as_of < as_of && earlier->log.future > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot bring a state of %s forward to a later as_of",
						state_type_of(state->log.head.kind)->name),
				 errdetail("It has left out %lld rows that were later than its own as_of.",
						   (long long) earlier->log.future),
				 errhint("Make all states with the same as_of, or leave later rows to later states.")));
	state->as_of = as_of;
	log_merge_left_out(&state->log, &other->log);
}

void *
log_reserve(void *state, Size fixed, Size item, int64 n)
{
	int64		room = log_room(state, fixed, item);
	void	   *grown;

	if (n <= room)
		return state;
	if (n > LOG_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many events for one state of %s", state_type_of(((FlatState *) state)->kind)->name),
				 errdetail("A group may have %d.", LOG_MOST),
				 errhint("Group by customer, or leave out older events.")));
	room = Min(Max(Max(n, room * 2), FIRST_ROOM), LOG_MOST);
	/* the executor copies what is returned, spare room and all */
	grown = palloc0(fixed + item * room);
	memcpy(grown, state, VARSIZE(state));
	SET_VARSIZE(grown, fixed + item * room);

	return grown;
}

void *
log_trim(const void *state, Size fixed, Size item)
{
	Size		size = fixed + item * ((const LogState *) state)->n;
	void	   *copy = memcpy(palloc(size), state, size);

	SET_VARSIZE(copy, size);

	return copy;
}

void
log_check(const LogState *state, Size fixed, Size item)
{
	state_expect(VARSIZE(state) >= fixed, "The length is not that of such a state.");
	state_expect(state->n >= 0 && state->n <= PG_INT64_MAX / 2 && (item == 0 || state->n <= LOG_MOST),
			   "A count is out of range.");
	state_expect(VARSIZE(state) == fixed + item * state->n, "The length is not that of such a state.");
}

void
as_of_check(const AsOfState *state)
{
	state_expect(IS_VALID_TIMESTAMP(state->as_of), "A time is out of range.");
}
