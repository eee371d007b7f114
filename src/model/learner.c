/*
 * learner.c
 *		Uplift learners that fit each base model once: s, t and class
 *		transformation; and what all learners begin with.
 *
 * Künzel, Sekhon, Bickel and Yu, "Metalearners for estimating heterogeneous
 * treatment effects using machine learning" (PNAS 2019): the s-learner fits
 * one model with the arm among its columns, the t-learner one for each arm.
 * Jaskowski and Jaroszewicz, "Uplift modeling for clinical trial data" (ICML
 * workshop 2012): one model of a label that is the outcome with the offer and
 * its contrary without.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/learner.h"

/* In the order of LearnerKind. */
static void (*const fits[]) (Learning *) = {
	learner_fit_s, learner_fit_t, learner_fit_x, learner_fit_r, learner_fit_dr, learner_fit_class,
	learner_fit_forest,
};

static void
count_arms(const Trial *trial, const UpliftOptions *options, Uplift *uplift)
{
	uplift->narms = trial->narms;
	uplift->arms = palloc0_array(UpliftArm, uplift->narms);
	for (int i = 0; i < trial->narms; i++)
		uplift->arms[trial->place[i]].name = trial->names->texts[i];
	for (int64 i = 0; i < trial->sample.n; i++)
	{
		UpliftArm  *arm = &uplift->arms[trial_arm(trial, i)];
		double		outcome = sample_outcome_of(&trial->sample, i);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (options->target == TARGET_FUNNEL && outcome < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("outcome must not be negative with target \"funnel\", but one is %g", outcome),
					 errhint("A funnel is the probability of a purchase times its value: 0 is no purchase.")));
		arm->rows++;
		arm->mean += (outcome - arm->mean) / (double) arm->rows;
	}
}

void
learning_surface(Learning *learning, int arm, const uint8 *folds, int fold, Surface *surface)
{
	const UpliftOptions *options = learning->options;
	const char *name = learning->uplift->arms[arm].name;
	Sample		sample = trial_outside(learning->trial, arm, arm, folds, fold);
	char	   *where = fold == ANY_FOLD ? psprintf(" in arm \"%s\"", name) :
		psprintf(" in arm \"%s\" outside of fold %d", name, fold + 1);

	learning->base.part = fold == ANY_FOLD ? psprintf("uplift_fit, arm \"%s\"", name) :
		psprintf("uplift_fit, fold %d of %d, arm \"%s\"", fold + 1, options->folds, name);
	surface_fit(&sample, options->target, options->base, &learning->base, where, surface);
	sample_free(&sample);
}

Propensity
learning_propensity(Learning *learning, const uint8 *folds, int fold)
{
	const Uplift *uplift = learning->uplift;
	Propensity	propensity = uplift->propensity;
	char	  **names;

	if (!propensity.estimated)
		return propensity;
	names = palloc_array(char *, uplift->narms);
	for (int a = 0; a < uplift->narms; a++)
		names[a] = uplift->arms[a].name;
	propensity_fit(&propensity, learning->trial, folds, fold, &learning->base, names);
	pfree(names);

	return propensity;
}

void
learning_overlap(Learning *learning, int arm, const double *p, int64 clipped)
{
	UpliftArm  *of = &learning->uplift->arms[arm];
	int64		rows[2] = {0, 0};

	for (int64 i = 0; i < learning->trial->sample.n; i++)
	{
		int			own = trial_arm(learning->trial, i);
		Overlap    *overlap = &of->overlap[own > 0];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (own != 0 && own != arm)
			continue;
		if (rows[own > 0]++ == 0)
			*overlap = (Overlap) {p[i], p[i], p[i]};
		overlap->least = Min(overlap->least, p[i]);
		overlap->most = Max(overlap->most, p[i]);
		overlap->mean += (p[i] - overlap->mean) / (double) rows[own > 0];
	}
	of->clipped = clipped;
}

void
learner_fit_s(Learning *learning)
{
	const Trial *trial = learning->trial;
	const UpliftOptions *options = learning->options;
	Uplift	   *uplift = learning->uplift;
	Sample		sample = trial->sample;
	int		   *arms = palloc_array(int, trial->narms);

	for (int i = 0; i < trial->narms; i++)
		arms[i] = trial->place[i] - 1;
	sample.arms = arms;
	sample.narms = uplift->narms - 1;
	learning->base.part = "uplift_fit";
	surface_fit(&sample, options->target, options->base, &learning->base, "", uplift->surfaces);

	for (int part = 0; part < uplift->surfaces->nparts; part++)
		for (int a = 1; a < uplift->narms; a++)
			if (options->base != BASE_TREES && uplift->surfaces->fit[part].dropped[uplift->design->p + a - 1])
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("the effect of arm \"%s\" cannot be told from that of the features",
								uplift->arms[a].name),
						 errhint("A feature that follows from the arm must be left out, by option \"exclude\".")));
}

void
learner_fit_t(Learning *learning)
{
	for (int a = 0; a < learning->uplift->narms; a++)
		learning_surface(learning, a, NULL, ANY_FOLD, &learning->uplift->surfaces[a]);
}

/*
 * What outcomes are mirrored at: 1/2, where 0 and 1 change places; of other
 * outcomes their mean, which keeps the labels' noise down.
 */
static double
centre_of(const Uplift *uplift, const Sample *sample)
{
	double		mean = 0;

	for (int64 i = 0; i < sample->n; i++)
	{
		double		outcome = sample_outcome_of(sample, i);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (outcome != 0 && outcome != 1)
		{
			for (int a = 0; a < uplift->narms; a++)
				mean += (double) uplift->arms[a].rows / (double) sample->n * uplift->arms[a].mean;
			return mean;
		}
	}

	return 0.5;
}

void
learner_fit_class(Learning *learning)
{
	const Trial *trial = learning->trial;
	Uplift	   *uplift = learning->uplift;
	double	   *label = palloc_huge(double, Max(trial->sample.n, 1));
	double	   *weight = palloc_huge(double, Max(trial->sample.n, 1));

	uplift->centre = centre_of(uplift, &trial->sample);
	learning_surface(learning, 0, NULL, ANY_FOLD, uplift->surfaces);
	uplift->propensity = learning_propensity(learning, NULL, ANY_FOLD);
	for (int a = 1; a < uplift->narms; a++)
	{
		Sample		sample = trial_within(trial, 0, a, NULL, ANY_FOLD);
		int64		clipped = propensity_pair_rows(&uplift->propensity, &sample, a, weight);

		if (uplift->propensity.estimated)
			learning_overlap(learning, a, weight, clipped);
		for (int64 i = 0; i < sample.n; i++)
		{
			int64		row = sample.index[i];
			double		outcome = sample_outcome_of(&trial->sample, row);
			bool		offered = trial_arm(trial, row) > 0;

			label[row] = offered ? outcome : 2 * uplift->centre - outcome;
			weight[row] = 0.5 / (offered ? weight[row] : 1 - weight[row]);
		}
		sample.outcomes = label;
		sample.weights = weight;
		learning->base.part = psprintf("uplift_fit, effect of \"%s\"", uplift->arms[a].name);
		learning->base.quantity = QUANTITY_LABEL;
		base_fit(&sample, uplift->base, &learning->base,
				 psprintf(" of the transformed labels of \"%s\"", uplift->arms[a].name),
				 &uplift->effects[a]);
		learning->base.quantity = QUANTITY_OUTCOME;
		sample_free(&sample);
	}
	pfree(label);
	pfree(weight);
}

/* The propensities that the options ask for; estimates are still to be made. */
static void
settle_propensity(const UpliftOptions *options, Uplift *uplift)
{
	char	  **names = palloc_array(char *, uplift->narms);
	int64	   *rows = palloc_array(int64, uplift->narms);
	static const NumberMap none = {.choice = -1};

	for (int a = 0; a < uplift->narms; a++)
	{
		names[a] = uplift->arms[a].name;
		rows[a] = uplift->arms[a].rows;
	}
	uplift->propensity.narms = uplift->narms;
	uplift->propensity.clip = options->clip;
	uplift->propensity.base = options->propensity_base;
	/* s and t have no use for propensities: those of their models are the shares */
	uplift->propensity.estimated = uplift_has_propensity(uplift->learner) &&
		options->propensity.given && options->propensity.choice >= 0;
	uplift->propensity.shares = propensity_shares(uplift_has_propensity(uplift->learner) ? &options->propensity : &none,
												  uplift->narms, names, rows);
	pfree(names);
	pfree(rows);
}

/* The options of the trees: the seed is that of the learner unless they have their own. */
static void
read_trees_options(const UpliftOptions *options, TreesOptions *trees)
{
	trees_options(options->trees, trees);
	if (trees->exclude.n > 0)
		bad_argument("option \"exclude\" belongs to the options of uplift_fit, not to those in \"trees\"");
	if (!trees_objective_given(trees))
		trees->objective = OBJECTIVE_BY_OUTCOMES;
	if (trees->seed == 0)
		trees->seed = options->seed;
}

void
learner_fit(Trial *trial, const UpliftOptions *options, Uplift *uplift)
{
	Progress	progress;
	Learning	learning = {
		.trial = trial,
		.options = options,
		.base = {
			.ridge = options->ridge,
			.iterations = options->iterations,
			.trees = &uplift->trees_options,
			.covariance = true,
			.progress = &progress,
		},
		.uplift = uplift,
	};

	trial_place_arms(trial, options->control);
	progress_start(&progress, options->quiet);
	if (options->learner == LEARNER_CAUSAL_FOREST)
		trial_sort(trial);
	memset(uplift, 0, sizeof(*uplift));
	uplift->learner = options->learner;
	uplift->base = options->base;
	uplift->target = options->target;
	uplift->final = options->final;
	read_trees_options(options, &uplift->trees_options);
	causal_options(options->forest, &uplift->forest_options);
	uplift->folds = options->folds;
	uplift->seed = options->seed;
	uplift->ridge = options->ridge;
	uplift->iterations = options->iterations;
	uplift->unused = learner_unused(options);
	uplift->skipped = trial->skipped;
	uplift->design = (Design *) trial->sample.design;
	count_arms(trial, options, uplift);
	uplift->nsurfaces = uplift_surfaces(uplift->learner, uplift->narms);
	uplift->surfaces = palloc0_array(Surface, uplift->nsurfaces);
	uplift->stages = uplift_stages(uplift->learner);
	uplift->effects = palloc0_array(BaseFit, uplift->narms * Max(uplift->stages, 1));
	uplift->cross = palloc0_array(double *, uplift->narms);
	settle_propensity(options, uplift);
	fits[options->learner] (&learning);
}
