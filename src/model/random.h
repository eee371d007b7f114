/*
 * random.h
 *		Counter-based random numbers: a keyed hash of seed and identity.
 *
 * The same key gives the same number in every plan, worker and shard.
 */
#ifndef COUPON_RANDOM_H
#define COUPON_RANDOM_H

#include "coupon.h"

/* 64 random bits for the n-th draw of an identity under a seed. */
extern uint64 random_bits(int64 seed, uint64 identity, uint64 n);

/* Uniform in (0, 1): never 0, never 1. */
extern double random_uniform(int64 seed, uint64 identity, uint64 n);

/* A pair of standard normal numbers, made of the uniform numbers n and n + 1. */
extern void random_normals(int64 seed, uint64 identity, uint64 n, double *pair);

#endif							/* COUPON_RANDOM_H */
