/*
 * linear_columns.c
 *		Columns that a LinearState gets for what it sees for the first time.
 */
#include "coupon.h"

#include "model/linear_columns.h"
#include "model/linear_regions.h"

/* Raise an error if n more value columns are too many. */
static void
check_expanded(const LinearState *state, int n)
{
	Regions		r;
	int			values = state->p - 1 + n;

	regions_of(state, &r);
	for (int c = 0; c < state->nfeatures; c++)
		values -= r.features[c].missing >= 0;
	if (values > MAX_EXPANDED)
		too_many_columns();
}

LinearState *
columns_add_values(LinearState *state, int c, int n, const double *fill)
{
	Regions		r;

	check_expanded(state, n);
	state = regions_add_columns(state, n);
	regions_of(state, &r);
	r.features[c].length = n;
	r.features[c].first = state->p;
	for (int k = 0; k < n; k++)
	{
		r.fill[state->p + k] = fill[k];
		/* all rows so far lack the feature */
		r.mean[state->p + k] = state->n > 0 ? fill[k] : 0;
	}
	state->p += n;

	return state;
}

LinearState *
columns_add_indicator(LinearState *state, int c)
{
	Regions		r;

	state = regions_add_columns(state, 1);
	regions_of(state, &r);
	r.features[c].missing = state->p++;

	return state;
}

LinearState *
columns_add_category(LinearState *state, int c, const char *text, int length)
{
	Regions		r;
	int			at;

	if (regions_ncategories(state, c) == MAX_CATEGORIES)
		too_many_categories(regions_name(state, c));
	check_expanded(state, 1);
	state = regions_add_columns(state, 1);
	state = regions_room_for_category(state, length);
	at = regions_insert_category(state, c, text, length);
	regions_of(state, &r);
	r.categories[at].column = state->p++;

	return state;
}
