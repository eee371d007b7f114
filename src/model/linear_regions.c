/*
 * linear_regions.c
 *		The memory of a LinearState: its regions, how they grow, their check.
 *
 * Behind the header: fill, mean, M, block, then features and categories, then
 * text; each as large as its room.  The regions of doubles come first, so
 * that all are aligned.
 */
#include "coupon.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "model/linear_regions.h"

/* More than any state can have. */
#define MAX_COLUMNS		(2 * MAX_EXPANDED + 2)
#define MAX_FEATURES	1700

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

pg_noreturn static void
unsound(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid value of type coupon.state"),
			 errdetail_internal("%s", detail),
			 errhint("Only values written by the extension itself can be read.")));
}

static void
check_text(const LinearState *state, const Regions *r, int at, int length)
{
	if (at < 0 || length < 0 || at > state->text || length > state->text - at)
		unsound("A text is out of range.");
	if (memchr(r->text + at, '\0', length) != NULL ||
		!pg_verify_mbstr(GetDatabaseEncoding(), r->text + at, length, true))
		unsound("A string is not in the encoding of the database.");
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
		unsound("The texts do not fit their lengths.");
}

/* Every column but the outcome belongs to one feature or category. */
static void
take_columns(const LinearState *state, bool *taken, int first, int n)
{
	if (first < 1 || n < 1 || first >= state->p || n > state->p - first)
		unsound("A column is out of range.");
	for (int j = first; j < first + n; j++)
	{
		if (taken[j])
			unsound("A column is used twice.");
		taken[j] = true;
	}
}

static void
check_numbers(const double *numbers, Size n)
{
	for (Size i = 0; i < n; i++)
		if (!isfinite(numbers[i]))
			unsound("A number is not finite.");
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
			unsound("A feature is not sound.");
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
			unsound("A category belongs to no feature.");
		check_text(state, r, category->text, category->length);
		take_columns(state, taken, category->column, 1);
		if (regions_ncategories(state, category->feature) > MAX_CATEGORIES)
			unsound("A feature has too many categories.");
	}
	for (int i = 0; i < state->ncategories; i++)
		if (find_category(state, r, r->categories[i].feature, r->text + r->categories[i].text,
						  r->categories[i].length) != i)
			unsound("Categories are not in order.");
}

void
linear_state_check(const FlatState *flat)
{
	const LinearState *state = (const LinearState *) flat;
	Size		size = VARSIZE(flat);
	Regions		r;
	Rooms		rooms;
	bool	   *taken;

	if (size < offsetof(LinearState, regions))
		unsound("The value is truncated.");
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
		unsound("A count is out of range.");
	rooms_of(state, &rooms);
	if (size != size_of(&rooms))
		unsound("The length does not fit the counts.");

	regions_of(state, &r);
	check_text_total(state, &r);
	taken = palloc0_array(bool, state->p);
	check_features(state, &r, taken);
	check_categories(state, &r, taken);
	for (int j = 1; j < state->p; j++)
		if (!taken[j])
			unsound("A column belongs to no feature.");
	check_numbers(r.fill, state->p);
	check_numbers(r.mean, state->p);
	for (int i = 0; i < state->p; i++)
	{
		check_numbers(r.M + (Size) i * state->column_room + i, state->p - i);
		if (r.M[(Size) i * state->column_room + i] < 0)
			unsound("A sum of squares is negative.");
	}
	check_numbers(r.block, (Size) state->block * state->p);
	if (state->signature != schema_signature(linear_state_schema(state)))
		unsound("The signature does not fit the features.");
	pfree(taken);
}
