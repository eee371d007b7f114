/*
 * json.h
 *		Numbers in JSON texts.
 */
#ifndef COUPON_JSON_H
#define COUPON_JSON_H

#include "coupon.h"

#include "lib/stringinfo.h"

/* Append the shortest digits that read back as the number; null of NaN and infinity. */
extern void json_number(StringInfo json, double number);

/* Append a member after another one. */
extern void json_member(StringInfo json, const char *name, double number);

#endif							/* COUPON_JSON_H */
