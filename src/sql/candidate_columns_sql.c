/*
 * candidate_columns_sql.c
 *		What candidates_read() asks the inner query for: a row a candidate, or a
 *		row a customer, with customers of one type or another.
 */
#include "coupon.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/query.h"
#include "sql/candidates_sql.h"

/* The customer column as it is asked for, and the type it then has. */
static char *
customer_wanted(TupleDesc columns, Oid type, bool cast, Keys **keys)
{
	int			at = query_column(columns, "customer");
	Oid			own;
	Oid			collation;

	/* the server will say that it is not there */
	if (at < 0)
		return pstrdup("customer");

	own = getBaseType(TupleDescAttr(columns, at)->atttypid);
	collation = TupleDescAttr(columns, at)->attcollation;
	if (!cast && OidIsValid(type))
	{
		if (own != INT8OID && own != INT4OID && own != INT2OID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"customer\" is of type %s, not bigint", format_type_be(own)),
					 errhint("For other types pass an example, for example NULL::%s, as the second argument.",
							 format_type_be(own))));
		type = own;				/* becomes a bigint on its way out */
	}
	if (OidIsValid(type) && getBaseType(type) != own)
	{
		*keys = keys_make(type, OidIsValid(collation) ? collation : get_typcollation(getBaseType(type)));
		return psprintf("customer::%s", format_type_be_qualified(type));
	}
	*keys = keys_make(own, collation);

	return pstrdup("customer");
}

StringInfoData
candidates_wanted(CandidateSet *set, TupleDesc columns, Oid type, bool cast)
{
	static const char *const plural[] = {NULL, "offers", "gains", "costs"};
	static const char *const singular[] = {"customer", "offer", "gain", "cost"};
	static const char *const types[] = {NULL, "pg_catalog.text", "pg_catalog.float8", "pg_catalog.float8"};
	StringInfoData wanted;

	set->arrays = query_column(columns, "offers") >= 0;

	initStringInfo(&wanted);
	appendStringInfoString(&wanted, customer_wanted(columns, type, cast, &set->keys));
	set->name[CUSTOMER] = singular[CUSTOMER];
	for (int i = OFFER; i <= COST; i++)
	{
		int			at = set->arrays ? query_column(columns, plural[i]) : -1;

		set->array[i] = at >= 0;
		set->name[i] = at >= 0 ? plural[i] : singular[i];
		if (at >= 0 && !OidIsValid(get_base_element_type(TupleDescAttr(columns, at)->atttypid)))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" must be an array, not %s", plural[i],
							format_type_be(TupleDescAttr(columns, at)->atttypid)),
					 errhint("With one row a candidate the columns are customer, offer, gain and cost.")));
		appendStringInfo(&wanted, ", %s::%s%s", set->name[i], types[i], at >= 0 ? "[]" : "");
	}

	return wanted;
}
