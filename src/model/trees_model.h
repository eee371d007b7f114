/*
 * trees_model.h
 *		Models of kind trees: an outcome by features, fitted here or imported.
 */
#ifndef COUPON_TREES_MODEL_H
#define COUPON_TREES_MODEL_H

#include "coupon.h"

#include "model/trees_fit.h"
#include "pg/model.h"

typedef struct Trees
{
	Schema	   *schema;			/* sorted */
	Forest	   *forest;
	bool		imported;

	/* of a fit */
	int64		skipped;		/* rows without outcome or features */
	TreesOptions options;
	TreesTrace *trace;

	/* of an import */
	char	   *objective;		/* XGBoost's name of it */
	char	   *version;		/* of XGBoost */
} Trees;

extern void trees_pack(StringInfo to, const Trees *trees);
extern void *trees_unpack(Reader *from, int version);
extern void trees_describe(const void *model, StringInfo json);
extern void trees_trace(const void *model, TraceSink sink, void *to);

/* The expected outcome, of logistic trees a probability. */
extern double trees_predict(const Trees *trees, const double *slots);

#endif							/* COUPON_TREES_MODEL_H */
