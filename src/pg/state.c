/*
 * state.c
 *		Plumbing of summaries: aggregates whose state has type coupon.state.
 */
#include "coupon.h"

#include "pg/bytes.h"
#include "pg/collector.h"
#include "pg/state.h"

const StateType *
state_type_named(const char *name)
{
	for (const StateType *type = state_types; type->name; type++)
		if (strcmp(type->name, name) == 0)
			return type;

	return NULL;
}

const StateType *
state_type_of(int kind)
{
	for (const StateType *type = state_types; type->name; type++)
		if ((int) type->kind == kind)
			return type;

	return NULL;
}

void *
state_make(StateKind kind, Size size)
{
	FlatState  *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->kind = kind;
	state->version = state_type_of(kind)->version;

	return state;
}

void *
state_arg_checked(FunctionCallInfo fcinfo, int i, StateKind kind)
{
	FlatState  *state;

	aggregate_context(fcinfo);
	if (PG_ARGISNULL(i))
		return NULL;

	state = (FlatState *) PG_DETOAST_DATUM(PG_GETARG_DATUM(i));
	if (state->kind != kind)
	{
		const StateType *type = state_type_of(state->kind);

		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("expected a state of kind \"%s\", not \"%s\"",
						state_type_of(kind)->name, type ? type->name : "unknown")));
	}

	return state;
}

void
state_unsound(const char *detail)
{
	get_failed(&(Reader) {.what = "coupon.state"}, detail);
}

void *
state_copy(const void *state)
{
	return memcpy(palloc(VARSIZE(state)), state, VARSIZE(state));
}

Datum
state_combine(FunctionCallInfo fcinfo, StateKind kind)
{
	void	   *state = state_arg(fcinfo, 0, kind);
	void	   *other = state_arg(fcinfo, 1, kind);

	if (other == NULL)
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	if (state == NULL)
		PG_RETURN_POINTER(state_copy(other));

	PG_RETURN_POINTER(state_type_of(kind)->merge(state, other));
}

Datum
state_compact(FunctionCallInfo fcinfo, StateKind kind)
{
	void	   *state = state_arg(fcinfo, 0, kind);

	if (state == NULL)
		PG_RETURN_NULL();

	PG_RETURN_POINTER(state_type_of(kind)->compact(state));
}
