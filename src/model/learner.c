/*
 * learner.c
 *		Uplift learners: from the rows of a trial to a model of kind uplift.
 *
 * Künzel, Sekhon, Bickel and Yu, "Metalearners for estimating heterogeneous
 * treatment effects using machine learning" (PNAS 2019): the s-learner fits
 * one model with the arm among its columns, the t-learner one for each arm.
 */
#include "coupon.h"

#include <math.h>

#include "model/learner.h"

typedef struct Learner
{
	const char *name;
	void		(*fit) (const Trial *trial, const int *place, const UpliftOptions *options,
						BaseOptions *base, Uplift *uplift);
} Learner;

static void fit_s(const Trial *trial, const int *place, const UpliftOptions *options,
				  BaseOptions *base, Uplift *uplift);
static void fit_t(const Trial *trial, const int *place, const UpliftOptions *options,
				  BaseOptions *base, Uplift *uplift);

/* In the order of LearnerKind. */
static const Learner learners[] = {
	{"s", fit_s},
	{"t", fit_t},
};

static const char *const learner_choices[] = {"s", "t", NULL};
static const char *const base_choices[] = {"linear", "logit", "trees", NULL};

enum
{
	OPTION_BASE_, OPTION_CONTROL_, OPTION_EXCLUDE_, OPTION_ITERATIONS_,
	OPTION_LEARNER_, OPTION_QUIET_, OPTION_RIDGE_, OPTION_SEED_, OPTION_TREES_
};

/* Append only: models refer to options by number. */
static const Option known[] = {
	[OPTION_BASE_] = {.name = "base", .type = OPTION_CHOICE,
	.offset = offsetof(UpliftOptions, base), .choices = base_choices},
	[OPTION_CONTROL_] = {.name = "control", .type = OPTION_TEXT,
	.offset = offsetof(UpliftOptions, control)},
	[OPTION_EXCLUDE_] = {.name = "exclude", .type = OPTION_TEXTS,
	.offset = offsetof(UpliftOptions, exclude)},
	[OPTION_ITERATIONS_] = {.name = "iterations", .type = OPTION_INT,
	.offset = offsetof(UpliftOptions, iterations), .least = 1, .most = 10000},
	[OPTION_LEARNER_] = {.name = "learner", .type = OPTION_CHOICE,
	.offset = offsetof(UpliftOptions, learner), .choices = learner_choices},
	[OPTION_QUIET_] = {.name = "quiet", .type = OPTION_BOOL,
	.offset = offsetof(UpliftOptions, quiet)},
	[OPTION_RIDGE_] = {.name = "ridge", .type = OPTION_NUMBER,
	.offset = offsetof(UpliftOptions, ridge), .least = 0, .most = INFINITY},
	[OPTION_SEED_] = {.name = "seed", .type = OPTION_SEED,
	.offset = offsetof(UpliftOptions, seed)},
	[OPTION_TREES_] = {.name = "trees", .type = OPTION_OBJECT,
	.offset = offsetof(UpliftOptions, trees)},
};

void
learner_options(const Jsonb *jsonb, UpliftOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->learner = LEARNER_T;
	options->iterations = 100;
	options->given = options_read(jsonb, known, lengthof(known), options);
}

const char *
learner_option_name(int number)
{
	return number < lengthof(known) ? known[number].name : NULL;
}

const char *
learner_name(LearnerKind learner)
{
	return learners[learner].name;
}

/* Options given that have no effect on this learner and base. */
static uint64
unused_options(const UpliftOptions *options)
{
	uint64		unused = 0;

	if (options->base != BASE_TREES)
		unused |= UINT64CONST(1) << OPTION_SEED_ | UINT64CONST(1) << OPTION_TREES_;
	else
		unused |= UINT64CONST(1) << OPTION_RIDGE_;
	if (options->base != BASE_LOGIT)
		unused |= UINT64CONST(1) << OPTION_ITERATIONS_;

	return options->given & unused;
}

static char *
arm_names(const Dictionary *arms)
{
	StringInfoData names;
	int		   *ranks = dictionary_ranks(arms);

	initStringInfo(&names);
	for (int rank = 0; rank < Min(arms->n, 10); rank++)
		for (int i = 0; i < arms->n; i++)
			if (ranks[i] == rank)
				appendStringInfo(&names, "%s\"%s\"", rank ? ", " : "", arms->texts[i]);
	if (arms->n > 10)
		appendStringInfoString(&names, ", ...");

	return names.data;
}

/* The number of the arm that is no offer. */
static int
control_arm(const Dictionary *arms, const char *name)
{
	static const char *const usual[] = {"control", "false", "0"};
	int			control = -1;

	if (name)
	{
		control = dictionary_find(arms, name, strlen(name));
		if (control < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("no row has the control arm \"%s\"", name),
					 errdetail("The arms are %s.", arm_names(arms))));
	}
	else
	{
		for (int i = 0; i < lengthof(usual) && control < 0; i++)
			control = dictionary_find(arms, usual[i], strlen(usual[i]));
		if (control < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("which arm is no offer must be told"),
					 errdetail("The arms are %s.", arm_names(arms)),
					 errhint("Name it in option \"control\".")));
	}
	if (arms->n < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no offer to compare with the control arm \"%s\"",
						arms->texts[control]),
				 errhint("uplift_fit needs rows of at least two arms.")));

	return control;
}

/* The places of the arms in the model: the control is 0, offers follow in byte order. */
static int *
arm_places(const Dictionary *arms, int control)
{
	int		   *place = dictionary_ranks(arms);
	int			rank = place[control];

	for (int i = 0; i < arms->n; i++)
		if (i == control)
			place[i] = 0;
		else if (place[i] < rank)
			place[i]++;

	return place;
}

static inline int
raw_arm(const Trial *trial, int64 i)
{
	return (int) trial->sample.rows[i * trial->sample.width + 1];
}

static void
count_arms(const Trial *trial, const int *place, Uplift *uplift)
{
	uplift->narms = trial->arms->n;
	uplift->arms = palloc0_array(UpliftArm, uplift->narms);
	for (int i = 0; i < trial->arms->n; i++)
		uplift->arms[place[i]].name = trial->arms->texts[i];
	for (int64 i = 0; i < trial->sample.n; i++)
	{
		UpliftArm  *arm = &uplift->arms[place[raw_arm(trial, i)]];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		arm->rows++;
		arm->mean += (trial->sample.rows[i * trial->sample.width] - arm->mean) / (double) arm->rows;
	}
}

/* The options of the trees: the seed is that of the learner unless they have their own. */
static void
read_trees_options(const UpliftOptions *options, Uplift *uplift)
{
	TreesOptions *trees = &uplift->trees_options;
	int64		seed;

	trees_options(options->trees, trees);
	seed = trees->seed;
	if (trees->exclude.n > 0)
		bad_argument("option \"exclude\" belongs to the options of uplift_fit, not to those in \"trees\"");
	trees->seed = seed != 0 ? seed : options->seed;
}

/* Fit base model i of those of the uplift model. */
static void
fit_base(const Sample *sample, Uplift *uplift, int i, const BaseOptions *options, const char *where)
{
	Base		base = uplift->base;
	BaseFit    *fit = &uplift->fits[i];

	if (base == BASE_TREES)
		uplift->forests[i] = trees_fit_sample(sample, &uplift->trees_options, options->part,
											  options->progress, &uplift->traces[i]);
	else if (base == BASE_LINEAR)
		linear_from_sample(sample, options, fit);
	else
	{
		logit_check(sample, where);
		logit_from_sample(sample, options, fit);
		base_warn(fit, options->part);
	}
}

static void
fit_s(const Trial *trial, const int *place, const UpliftOptions *options,
	  BaseOptions *base, Uplift *uplift)
{
	Sample		sample = trial->sample;
	int		   *arms = palloc_array(int, trial->arms->n);

	for (int i = 0; i < trial->arms->n; i++)
		arms[i] = place[i] - 1;
	sample.arms = arms;
	sample.narms = uplift->narms - 1;

	uplift->nfits = 1;
	uplift_make_fits(uplift);
	base->part = "uplift_fit";
	fit_base(&sample, uplift, 0, base, "");

	for (int a = 1; a < uplift->narms && options->base != BASE_TREES; a++)
		if (uplift->fits->dropped[uplift->design->p + a - 1])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the effect of arm \"%s\" cannot be told from that of the features",
							uplift->arms[a].name),
					 errhint("A feature that follows from the arm must be left out, by option \"exclude\".")));
}

static void
fit_t(const Trial *trial, const int *place, const UpliftOptions *options,
	  BaseOptions *base, Uplift *uplift)
{
	int64	   *index = palloc_huge(int64, Max(trial->sample.n, 1));

	uplift->nfits = uplift->narms;
	uplift_make_fits(uplift);
	for (int a = 0; a < uplift->narms; a++)
	{
		Sample		sample = trial->sample;

		sample.n = 0;
		for (int64 i = 0; i < trial->sample.n; i++)
			if (place[raw_arm(trial, i)] == a)
				index[sample.n++] = i;
		sample.index = index;
		base->part = psprintf("uplift_fit, arm \"%s\"", uplift->arms[a].name);
		fit_base(&sample, uplift, a, base, psprintf(" in arm \"%s\"", uplift->arms[a].name));
	}
	pfree(index);
}

void
learner_fit(const Trial *trial, const UpliftOptions *options, Uplift *uplift)
{
	int			control = control_arm(trial->arms, options->control);
	int		   *place = arm_places(trial->arms, control);
	Progress	progress;
	BaseOptions base = {
		.ridge = options->ridge,
		.iterations = options->iterations,
		.covariance = true,
		.progress = &progress,
	};

	progress_start(&progress, options->quiet);
	memset(uplift, 0, sizeof(*uplift));
	uplift->learner = options->learner;
	uplift->base = options->base;
	uplift->ridge = options->ridge;
	uplift->iterations = options->iterations;
	uplift->unused = unused_options(options);
	uplift->skipped = trial->skipped;
	uplift->design = (Design *) trial->sample.design;
	if (uplift->base == BASE_TREES)
		read_trees_options(options, uplift);
	count_arms(trial, place, uplift);
	learners[options->learner].fit(trial, place, options, &base, uplift);
}
