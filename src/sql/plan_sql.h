/*
 * plan_sql.h
 *		The plan of this session's latest allocation.
 */
#ifndef COUPON_PLAN_SQL_H
#define COUPON_PLAN_SQL_H

#include "coupon.h"

#include "pg/model.h"

/* Keep it. */
extern void plan_remember(const Model *plan);

#endif							/* COUPON_PLAN_SQL_H */
