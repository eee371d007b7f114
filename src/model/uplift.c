/*
 * uplift.c
 *		Models of kind uplift: what each offer changes, against the control.
 *
 * Where the uplift is a linear score it is scored by coefficients of its own,
 * never as a difference of two scores: so a constant effect is the same
 * number for everybody.
 */
#include "coupon.h"

#include <math.h>

#include "model/folds.h"
#include "model/uplift.h"

int
uplift_surfaces(LearnerKind learner, int narms)
{
	return learner == LEARNER_T || learner == LEARNER_X ? narms : 1;
}

int
uplift_stages(LearnerKind learner)
{
	return !uplift_has_propensity(learner) || learner == LEARNER_CAUSAL_FOREST ? 0 : learner == LEARNER_X ? 2 : 1;
}

/* The outcome model that an arm is scored by. */
static inline const Surface *
surface_of(const Uplift *uplift, int arm)
{
	return &uplift->surfaces[uplift->nsurfaces > 1 ? arm : 0];
}

/* Arms with an outcome model. */
static inline int
nscored(const Uplift *uplift)
{
	return uplift->learner == LEARNER_S ? uplift->narms : uplift->nsurfaces;
}

bool
uplift_has_propensity(LearnerKind learner)
{
	return learner != LEARNER_S && learner != LEARNER_T;
}

Base
uplift_stage_base(const Uplift *uplift)
{
	return uplift->learner == LEARNER_CLASS_TRANSFORM ? uplift->base : uplift->final;
}

bool
uplift_has_trees(const Uplift *uplift)
{
	return uplift->base == BASE_TREES ||
		(uplift->stages > 0 && uplift_stage_base(uplift) == BASE_TREES) ||
		(uplift->propensity.estimated && uplift->propensity.base == BASE_TREES);
}

/* Intercept of a part of an arm's outcome model. */
static double
arm_intercept(const Uplift *uplift, int arm, int part)
{
	const BaseFit *fit = &surface_of(uplift, arm)->fit[part];

	return fit->intercept +
		(uplift->learner == LEARNER_S && arm > 0 ? fit->beta[uplift->design->p + arm - 1] : 0);
}

/* Weights of the linear score that is the uplift of an arm, or NULL. */
static double *
effect_weights(const Uplift *uplift, int arm)
{
	const Design *design = uplift->design;
	const BaseFit *stage = &uplift->effects[arm * uplift->stages];
	double	   *beta = palloc_array(double, Max(design->p, 1));
	double		intercept;
	double	   *weights;

	if (uplift->learner == LEARNER_CAUSAL_FOREST)
		return NULL;
	if (uplift->stages == 0)
	{
		const BaseFit *own = &surface_of(uplift, arm)->fit[0];
		const BaseFit *control = &surface_of(uplift, 0)->fit[0];

		if (uplift->base != BASE_LINEAR || uplift->target != TARGET_OUTCOME)
			return NULL;
		intercept = uplift->learner == LEARNER_S ? own->beta[design->p + arm - 1] :
			own->intercept - control->intercept;
		for (int j = 0; j < design->p; j++)
			beta[j] = own->beta[j] - control->beta[j];
	}
	else if (uplift_stage_base(uplift) != BASE_LINEAR)
		return NULL;
	else if (uplift->learner == LEARNER_X)
	{
		double		share;

		if (uplift->propensity.estimated)
			return NULL;
		share = propensity_pair_of(&uplift->propensity, design, NULL, arm);
		intercept = share * stage[0].intercept + (1 - share) * stage[1].intercept;
		for (int j = 0; j < design->p; j++)
			beta[j] = share * stage[0].beta[j] + (1 - share) * stage[1].beta[j];
	}
	else
	{
		bool		class = uplift->learner == LEARNER_CLASS_TRANSFORM;

		intercept = class ? 2 * (stage->intercept - uplift->centre) : stage->intercept;
		for (int j = 0; j < design->p; j++)
			beta[j] = class ? 2 * stage->beta[j] : stage->beta[j];
	}

	weights = palloc_array(double, design_nweights(design));
	design_weights(design, intercept, beta, weights);
	pfree(beta);

	return weights;
}

/* Weights of all scores; trees have none. */
static void
derive(Uplift *uplift)
{
	const Design *design = uplift->design;
	int			n = design_nweights(design);

	uplift->scores = palloc0_array(double *, uplift->narms * MAX_PARTS);
	for (int a = 0; a < nscored(uplift); a++)
		for (int part = 0; part < surface_of(uplift, a)->nparts; part++)
		{
			double	   *weights;

			if (surface_of(uplift, a)->base[part] == BASE_TREES)
				continue;
			weights = palloc_array(double, n);
			design_weights(design, arm_intercept(uplift, a, part),
						   surface_of(uplift, a)->fit[part].beta, weights);
			uplift->scores[a * MAX_PARTS + part] = weights;
		}

	uplift->stage_weights = palloc0_array(double *, uplift->narms * Max(uplift->stages, 1));
	for (int i = uplift->stages; i < uplift->narms * uplift->stages; i++)
	{
		if (uplift_stage_base(uplift) == BASE_TREES)
			break;
		uplift->stage_weights[i] = palloc_array(double, n);
		design_weights(design, uplift->effects[i].intercept, uplift->effects[i].beta,
					   uplift->stage_weights[i]);
	}

	uplift->weights = palloc0_array(double *, uplift->narms);
	for (int a = 1; a < uplift->narms; a++)
		uplift->weights[a] = effect_weights(uplift, a);
}

void
uplift_pack(StringInfo to, const Uplift *uplift)
{
	put_int32(to, uplift->learner);
	put_int32(to, uplift->base);
	put_int32(to, uplift->target);
	put_int32(to, uplift->final);
	put_int32(to, uplift->folds);
	put_int64(to, uplift->seed);
	put_double(to, uplift->centre);
	put_double(to, uplift->ridge);
	put_int32(to, uplift->iterations);
	put_int64(to, uplift->unused);
	put_int64(to, uplift->skipped);
	put_int32(to, uplift->narms);
	put_design(to, uplift->design);
	put_propensity(to, &uplift->propensity);
	if (uplift_has_trees(uplift))
		put_trees_options(to, &uplift->trees_options);
	for (int a = 0; a < uplift->narms; a++)
	{
		const UpliftArm *arm = &uplift->arms[a];

		put_text(to, arm->name);
		put_int64(to, arm->rows);
		put_double(to, arm->mean);
		put_int64(to, arm->clipped);
		for (int group = 0; group < 2; group++)
		{
			put_double(to, arm->overlap[group].least);
			put_double(to, arm->overlap[group].mean);
			put_double(to, arm->overlap[group].most);
		}
	}
	for (int i = 0; i < uplift->nsurfaces; i++)
		put_surface(to, &uplift->surfaces[i]);
	for (int i = uplift->stages; i < uplift->narms * uplift->stages; i++)
		put_base_fit(to, &uplift->effects[i]);
	if (uplift->learner == LEARNER_CAUSAL_FOREST)
	{
		put_causal_options(to, &uplift->forest_options);
		for (int a = 1; a < uplift->narms; a++)
			put_causal_forest(to, uplift->forests[a]);
	}
	for (int a = 1; a < uplift->narms && uplift->learner == LEARNER_X; a++)
	{
		put_int32(to, uplift->cross[a] != NULL);
		if (uplift->cross[a])
			put_doubles(to, uplift->cross[a], (int64) (1 + uplift->design->p) * (1 + uplift->design->p));
	}
}

static void
get_arm(Reader *from, UpliftArm *arm)
{
	arm->name = get_text(from);
	arm->rows = get_int64(from, 0, PG_INT64_MAX);
	arm->mean = get_double(from);
	arm->clipped = get_int64(from, 0, PG_INT64_MAX);
	for (int group = 0; group < 2; group++)
	{
		arm->overlap[group].least = get_double(from);
		arm->overlap[group].mean = get_double(from);
		arm->overlap[group].most = get_double(from);
	}
}

void *
uplift_unpack(Reader *from, int version)
{
	Uplift	   *uplift = palloc0_object(Uplift);
	int			p;

	uplift->learner = get_int32(from, LEARNER_S, LEARNER_CAUSAL_FOREST);
	uplift->base = get_int32(from, BASE_LINEAR, BASE_TREES);
	uplift->target = get_int32(from, TARGET_OUTCOME, TARGET_FUNNEL);
	uplift->final = get_int32(from, BASE_LINEAR, BASE_TREES);
	if (uplift->final == BASE_LOGIT)
		get_failed(from, "Effect models cannot be logistic.");
	uplift->folds = get_int32(from, 2, MAX_FOLDS);
	uplift->seed = get_int64(from, PG_INT64_MIN, PG_INT64_MAX);
	uplift->centre = get_double(from);
	uplift->ridge = get_double(from);
	uplift->iterations = get_int32(from, 1, MAX_ITERATIONS);
	uplift->unused = get_int64(from, 0, PG_INT64_MAX);
	uplift->skipped = get_int64(from, 0, PG_INT64_MAX);
	uplift->narms = get_int32(from, 2, MAX_ARMS);
	uplift->stages = uplift_stages(uplift->learner);
	uplift->design = get_design(from);
	p = uplift->design->p;
	get_propensity(from, uplift->narms, uplift->design, &uplift->propensity);
	if (uplift_has_trees(uplift))
		get_trees_options(from, &uplift->trees_options);
	uplift->arms = palloc0_array(UpliftArm, uplift->narms);
	for (int a = 0; a < uplift->narms; a++)
		get_arm(from, &uplift->arms[a]);

	uplift->nsurfaces = uplift_surfaces(uplift->learner, uplift->narms);
	uplift->surfaces = palloc0_array(Surface, uplift->nsurfaces);
	for (int i = 0; i < uplift->nsurfaces; i++)
		get_surface(from, uplift->target, uplift->base, uplift->design,
					uplift->learner == LEARNER_S ? uplift->narms - 1 : 0, &uplift->surfaces[i]);
	uplift->effects = palloc0_array(BaseFit, uplift->narms * Max(uplift->stages, 1));
	for (int i = uplift->stages; i < uplift->narms * uplift->stages; i++)
		uplift->effects[i] = *get_base_fit(from, uplift_stage_base(uplift), uplift->design, 0);
	if (uplift->learner == LEARNER_CAUSAL_FOREST)
	{
		get_causal_options(from, &uplift->forest_options);
		uplift->forests = palloc0_array(CausalForest *, uplift->narms);
		for (int a = 1; a < uplift->narms; a++)
			uplift->forests[a] = get_causal_forest(from, trees_columns(uplift->design->schema));
	}
	uplift->cross = palloc0_array(double *, uplift->narms);
	for (int a = 1; a < uplift->narms && uplift->learner == LEARNER_X; a++)
		if (get_int32(from, 0, 1))
			uplift->cross[a] = get_doubles(from, (int64) (1 + p) * (1 + p));
	derive(uplift);

	return uplift;
}

/* Expected outcome of an arm with an outcome model, and its derivatives by the scores of the parts. */
static double
outcome_of(const Uplift *uplift, int arm, const double *slots, double *slopes)
{
	const Surface *surface = surface_of(uplift, arm);
	double		scores[MAX_PARTS];

	for (int part = 0; part < surface->nparts; part++)
		scores[part] = base_score(surface->base[part], &surface->fit[part],
								  uplift->scores[arm * MAX_PARTS + part], uplift->design,
								  uplift->learner == LEARNER_S ? arm - 1 : -1, slots);

	return surface_mean(surface, scores, slopes);
}

/* Score of an effect model. */
static double
stage_score(const Uplift *uplift, int arm, int stage, const double *slots)
{
	int			i = arm * uplift->stages + stage;

	return base_score(uplift_stage_base(uplift), &uplift->effects[i], uplift->stage_weights[i],
					  uplift->design, -1, slots);
}

double
uplift_baseline(const Uplift *uplift, const double *slots)
{
	return outcome_of(uplift, 0, slots, NULL);
}

/* The effect by a causal forest, and its variance if wanted. */
static double
forest_effect(const Uplift *uplift, int arm, const double *slots, double *variance)
{
	const CausalForest *forest = uplift->forests[arm];
	float	   *x = palloc_array(float, Max(forest->columns, 1));
	double		effect;

	trees_expand(uplift->design->schema, slots, x);
	effect = causal_effect(forest, x, variance);
	pfree(x);

	return effect;
}

double
uplift_effect(const Uplift *uplift, int arm, const double *slots)
{
	Base		base = uplift_stage_base(uplift);

	if (uplift->forests)
		return forest_effect(uplift, arm, slots, NULL);
	if (uplift->weights[arm])
		return design_score(uplift->design, uplift->weights[arm], slots);
	if (uplift->learner == LEARNER_X)
	{
		double		share = propensity_pair_of(&uplift->propensity, uplift->design, slots, arm);

		return share * base_mean(base, stage_score(uplift, arm, 0, slots)) +
			(1 - share) * base_mean(base, stage_score(uplift, arm, 1, slots));
	}
	if (uplift->stages == 1)
	{
		double		mean = base_mean(base, stage_score(uplift, arm, 0, slots));

		return uplift->learner == LEARNER_CLASS_TRANSFORM ? 2 * (mean - uplift->centre) : mean;
	}

	return outcome_of(uplift, arm, slots, NULL) - outcome_of(uplift, 0, slots, NULL);
}

/* Variance of the difference of two outcome models; z (1 + p) are the row's columns. */
static double
difference_variance(const Uplift *uplift, int arm, const double *slots, const double *z)
{
	int			p = uplift->design->p;
	double		offer[MAX_PARTS];
	double		control[MAX_PARTS];
	double		variance = 0;

	outcome_of(uplift, arm, slots, offer);
	outcome_of(uplift, 0, slots, control);
	for (int part = 0; part < surface_of(uplift, 0)->nparts; part++)
	{
		const double *ours = surface_of(uplift, arm)->fit[part].covariance;
		const double *theirs = surface_of(uplift, 0)->fit[part].covariance;

		if (ours == NULL || theirs == NULL)
			return NAN;
		if (uplift->learner == LEARNER_T)
			variance += offer[part] * offer[part] * quadratic_form(ours, z, 1 + p) +
				control[part] * control[part] * quadratic_form(theirs, z, 1 + p);
		else
		{
			int			n = p + uplift->narms;
			double	   *gradient = palloc0_array(double, n);

			for (int j = 0; j <= p; j++)
				gradient[j] = z[j] * (offer[part] - control[part]);
			gradient[p + arm] = offer[part];
			variance += quadratic_form(ours, gradient, n);
			pfree(gradient);
		}
	}

	return variance;
}

/* Variance of an effect model, or of the two of x by their shares. */
static double
stage_variance(const Uplift *uplift, int arm, const double *slots, const double *z)
{
	const Design *design = uplift->design;
	int			n = 1 + design->p;
	const BaseFit *stage = &uplift->effects[arm * uplift->stages];
	double		factor = 1;
	double		share;

	if (uplift->learner == LEARNER_X)
	{
		if (uplift->cross[arm] == NULL || stage[0].covariance == NULL || stage[1].covariance == NULL)
			return NAN;
		share = propensity_pair_of(&uplift->propensity, design, slots, arm);
		return share * share * quadratic_form(stage[0].covariance, z, n) +
			(1 - share) * (1 - share) * quadratic_form(stage[1].covariance, z, n) +
			2 * share * (1 - share) * quadratic_form(uplift->cross[arm], z, n);
	}

	if (stage->covariance == NULL)
		return NAN;
	if (uplift->learner == LEARNER_CLASS_TRANSFORM)
		factor = 2 * base_slope(uplift->base, stage_score(uplift, arm, 0, slots));

	return factor * factor * quadratic_form(stage->covariance, z, n);
}

double
uplift_standard_error(const Uplift *uplift, int arm, const double *slots)
{
	const Design *design = uplift->design;
	double	   *z;
	double		variance;

	if (uplift->forests)
	{
		forest_effect(uplift, arm, slots, &variance);
		return sqrt(variance);
	}
	z = palloc_array(double, 1 + design->p);
	z[0] = 1;
	design_expand(design, slots, z + 1);
	for (int j = 0; j < design->p; j++)
		z[1 + j] -= design->mean[j];
	variance = uplift->stages == 0 ? difference_variance(uplift, arm, slots, z) :
		stage_variance(uplift, arm, slots, z);
	pfree(z);

	return isfinite(variance) ? sqrt(Max(variance, 0)) : NAN;
}
