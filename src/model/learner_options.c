/*
 * learner_options.c
 *		Options of uplift_fit, and which of them a learner uses.
 */
#include "coupon.h"

#include <math.h>

#include "model/learner.h"

/* In the order of LearnerKind. */
static const char *const learner_choices[] = {"s", "t", "x", "r", "dr", "class_transform",
	"causal_forest", NULL};

/* In the order of Base. */
static const char *const base_choices[] = {"linear", "logit", "trees", NULL};

/* These are numbered on their own, and put in terms of Base when they are read. */
static const char *const final_choices[] = {"linear", "trees", NULL};
static const char *const propensity_base_choices[] = {"logit", "trees", NULL};

/* In the order of Target. */
static const char *const target_choices[] = {"outcome", "funnel", NULL};

static const char *const propensity_choices[] = {"estimate", NULL};

enum
{
	OPTION_BASE_, OPTION_CLIP_, OPTION_CONTROL_, OPTION_EXCLUDE_, OPTION_FINAL_, OPTION_FOLDS_,
	OPTION_FOREST_, OPTION_ITERATIONS_, OPTION_LEARNER_, OPTION_PROPENSITY_, OPTION_PROPENSITY_BASE_,
	OPTION_QUIET_, OPTION_RIDGE_, OPTION_SEED_, OPTION_TARGET_, OPTION_TREES_
};

/* Append only: models refer to options by number. */
static const Option known[] = {
	[OPTION_BASE_] = {.name = "base", .type = OPTION_CHOICE,
	.offset = offsetof(UpliftOptions, base), .choices = base_choices},
	[OPTION_CLIP_] = {.name = "clip", .type = OPTION_NUMBER,
	.offset = offsetof(UpliftOptions, clip), .least = 1e-6, .most = 0.4},
	[OPTION_CONTROL_] = {.name = "control", .type = OPTION_TEXT,
	.offset = offsetof(UpliftOptions, control)},
	[OPTION_EXCLUDE_] = {.name = "exclude", .type = OPTION_TEXTS,
	.offset = offsetof(UpliftOptions, exclude)},
	[OPTION_FINAL_] = {.name = "final", .type = OPTION_CHOICE,
	.offset = offsetof(UpliftOptions, final), .choices = final_choices},
	[OPTION_FOLDS_] = {.name = "folds", .type = OPTION_INT,
	.offset = offsetof(UpliftOptions, folds), .least = 2, .most = MAX_FOLDS},
	[OPTION_FOREST_] = {.name = "forest", .type = OPTION_OBJECT,
	.offset = offsetof(UpliftOptions, forest)},
	[OPTION_ITERATIONS_] = {.name = "iterations", .type = OPTION_INT,
	.offset = offsetof(UpliftOptions, iterations), .least = 1, .most = MAX_ITERATIONS},
	[OPTION_LEARNER_] = {.name = "learner", .type = OPTION_CHOICE,
	.offset = offsetof(UpliftOptions, learner), .choices = learner_choices},
	[OPTION_PROPENSITY_] = {.name = "propensity", .type = OPTION_NUMBERS,
	.offset = offsetof(UpliftOptions, propensity), .least = 1e-6, .most = 1 - 1e-6,
	.choices = propensity_choices},
	[OPTION_PROPENSITY_BASE_] = {.name = "propensity_base", .type = OPTION_CHOICE,
	.offset = offsetof(UpliftOptions, propensity_base), .choices = propensity_base_choices},
	[OPTION_QUIET_] = {.name = "quiet", .type = OPTION_BOOL,
	.offset = offsetof(UpliftOptions, quiet)},
	[OPTION_RIDGE_] = {.name = "ridge", .type = OPTION_NUMBER,
	.offset = offsetof(UpliftOptions, ridge), .least = 0, .most = INFINITY},
	[OPTION_SEED_] = {.name = "seed", .type = OPTION_SEED,
	.offset = offsetof(UpliftOptions, seed)},
	[OPTION_TARGET_] = {.name = "target", .type = OPTION_CHOICE,
	.offset = offsetof(UpliftOptions, target), .choices = target_choices},
	[OPTION_TREES_] = {.name = "trees", .type = OPTION_OBJECT,
	.offset = offsetof(UpliftOptions, trees)},
};

void
learner_options(const Jsonb *jsonb, UpliftOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->learner = LEARNER_T;
	options->clip = 0.01;
	options->folds = 5;
	options->iterations = 100;
	options->given = options_read(jsonb, known, lengthof(known), options);
	options->final = options->final == 0 ? BASE_LINEAR : BASE_TREES;
	options->propensity_base = options->propensity_base == 0 ? BASE_LOGIT : BASE_TREES;
	if (options->learner == LEARNER_CLASS_TRANSFORM)
		options->target = TARGET_OUTCOME;
}

uint64
learner_unused(const UpliftOptions *options)
{
	bool		staged = uplift_has_propensity(options->learner);
	bool		residual = options->learner == LEARNER_R || options->learner == LEARNER_DR;
	bool		forest = options->learner == LEARNER_CAUSAL_FOREST;
	bool		folded = residual || forest;
	bool		estimated = staged && options->propensity.choice >= 0 && options->propensity.given;
	bool		final = residual || options->learner == LEARNER_X;
	bool		trees = options->base == BASE_TREES || (final && options->final == BASE_TREES) ||
		(estimated && options->propensity_base == BASE_TREES);
	bool		logit = (estimated && options->propensity_base == BASE_LOGIT) ||
		(options->base != BASE_TREES && (options->base == BASE_LOGIT || options->target == TARGET_FUNNEL));
	bool		used[] = {
		[OPTION_BASE_] = options->target == TARGET_OUTCOME || options->base == BASE_TREES,
		[OPTION_CLIP_] = estimated,
		[OPTION_CONTROL_] = true,
		[OPTION_EXCLUDE_] = true,
		[OPTION_FINAL_] = final,
		[OPTION_FOLDS_] = folded,
		[OPTION_FOREST_] = forest,
		[OPTION_ITERATIONS_] = logit,
		[OPTION_LEARNER_] = true,
		[OPTION_PROPENSITY_] = staged,
		[OPTION_PROPENSITY_BASE_] = estimated,
		[OPTION_QUIET_] = true,
		[OPTION_RIDGE_] = logit || options->base != BASE_TREES || (final && options->final == BASE_LINEAR),
		[OPTION_SEED_] = folded || trees,
		[OPTION_TARGET_] = options->learner != LEARNER_CLASS_TRANSFORM,
		[OPTION_TREES_] = trees,
	};
	uint64		unused = 0;

	for (int i = 0; i < lengthof(used); i++)
		if (!used[i])
			unused |= UINT64CONST(1) << i;

	return options->given & unused;
}

const char *
learner_option_name(int number)
{
	return number < lengthof(known) ? known[number].name : NULL;
}

const char *
learner_name(LearnerKind learner)
{
	return learner_choices[learner];
}

const char *
target_name(Target target)
{
	return target_choices[target];
}
