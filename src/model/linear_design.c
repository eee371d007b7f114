/*
 * linear_design.c
 *		What the state of linear_fit amounts to: a design and its moments.
 */
#include "coupon.h"

#include "model/linear_regions.h"

Schema *
linear_state_schema(const LinearState *state)
{
	Schema	   *schema = schema_make(CurrentMemoryContext, state->nfeatures, state->positional);
	Regions		r;

	regions_of(state, &r);
	for (int c = 0; c < state->nfeatures; c++)
	{
		SchemaColumn *column = schema_define(schema, c, regions_name(state, c),
											 r.features[c].class, CurrentMemoryContext);

		if (column->class == COLUMN_ARRAY)
		{
			column->length = r.features[c].length;
			schema->nslots += column->length;
		}
	}
	/* the state keeps categories in the order that a sorted schema has */
	for (int i = 0; i < state->ncategories; i++)
		dictionary_add(schema->columns[r.categories[i].feature].categories,
					   r.text + r.categories[i].text, r.categories[i].length);

	return schema;
}

/* Which column of the state is each column of the design; -1 if no row had a value. */
static int *
places(const LinearState *state, const Regions *r, const Design *design)
{
	int		   *place = palloc_array(int, Max(design->p, 1));
	int		   *category = palloc0_array(int, Max(state->nfeatures, 1));

	for (int j = 0; j < design->p; j++)
		place[j] = -1;
	for (int c = 0; c < state->nfeatures; c++)
	{
		const StateFeature *feature = &r->features[c];

		if (design->missing[c] >= 0)
			place[design->missing[c]] = feature->missing;
		for (int k = 0; feature->first >= 0 && k < feature->length; k++)
			place[design->first[c] + k] = feature->first + k;
	}
	for (int i = 0; i < state->ncategories; i++)
	{
		int			c = r->categories[i].feature;
		int			k = category[c]++;

		/* the first category is the one that the others are compared with */
		if (k > 0)
			place[design->first[c] + k - 1] = r->categories[i].column;
	}
	pfree(category);

	return place;
}

Design *
linear_state_moments(const LinearState *given, Moments *moments)
{
	LinearState *state = linear_state_compact(given);
	bool	   *has_missing = palloc_array(bool, Max(state->nfeatures, 1));
	Regions		r;
	Design	   *design;
	int		   *place;

	regions_of(state, &r);
	for (int c = 0; c < state->nfeatures; c++)
		has_missing[c] = r.features[c].missing >= 0;
	design = design_make(linear_state_schema(state), has_missing);
	place = places(state, &r, design);

	moments_make(moments, 1 + design->p);
	moments->n = state->n;
	for (int i = 0; i <= design->p; i++)
	{
		int			from = i > 0 ? place[i - 1] : 0;

		if (from < 0)
			continue;
		moments->mean[i] = r.mean[from];
		for (int j = i; j <= design->p; j++)
		{
			int			to = j > 0 ? place[j - 1] : 0;

			if (to >= 0)
				moments->M[(Size) i * moments->ld + j] =
					r.M[(Size) Min(from, to) * state->column_room + Max(from, to)];
		}
	}
	moments_complete(moments);

	/* where a feature is missing, its columns take their mean over the other rows */
	for (int c = 0; c < state->nfeatures; c++)
	{
		int			missing = design->missing[c];
		double		share = missing >= 0 ? moments->mean[1 + missing] : 0;

		for (int k = 0; k < design->width[c]; k++)
		{
			int			j = design->first[c] + k;
			double		fill = place[j] >= 0 ? r.fill[place[j]] : 0;

			design->mean[j] = share < 1 ?
				fill + (moments->mean[1 + j] - fill) / (1 - share) : fill;
			if (missing >= 0)
				moments_shear(moments, 1 + j, design->mean[j] - fill, 1 + missing);
		}
	}
	for (int j = 0; j < design->p; j++)
		moments->mean[1 + j] -= design->mean[j];
	pfree(state);

	return design;
}
