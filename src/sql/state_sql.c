/*
 * state_sql.c
 *		Input and output of type coupon.state.
 */
#include "coupon.h"

#include "libpq/pqformat.h"

#include "pg/state.h"
#include "pg/textform.h"

/* Finish a state whose bytes after the header came from outside. */
static FlatState *
state_from_outside(FlatState *state, const StateType *type, int version, Size size)
{
	if (version != type->version)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("state of kind \"%s\" has layout version %d, but this version of coupon reads %d",
						type->name, version, type->version)));
	SET_VARSIZE(state, sizeof(FlatState) + size);
	state->kind = type->kind;
	state->version = version;
	type->check(state);

	return state;
}

PG_FUNCTION_INFO_V1(state_in);

/* state_in(cstring) returns state */
Datum
state_in(PG_FUNCTION_ARGS)
{
	char	   *name;
	int			version;
	Size		size;
	FlatState  *state = (FlatState *) textform_in(PG_GETARG_CSTRING(0), "coupon.state",
												  sizeof(FlatState), &name, &version, &size);
	const StateType *type = state_type_named(name);

	if (type == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type coupon.state"),
				 errdetail("There is no summary of kind \"%s\".", name)));

	PG_RETURN_POINTER(state_from_outside(state, type, version, size));
}

PG_FUNCTION_INFO_V1(state_out);

/* state_out(state) returns cstring */
Datum
state_out(PG_FUNCTION_ARGS)
{
	FlatState  *state = (FlatState *) PG_GETARG_VARLENA_P(0);

	PG_RETURN_CSTRING(textform_out(state_type_of(state->kind)->name, state->version,
								   (char *) state + sizeof(FlatState),
								   VARSIZE(state) - sizeof(FlatState)));
}

PG_FUNCTION_INFO_V1(state_recv);

/* state_recv(internal) returns state */
Datum
state_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			kind = pq_getmsgint(message, 2);
	int			version = pq_getmsgint(message, 2);
	Size		size = message->len - message->cursor;
	const StateType *type = state_type_of(kind);
	FlatState  *state;

	if (type == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid value of type coupon.state"),
				 errdetail("There is no summary number %d.", kind)));
	state = palloc0(sizeof(FlatState) + size);
	pq_copymsgbytes(message, (char *) state + sizeof(FlatState), size);

	PG_RETURN_POINTER(state_from_outside(state, type, version, size));
}

PG_FUNCTION_INFO_V1(state_send);

/* state_send(state) returns bytea */
Datum
state_send(PG_FUNCTION_ARGS)
{
	FlatState  *state = (FlatState *) PG_GETARG_VARLENA_P(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint16(&message, state->kind);
	pq_sendint16(&message, state->version);
	pq_sendbytes(&message, (char *) state + sizeof(FlatState), VARSIZE(state) - sizeof(FlatState));

	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
