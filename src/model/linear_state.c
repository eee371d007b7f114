/*
 * linear_state.c
 *		State of linear_fit: made, and rows added to it.
 */
#include "coupon.h"

#include "model/linear_columns.h"
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

void
linear_state_flush(LinearState *state)
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

/* Columns for what a feature shows for the first time. */
static LinearState *
learn(LinearState *state, int c, const FeatureValue *value)
{
	Regions		r;

	regions_of(state, &r);
	if (value->missing)
	{
		if (r.features[c].missing < 0)
			state = columns_add_indicator(state, c);
	}
	else if (r.features[c].class == COLUMN_CATEGORY)
	{
		if (regions_category(state, &r, c, value->text, value->length) < 0)
			state = columns_add_category(state, c, value->text, value->length);
	}
	else if (r.features[c].first < 0)
	{
		bool		array = r.features[c].class == COLUMN_ARRAY;

		state = columns_add_values(state, c, array ? value->length : 1,
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
write_missing(const Regions *r, int c, double *row)
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
		linear_state_flush(state);
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
			linear_state_flush(state);
			for (int other = c; other < state->nfeatures; other++)
				state = learn(state, other, &values[other]);
			goto again;
		}

		if (value->missing)
			write_missing(&r, c, row);
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

void *
linear_state_compact(const void *given)
{
	const LinearState *state = given;
	LinearState *flushed = state_copy(state);
	LinearState *compact;
	Regions		r;
	Moments		moments;
	Rooms		rooms;

	linear_state_flush(flushed);
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
