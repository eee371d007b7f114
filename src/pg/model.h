/*
 * model.h
 *		Values of type coupon.model: a fitted model in one varlena.
 *
 * A model is a header and a payload that its kind writes and reads with
 * pg/bytes.h.  The checksum is the first half of the SHA-256 of kind, version
 * and payload; it tells altered values at the door and equal values apart
 * from others without comparing them.
 */
#ifndef COUPON_MODEL_H
#define COUPON_MODEL_H

#include "coupon.h"

#include "pg/bytes.h"

#define MODEL_CHECKSUM	16

/* Append only: these numbers are on disk. */
typedef enum ModelKind
{
	MODEL_LINEAR = 1,
	MODEL_LOGIT = 2,
	MODEL_UPLIFT = 3,
	MODEL_PLAN = 4,
	MODEL_TREES = 5,
	MODEL_NETWORK = 6,
	MODEL_DOSE = 7,
	MODEL_HMM = 8,
	MODEL_GRAPH = 9,
	MODEL_BAYES = 10,
} ModelKind;

typedef struct Model
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint16		kind;			/* a ModelKind */
	uint16		version;		/* of the kind's layout, from 1 */
	uint8		checksum[MODEL_CHECKSUM];
	char		payload[FLEXIBLE_ARRAY_MEMBER];
} Model;

/* Receives one row of model_trace(). */
typedef void (*TraceSink) (void *to, const char *part, int step,
						   const char *measure, double value);

/* What a kind of model can do. */
typedef struct ModelType
{
	ModelKind	kind;
	const char *name;			/* in text forms and messages */
	uint16		version;		/* the newest layout; all up to it are read */

	/* The model in memory, palloc'd; any malformed payload is an SQL error. */
	void	   *(*unpack) (Reader *payload, int version);

	/* Append the members of a JSON object, each after a comma. */
	void		(*describe) (const void *model, StringInfo json);

	/* Hand over the progress of the fit; NULL if the kind has none. */
	void		(*trace) (const void *model, TraceSink sink, void *to);
} ModelType;

/* All kinds, ended by one without a name; in coupon.c. */
extern const ModelType model_types[];

/* The type of this name or number, or NULL. */
extern const ModelType *model_type_named(const char *name);
extern const ModelType *model_type_of(int kind);

/* A value of this kind and layout version around a payload. */
extern Model *model_make(ModelKind kind, int version, StringInfo payload);

/* Unpack a value's payload into the current context. */
extern void *model_unpack(const ModelType *type, int version, const char *payload, Size size);

/* A model argument, unpacked. */
typedef struct ModelArg
{
	const ModelType *type;
	const void *model;			/* what the type's unpack() returned */
	void	   *scratch;		/* the caller's own, NULL at first */
	MemoryContext context;		/* where both live */
} ModelArg;

/*
 * The model in argument i.  It is unpacked once per query, not once per row:
 * it is recognised by its TOAST pointer or by its header and checksum.  The
 * function must leave fn_extra alone and may keep in "scratch" (allocated in
 * "context") what it derives from this model.
 */
extern ModelArg *model_arg(FunctionCallInfo fcinfo, int i);

/* Raise an error unless the model is of this kind. */
extern void model_check_kind(const ModelArg *arg, ModelKind kind);

#endif							/* COUPON_MODEL_H */
