/*
 * linear_merge.c
 *		Two states of linear_fit made one, whatever columns each of them has.
 */
#include "coupon.h"

#include "utils/float.h"

#include "model/linear_columns.h"
#include "model/linear_regions.h"

/* Give the state a column for everything the other one has one for. */
static LinearState *
learn_from(LinearState *state, const LinearState *other, const Regions *theirs)
{
	Regions		ours;

	for (int c = 0; c < other->nfeatures; c++)
	{
		const StateFeature *feature = &theirs->features[c];

		regions_of(state, &ours);
		if (feature->missing >= 0 && ours.features[c].missing < 0)
			state = columns_add_indicator(state, c);
		regions_of(state, &ours);
		if (feature->first >= 0 && ours.features[c].first < 0)
			state = columns_add_values(state, c, feature->length, theirs->fill + feature->first);
		else if (feature->first >= 0 && ours.features[c].length != feature->length)
			regions_wrong_length(state, c, feature->length);
	}
	for (int i = 0; i < other->ncategories; i++)
	{
		const StateCategory *category = &theirs->categories[i];
		const char *text = theirs->text + category->text;

		regions_of(state, &ours);
		if (regions_category(state, &ours, category->feature, text, category->length) < 0)
			state = columns_add_category(state, category->feature, text, category->length);
	}

	return state;
}

/* Where the other state's columns are in ours. */
static int *
places(const LinearState *state, const Regions *ours,
	   const LinearState *other, const Regions *theirs)
{
	int		   *place = palloc0_array(int, other->p);

	for (int c = 0; c < other->nfeatures; c++)
	{
		const StateFeature *feature = &theirs->features[c];

		if (feature->missing >= 0)
			place[feature->missing] = ours->features[c].missing;
		for (int k = 0; feature->first >= 0 && k < feature->length; k++)
			place[feature->first + k] = ours->features[c].first + k;
	}
	for (int i = 0; i < other->ncategories; i++)
	{
		const StateCategory *category = &theirs->categories[i];

		place[category->column] = regions_category(state, ours, category->feature,
												   theirs->text + category->text, category->length);
	}

	return place;
}

void *
linear_state_merge(void *into, const void *from_state)
{
	LinearState *state = into;
	const LinearState *given = from_state;
	LinearState *other;
	Regions		ours;
	Regions		theirs;
	Moments		from;
	Moments		to;
	int		   *place;

	if (state->ridge != given->ridge)
		bad_argument("option \"ridge\" is %s in one state and %s in another",
					 float8out_internal(state->ridge), float8out_internal(given->ridge));
	if (linear_state_is_empty(given))
	{
		state->skipped += given->skipped;
		return state;
	}
	other = linear_state_compact(given);
	if (linear_state_is_empty(state))
	{
		other->skipped += state->skipped;
		return other;
	}
	if (!regions_same_features(state, other))
		schema_check_same(linear_state_schema(state), linear_state_schema(other));

	linear_state_flush(state);
	regions_of(other, &theirs);
	state = learn_from(state, other, &theirs);
	state->skipped += other->skipped;

	regions_of(state, &ours);
	place = places(state, &ours, other, &theirs);
	moments_make(&to, state->p);
	to.n = other->n;
	regions_moments(other, &theirs, &from);
	for (int i = 0; i < other->p; i++)
	{
		to.mean[place[i]] = from.mean[i];
		for (int j = i; j < other->p; j++)
		{
			double		m = from.M[(Size) i * from.ld + j];

			to.M[(Size) place[i] * to.ld + place[j]] = m;
			to.M[(Size) place[j] * to.ld + place[i]] = m;
		}
	}

	/* where their rows lack a number, let it count as what it counts here */
	for (int c = 0; c < state->nfeatures; c++)
	{
		const StateFeature *our = &ours.features[c];
		const StateFeature *their = &theirs.features[c];

		if (their->missing < 0 || our->first < 0)
			continue;
		for (int k = 0; k < our->length; k++)
			moments_shear(&to, our->first + k,
						  ours.fill[our->first + k] -
						  (their->first >= 0 ? theirs.fill[their->first + k] : 0),
						  our->missing);
	}

	regions_moments(state, &ours, &from);
	moments_merge(&from, &to);
	state->n = from.n;
	pfree(to.mean);
	pfree(to.M);
	pfree(place);
	pfree(other);

	return state;
}
