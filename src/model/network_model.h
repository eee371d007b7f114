/*
 * network_model.h
 *		Models of kind network: an outcome by features through a perceptron.
 */
#ifndef COUPON_NETWORK_MODEL_H
#define COUPON_NETWORK_MODEL_H

#include "coupon.h"

#include "model/network.h"
#include "pg/model.h"

typedef struct Network
{
	int64		skipped;		/* rows without outcome or features */
	Design	   *design;
	NetworkFit *fit;
	NetworkOptions options;		/* but for "exclude" and "quiet" */
	double	   *columns;		/* (p) scratch of scoring; not stored */
	float	   *units;			/* (network_scratch) the same */
} Network;

/* Options of network_fit() with their defaults. */
extern NetworkOptions network_options(const Jsonb *options);

/* Raise an error unless the outcomes of the sample suit the objective. */
extern void network_check(const Sample *sample, const NetworkOptions *options);

/* Warn of a fit that has not learned anything. */
extern void network_warn(const NetworkFit *fit, const char *what);

/* The payload of a network. */
extern void network_pack(StringInfo to, const Network *network);

extern void *network_unpack(Reader *from, int version);
extern void network_describe(const void *model, StringInfo json);
extern void network_trace(const void *model, TraceSink sink, void *to);

/* The expected outcome, with the logistic objective a probability. */
extern double network_predict(const Network *network, const double *slots);

/* The last hidden layer (*n): valid until the network scores again. */
extern const float *network_embedding(const Network *network, const double *slots, int *n);

#endif							/* COUPON_NETWORK_MODEL_H */
