/*
 * json.h
 *		JSON texts: numbers written, objects read.
 */
#ifndef COUPON_JSON_H
#define COUPON_JSON_H

#include "coupon.h"

#include "lib/stringinfo.h"

#include "pg/bytes.h"

/* Append the shortest digits that read back as the number; null of NaN and infinity. */
extern void json_number(StringInfo json, double number);

/* Append a member after another one. */
extern void json_member(StringInfo json, const char *name, double number);

/* Append a name to a list, if it is to be there. */
extern void json_item(StringInfo json, bool *first, bool is_there, const char *name);

/* The text of a JSON object, palloc'd. */
extern char *get_json_object(Reader *from);

#endif							/* COUPON_JSON_H */
