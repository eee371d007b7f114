/*
 * world_bandit.c
 *		A world of discounts whose truth is known: customers, depths, baskets.
 *
 * The logarithm of a basket is linear in 1, context, radial features of the
 * depth and their products.  The coefficients are draws from the prior of the
 * model that is to learn them, given that at the average context a deeper
 * discount makes a larger basket: the first such draw is taken.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/encoding.h"
#include "model/random.h"
#include "model/world_bandit.h"

#define PRECISION	10.0		/* of the prior */
#define DEVIATION	0.5			/* of the noise */
#define ALPHA		20.0

#define TRUTH		UINT64CONST(0x7472757468)	/* whose numbers these are */
#define CUSTOMER	UINT64CONST(0x637573746f6d)

static const double centres[WORLD_CENTRES] = {0.25, 0.5, 0.75};

static double
depth_of(int k)
{
	return k / 10.0;
}

/* Does the basket of an average customer grow with the depth? */
static bool
rises(const double *theta)
{
	double		last = -INFINITY;

	for (int k = 0; k < WORLD_DEPTHS; k++)
	{
		double		b[WORLD_CENTRES];
		double		response = 0;

		encode_rbf(depth_of(k), centres, WORLD_CENTRES, ALPHA, b);
		for (int j = 0; j < WORLD_CENTRES; j++)
			response += theta[1 + WORLD_CONTEXT + j] * b[j];
		if (response <= last)
			return false;
		last = response;
	}

	return true;
}

void
world_bandit_make(BanditWorld *world, int64 seed)
{
	world->seed = seed;
	for (uint64 draw = 0;; draw++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < WORLD_FEATURES; j += 2)
		{
			random_normals(seed, TRUTH, draw * WORLD_FEATURES + j, world->theta + j);
			for (int k = j; k < j + 2; k++)
				world->theta[k] /= sqrt(PRECISION);
		}
		if (rises(world->theta))
			break;
	}
}

void
world_bandit_customer(const BanditWorld *world, int round, int i, BanditCustomer *customer)
{
	uint64		identity = random_bits(world->seed, CUSTOMER, (uint64) round << 32 | (uint32) i);
	double		pair[4];
	double		noise;

	random_normals(world->seed, identity, 0, pair);
	random_normals(world->seed, identity, 2, pair + 2);
	memcpy(customer->context, pair, sizeof(customer->context));
	noise = DEVIATION * pair[3];
	for (int k = 0; k < WORLD_DEPTHS; k++)
	{
		double	   *x = customer->x[k];
		double	   *b = x + 1 + WORLD_CONTEXT;
		double		response = 0;

		customer->depth[k] = depth_of(k);
		x[0] = 1;
		memcpy(x + 1, customer->context, sizeof(customer->context));
		encode_rbf(customer->depth[k], centres, WORLD_CENTRES, ALPHA, b);
		encode_cross(customer->context, WORLD_CONTEXT, b, WORLD_CENTRES, b + WORLD_CENTRES);
		for (int j = 0; j < WORLD_FEATURES; j++)
			response += world->theta[j] * x[j];
		customer->expected[k] = exp(response + DEVIATION * DEVIATION / 2);
		customer->basket[k] = exp(response + noise);
	}
}
