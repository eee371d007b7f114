/*
 * random.c
 *		Counter-based random numbers: a keyed hash of seed and identity.
 *
 * Each word of the key passes through the finaliser of SplitMix64 (Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators", 2014)
 * before the next is mixed in, so that keys that differ in one bit anywhere
 * give unrelated numbers.  Normal numbers are those of Box and Muller, "A note
 * on the generation of random normal deviates" (1958).
 */
#include "coupon.h"

#include <math.h>

#include "model/random.h"

static inline uint64
mix(uint64 z)
{
	z += UINT64CONST(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64CONST(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94d049bb133111eb);

	return z ^ (z >> 31);
}

uint64
random_bits(int64 seed, uint64 identity, uint64 n)
{
	return mix(mix(mix((uint64) seed) ^ identity) ^ n);
}

double
random_uniform(int64 seed, uint64 identity, uint64 n)
{
	/* 52 bits and a half: the middle of one of 2^52 equal intervals */
	return ((double) (random_bits(seed, identity, n) >> 12) + 0.5) * 0x1p-52;
}

void
random_normals(int64 seed, uint64 identity, uint64 n, double *pair)
{
	double		length = sqrt(-2 * log(random_uniform(seed, identity, n)));
	double		angle = 2 * M_PI * random_uniform(seed, identity, n + 1);

	pair[0] = length * cos(angle);
	pair[1] = length * sin(angle);
}
