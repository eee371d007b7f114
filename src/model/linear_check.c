/*
 * linear_check.c
 *		Is a LinearState that came from outside one that linear_fit could have made?
 */
#include "coupon.h"

#include <math.h>

#include "mb/pg_wchar.h"

#include "model/linear_regions.h"

/* More than any state can have. */
#define MAX_COLUMNS		(2 * MAX_EXPANDED + 2)
#define MAX_FEATURES	1700

static void
check_text(const LinearState *state, const Regions *r, int at, int length)
{
	if (at < 0 || length < 0 || at > state->text || length > state->text - at)
		state_unsound("A text is out of range.");
	if (memchr(r->text + at, '\0', length) != NULL ||
		!pg_verify_mbstr(GetDatabaseEncoding(), r->text + at, length, true))
		state_unsound("A string is not in the encoding of the database.");
}

/* Texts that overlap would make much of little: all names and categories take what there is. */
static void
check_text_total(const LinearState *state, const Regions *r)
{
	int64		total = 0;

	for (int c = 0; c < state->nfeatures; c++)
		total += r->features[c].name_length;
	for (int i = 0; i < state->ncategories; i++)
		total += r->categories[i].length;
	if (total != state->text)
		state_unsound("The texts do not fit their lengths.");
}

/* Every column but the outcome belongs to one feature or category. */
static void
take_columns(const LinearState *state, bool *taken, int first, int n)
{
	if (first < 1 || n < 1 || first >= state->p || n > state->p - first)
		state_unsound("A column is out of range.");
	for (int j = first; j < first + n; j++)
	{
		if (taken[j])
			state_unsound("A column is used twice.");
		taken[j] = true;
	}
}

static void
check_numbers(const double *numbers, Size n)
{
	for (Size i = 0; i < n; i++)
		if (!isfinite(numbers[i]))
			state_unsound("A number is not finite.");
}

static void
check_features(const LinearState *state, const Regions *r, bool *taken)
{
	for (int c = 0; c < state->nfeatures; c++)
	{
		const StateFeature *feature = &r->features[c];

		check_text(state, r, feature->name, feature->name_length);
		if (feature->class < COLUMN_NUMBER || feature->class > COLUMN_ARRAY ||
			(state->positional && feature->class != COLUMN_ARRAY) ||
			feature->length < 0 || feature->length > MAX_EXPANDED ||
			(feature->class != COLUMN_ARRAY && feature->length != 1) ||
			(feature->class == COLUMN_CATEGORY && feature->first != -1) ||
			feature->first < -1 || feature->missing < -1 ||
			(feature->class == COLUMN_ARRAY && (feature->first == -1) != (feature->length == 0)))
			state_unsound("A feature is not sound.");
		if (feature->first >= 0)
			take_columns(state, taken, feature->first, feature->length);
		if (feature->missing >= 0)
			take_columns(state, taken, feature->missing, 1);
	}
}

static void
check_categories(const LinearState *state, const Regions *r, bool *taken)
{
	for (int i = 0; i < state->ncategories; i++)
	{
		const StateCategory *category = &r->categories[i];

		if (category->feature < 0 || category->feature >= state->nfeatures ||
			r->features[category->feature].class != COLUMN_CATEGORY)
			state_unsound("A category belongs to no feature.");
		check_text(state, r, category->text, category->length);
		take_columns(state, taken, category->column, 1);
		if (regions_ncategories(state, category->feature) > MAX_CATEGORIES)
			state_unsound("A feature has too many categories.");
	}
	for (int i = 0; i < state->ncategories; i++)
		if (regions_category(state, r, r->categories[i].feature, r->text + r->categories[i].text,
							 r->categories[i].length) != r->categories[i].column)
			state_unsound("Categories are not in order.");
}

void
linear_state_check(const FlatState *flat)
{
	const LinearState *state = (const LinearState *) flat;
	Size		size = VARSIZE(flat);
	Regions		r;
	bool	   *taken;

	if (size < offsetof(LinearState, regions))
		state_unsound("The value is truncated.");
	if (state->nfeatures < 0 || state->nfeatures > MAX_FEATURES ||
		state->column_room < 1 || state->column_room > 2 * MAX_COLUMNS ||
		state->p < 1 || state->p > state->column_room ||
		state->category_room < 0 || state->category_room > 4 * MAX_COLUMNS ||
		state->ncategories < 0 || state->ncategories > state->category_room ||
		state->text_room < 0 || state->text < 0 || state->text > state->text_room ||
		state->block_room < 0 || state->block_room > 256 ||
		state->block < 0 || state->block > state->block_room ||
		state->positional < 0 || state->positional > 1 ||
		(state->positional && state->nfeatures != 1) ||
		state->n < 0 || state->skipped < 0 || !isfinite(state->ridge) || state->ridge < 0)
		state_unsound("A count is out of range.");
	if (size != regions_size(state))
		state_unsound("The length does not fit the counts.");

	regions_of(state, &r);
	check_text_total(state, &r);
	taken = palloc0_array(bool, state->p);
	check_features(state, &r, taken);
	check_categories(state, &r, taken);
	for (int j = 1; j < state->p; j++)
		if (!taken[j])
			state_unsound("A column belongs to no feature.");
	check_numbers(r.fill, state->p);
	check_numbers(r.mean, state->p);
	for (int i = 0; i < state->p; i++)
	{
		check_numbers(r.M + (Size) i * state->column_room + i, state->p - i);
		if (r.M[(Size) i * state->column_room + i] < 0)
			state_unsound("A sum of squares is negative.");
	}
	check_numbers(r.block, (Size) state->block * state->p);
	if (state->signature != schema_signature(linear_state_schema(state)))
		state_unsound("The signature does not fit the features.");
	pfree(taken);
}
