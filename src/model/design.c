/*
 * design.c
 *		How features become columns of a linear model, and back to a score.
 *
 * Scores are taken about the means of the columns, so that features of 1e9
 * and something small cost no digits.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "model/design.h"

Design *
design_make(const Schema *schema, const bool *has_missing)
{
	Design	   *design = palloc0_object(Design);
	int			n = Max(schema->ncolumns, 1);

	design->schema = schema;
	design->first = palloc_array(int, n);
	design->width = palloc_array(int, n);
	design->missing = palloc_array(int, n);

	for (int c = 0; c < schema->ncolumns; c++)
	{
		const SchemaColumn *column = &schema->columns[c];

		design->first[c] = design->p;
		design->width[c] = column->class == COLUMN_CATEGORY ?
			Max(column->categories->n - 1, 0) : column->length;
		design->p += design->width[c];
		design->missing[c] = has_missing[c] ? design->p++ : -1;
	}
	design->mean = palloc0_array(double, Max(design->p, 1));

	return design;
}

/* Is this feature missing in the row?  An array that no row of the fit had always is. */
static inline bool
is_missing(const SchemaColumn *column, const double *slots)
{
	return column->length == 0 || isnan(slots[column->slot]);
}

void
design_expand(const Design *design, const double *slots, double *x)
{
	for (int c = 0; c < design->schema->ncolumns; c++)
	{
		const SchemaColumn *column = &design->schema->columns[c];
		double	   *to = x + design->first[c];
		int			width = design->width[c];
		bool		missing = is_missing(column, slots);

		if (missing)
			memcpy(to, design->mean + design->first[c], sizeof(double) * width);
		else if (column->class == COLUMN_CATEGORY)
		{
			int			code = (int) slots[column->slot];

			memset(to, 0, sizeof(double) * width);
			if (code > 0)
				to[code - 1] = 1;
		}
		else
			memcpy(to, slots + column->slot, sizeof(double) * width);
		if (design->missing[c] >= 0)
			x[design->missing[c]] = missing;
	}
}

char *
design_column_name(const Design *design, int j)
{
	int			c = 0;
	const SchemaColumn *column;
	const char *name;
	int			k;

	while (c + 1 < design->schema->ncolumns && design->first[c + 1] <= j)
		c++;
	column = &design->schema->columns[c];
	name = column->name[0] ? column->name : "features";
	k = j - design->first[c];

	if (j == design->missing[c])
		return psprintf("%s is missing", name);
	if (column->class == COLUMN_CATEGORY)
		return psprintf("%s = %s", name, column->categories->texts[k + 1]);
	if (column->class == COLUMN_ARRAY)
		return psprintf("%s[%d]", name, k + 1);

	return pstrdup(name);
}

/* Values of a feature that have a weight of their own. */
static inline int
nvalues(const SchemaColumn *column)
{
	return column->class == COLUMN_CATEGORY ? column->categories->n : column->length;
}

int
design_nweights(const Design *design)
{
	int			n = 1;

	for (int c = 0; c < design->schema->ncolumns; c++)
		n += nvalues(&design->schema->columns[c]) + 1;

	return n;
}

void
design_weights(const Design *design, double intercept, const double *beta, double *weights)
{
	double	   *at = weights + 1;

	weights[0] = intercept;
	for (int c = 0; c < design->schema->ncolumns; c++)
	{
		const SchemaColumn *column = &design->schema->columns[c];
		const double *own = beta + design->first[c];
		const double *mean = design->mean + design->first[c];
		int			n = nvalues(column);

		if (column->class == COLUMN_CATEGORY)
		{
			double		centre = 0;

			for (int k = 0; k < design->width[c]; k++)
				centre += own[k] * mean[k];
			for (int k = 0; k < n; k++)
				at[k] = (k > 0 ? own[k - 1] : 0) - centre;
		}
		else
			memcpy(at, own, sizeof(double) * n);
		/* its columns are at their means then, and only the indicator counts */
		at[n] = design->missing[c] >= 0 ? beta[design->missing[c]] : 0;
		at += n + 1;
	}
}

double
design_score(const Design *design, const double *weights, const double *slots)
{
	const double *at = weights + 1;
	double		score = weights[0];

	for (int c = 0; c < design->schema->ncolumns; c++)
	{
		const SchemaColumn *column = &design->schema->columns[c];
		const double *mean = design->mean + design->first[c];
		const double *slot = slots + column->slot;
		int			n = nvalues(column);

		if (is_missing(column, slots))
			score += at[n];
		else if (column->class == COLUMN_CATEGORY)
			score += at[(int) *slot];
		else
			for (int k = 0; k < n; k++)
				score += at[k] * (slot[k] - mean[k]);
		at += n + 1;
	}
	if (unlikely(!isfinite(score)))
		float_overflow_error();

	return score;
}

void
put_design(StringInfo to, const Design *design)
{
	put_schema(to, design->schema);
	for (int c = 0; c < design->schema->ncolumns; c++)
		put_int32(to, design->missing[c] >= 0);
	put_doubles(to, design->mean, design->p);
}

Design *
get_design(Reader *from)
{
	Schema	   *schema = get_schema(from);
	bool	   *has_missing = palloc_array(bool, Max(schema->ncolumns, 1));
	Design	   *design;

	for (int c = 0; c < schema->ncolumns; c++)
		has_missing[c] = get_int32(from, 0, 1);
	design = design_make(schema, has_missing);
	design->mean = get_doubles(from, design->p);

	return design;
}
