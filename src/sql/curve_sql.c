/*
 * curve_sql.c
 *		uplift_curve() and uplift_calibration(): a score in pictures.
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"

#include "model/calibration.h"
#include "model/uplift_band.h"
#include "pg/options.h"
#include "pg/query.h"
#include "sql/evaluation_sql.h"

#define WIDTH	3				/* score, outcome, treated as 0 or 1 */
#define MAX_BINS	1000
#define REACH	1.959963984540054	/* of a band that covers 95 %, in standard errors */

/* A row of the inner query; nulls are left out. */
static void
read_row(void *to, const Datum *values, const bool *nulls)
{
	if (!nulls[0] && !nulls[1] && !nulls[2])
		evaluation_put_row(to, DatumGetFloat8(values[0]), DatumGetFloat8(values[1]), DatumGetBool(values[2]));
}

/* The rows of the inner query in argument 0. */
static Collector *
read_query(FunctionCallInfo fcinfo)
{
	Collector  *rows = collector_make(CurrentMemoryContext, WIDTH);

	query_read(query_arg(fcinfo, 0, "query"),
			   "score::pg_catalog.float8, outcome::pg_catalog.float8, treated::pg_catalog.bool",
			   read_row, rows);

	return rows;
}

typedef enum Band
{
	BAND_POINTWISE,
	BAND_SIMULTANEOUS,
} Band;

typedef struct CurveOptions
{
	int			band;			/* a Band */
	int64		seed;
} CurveOptions;

static CurveOptions
curve_options(const Jsonb *jsonb)
{
	static const char *const bands[] = {"pointwise", "simultaneous", NULL};
	static const Option known[] = {
		{.name = "band", .type = OPTION_CHOICE, .offset = offsetof(CurveOptions, band), .choices = bands},
		{.name = "seed", .type = OPTION_SEED, .offset = offsetof(CurveOptions, seed)},
	};
	CurveOptions options = {BAND_POINTWISE, 0};

	options_read(jsonb, known, lengthof(known), &options);

	return options;
}

/* A row of the curve, its band so many standard errors wide on both sides. */
static void
put_curve_row(ReturnSetInfo *result, const CurveRow *row, double reach)
{
	Datum		values[10];
	bool		nulls[10] = {false};

	values[0] = Float8GetDatum(row->share);
	values[1] = Float8GetDatum(row->customers);
	evaluation_put_estimate(row->gain, values + 2, nulls + 2);
	evaluation_put_number(row->gain.value - reach * row->gain.se, values + 4, nulls + 4);
	evaluation_put_number(row->gain.value + reach * row->gain.se, values + 5, nulls + 5);
	evaluation_put_number(row->random, values + 6, nulls + 6);
	evaluation_put_number(row->qini, values + 7, nulls + 7);
	evaluation_put_number(row->qini_random, values + 8, nulls + 8);
	evaluation_put_number(row->qini_perfect, values + 9, nulls + 9);

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(uplift_curve);

/* uplift_curve(query, points [, options]) returns setof (share, customers, gain, ...) */
Datum
uplift_curve(PG_FUNCTION_ARGS)
{
	Collector  *rows;
	UpliftCurve *curve;
	UpliftCurve *perfect;
	int64	   *order;
	int			points;
	CurveOptions options;
	double		reach = REACH;

	query_arg(fcinfo, 0, "query");
	points = evaluation_count_arg(fcinfo, 1, "points", MAX_POINTS);
	options = curve_options(options_arg(fcinfo, 2));
	InitMaterializedSRF(fcinfo, 0);
	rows = read_query(fcinfo);
	if (rows->n == 0)
		return (Datum) 0;

	curve = curve_make(rows->rows, rows->n);
	perfect = curve_perfect(curve, &order);
	if (options.band == BAND_SIMULTANEOUS)
		reach = uplift_band(curve, points, options.seed, REACH);
	for (int i = 0; i <= points; i++)
	{
		CurveRow	row = evaluate_at(curve, perfect, (double) i / points);

		put_curve_row((ReturnSetInfo *) fcinfo->resultinfo, &row, reach);
	}

	return (Datum) 0;
}

static void
put_bin(ReturnSetInfo *result, const CalibrationBin *bin)
{
	Datum		values[9];
	bool		nulls[9] = {false};

	values[0] = Int32GetDatum(bin->bin);
	values[1] = Int64GetDatum(bin->rows);
	values[2] = Int64GetDatum(bin->treated);
	values[3] = Int64GetDatum(bin->rows - bin->treated);
	evaluation_put_number(bin->predicted, values + 4, nulls + 4);
	evaluation_put_number(bin->test.difference, values + 5, nulls + 5);
	evaluation_put_number(bin->test.se, values + 6, nulls + 6);
	evaluation_put_number(bin->test.low, values + 7, nulls + 7);
	evaluation_put_number(bin->test.high, values + 8, nulls + 8);

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(uplift_calibration);

/* uplift_calibration(query text, bins integer) returns setof (bin, customers, treated, control, ...) */
Datum
uplift_calibration(PG_FUNCTION_ARGS)
{
	Collector  *rows;
	CalibrationBin *bins;
	int			nbins;

	query_arg(fcinfo, 0, "query");
	nbins = evaluation_count_arg(fcinfo, 1, "bins", MAX_BINS);
	InitMaterializedSRF(fcinfo, 0);
	rows = read_query(fcinfo);
	bins = palloc_array(CalibrationBin, nbins);
	nbins = calibrate(rows->rows, rows->n, nbins, bins);
	for (int i = 0; i < nbins; i++)
		put_bin((ReturnSetInfo *) fcinfo->resultinfo, &bins[i]);

	return (Datum) 0;
}
