/*
 * coupon.h
 *		What every file of the extension may rely on.
 */
#ifndef COUPON_H
#define COUPON_H

#include "postgres.h"

#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "coupon needs PostgreSQL 15 or later"
#endif

/* Models and states are stored as the bytes in memory. */
#ifdef WORDS_BIGENDIAN
#error "coupon needs a little-endian machine"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* In the server since 16; minor releases of 15 have got some of them, too. */
#ifndef palloc_object
#define palloc_object(type)			((type *) palloc(sizeof(type)))
#define palloc0_object(type)		((type *) palloc0(sizeof(type)))
#endif
#ifndef palloc_array
#define palloc_array(type, count)	((type *) palloc(sizeof(type) * (count)))
#define palloc0_array(type, count)	((type *) palloc0(sizeof(type) * (count)))
#endif

/* In the server since 18, instead of pg_attribute_noreturn(). */
#ifndef pg_noreturn
#define pg_noreturn					__attribute__((noreturn))
#endif

/* An array that may grow with the table: may exceed 1 GB. */
#define palloc_huge(type, count) \
	((type *) palloc_extended(sizeof(type) * (Size) (count), MCXT_ALLOC_HUGE))

/* Raise the error every wrong argument raises. */
#define bad_argument(...) \
	ereport(ERROR, \
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), \
			 errmsg(__VA_ARGS__)))

#endif							/* COUPON_H */
