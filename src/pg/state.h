/*
 * state.h
 *		Plumbing of summaries: aggregates whose state has type coupon.state.
 *
 * A summary keeps its state in one chunk without pointers: a varlena headed
 * by its length, kind and layout version.  So copying a state is copying its
 * bytes, and one pair of input and output functions carries them all between
 * workers, shards and tables.
 *
 * A new or grown state is allocated in the current context and the old one
 * left alone: the executor copies the new and frees the old.  Only a state
 * returned at its unchanged address stays in place.
 */
#ifndef COUPON_STATE_H
#define COUPON_STATE_H

#include "coupon.h"

#include "nodes/nodes.h"

/* Append only: these numbers are on disk. */
typedef enum StateKind
{
	STATE_LINEAR = 1,
	STATE_AB_TEST = 2,
	STATE_BALANCE = 3,
	STATE_OFF_POLICY = 4,
	STATE_RFM = 5,
	STATE_DECAYED_SUM = 6,
	STATE_SESSIONS = 7,
	STATE_GAPS = 8,
	STATE_COUPON_HISTORY = 9,
	STATE_BAYES = 10,
	STATE_REPLAY = 11,
	STATE_WAPE = 12,
} StateKind;

typedef struct FlatState
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint16		kind;			/* which summary */
	uint16		version;		/* of the kind's layout, from 1 */
} FlatState;

typedef struct StateType
{
	StateKind	kind;
	const char *name;			/* in text forms and messages */
	uint16		version;		/* the only layout that is read */

	/* Raise an error unless every byte is as the summary would have written it. */
	void		(*check) (const FlatState *state);

	/* The first with the other added, in place where it can be; never the other. */
	void	   *(*merge) (void *state, const void *other);

	/* A copy fit to be kept, or an error. */
	void	   *(*compact) (const void *state);
} StateType;

/* All kinds, ended by one without a name; in coupon.c. */
extern const StateType state_types[];

extern const StateType *state_type_named(const char *name);
extern const StateType *state_type_of(int kind);

/* A zeroed state of this kind in the current context. */
extern void *state_make(StateKind kind, Size size);

/*
 * The state in argument i, aligned and with a full header, or NULL; an error
 * when it is of another kind or the call is not made by an aggregate.  As
 * argument 0 of a transition it may be changed in place.
 */
extern void *state_arg_checked(FunctionCallInfo fcinfo, int i, StateKind kind);

static inline void *
state_arg(FunctionCallInfo fcinfo, int i, StateKind kind)
{
	/* in place it is as it is, row after row */
	if (likely(!PG_ARGISNULL(i) && fcinfo->context && IsA(fcinfo->context, AggState)))
	{
		FlatState  *state = (FlatState *) PG_GETARG_POINTER(i);

		if (likely(!VARATT_IS_EXTENDED(state) && state->kind == kind))
			return state;
	}

	return state_arg_checked(fcinfo, i, kind);
}

/* Raise the error of a state that its summary would not have written; the second unless it is sound. */
pg_noreturn extern void state_unsound(const char *detail);

static inline void
state_expect(bool sound, const char *detail)
{
	if (!sound)
		state_unsound(detail);
}

/* A copy in the current context. */
extern void *state_copy(const void *state);

/* What the combine and the compacting function of a kind do. */
extern Datum state_combine(FunctionCallInfo fcinfo, StateKind kind);
extern Datum state_compact(FunctionCallInfo fcinfo, StateKind kind);

#endif							/* COUPON_STATE_H */
