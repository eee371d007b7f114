/*
 * bayes_model.h
 *		Models of kind bayes: statistics in bytes.
 */
#ifndef COUPON_BAYES_MODEL_H
#define COUPON_BAYES_MODEL_H

#include "coupon.h"

#include "model/bayes.h"
#include "pg/bytes.h"

extern void bayes_pack(StringInfo to, const Bayes *bayes);
extern void *bayes_unpack(Reader *from, int version);
extern void bayes_describe(const void *model, StringInfo json);

#endif							/* COUPON_BAYES_MODEL_H */
