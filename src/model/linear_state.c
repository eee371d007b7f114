/*
 * linear_state.c
 *		State of linear_fit: moments of columns that appear as the rows go by.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "model/linear_regions.h"

/* Rows that wait for a block: as many as keep it within this many numbers. */
#define BLOCK_NUMBERS	4096
#define FIRST_BLOCK		4

static int
full_block(const LinearState *state)
{
	return Max(8, Min(256, BLOCK_NUMBERS / state->column_room));
}

LinearState *
linear_state_make(const Schema *schema, double ridge)
{
	Rooms		rooms = {.features = schema->ncolumns, .columns = 1, .block = FIRST_BLOCK};
	LinearState *state;
	Regions		r;

	for (int c = 0; c < schema->ncolumns; c++)
	{
		rooms.columns += schema->columns[c].class != COLUMN_CATEGORY ? 1 : 4;
		rooms.categories += schema->columns[c].class == COLUMN_CATEGORY ? 4 : 0;
		rooms.text += strlen(schema->columns[c].name) + 32;
	}
	state = regions_make(&rooms);
	state->signature = schema_signature(schema);
	state->ridge = ridge;
	state->positional = schema->positional;
	state->p = 1;
	regions_of(state, &r);
	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];
		StateFeature *feature = &r.features[c];

		feature->class = column->class;
		feature->name_length = strlen(column->name);
		feature->name = regions_text(state, column->name, feature->name_length);
		feature->first = -1;
		feature->missing = -1;
		feature->length = column->class == COLUMN_ARRAY ? 0 : 1;
	}

	return state;
}

bool
linear_state_is_empty(const LinearState *state)
{
	return state->n == 0 && state->block == 0;
}

/* Move the waiting rows to the moments. */
static void
flush(LinearState *state)
{
	Regions		r;
	Moments		moments;

	if (state->block == 0)
		return;
	regions_of(state, &r);
	regions_moments(state, &r, &moments);
	moments_add(&moments, r.block, state->block);
	state->n = moments.n;
	state->block = 0;
}

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

/* Give a feature n columns of values, filled with "fill" in all rows before. */
static LinearState *
add_values(LinearState *state, int c, int n, const double *fill)
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

static LinearState *
add_indicator(LinearState *state, int c)
{
	Regions		r;

	state = regions_add_columns(state, 1);
	regions_of(state, &r);
	r.features[c].missing = state->p++;

	return state;
}

static LinearState *
add_category(LinearState *state, int c, const char *text, int length)
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

/* Columns for what a feature shows for the first time. */
static LinearState *
learn(LinearState *state, int c, const FeatureValue *value)
{
	Regions		r;

	regions_of(state, &r);
	if (value->missing)
	{
		if (r.features[c].missing < 0)
			state = add_indicator(state, c);
	}
	else if (r.features[c].class == COLUMN_CATEGORY)
	{
		if (regions_category(state, &r, c, value->text, value->length) < 0)
			state = add_category(state, c, value->text, value->length);
	}
	else if (r.features[c].first < 0)
	{
		bool		array = r.features[c].class == COLUMN_ARRAY;

		state = add_values(state, c, array ? value->length : 1,
						   array ? value->elements : &value->number);
	}

	return state;
}

/* Does the state have columns for all that this value needs?  Its category's goes to *column. */
static inline bool
is_known(const LinearState *state, const Regions *r, int c, const FeatureValue *value, int *column)
{
	const StateFeature *feature = &r->features[c];

	if (value->missing)
		return feature->missing >= 0;
	if (feature->class != COLUMN_CATEGORY)
		return feature->first >= 0;
	*column = regions_category(state, r, c, value->text, value->length);

	return *column >= 0;
}

static void
write_missing(const LinearState *state, const Regions *r, int c, double *row)
{
	const StateFeature *feature = &r->features[c];

	row[feature->missing] = 1;
	if (feature->first >= 0)
		for (int k = 0; k < feature->length; k++)
			row[feature->first + k] = r->fill[feature->first + k];
}

LinearState *
linear_state_add(LinearState *state, double outcome, const FeatureValue *values)
{
	Regions		r;
	double	   *row;

	if (state->block == state->block_room)
	{
		flush(state);
		if (state->block_room < full_block(state))
			state = regions_grow_block(state, Min(Max(state->block_room * 4, FIRST_BLOCK),
												  full_block(state)));
	}

again:
	regions_of(state, &r);
	row = r.block + (Size) state->block * state->p;
	memset(row, 0, sizeof(double) * state->p);
	row[0] = outcome;
	for (int c = 0; c < state->nfeatures; c++)
	{
		const FeatureValue *value = &values[c];
		const StateFeature *feature = &r.features[c];
		int			column = feature->first;

		if (unlikely(!is_known(state, &r, c, value, &column)))
		{
			/* columns are about to be added: the block's rows would be too short */
			flush(state);
			for (int other = c; other < state->nfeatures; other++)
				state = learn(state, other, &values[other]);
			goto again;
		}

		if (value->missing)
			write_missing(state, &r, c, row);
		else if (feature->class == COLUMN_CATEGORY)
			row[column] = 1;
		else if (feature->class == COLUMN_ARRAY)
		{
			if (value->length != feature->length)
				regions_wrong_length(state, c, value->length);
			memcpy(row + column, value->elements, sizeof(double) * feature->length);
		}
		else
			row[column] = value->number;
	}
	state->block++;

	return state;
}

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
			state = add_indicator(state, c);
		regions_of(state, &ours);
		if (feature->first >= 0 && ours.features[c].first < 0)
			state = add_values(state, c, feature->length, theirs->fill + feature->first);
		else if (feature->first >= 0 && ours.features[c].length != feature->length)
			regions_wrong_length(state, c, feature->length);
	}
	for (int i = 0; i < other->ncategories; i++)
	{
		const StateCategory *category = &theirs->categories[i];
		const char *text = theirs->text + category->text;

		regions_of(state, &ours);
		if (regions_category(state, &ours, category->feature, text, category->length) < 0)
			state = add_category(state, category->feature, text, category->length);
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

LinearState *
linear_state_merge(LinearState *state, const LinearState *given)
{
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

	flush(state);
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

LinearState *
linear_state_compact(const LinearState *state)
{
	LinearState *flushed = state_copy(state);
	LinearState *compact;
	Regions		r;
	Moments		moments;
	Rooms		rooms;

	flush(flushed);
	regions_of(flushed, &r);
	regions_moments(flushed, &r, &moments);
	moments_check(&moments);
	rooms.features = flushed->nfeatures;
	rooms.columns = flushed->p;
	rooms.categories = flushed->ncategories;
	rooms.text = flushed->text;
	rooms.block = 0;
	compact = regions_resize(flushed, &rooms);
	pfree(flushed);

	return compact;
}
