/*
 * base_trees.h
 *		Boosted trees as a base learner.
 */
#ifndef COUPON_BASE_TREES_H
#define COUPON_BASE_TREES_H

#include "coupon.h"

#include "model/base.h"

/* Fit to a sample; the trees are allocated in the context given. */
extern void trees_from_sample(const Sample *sample, const BaseOptions *options,
							  MemoryContext keep, BaseFit *fit);

/* As base_predict() and base_score(); the score is the expected outcome. */
extern void trees_predict_sample(const BaseFit *fit, const Sample *sample, double *means);
extern double trees_score(const BaseFit *fit, const Design *design, int arm, const double *slots);

extern void put_trees_fit(StringInfo to, const BaseFit *fit);
extern void get_trees_fit(Reader *from, const Design *design, int narms, BaseFit *fit);

#endif							/* COUPON_BASE_TREES_H */
