/*
 * textform.h
 *		The text form of opaque values: name:version:bytes in base64.
 */
#ifndef COUPON_TEXTFORM_H
#define COUPON_TEXTFORM_H

#include "coupon.h"

/* The text form of a value, palloc'd. */
extern char *textform_out(const char *name, int version, const char *bytes, Size size);

/*
 * Split a text form: the name and version, and the decoded bytes behind
 * "room" zeroed ones for a header, all palloc'd.  "type" is for messages.
 */
extern char *textform_in(const char *form, const char *type, Size room,
						 char **name, int *version, Size *size);

#endif							/* COUPON_TEXTFORM_H */
