/*
 * site.c
 *		What the call site of a fit remembers from row to row.
 */
#include "coupon.h"

#include "utils/memutils.h"

#include "pg/site.h"

const Jsonb *
options_copy(MemoryContext context, const Jsonb *options)
{
	if (options == NULL)
		return NULL;

	return memcpy(MemoryContextAlloc(context, VARSIZE(options)), options, VARSIZE(options));
}

static bool
same_options(const Jsonb *one, const Jsonb *two)
{
	if (one == NULL || two == NULL)
		return one == two;

	return VARSIZE(one) == VARSIZE(two) && memcmp(one, two, VARSIZE(one)) == 0;
}

void
options_check_same(const Jsonb *one, const Jsonb *two)
{
	if (!same_options(one, two))
		bad_argument("options must be the same in every row");
}

void
put_options(StringInfo to, const Jsonb *options)
{
	put_int32(to, options ? VARSIZE(options) : 0);
	if (options)
		appendBinaryStringInfo(to, (const char *) options, VARSIZE(options));
}

const Jsonb *
get_options(Reader *from)
{
	int			size = get_int32(from, 0, MaxAllocSize);
	Jsonb	   *options = NULL;

	if (size > 0)
	{
		options = memcpy(palloc(size), from->at, size);
		from->at += size;
	}

	return options;
}

Site *
site_make(MemoryContext context, const Jsonb *options)
{
	Site	   *site = MemoryContextAllocZero(context, sizeof(Site));

	site->context = context;
	site->options = options_copy(context, options);

	return site;
}

bool
site_renew(Site *site, const Jsonb *options)
{
	const Jsonb *old = site->options;

	if (same_options(old, options))
		return false;
	site->options = options_copy(site->context, options);
	site->stale = true;
	pfree((void *) old);

	return true;
}

/* What such a function remembers. */
typedef struct OptionsSite
{
	Site	   *site;
	double		read[FLEXIBLE_ARRAY_MEMBER];	/* aligned for any field */
} OptionsSite;

const void *
site_options(FunctionCallInfo fcinfo, int i, Size size, SiteRead read)
{
	OptionsSite *memory = fcinfo->flinfo->fn_extra;
	const Jsonb *options = options_arg(fcinfo, i);

	if (memory == NULL)
	{
		memory = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, offsetof(OptionsSite, read) + size);
		read(options, memory->read);
		memory->site = site_make(fcinfo->flinfo->fn_mcxt, options);
		fcinfo->flinfo->fn_extra = memory;
	}
	else if (site_renew(memory->site, options))
		read(options, memory->read);

	return memory->read;
}

Site *
site_of(FunctionCallInfo fcinfo, const Jsonb *options, SiteExclude exclude)
{
	Site	   *site = fcinfo->flinfo->fn_extra;

	if (site == NULL)
	{
		exclude(options);
		fcinfo->flinfo->fn_extra = site = site_make(fcinfo->flinfo->fn_mcxt, options);
	}
	else if (site_renew(site, options))
		exclude(options);

	return site;
}

FeatureReader *
site_reader(Site *site, FunctionCallInfo fcinfo, int i, SiteExclude exclude)
{
	if (site->reader == NULL || site->stale || !features_fits(site->reader, fcinfo, i))
	{
		TextList	excluded = exclude(site->options);
		MemoryContext context = AllocSetContextCreate(site->context, "coupon features",
													  ALLOCSET_SMALL_SIZES);
		FeatureReader *reader = features_fit(fcinfo, i, &excluded, context);

		if (site->reader)
			MemoryContextDelete(site->reader->context);
		site->reader = reader;
		site->stale = false;
	}

	return site->reader;
}
