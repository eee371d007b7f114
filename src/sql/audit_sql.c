/*
 * audit_sql.c
 *		monotonicity_audit(): where a deeper discount is predicted to bring less.
 */
#include "coupon.h"

#include <math.h>

#include "funcapi.h"
#include "utils/builtins.h"

#include "model/audit.h"
#include "pg/options.h"
#include "pg/query.h"
#include "sql/bandit_score_sql.h"
#include "sql/evaluation_sql.h"

typedef struct AuditOptions
{
	bool		all;			/* rows that do not fall, too */
	double		tolerance;		/* falls up to this do not count */
	NumberList	trained;		/* depths that have been given, if they are told */
} AuditOptions;

static AuditOptions
audit_options(const Jsonb *jsonb)
{
	static const Option known[] = {
		{.name = "all", .type = OPTION_BOOL, .offset = offsetof(AuditOptions, all)},
		{.name = "tolerance", .type = OPTION_NUMBER, .offset = offsetof(AuditOptions, tolerance),
		.least = 0, .most = 1e100},
		{.name = "trained", .type = OPTION_NUMBER_LIST, .offset = offsetof(AuditOptions, trained),
		.least = -1e100, .most = 1e100},
	};
	AuditOptions options = {0};

	options_read(jsonb, known, lengthof(known), &options);

	return options;
}

/* Is a row beyond the depths told, or if there are none beyond the features fitted? */
static bool
extrapolates(const AuditOptions *options, const AuditRow *row)
{
	double		least = INFINITY;
	double		most = -INFINITY;

	if (options->trained.n == 0)
		return row->extrapolates;
	for (int i = 0; i < options->trained.n; i++)
	{
		least = Min(least, options->trained.numbers[i]);
		most = Max(most, options->trained.numbers[i]);
	}

	return row->depth < least || row->depth > most;
}

/* A row of the inner query; nulls are left out. */
static void
read_row(void *to, const Datum *values, const bool *nulls)
{
	Audit	   *audit = to;
	text	   *customer;
	Vector		x;

	if (nulls[0] || nulls[1] || nulls[2])
		return;
	customer = DatumGetTextPP(values[0]);
	x = vector_of(values[2], "x");
	bandit_check_features(audit->bayes, &x, x.n, "x", "");
	audit_add(audit, VARDATA_ANY(customer), VARSIZE_ANY_EXHDR(customer),
			  evaluation_number(DatumGetFloat8(values[1]), "depth"), x.values);
	vector_done(&x);
	if ((Pointer) customer != DatumGetPointer(values[0]))
		pfree(customer);
}

PG_FUNCTION_INFO_V1(monotonicity_audit);

/* monotonicity_audit(model, query [, options]) returns setof (customer, depth, response, ...) */
Datum
monotonicity_audit(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	AuditOptions options;
	Audit	   *audit;
	char	   *query;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model must not be null")));
	query = query_arg(fcinfo, 1, "query");
	options = audit_options(options_arg(fcinfo, 2));
	audit = audit_make(bandit_model_arg(fcinfo)->model);
	InitMaterializedSRF(fcinfo, 0);
	query_read(query, "customer::pg_catalog.text, depth::pg_catalog.float8, x::pg_catalog.float8[]", read_row, audit);
	audit_rows(audit);
	for (int64 i = 0; i < audit->n; i++)
	{
		const AuditRow *row = &audit->rows[i];
		bool		falls = row->fall > options.tolerance;
		Datum		values[9];
		bool		nulls[9] = {false};

		if (!falls && !options.all)
			continue;
		values[0] = CStringGetTextDatum(row->customer);
		values[1] = Float8GetDatum(row->depth);
		values[2] = Float8GetDatum(row->response);
		values[3] = Float8GetDatum(row->deviation);
		evaluation_put_number(row->shallower, values + 4, nulls + 4);
		evaluation_put_number(row->fall, values + 5, nulls + 5);
		values[6] = BoolGetDatum(falls);
		values[7] = Float8GetDatum(row->repaired);
		values[8] = BoolGetDatum(extrapolates(&options, row));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		pfree(DatumGetPointer(values[0]));
	}

	return (Datum) 0;
}
