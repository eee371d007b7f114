/*
 * feature_values.h
 *		Which types are features, and how one value of such a type is read.
 */
#ifndef COUPON_FEATURE_VALUES_H
#define COUPON_FEATURE_VALUES_H

#include "coupon.h"

#include "pg/features.h"

/* The class of a type, or 0 if it is no feature. */
extern int	feature_class(Oid type);

/* Raise the error of a column whose type is no feature. */
extern void feature_unusable(const char *name, Oid type);

/* A number that is not null. */
extern double feature_number(Datum datum, const FeatureSource *source);

/* A category, an array, that are not null. */
extern void feature_category(Datum datum, const FeatureSource *source, FeatureValue *value);
extern void feature_array(FeatureReader *reader, int s, Datum datum);

#endif							/* COUPON_FEATURE_VALUES_H */
