/*
 * chain.h
 *		Chains of changes that keep the rules and gain.
 */
#ifndef COUPON_CHAIN_H
#define COUPON_CHAIN_H

#include "coupon.h"

#include "model/moves.h"

/*
 * From choices that keep the rules: apply chains until none is found, or the
 * loss against the prices' bound (scaled) is at most "enough".
 */
extern void chains_better(Moves *moves, double enough);

#endif							/* COUPON_CHAIN_H */
