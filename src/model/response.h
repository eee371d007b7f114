/*
 * response.h
 *		Models of kind linear and logit: an outcome by features.
 */
#ifndef COUPON_RESPONSE_H
#define COUPON_RESPONSE_H

#include "coupon.h"

#include "model/base.h"
#include "pg/model.h"

typedef struct Response
{
	Base		base;
	int64		skipped;		/* rows without outcome or features */
	double		ridge;
	Design	   *design;
	BaseFit    *fit;
	double	   *weights;		/* of the score, by slots; not stored */
} Response;

/* The payload of a response model. */
extern void response_pack(StringInfo to, const Response *response);

extern void *linear_unpack(Reader *from, int version);
extern void *logit_unpack(Reader *from, int version);
extern void response_describe(const void *model, StringInfo json);
extern void response_trace(const void *model, TraceSink sink, void *to);

/* The expected outcome, of logit a probability. */
extern double response_predict(const Response *response, const double *slots);

/*
 * What each part of the features adds to the score of a row, coefficient
 * times value: worth (parts).  Returns the intercept, that of features at
 * zero and first categories.
 */
extern double response_explain(const Response *response, const double *slots, double *worth);

/*
 * The Wald statistic of each part: of the hypothesis that its coefficients
 * are all zero.  Without a covariance it is an error.
 */
extern void response_importance(const Response *response, double *wald);

/* Append the columns that a fit has dropped, as a member of a JSON object. */
extern void describe_dropped(StringInfo json, const Design *design, const BaseFit *fit);

#endif							/* COUPON_RESPONSE_H */
