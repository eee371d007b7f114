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

#endif							/* COUPON_REPAIR_H */
