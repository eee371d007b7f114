/*
 * clones.h
 *		Inner loops compiled for older and newer processors, chosen at load.
 *
 * Only for sums that no test compares exactly with those of another machine.
 */
#ifndef COUPON_CLONES_H
#define COUPON_CLONES_H

#if defined(__x86_64__) && defined(__gnu_linux__)
#define FOR_EACH_CPU __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define FOR_EACH_CPU
#endif

#endif							/* COUPON_CLONES_H */
