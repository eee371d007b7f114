/*
 * bandit_score_sql.h
 *		Arguments of what asks a model of bayes_fit.
 */
#ifndef COUPON_BANDIT_SCORE_SQL_H
#define COUPON_BANDIT_SCORE_SQL_H

#include "coupon.h"

#include "model/bayes.h"
#include "pg/array.h"
#include "pg/model.h"

/* The model in argument 0; an error unless its kind is bayes. */
extern ModelArg *bandit_model_arg(FunctionCallInfo fcinfo);

/* Raise an error unless vectors of d elements are what the model wants, and all of them are finite. */
extern void bandit_check_features(const Bayes *bayes, const Vector *vector, int d, const char *name, const char *of);

#endif							/* COUPON_BANDIT_SCORE_SQL_H */
