/*
 * linear_regions.h
 *		The memory of a LinearState: its regions and how they grow.
 */
#ifndef COUPON_LINEAR_REGIONS_H
#define COUPON_LINEAR_REGIONS_H

#include "coupon.h"

#include "model/linear_state.h"

/* A feature; columns are places in the moments. */
typedef struct StateFeature
{
	int32		name;			/* where in the text */
	int32		name_length;
	int32		class;			/* a ColumnClass */
	int32		length;			/* value columns; 0 of an array not yet seen */
	int32		first;			/* the first value column, -1 before any or of a category */
	int32		missing;		/* the indicator column, or -1 */
} StateFeature;

/* A category, sorted by feature and text. */
typedef struct StateCategory
{
	int32		feature;
	int32		text;			/* where in the text */
	int32		length;
	int32		column;
} StateCategory;

/* How much there is room for. */
typedef struct Rooms
{
	int			features;
	int			columns;
	int			categories;
	int			text;
	int			block;
} Rooms;

/* Where the regions of a state are. */
typedef struct Regions
{
	double	   *fill;			/* (columns) what a missing value counts as */
	double	   *mean;			/* (columns) */
	double	   *M;				/* (columns, columns) upper triangle */
	double	   *block;			/* (block, p): rows are p apart, not columns apart */
	StateFeature *features;		/* (features) */
	StateCategory *categories;	/* (categories) */
	char	   *text;
} Regions;

/* Bytes of a state with the rooms that it has. */
extern Size regions_size(const LinearState *state);

extern void regions_of(const LinearState *state, Regions *regions);
extern LinearState *regions_make(const Rooms *rooms);

/* A copy with other rooms, all of them large enough. */
extern LinearState *regions_resize(const LinearState *state, const Rooms *rooms);

/* Room for n more columns, which stay zero; or for a category; or for a longer block. */
extern LinearState *regions_add_columns(LinearState *state, int n);
extern LinearState *regions_room_for_category(LinearState *state, int length);
extern LinearState *regions_grow_block(LinearState *state, int rows);

/* The moments of a state, in its own memory. */
extern void regions_moments(const LinearState *state, const Regions *regions, Moments *moments);

/* Keep a text for which there is room; returns where. */
extern int	regions_text(LinearState *state, const char *text, int length);

/* The column of a category, or -1. */
extern int	regions_category(const LinearState *state, const Regions *regions,
							 int feature, const char *text, int length);

/* Insert a new category for which there is room; returns its place. */
extern int	regions_insert_category(LinearState *state, int feature, const char *text, int length);

/* Do two states have the same features?  Signatures alone can be made to agree. */
extern bool regions_same_features(const LinearState *one, const LinearState *two);

extern int	regions_ncategories(const LinearState *state, int feature);
extern char *regions_name(const LinearState *state, int feature);

/* Raise the error of an array of another length than the state knows. */
extern void regions_wrong_length(const LinearState *state, int feature, int length);

#endif							/* COUPON_LINEAR_REGIONS_H */
