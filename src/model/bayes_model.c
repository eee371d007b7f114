/*
 * bayes_model.c
 *		Models of kind bayes: statistics in bytes.
 *
 * The posterior is made from them when a model is unpacked.
 */
#include "coupon.h"

#include <math.h>

#include "model/bayes_model.h"
#include "pg/json.h"

void
bayes_pack(StringInfo to, const Bayes *bayes)
{
	const BayesStats *stats = &bayes->stats;
	const BayesOptions *options = &stats->options;
	int			width = stats->d + 1;

	put_int32(to, options->prior);
	put_int32(to, options->log);
	put_int32(to, options->back);
	put_int32(to, options->precision.n);
	put_int32(to, stats->d);
	put_double(to, options->noise);
	put_double(to, options->a0);
	put_double(to, options->b0);
	put_doubles(to, options->precision.numbers, options->precision.n);
	put_double(to, bayes->noise);
	put_double(to, bayes->precision);
	put_int64(to, stats->rows);
	put_int64(to, stats->skipped);
	put_double(to, stats->weight);
	put_doubles(to, stats->low, stats->d);
	put_doubles(to, stats->high, stats->d);
	for (int i = 0; i < width; i++)
		put_doubles(to, stats->G + (Size) i * width + i, width - i);
}

void *
bayes_unpack(Reader *from, int version)
{
	Bayes	   *bayes = palloc0_object(Bayes);
	BayesStats *stats = &bayes->stats;
	BayesOptions *options = &stats->options;
	const char *wrong;
	int			width;

	options->prior = get_int32(from, PRIOR_KNOWN, PRIOR_EVIDENCE);
	options->log = get_int32(from, 0, 1);
	options->back = get_int32(from, BACK_MEDIAN, BACK_MEAN);
	options->precision.n = get_int32(from, 1, BAYES_MOST);
	stats->d = get_int32(from, 1, BAYES_MOST);
	if (options->precision.n != 1 && options->precision.n != stats->d)
		get_failed(from, "A count or an index is out of range.");
	options->noise = get_double(from);
	options->a0 = get_double(from);
	options->b0 = get_double(from);
	options->precision.numbers = get_doubles(from, options->precision.n);
	bayes->noise = get_double(from);
	bayes->precision = get_double(from);
	stats->rows = get_int64(from, 0, PG_INT64_MAX);
	stats->skipped = get_int64(from, 0, PG_INT64_MAX);
	stats->weight = get_double(from);
	stats->low = get_doubles(from, stats->d);
	stats->high = get_doubles(from, stats->d);
	width = stats->d + 1;
	/* before the allocation: the bytes must be there */
	if (from->end - from->at < (int64) sizeof(double) * width * (width + 1) / 2)
		get_failed(from, "The value is truncated.");
	stats->G = palloc0_array(double, (Size) width * width);
	for (int i = 0; i < width; i++)
	{
		double	   *row = get_doubles(from, width - i);

		memcpy(stats->G + (Size) i * width + i, row, sizeof(double) * (width - i));
		pfree(row);
	}

	wrong = bayes_stats_wrong(stats);
	if (wrong)
		get_failed(from, wrong);
	if (options->prior == PRIOR_EVIDENCE ? !(bayes->noise > 0 && bayes->precision > 0) :
		(bayes->noise != 0 || bayes->precision != 0))
		get_failed(from, "A variance is out of range.");
	if (bayes_derive(bayes) != 0 || !isfinite(bayes->scale) || !isfinite(bayes_dot(bayes->mean, bayes->mean, stats->d)))
		get_failed(from, "The coefficients are not determined.");

	return bayes;
}

static void
describe_numbers(StringInfo json, const char *name, const double *numbers, int n)
{
	appendStringInfo(json, ", \"%s\": [", name);
	for (int j = 0; j < n; j++)
	{
		appendStringInfoString(json, j ? ", " : "");
		json_number(json, numbers[j]);
	}
	appendStringInfoChar(json, ']');
}

void
bayes_describe(const void *model, StringInfo json)
{
	const Bayes *bayes = model;
	const BayesStats *stats = &bayes->stats;
	const BayesOptions *options = &stats->options;

	appendStringInfo(json, ", \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT, stats->rows, stats->skipped);
	json_member(json, "weight", stats->weight);
	appendStringInfo(json, ", \"coefficients\": %d", stats->d);
	bayes_options_describe(options, json);
	if (options->prior == PRIOR_EVIDENCE)
	{
		json_member(json, "noise", bayes->noise);
		json_member(json, "prior_precision", bayes->precision);
	}
	if (options->prior == PRIOR_NIG)
	{
		json_member(json, "a", bayes->a);
		json_member(json, "b", bayes->b);
	}
	json_member(json, "log_evidence", bayes->evidence);
	describe_numbers(json, "least", stats->low, stats->rows > 0 ? stats->d : 0);
	describe_numbers(json, "most", stats->high, stats->rows > 0 ? stats->d : 0);
}
