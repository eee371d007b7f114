/*
 * world_bandit.h
 *		A world of discounts whose truth is known: customers, depths, baskets.
 */
#ifndef COUPON_WORLD_BANDIT_H
#define COUPON_WORLD_BANDIT_H

#include "coupon.h"

#define WORLD_CONTEXT	3
#define WORLD_CENTRES	3
#define WORLD_DEPTHS	6
#define WORLD_FEATURES	(1 + WORLD_CONTEXT + WORLD_CENTRES + WORLD_CONTEXT * WORLD_CENTRES)

typedef struct BanditWorld
{
	int64		seed;
	double		theta[WORLD_FEATURES];	/* the truth */
} BanditWorld;

typedef struct BanditCustomer
{
	double		context[WORLD_CONTEXT];
	double		depth[WORLD_DEPTHS];
	double		x[WORLD_DEPTHS][WORLD_FEATURES];	/* the design */
	double		expected[WORLD_DEPTHS]; /* mean basket at each depth */
	double		basket[WORLD_DEPTHS];	/* what it would be this time */
} BanditCustomer;

extern void world_bandit_make(BanditWorld *world, int64 seed);

/* The i-th customer of a round: a function of seed, round and i. */
extern void world_bandit_customer(const BanditWorld *world, int round, int i, BanditCustomer *customer);

#endif							/* COUPON_WORLD_BANDIT_H */
