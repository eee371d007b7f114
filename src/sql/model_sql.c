/*
 * model_sql.c
 *		Type coupon.model, describe() and model_trace().
 */
#include "coupon.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "pg/model.h"
#include "pg/textform.h"

/*
 * A value of the bytes that came from outside: the checksum must be right
 * and the payload must unpack.
 */
static Model *
model_from_outside(const ModelType *type, int version, const char *bytes, Size size)
{
	Model	   *model;
	StringInfoData payload;

	if (size < MODEL_CHECKSUM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid value of type coupon.model"),
				 errdetail("The value is truncated.")));

	payload.data = (char *) bytes + MODEL_CHECKSUM;
	payload.len = payload.maxlen = size - MODEL_CHECKSUM;
	payload.cursor = 0;
	model = model_make(type->kind, version, &payload);
	if (memcmp(model->checksum, bytes, MODEL_CHECKSUM) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid value of type coupon.model"),
				 errdetail("The checksum does not fit: the value was altered or cut.")));
	model_unpack(type, version, payload.data, payload.len);

	return model;
}

PG_FUNCTION_INFO_V1(model_in);

/* model_in(cstring) returns model */
Datum
model_in(PG_FUNCTION_ARGS)
{
	char	   *name;
	int			version;
	Size		size;
	char	   *bytes = textform_in(PG_GETARG_CSTRING(0), "coupon.model", 0, &name, &version, &size);
	const ModelType *type = model_type_named(name);

	if (type == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type coupon.model"),
				 errdetail("There is no model of kind \"%s\".", name)));

	PG_RETURN_POINTER(model_from_outside(type, version, bytes, size));
}

/* A model argument that is not scored, only shown or moved. */
static Model *
model_value(FunctionCallInfo fcinfo, int i, const ModelType **type)
{
	Model	   *model = (Model *) PG_GETARG_VARLENA_P(i);

	*type = model_type_of(model->kind);
	if (*type == NULL)
		elog(ERROR, "unknown model kind %d", model->kind);

	return model;
}

PG_FUNCTION_INFO_V1(model_out);

/* model_out(model) returns cstring */
Datum
model_out(PG_FUNCTION_ARGS)
{
	const ModelType *type;
	Model	   *model = model_value(fcinfo, 0, &type);

	PG_RETURN_CSTRING(textform_out(type->name, model->version, (char *) model->checksum,
								   VARSIZE(model) - offsetof(Model, checksum)));
}

PG_FUNCTION_INFO_V1(model_recv);

/* model_recv(internal) returns model */
Datum
model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			kind = pq_getmsgint(message, 2);
	int			version = pq_getmsgint(message, 2);
	Size		size = message->len - message->cursor;
	const ModelType *type = model_type_of(kind);

	if (type == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid value of type coupon.model"),
				 errdetail("There is no model number %d.", kind)));

	PG_RETURN_POINTER(model_from_outside(type, version, pq_getmsgbytes(message, size), size));
}

PG_FUNCTION_INFO_V1(model_send);

/* model_send(model) returns bytea */
Datum
model_send(PG_FUNCTION_ARGS)
{
	Model	   *model = (Model *) PG_GETARG_VARLENA_P(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint16(&message, model->kind);
	pq_sendint16(&message, model->version);
	pq_sendbytes(&message, (char *) model->checksum, VARSIZE(model) - offsetof(Model, checksum));

	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(model_describe);

/* describe(model) returns jsonb */
Datum
model_describe(PG_FUNCTION_ARGS)
{
	const ModelArg *arg = model_arg(fcinfo, 0);
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"kind\": \"%s\"", arg->type->name);
	arg->type->describe(arg->model, &json);
	appendStringInfoChar(&json, '}');

	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

static void
put_trace_row(void *to, const char *part, int step, const char *measure, double value)
{
	ReturnSetInfo *result = to;
	Datum		values[4] = {
		CStringGetTextDatum(part),
		Int32GetDatum(step),
		CStringGetTextDatum(measure),
		Float8GetDatum(value),
	};
	bool		nulls[4] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(model_trace);

/* model_trace(model) returns setof (part, step, measure, value) */
Datum
model_trace(PG_FUNCTION_ARGS)
{
	const ModelArg *arg = model_arg(fcinfo, 0);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (arg->type->trace)
		arg->type->trace(arg->model, put_trace_row, fcinfo->resultinfo);

	return (Datum) 0;
}
