/*
 * scorer.h
 *		The two first arguments of every scoring function: model and features.
 */
#ifndef COUPON_SCORER_H
#define COUPON_SCORER_H

#include "coupon.h"

#include "pg/features.h"
#include "pg/model.h"

/*
 * The slots of the features in argument 1 by the schema of the model in
 * argument 0; what is needed to read them is remembered from row to row.
 */
extern const double *scorer_slots(FunctionCallInfo fcinfo, ModelArg *model, const Schema *schema);

#endif							/* COUPON_SCORER_H */
