/*
 * model.c
 *		Values of type coupon.model: making them, recognising them, unpacking.
 */
#include "coupon.h"

#include "access/detoast.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "utils/memutils.h"

#include "pg/model.h"

/* Models that one call site keeps unpacked, for joins that alternate between them. */
#define KEPT	16

/* What tells a stored argument apart without reading it all. */
typedef struct Identity
{
	Size		size;			/* of the varlena */
	char		bytes[offsetof(Model, payload)];	/* TOAST pointer or header */
} Identity;

typedef struct Kept
{
	Identity	identity;
	ModelArg	arg;
} Kept;

typedef struct ModelMemory
{
	int			n;				/* models kept */
	int			last;			/* the one found last */
	int			oldest;			/* the next to give way */
	Kept		kept[KEPT];
} ModelMemory;

const ModelType *
model_type_named(const char *name)
{
	for (const ModelType *type = model_types; type->name; type++)
		if (strcmp(type->name, name) == 0)
			return type;

	return NULL;
}

const ModelType *
model_type_of(int kind)
{
	for (const ModelType *type = model_types; type->name; type++)
		if ((int) type->kind == kind)
			return type;

	return NULL;
}

static void
checksum(const Model *model, Size payload, uint8 *result)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *sha = pg_cryptohash_create(PG_SHA256);

	if (sha == NULL ||
		pg_cryptohash_init(sha) < 0 ||
		pg_cryptohash_update(sha, (const uint8 *) &model->kind, sizeof(model->kind)) < 0 ||
		pg_cryptohash_update(sha, (const uint8 *) &model->version, sizeof(model->version)) < 0 ||
		pg_cryptohash_update(sha, (const uint8 *) model->payload, payload) < 0 ||
		pg_cryptohash_final(sha, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute SHA-256");
	pg_cryptohash_free(sha);
	memcpy(result, digest, MODEL_CHECKSUM);
}

Model *
model_make(ModelKind kind, int version, StringInfo payload)
{
	Size		size = offsetof(Model, payload) + payload->len;
	Model	   *model = palloc(size);

	SET_VARSIZE(model, size);
	model->kind = kind;
	model->version = version;
	memcpy(model->payload, payload->data, payload->len);
	checksum(model, payload->len, model->checksum);

	return model;
}

void *
model_unpack(const ModelType *type, int version, const char *payload, Size size)
{
	Reader		reader = {"coupon.model", payload, payload + size};
	void	   *model;

	if (version < 1 || version > type->version)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("model of kind \"%s\" has layout version %d, but this version of coupon reads up to %d",
						type->name, version, type->version),
				 errhint("Update the extension.")));
	model = type->unpack(&reader, version);
	get_end(&reader);

	return model;
}

/* The identity of an argument as it came; no detoasting of large values. */
static void
identify(struct varlena *argument, Identity *identity)
{
	memset(identity, 0, sizeof(*identity));
	if (VARATT_IS_EXTERNAL_ONDISK(argument))
	{
		identity->size = VARSIZE_EXTERNAL(argument);
		memcpy(identity->bytes, argument, identity->size);
	}
	else if (VARATT_IS_4B_U(argument))
	{
		identity->size = VARSIZE(argument);
		memcpy(identity->bytes, VARDATA(argument),
			   Min(VARSIZE(argument) - VARHDRSZ, sizeof(identity->bytes)));
	}
	else
	{
		/* short, compressed or in memory: the header's slice is enough */
		int			want = offsetof(Model, payload) - VARHDRSZ;
		struct varlena *slice = detoast_attr_slice(argument, 0, want);

		identity->size = toast_raw_datum_size(PointerGetDatum(argument));
		memcpy(identity->bytes, VARDATA_ANY(slice), Min(VARSIZE_ANY_EXHDR(slice), want));
		pfree(slice);
	}
}

ModelArg *
model_arg(FunctionCallInfo fcinfo, int i)
{
	struct varlena *argument = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(i));
	ModelMemory *memory = fcinfo->flinfo->fn_extra;
	Identity	identity;
	MemoryContext context;
	MemoryContext caller;
	Model	   *model;
	ModelArg   *arg;
	int			slot;

	identify(argument, &identity);

	if (memory == NULL)
		fcinfo->flinfo->fn_extra = memory =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ModelMemory));
	else if (memory->n > 0 &&
			 memcmp(&memory->kept[memory->last].identity, &identity, sizeof(identity)) == 0)
		return &memory->kept[memory->last].arg;

	for (slot = 0; slot < memory->n; slot++)
		if (memcmp(&memory->kept[slot].identity, &identity, sizeof(identity)) == 0)
		{
			memory->last = slot;
			return &memory->kept[slot].arg;
		}

	/* unpack first: an error must not leave half a memory behind */
	context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "coupon model", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	model = (Model *) PG_DETOAST_DATUM_COPY(PointerGetDatum(argument));
	arg = palloc0_object(ModelArg);
	arg->context = context;
	arg->type = model_type_of(model->kind);
	if (VARSIZE(model) < offsetof(Model, payload) || arg->type == NULL)
		elog(ERROR, "model value is damaged");
	arg->model = model_unpack(arg->type, model->version, model->payload,
							  VARSIZE(model) - offsetof(Model, payload));
	MemoryContextSwitchTo(caller);

	if (memory->n < KEPT)
		slot = memory->n++;
	else
	{
		slot = memory->oldest;
		memory->oldest = (memory->oldest + 1) % KEPT;
		MemoryContextDelete(memory->kept[slot].arg.context);
	}
	memory->kept[slot].identity = identity;
	memory->kept[slot].arg = *arg;
	memory->last = slot;

	return &memory->kept[slot].arg;
}

void
model_check_kind(const ModelArg *arg, ModelKind kind)
{
	if (arg->type->kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("expected a model of kind \"%s\", not \"%s\"",
						model_type_of(kind)->name, arg->type->name)));
}
