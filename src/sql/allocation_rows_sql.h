/*
 * allocation_rows_sql.h
 *		The rows of an allocation: who gets which offer.
 */
#ifndef COUPON_ALLOCATION_ROWS_SQL_H
#define COUPON_ALLOCATION_ROWS_SQL_H

#include "coupon.h"

#include "model/knapsack.h"
#include "model/ruled.h"
#include "sql/candidates_sql.h"

/*
 * Put an allocation into the result of a function, which has been made: one
 * under a budget or, where that is NULL, one under rules.  "type" is that of
 * the customers.  Returns the number of rows.
 */
extern int64 allocation_emit(FunctionCallInfo fcinfo, const CandidateSet *set, const Allocation *allocation,
							 const Ruled *ruled, Oid type);

#endif							/* COUPON_ALLOCATION_ROWS_SQL_H */
