/*
 * hmm_options.c
 *		Options of hmm_fit() and hmm_model().
 */
#include "coupon.h"

#include <math.h>

#include "model/hmm.h"
#include "model/hmm_options.h"

#define SHRINKAGE	10

static const char *const states_choices[] = {"auto", NULL};

static const Option known[] = {
	{.name = "emissions_by_input", .type = OPTION_BOOL, .offset = offsetof(HmmOptions, by_input)},
	{.name = "ignore_unseen", .type = OPTION_BOOL, .offset = offsetof(HmmOptions, ignore_unseen)},
	{.name = "init", .type = OPTION_OBJECT, .offset = offsetof(HmmOptions, init)},
	{.name = "iterations", .type = OPTION_INT, .offset = offsetof(HmmOptions, iterations),
	.least = 0, .most = HMM_MOST_ITERATIONS},
	{.name = "max_states", .type = OPTION_INT, .offset = offsetof(HmmOptions, max_states),
	.least = 1, .most = HMM_MOST_STATES},
	{.name = "order_by", .type = OPTION_TEXT, .offset = offsetof(HmmOptions, order_by)},
	{.name = "quiet", .type = OPTION_BOOL, .offset = offsetof(HmmOptions, quiet)},
	{.name = "restarts", .type = OPTION_INT, .offset = offsetof(HmmOptions, restarts),
	.least = 1, .most = 100},
	{.name = "seed", .type = OPTION_SEED, .offset = offsetof(HmmOptions, seed)},
	{.name = "shrinkage", .type = OPTION_NUMBER, .offset = offsetof(HmmOptions, shrinkage),
	.least = 0, .most = 1e9},
	{.name = "smoothing", .type = OPTION_NUMBER, .offset = offsetof(HmmOptions, smoothing),
	.least = 0, .most = 1e9},
	{.name = "states", .type = OPTION_COUNT, .offset = offsetof(HmmOptions, states),
	.least = 1, .most = HMM_MOST_STATES, .choices = states_choices},
	{.name = "symbols", .type = OPTION_TEXTS, .offset = offsetof(HmmOptions, symbols)},
	{.name = "tolerance", .type = OPTION_NUMBER, .offset = offsetof(HmmOptions, tolerance),
	.least = 0, .most = 1},
};

static const Option known_of_model[] = {
	{.name = "ignore_unseen", .type = OPTION_BOOL, .offset = offsetof(HmmOptions, ignore_unseen)},
	{.name = "shrinkage", .type = OPTION_NUMBER, .offset = offsetof(HmmOptions, shrinkage),
	.least = 0, .most = 1e9},
};

HmmOptions
hmm_options(const Jsonb *jsonb)
{
	HmmOptions	options = {
		.states = -1,
		.max_states = 6,
		.restarts = 5,
		.iterations = 500,
		.tolerance = 1e-7,
		.smoothing = 0.1,
		.shrinkage = SHRINKAGE,
	};

	options_read(jsonb, known, lengthof(known), &options);

	return options;
}

HmmOptions
hmm_model_options(const Jsonb *jsonb)
{
	HmmOptions	options = {.shrinkage = SHRINKAGE};

	options_read(jsonb, known_of_model, lengthof(known_of_model), &options);

	return options;
}
