/*
 * surface.c
 *		Outcome models: an expected outcome by features, of one base model or,
 *		as a funnel, of the probability of a purchase times the value of one.
 *
 * E[y | x] = P(y > 0 | x) E[y | y > 0, x] for outcomes that are never
 * negative (Duan, Manning, Morris and Newhouse, "A comparison of alternative
 * models for the demand for medical care", 1983: the two-part model).
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/surface.h"

int
surface_parts(Target target)
{
	return target == TARGET_FUNNEL ? 2 : 1;
}

Base
surface_base(Target target, Base base, int part)
{
	if (target == TARGET_OUTCOME || base == BASE_TREES)
		return base;

	return part == 0 ? BASE_LOGIT : BASE_LINEAR;
}

const char *
surface_part_name(int part)
{
	return part == 0 ? "purchase" : "value of a purchase";
}

/* The rows with a positive outcome. */
static Sample
purchases(const Sample *sample)
{
	Sample		some = *sample;
	int64	   *index = palloc_huge(int64, Max(sample->n, 1));

	some.n = 0;
	for (int64 i = 0; i < sample->n; i++)
	{
		int64		row = sample_row(sample, i);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (sample_outcome_of(sample, row) > 0)
			index[some.n++] = row;
	}
	some.index = index;

	return some;
}

void
surface_fit(const Sample *sample, Target target, Base base,
			const BaseOptions *options, const char *where, Surface *surface)
{
	surface->nparts = surface_parts(target);
	for (int part = 0; part < surface->nparts; part++)
		surface->base[part] = surface_base(target, base, part);

	if (target == TARGET_FUNNEL)
	{
		Sample		purchase = *sample;
		Sample		value = purchases(sample);

		/* logistic regression tells for itself */
		if (base == BASE_TREES && value.n == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("no outcome%s is positive, so that there is no value of a purchase", where),
					 errhint("Add rows, or use target \"outcome\".")));
		purchase.positive = true;
		base_fit(&purchase, surface->base[0], options, psprintf(" purchase indicators%s", where),
				 &surface->fit[0]);
		base_fit(&value, surface->base[1], options, where, &surface->fit[1]);
		pfree((void *) value.index);
	}
	else
		base_fit(sample, base, options, where, &surface->fit[0]);
}

void
surface_predict(const Surface *surface, const Sample *sample, double *means)
{
	base_predict(surface->base[0], &surface->fit[0], sample, means);
	if (surface->nparts > 1)
	{
		double	   *values;
		int64		last = 0;

		for (int64 i = 0; i < sample->n; i++)
			last = Max(last, sample_row(sample, i));
		values = palloc_huge(double, last + 1);
		base_predict(surface->base[1], &surface->fit[1], sample, values);
		for (int64 i = 0; i < sample->n; i++)
			means[sample_row(sample, i)] *= values[sample_row(sample, i)];
		pfree(values);
	}
}

double
surface_mean(const Surface *surface, const double *scores, double *slopes)
{
	double		mean = base_mean(surface->base[0], scores[0]);
	double		value = surface->nparts > 1 ? base_mean(surface->base[1], scores[1]) : 1;

	if (slopes)
	{
		slopes[0] = base_slope(surface->base[0], scores[0]) * value;
		if (surface->nparts > 1)
			slopes[1] = base_slope(surface->base[1], scores[1]) * mean;
	}

	return mean * value;
}

void
put_surface(StringInfo to, const Surface *surface)
{
	for (int part = 0; part < surface->nparts; part++)
		put_base_fit(to, &surface->fit[part]);
}

void
get_surface(Reader *from, Target target, Base base, const Design *design, int narms,
			Surface *surface)
{
	surface->nparts = surface_parts(target);
	for (int part = 0; part < surface->nparts; part++)
	{
		surface->base[part] = surface_base(target, base, part);
		surface->fit[part] = *get_base_fit(from, surface->base[part], design, narms);
	}
}
