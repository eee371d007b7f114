/*
 * repair.h
 *		Whole offers made to keep the rules, and then bettered.
 */
#ifndef COUPON_REPAIR_H
#define COUPON_REPAIR_H

#include "coupon.h"

#include "model/core.h"

/*
 * Change choices of the core until the rules are kept and nothing more is
 * found to gain, or the loss against the prices' bound (scaled) is at most
 * "enough".  False if some rule is still broken.
 */
extern bool repair(Core *core, double enough);

/* Single changes as long as they gain, where breaking a rule costs this price a scaled unit. */
extern void repair_least(Core *core, double price);

#endif							/* COUPON_REPAIR_H */
