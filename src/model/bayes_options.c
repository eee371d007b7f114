/*
 * bayes_options.c
 *		Options of bayes_fit.
 */
#include "coupon.h"

#include <math.h>

#include "model/bayes_options.h"
#include "pg/json.h"

static const char *const priors[] = {"known", "nig", "evidence", NULL};
static const char *const backs[] = {"median", "mean", NULL};

static const Option known[] = {
	{.name = "a0", .type = OPTION_NUMBER, .offset = offsetof(BayesOptions, a0),
	.least = NOISE_LEAST, .most = NOISE_MOST},
	{.name = "b0", .type = OPTION_NUMBER, .offset = offsetof(BayesOptions, b0),
	.least = NOISE_LEAST, .most = NOISE_MOST},
	{.name = "back_transform", .type = OPTION_CHOICE, .offset = offsetof(BayesOptions, back), .choices = backs},
	{.name = "log", .type = OPTION_BOOL, .offset = offsetof(BayesOptions, log)},
	{.name = "noise", .type = OPTION_NUMBER, .offset = offsetof(BayesOptions, noise),
	.least = NOISE_LEAST, .most = NOISE_MOST},
	{.name = "prior", .type = OPTION_CHOICE, .offset = offsetof(BayesOptions, prior), .choices = priors},
	{.name = "prior_precision", .type = OPTION_NUMBER_LIST, .offset = offsetof(BayesOptions, precision),
	.least = 0, .most = NOISE_MOST},
};

BayesOptions
bayes_options(const Jsonb *jsonb)
{
	BayesOptions options = {.noise = 1, .a0 = 1, .b0 = 1};

	options_read(jsonb, known, lengthof(known), &options);
	if (options.precision.n == 0)
	{
		options.precision.n = 1;
		options.precision.numbers = palloc_array(double, 1);
		options.precision.numbers[0] = 1;
	}
	if (options.precision.n > BAYES_MOST)
		bad_argument("option \"prior_precision\" must have at most %d numbers, not %d",
					 BAYES_MOST, options.precision.n);
	if (options.prior == PRIOR_NIG && options.log && options.back == BACK_MEAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"back_transform\" cannot be \"mean\" with prior \"nig\""),
				 errdetail("The exponential of a variable of Student's distribution has no mean."),
				 errhint("Use \"median\", or another prior.")));

	return options;
}

pg_noreturn static void
differs(const char *name, const char *one, const char *two)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be the same in all that is put together, not %s and %s", name, one, two)));
}

static void
same_number(const char *name, double one, double two)
{
	StringInfoData text[2];

	if (likely(one == two))
		return;
	for (int i = 0; i < 2; i++)
	{
		initStringInfo(&text[i]);
		json_number(&text[i], i == 0 ? one : two);
	}
	differs(name, text[0].data, text[1].data);
}

static inline void
same_choice(const char *name, const char *const *choices, int one, int two)
{
	if (unlikely(one != two))
		differs(name, psprintf("\"%s\"", choices[one]), psprintf("\"%s\"", choices[two]));
}

void
bayes_options_same(const BayesOptions *one, const BayesOptions *two)
{
	static const char *const truth[] = {"false", "true"};

	same_choice("prior", priors, one->prior, two->prior);
	if (unlikely(one->log != two->log))
		differs("log", truth[one->log], truth[two->log]);
	same_choice("back_transform", backs, one->back, two->back);
	same_number("noise", one->noise, two->noise);
	same_number("a0", one->a0, two->a0);
	same_number("b0", one->b0, two->b0);
	if (one->precision.n != two->precision.n)
		differs("prior_precision", psprintf("a list of %d", one->precision.n),
				psprintf("a list of %d", two->precision.n));
	for (int j = 0; j < one->precision.n; j++)
		same_number("prior_precision", one->precision.numbers[j], two->precision.numbers[j]);
}

void
bayes_options_fit(const BayesOptions *options, int d)
{
	if (options->precision.n != 1 && options->precision.n != d)
		bad_argument("option \"prior_precision\" has %d numbers, but x has %d elements",
					 options->precision.n, d);
}

static bool
is_wrong(double number)
{
	return !(number >= NOISE_LEAST && number <= NOISE_MOST);
}

const char *
bayes_options_wrong(const BayesOptions *options)
{
	if (options->prior < PRIOR_KNOWN || options->prior > PRIOR_EVIDENCE ||
		options->back < BACK_MEDIAN || options->back > BACK_MEAN ||
		(options->prior == PRIOR_NIG && options->log && options->back == BACK_MEAN) ||
		is_wrong(options->noise) || is_wrong(options->a0) || is_wrong(options->b0))
		return "An option is out of range.";
	for (int j = 0; j < options->precision.n; j++)
		if (!(options->precision.numbers[j] >= 0 && options->precision.numbers[j] <= NOISE_MOST))
			return "An option is out of range.";

	return NULL;
}

void
bayes_options_describe(const BayesOptions *options, StringInfo json)
{
	bool		one = options->precision.n == 1;
	bool		first = true;

	appendStringInfo(json, ", \"prior\": \"%s\", \"log\": %s", priors[options->prior], options->log ? "true" : "false");
	if (options->log)
		appendStringInfo(json, ", \"back_transform\": \"%s\"", backs[options->back]);
	if (options->prior == PRIOR_KNOWN)
		json_member(json, "noise", options->noise);
	if (options->prior != PRIOR_EVIDENCE)
	{
		appendStringInfo(json, ", \"prior_precision\": %s", one ? "" : "[");
		for (int j = 0; j < options->precision.n; j++)
		{
			appendStringInfoString(json, j ? ", " : "");
			json_number(json, options->precision.numbers[j]);
		}
		appendStringInfoString(json, one ? "" : "]");
	}
	if (options->prior == PRIOR_NIG)
	{
		json_member(json, "a0", options->a0);
		json_member(json, "b0", options->b0);
	}

	/* other than by default, and without effect */
	appendStringInfoString(json, ", \"unused_options\": [");
	json_item(json, &first, options->prior != PRIOR_NIG && options->a0 != 1, "a0");
	json_item(json, &first, options->prior != PRIOR_NIG && options->b0 != 1, "b0");
	json_item(json, &first, !options->log && options->back != BACK_MEDIAN, "back_transform");
	json_item(json, &first, options->prior != PRIOR_KNOWN && options->noise != 1, "noise");
	json_item(json, &first, options->prior == PRIOR_EVIDENCE && !(one && options->precision.numbers[0] == 1),
		   "prior_precision");
	appendStringInfoChar(json, ']');
}
