/*
 * frontier_sql.c
 *		frontier().
 */
#include "coupon.h"

#include "funcapi.h"
#include "utils/memutils.h"

#include "model/frontier.h"
#include "pg/query.h"
#include "sql/candidates_sql.h"

#define MOST_POINTS		100000

PG_FUNCTION_INFO_V1(frontier);

/* frontier(candidates text, points integer) returns setof (budget, gain, cost, customers, price) */
Datum
frontier(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	Progress	progress;
	CandidateSet *set;
	FrontierPoint *points;
	char	   *query = query_arg(fcinfo, 0, "candidates");
	int			npoints;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("points must not be null")));
	npoints = PG_GETARG_INT32(1);
	if (npoints < 2 || npoints > MOST_POINTS)
		bad_argument("points must be between 2 and %d, not %d", MOST_POINTS, npoints);

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(caller, "coupon frontier", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	progress_start(&progress, false);
	set = candidates_read(query, InvalidOid, false, 0, NULL, 0, "frontier", &progress);
	candidates_complete(set);
	points = palloc_array(FrontierPoint, npoints);
	frontier_points(set->hulls, npoints, points);

	for (int i = 0; i < npoints; i++)
	{
		Datum		values[5] = {
			Float8GetDatum(points[i].budget),
			Float8GetDatum(points[i].gain),
			Float8GetDatum(points[i].cost),
			Int64GetDatum(points[i].customers),
			Float8GetDatum(points[i].price),
		};
		bool		nulls[5] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);

	return (Datum) 0;
}
