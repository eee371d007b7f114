/*
 * site.h
 *		What the call site of a fit remembers from row to row.
 */
#ifndef COUPON_SITE_H
#define COUPON_SITE_H

#include "coupon.h"

#include "pg/bytes.h"
#include "pg/features.h"

typedef struct Site
{
	MemoryContext context;
	const Jsonb *options;		/* of the row last seen, or NULL */
	bool		stale;			/* the reader is that of other options */
	FeatureReader *reader;		/* of the row type last seen, or NULL */
} Site;

/* Which columns do these options leave out?  Checks them all the while. */
typedef TextList (*SiteExclude) (const Jsonb *options);

extern Site *site_make(MemoryContext context, const Jsonb *options);

/*
 * Take the options of the row at hand, which groups may have of their own.
 * True if they are others than those of the row before.
 */
extern bool site_renew(Site *site, const Jsonb *options);

/* Options of these keys, over the defaults in "to". */
typedef void (*SiteRead) (const Jsonb *options, void *to);

/*
 * The options in argument i of a function that remembers nothing else: read
 * when they are first seen and when they change.
 */
extern const void *site_options(FunctionCallInfo fcinfo, int i, Size size, SiteRead read);

/* What this call remembers, with the options of the row at hand, which "exclude" checks when they are new. */
extern Site *site_of(FunctionCallInfo fcinfo, const Jsonb *options, SiteExclude exclude);

/* The reader for the features in argument i. */
extern FeatureReader *site_reader(Site *site, FunctionCallInfo fcinfo, int i, SiteExclude exclude);

/* A copy of options, NULL of NULL; and an error unless two are the same. */
extern const Jsonb *options_copy(MemoryContext context, const Jsonb *options);
extern void options_check_same(const Jsonb *one, const Jsonb *two);

/* To and from bytes, for parallel workers. */
extern void put_options(StringInfo to, const Jsonb *options);
extern const Jsonb *get_options(Reader *from);

#endif							/* COUPON_SITE_H */
