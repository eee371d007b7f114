/*
 * linear_regions.c
 *		The memory of a LinearState: its regions and how they grow.
 *
 * Behind the header: fill, mean, M, block, then features and categories, then
 * text; each as large as its room.  The regions of doubles come first, so
 * that all are aligned.
 */
#include "coupon.h"

#include "utils/memutils.h"

#include "model/linear_regions.h"

static void
rooms_of(const LinearState *state, Rooms *rooms)
{
	rooms->features = state->nfeatures;
	rooms->columns = state->column_room;
	rooms->categories = state->category_room;
	rooms->text = state->text_room;
	rooms->block = state->block_room;
}

static Size
size_of(const Rooms *rooms)
{
	Size		columns = rooms->columns;

	return offsetof(LinearState, regions) +
		sizeof(double) * (columns * 2 + columns * columns + rooms->block * columns) +
		sizeof(StateFeature) * rooms->features +
		sizeof(StateCategory) * rooms->categories +
		rooms->text;
}

Size
regions_size(const LinearState *state)
{
	Rooms		rooms;

	rooms_of(state, &rooms);

	return size_of(&rooms);
}

void
regions_of(const LinearState *state, Regions *regions)
{
	Size		columns = state->column_room;

	regions->fill = (double *) state->regions;
	regions->mean = regions->fill + columns;
	regions->M = regions->mean + columns;
	regions->block = regions->M + columns * columns;
	regions->features = (StateFeature *) (regions->block + state->block_room * columns);
	regions->categories = (StateCategory *) (regions->features + state->nfeatures);
	regions->text = (char *) (regions->categories + state->category_room);
}

LinearState *
regions_make(const Rooms *rooms)
{
	LinearState *state = state_make(STATE_LINEAR, size_of(rooms));

	state->nfeatures = rooms->features;
	state->column_room = rooms->columns;
	state->category_room = rooms->categories;
	state->text_room = rooms->text;
	state->block_room = rooms->block;

	return state;
}

LinearState *
regions_resize(const LinearState *state, const Rooms *rooms)
{
	LinearState *larger = regions_make(rooms);
	Regions		from;
	Regions		to;

	Assert(rooms->columns >= state->p && rooms->block >= state->block);

	larger->signature = state->signature;
	larger->ridge = state->ridge;
	larger->skipped = state->skipped;
	larger->n = state->n;
	larger->positional = state->positional;
	larger->p = state->p;
	larger->ncategories = state->ncategories;
	larger->text = state->text;
	larger->block = state->block;

	regions_of(state, &from);
	regions_of(larger, &to);
	memcpy(to.fill, from.fill, sizeof(double) * state->p);
	memcpy(to.mean, from.mean, sizeof(double) * state->p);
	for (int i = 0; i < state->p; i++)
		memcpy(to.M + (Size) i * larger->column_room, from.M + (Size) i * state->column_room,
			   sizeof(double) * state->p);
	memcpy(to.block, from.block, sizeof(double) * state->block * state->p);
	memcpy(to.features, from.features, sizeof(StateFeature) * state->nfeatures);
	memcpy(to.categories, from.categories, sizeof(StateCategory) * state->ncategories);
	memcpy(to.text, from.text, state->text);

	return larger;
}

LinearState *
regions_add_columns(LinearState *state, int n)
{
	Rooms		rooms;

	Assert(state->block == 0);

	if (state->p + n <= state->column_room)
		return state;
	rooms_of(state, &rooms);
	rooms.columns = Max(state->p + n, rooms.columns + rooms.columns / 4 + 4);

	return regions_resize(state, &rooms);
}

LinearState *
regions_room_for_category(LinearState *state, int length)
{
	Rooms		rooms;

	if (state->ncategories < state->category_room && state->text + length <= state->text_room)
		return state;
	rooms_of(state, &rooms);
	if (length > MaxAllocSize / 4 || state->text > (int) (MaxAllocSize / 4))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("category of %d bytes is too long", length)));
	if (state->ncategories == state->category_room)
		rooms.categories = rooms.categories * 2 + 4;
	rooms.text = Max(rooms.text, (state->text + length) * 2 + 32);

	return regions_resize(state, &rooms);
}

LinearState *
regions_grow_block(LinearState *state, int rows)
{
	Rooms		rooms;

	rooms_of(state, &rooms);
	rooms.block = rows;

	return regions_resize(state, &rooms);
}

void
regions_moments(const LinearState *state, const Regions *regions, Moments *moments)
{
	moments->p = state->p;
	moments->ld = state->column_room;
	moments->n = state->n;
	moments->mean = regions->mean;
	moments->M = regions->M;
}

int
regions_text(LinearState *state, const char *text, int length)
{
	Regions		r;
	int			at = state->text;

	Assert(at + length <= state->text_room);

	regions_of(state, &r);
	memcpy(r.text + at, text, length);
	state->text += length;

	return at;
}

/* The place of a category, or -1 - the place where it belongs. */
static int
find_category(const LinearState *state, const Regions *r,
			  int feature, const char *text, int length)
{
	int			low = 0;
	int			high = state->ncategories;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const StateCategory *category = &r->categories[middle];
		int			order = feature - category->feature;

		if (order == 0)
		{
			order = memcmp(text, r->text + category->text, Min(length, category->length));
			if (order == 0)
				order = length - category->length;
		}
		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}

	return -1 - low;
}

int
regions_category(const LinearState *state, const Regions *r,
				 int feature, const char *text, int length)
{
	int			place = find_category(state, r, feature, text, length);

	return place >= 0 ? r->categories[place].column : -1;
}

int
regions_insert_category(LinearState *state, int feature, const char *text, int length)
{
	Regions		r;
	int			place;

	regions_of(state, &r);
	place = -1 - find_category(state, &r, feature, text, length);
	memmove(r.categories + place + 1, r.categories + place,
			sizeof(StateCategory) * (state->ncategories - place));
	r.categories[place].feature = feature;
	r.categories[place].length = length;
	r.categories[place].text = regions_text(state, text, length);
	r.categories[place].column = 0;
	state->ncategories++;

	return place;
}

int
regions_ncategories(const LinearState *state, int feature)
{
	Regions		r;
	int			n = 0;

	regions_of(state, &r);
	for (int i = 0; i < state->ncategories; i++)
		n += r.categories[i].feature == feature;

	return n;
}

bool
regions_same_features(const LinearState *one, const LinearState *two)
{
	Regions		r;
	Regions		s;

	if (one->signature != two->signature || one->nfeatures != two->nfeatures)
		return false;
	regions_of(one, &r);
	regions_of(two, &s);
	for (int c = 0; c < one->nfeatures; c++)
	{
		const StateFeature *a = &r.features[c];
		const StateFeature *b = &s.features[c];

		if (a->class != b->class || a->name_length != b->name_length ||
			memcmp(r.text + a->name, s.text + b->name, a->name_length) != 0)
			return false;
	}

	return true;
}

char *
regions_name(const LinearState *state, int feature)
{
	Regions		r;

	regions_of(state, &r);

	return pnstrdup(r.text + r.features[feature].name, r.features[feature].name_length);
}

void
regions_wrong_length(const LinearState *state, int feature, int length)
{
	SchemaColumn column = {.name = regions_name(state, feature)};
	FeatureValue value = {.length = length};
	Regions		r;

	regions_of(state, &r);
	column.length = r.features[feature].length;
	schema_check_length(&column, &value);
}
