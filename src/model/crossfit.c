/*
 * crossfit.c
 *		Learners whose effect models are fitted to cross-fitted residuals: r,
 *		dr and causal_forest.
 *
 * What the effect model of a row depends on (outcome models, estimated
 * propensities) comes from the other folds alone.
 *
 * r: Nie and Wager, "Quasi-oracle estimation of heterogeneous treatment
 * effects" (Biometrika 2021), after Robinson, "Root-n-consistent
 * semiparametric regression" (Econometrica 1988).
 * dr: Kennedy, "Towards optimal doubly robust estimation of heterogeneous
 * causal effects" (Electronic Journal of Statistics 2023).
 * causal_forest: Athey and Wager, "Estimating treatment effects with causal
 * forests: an application" (Observational Studies 2019).
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/learner.h"

/* Draw the folds; every arm must have rows outside of each. */
static uint8 *
draw_folds(const Learning *learning)
{
	const Uplift *uplift = learning->uplift;

	for (int a = 0; a < uplift->narms; a++)
		if (uplift->arms[a].rows < 2)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("arm \"%s\" has one row: learner \"%s\" needs two at least",
							uplift->arms[a].name, learner_name(uplift->learner)),
					 errhint("Leave the arm out, or use another learner.")));

	return folds_draw(learning->trial, uplift->seed, uplift->folds,
					  surface_base(uplift->target, uplift->base, 0) != BASE_LINEAR);
}

/* Do not repeat the warning of a base model for every fold. */
static void
warn_once(Learning *learning, const Surface *surface)
{
	for (int part = 0; part < surface->nparts; part++)
		if (!surface->fit[part].converged || surface->fit[part].separated)
			learning->base.silent = true;
}

/* Expected outcomes of rows in an arm, from the other folds: of the fold's rows of all arms. */
static void
cross_fit_arm(Learning *learning, int arm, const uint8 *folds, double *means)
{
	learning->base.covariance = false;
	for (int fold = 0; fold < learning->uplift->folds; fold++)
	{
		Sample		rows = trial_within(learning->trial, ANY_ARM, ANY_ARM, folds, fold);
		Surface		surface;

		CHECK_FOR_INTERRUPTS();
		if (rows.n > 0)
		{
			learning_surface(learning, arm, folds, fold, &surface);
			warn_once(learning, &surface);
			surface_predict(&surface, &rows, means);
		}
		sample_free(&rows);
	}
	learning->base.covariance = true;
}

/* The propensities of each fold, and of all rows for those who ask the model. */
static Propensity *
cross_fit_propensities(Learning *learning, const uint8 *folds)
{
	int			n = learning->uplift->folds;
	Propensity *propensities = palloc_array(Propensity, n);

	for (int fold = 0; fold < n; fold++)
	{
		propensities[fold] = learning_propensity(learning, folds, fold);
		if (propensities[fold].estimated)
			for (int a = 1; a < propensities[fold].narms; a++)
				if (!propensities[fold].odds[a].converged || propensities[fold].odds[a].separated)
					learning->base.silent = true;
	}
	learning->uplift->propensity = learning_propensity(learning, NULL, ANY_FOLD);

	return propensities;
}

/* Propensities of an offer among the rows that got it or nothing: p (rows of the trial). */
static void
pair_propensities(Learning *learning, int arm, const uint8 *folds,
				  const Propensity *propensities, double *p)
{
	int64		clipped = 0;

	for (int fold = 0; fold < learning->uplift->folds; fold++)
	{
		Sample		rows = trial_within(learning->trial, 0, arm, folds, fold);

		clipped += propensity_pair_rows(&propensities[fold], &rows, arm, p);
		sample_free(&rows);
	}
	if (propensities->estimated)
		learning_overlap(learning, arm, p, clipped);
}

/* The effect model of an offer, from a sample with outcomes and perhaps weights. */
static void
fit_effect(Learning *learning, int arm, const Sample *sample)
{
	Uplift	   *uplift = learning->uplift;

	learning->base.part = psprintf("uplift_fit, effect of \"%s\"", uplift->arms[arm].name);
	learning->base.quantity = QUANTITY_EFFECT;
	base_fit(sample, uplift->final, &learning->base, "", &uplift->effects[arm]);
	learning->base.quantity = QUANTITY_OUTCOME;
}

/* The outcome models of learner r: of the rows that got an offer or nothing, whichever it was. */
static void
cross_fit_pair(Learning *learning, int arm, const uint8 *folds, double *means)
{
	const UpliftOptions *options = learning->options;
	const char *name = learning->uplift->arms[arm].name;

	learning->base.covariance = false;
	for (int fold = 0; fold < options->folds; fold++)
	{
		Sample		outside = trial_outside(learning->trial, 0, arm, folds, fold);
		Sample		rows = trial_within(learning->trial, 0, arm, folds, fold);
		Surface		surface;

		if (rows.n > 0)
		{
			learning->base.part = psprintf("uplift_fit, fold %d of %d, outcome of \"%s\"",
										   fold + 1, options->folds, name);
			surface_fit(&outside, options->target, options->base, &learning->base,
						psprintf(" with offer \"%s\" or none outside of fold %d", name, fold + 1), &surface);
			warn_once(learning, &surface);
			surface_predict(&surface, &rows, means);
		}
		sample_free(&outside);
		sample_free(&rows);
	}
	learning->base.covariance = true;
}

/* Fits the effect of an arm, given by row the outcome m and the probability p of the offer in the pair; may overwrite both. */
typedef void (*CentredFit) (Learning *learning, int a, double *m, double *p);

/* The effect of each arm from what other folds expect of its rows and the control's. */
static void
fit_centred(Learning *learning, CentredFit fit)
{
	Uplift	   *uplift = learning->uplift;
	int64		n = Max(learning->trial->sample.n, 1);
	uint8	   *folds = draw_folds(learning);
	Propensity *propensities = cross_fit_propensities(learning, folds);
	double	   *m = palloc_huge(double, n);
	double	   *p = palloc_huge(double, n);

	learning_surface(learning, 0, NULL, ANY_FOLD, uplift->surfaces);
	warn_once(learning, uplift->surfaces);
	for (int a = 1; a < uplift->narms; a++)
	{
		cross_fit_pair(learning, a, folds, m);
		pair_propensities(learning, a, folds, propensities, p);
		fit(learning, a, m, p);
	}
	pfree(m);
	pfree(p);
	pfree(folds);
}

/* (y - m - (w - p) u)^2 = (w - p)^2 ((y - m) / (w - p) - u)^2 */
static void
fit_residuals(Learning *learning, int a, double *m, double *p)
{
	const Trial *trial = learning->trial;
	Sample		sample = trial_within(trial, 0, a, NULL, ANY_FOLD);

	for (int64 i = 0; i < sample.n; i++)
	{
		int64		row = sample.index[i];
		double		surprise = (trial_arm(trial, row) > 0) - p[row];

		m[row] = (sample_outcome_of(&trial->sample, row) - m[row]) / surprise;
		p[row] = surprise * surprise;
	}
	sample.outcomes = m;
	sample.weights = p;
	fit_effect(learning, a, &sample);
	sample_free(&sample);
}

void
learner_fit_r(Learning *learning)
{
	fit_centred(learning, fit_residuals);
}

void
learner_fit_forest(Learning *learning)
{
	fit_centred(learning, learning_forest);
}

/* Add (y - mean) / e to the rows of an arm, with a sign: the correction of its outcome model. */
static void
add_corrections(Learning *learning, int arm, const uint8 *folds, const Propensity *propensities,
				const double *means, double sign, double *outcomes)
{
	const Trial *trial = learning->trial;
	double	   *e = palloc_huge(double, Max(trial->sample.n, 1));

	for (int fold = 0; fold < learning->uplift->folds; fold++)
	{
		Sample		rows = trial_within(trial, arm, arm, folds, fold);

		CHECK_FOR_INTERRUPTS();
		propensity_rows(&propensities[fold], &rows, arm, e);
		for (int64 i = 0; i < rows.n; i++)
		{
			int64		row = rows.index[i];

			outcomes[row] += sign * (sample_outcome_of(&trial->sample, row) - means[row]) / e[row];
		}
		sample_free(&rows);
	}
	pfree(e);
}

void
learner_fit_dr(Learning *learning)
{
	const Trial *trial = learning->trial;
	Uplift	   *uplift = learning->uplift;
	int64		n = trial->sample.n;
	uint8	   *folds = draw_folds(learning);
	Propensity *propensities = cross_fit_propensities(learning, folds);
	double	   *control = palloc_huge(double, Max(n, 1));
	double	   *offer = palloc_huge(double, Max(n, 1));
	double	   *outcomes = palloc_huge(double, Max(n, 1));

	learning_surface(learning, 0, NULL, ANY_FOLD, uplift->surfaces);
	warn_once(learning, uplift->surfaces);
	cross_fit_arm(learning, 0, folds, control);
	for (int a = 1; a < uplift->narms; a++)
	{
		Sample		sample = trial->sample;

		if (uplift->propensity.estimated)
			pair_propensities(learning, a, folds, propensities, outcomes);
		cross_fit_arm(learning, a, folds, offer);
		for (int64 i = 0; i < n; i++)
			outcomes[i] = offer[i] - control[i];
		add_corrections(learning, a, folds, propensities, offer, 1, outcomes);
		add_corrections(learning, 0, folds, propensities, control, -1, outcomes);
		sample.outcomes = outcomes;
		fit_effect(learning, a, &sample);
	}
	pfree(control);
	pfree(offer);
	pfree(outcomes);
	pfree(folds);
}
