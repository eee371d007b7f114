/*
 * steps.c
 *		Steps collected one at a time, in any order, to become a trajectory.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "pg/bytes.h"
#include "pg/steps.h"

/* What a row of the collector has in front of the state. */
#define AT				0		/* the bits of the time */
#define OFFER			1		/* number in the dictionary, -1 without */
#define REWARD			2
#define COST			3
#define PROPENSITY		4
#define STATE			5

#define CHECK_EVERY		4096	/* rows or comparisons between two looks for a cancel */

typedef struct Order
{
	const Steps *steps;
	const int  *ranks;			/* of the offers, by name */
	uint32		compared;
} Order;

Steps *
steps_make(MemoryContext context)
{
	Steps	   *steps = MemoryContextAllocZero(context, sizeof(Steps));

	steps->context = context;
	steps->offers = dictionary_make(context);

	return steps;
}

static inline TimestampTz
row_at(const double *row)
{
	TimestampTz at;

	memcpy(&at, row + AT, sizeof(at));

	return at;
}

/* A finite number; -0 becomes 0, which ties with it. */
static inline double
finite_number(double value, const char *name, TimestampTz at)
{
	if (unlikely(!isfinite(value)))
		bad_argument("%s at %s is %s, not a finite number", name, timestamptz_to_str(at),
					 isnan(value) ? "NaN" : "infinite");

	return value + 0.0;
}

/* The states of all steps have one length. */
static void
check_dimension(Steps *steps, int dimension, TimestampTz at)
{
	if (dimension > TRAJECTORY_MAX_DIMENSION)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("state at %s has %d numbers, more than %d", timestamptz_to_str(at),
						dimension, TRAJECTORY_MAX_DIMENSION)));
	if (steps->rows == NULL)
	{
		steps->dimension = dimension;
		steps->rows = collector_make(steps->context, STATE + dimension);
	}
	else if (steps->dimension != dimension)
		bad_argument("state at %s has %d numbers, that of another step %d", timestamptz_to_str(at),
					 dimension, steps->dimension);
}

/* All steps with an offer have a propensity, or none has. */
static void
check_propensities(Steps *steps, bool propensities)
{
	if (steps->nacted == 0)
		steps->propensities = propensities;
	else if (steps->propensities != propensities)
		bad_argument("only some of the steps have a propensity");
}

/* The present state brought and cost nothing yet. */
static void
check_present(const Step *step)
{
	const char *name = step->reward != 0 ? "reward" : step->cost != 0 ? "cost" : "propensity";

	if (step->reward != 0 || step->cost != 0 || step->has_propensity)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is a %s but no offer at %s", name, timestamptz_to_str(step->at)),
				 errhint("Give steps without a coupon an offer such as 'none'; a state without an offer is one that is not yet acted on.")));
}

void
steps_add(Steps *steps, const Step *step)
{
	double		reward;
	double		cost;
	double	   *row;

	if (!IS_VALID_TIMESTAMP(step->at))
		bad_argument("at is %s, not a finite time", timestamptz_to_str(step->at));
	reward = finite_number(step->reward, "reward", step->at);
	cost = finite_number(step->cost, "cost", step->at);
	if (step->offer == NULL)
		check_present(step);
	else if (step->has_propensity && !(step->propensity > 0 && step->propensity <= 1))
		bad_argument("propensity at %s must be above 0 and at most 1, not %g",
					 timestamptz_to_str(step->at), step->propensity);
	for (int j = 0; j < step->dimension; j++)
		finite_number(step->state[j], "state", step->at);
	check_dimension(steps, step->dimension, step->at);
	if (step->offer)
		check_propensities(steps, step->has_propensity);

	row = collector_row(steps->rows);
	memcpy(row + AT, &step->at, sizeof(step->at));
	row[OFFER] = step->offer ? dictionary_add(steps->offers, step->offer, step->length) : -1;
	row[REWARD] = reward;
	row[COST] = cost;
	row[PROPENSITY] = step->has_propensity ? step->propensity : 0;
	for (int j = 0; j < step->dimension; j++)
		row[STATE + j] = step->state[j] + 0.0;
	if (step->offer)
		steps->nacted++;
}

void
steps_append(Steps *steps, const Steps *other)
{
	int		   *numbers = palloc_array(int, Max(other->offers->n, 1));
	int64		n = steps->rows ? steps->rows->n : 0;

	check_dimension(steps, other->dimension, row_at(other->rows->rows));
	if (other->nacted > 0)
		check_propensities(steps, other->propensities);
	for (int i = 0; i < other->offers->n; i++)
		numbers[i] = dictionary_add(steps->offers, other->offers->texts[i], other->offers->lengths[i]);
	collector_append(steps->rows, other->rows);
	for (; n < steps->rows->n; n++)
	{
		double	   *row = steps->rows->rows + n * steps->rows->width;

		if (n % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (row[OFFER] >= 0)
			row[OFFER] = numbers[(int) row[OFFER]];
	}
	steps->nacted += other->nacted;
	pfree(numbers);
}

/* By time; among equal times those with an offer first, by its name, then by the numbers. */
static int
by_content(const void *a, const void *b, void *of)
{
	Order	   *order = of;
	const Collector *rows = order->steps->rows;
	const double *x = rows->rows + *(const int *) a * (Size) rows->width;
	const double *y = rows->rows + *(const int *) b * (Size) rows->width;
	TimestampTz at = row_at(x);
	TimestampTz other = row_at(y);
	int			rank;
	int			other_rank;

	if (++order->compared % CHECK_EVERY == 0)
		CHECK_FOR_INTERRUPTS();
	if (at != other)
		return at < other ? -1 : 1;
	rank = x[OFFER] < 0 ? PG_INT32_MAX : order->ranks[(int) x[OFFER]];
	other_rank = y[OFFER] < 0 ? PG_INT32_MAX : order->ranks[(int) y[OFFER]];
	if (rank != other_rank)
		return rank < other_rank ? -1 : 1;
	for (int i = REWARD; i < rows->width; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;

	return 0;
}

/* The rows in the order of time and content. */
static int *
sorted(const Steps *steps, int n)
{
	int		   *rows = palloc_array(int, n);
	Order		order = {steps, dictionary_ranks(steps->offers), 0};

	for (int i = 0; i < n; i++)
		rows[i] = i;
	qsort_arg(rows, n, sizeof(int), by_content, &order);

	return rows;
}

/* A step of a trajectory must be able to follow the one before. */
static void
check_follows(const double *row, const double *before)
{
	if (before[OFFER] < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("offer at %s is null, but there is a later row at %s",
						pstrdup(timestamptz_to_str(row_at(before))),
						pstrdup(timestamptz_to_str(row_at(row)))),
				 errhint("Only the last state may have no offer; give steps without a coupon an offer such as 'none'.")));
	if (row_at(row) < row_at(before))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("steps are not in the order of time: %s comes after %s",
						pstrdup(timestamptz_to_str(row_at(row))),
						pstrdup(timestamptz_to_str(row_at(before))))));
}

/* How many steps there are: not too many for a value. */
static int
steps_count(const Steps *steps)
{
	trajectory_size(steps->rows->n, steps->dimension, steps->propensities);

	return steps->rows->n;
}

Trajectory *
steps_pack(const Steps *steps, bool sort)
{
	const Collector *rows = steps->rows;
	int			dimension = steps->dimension;
	int			n = steps_count(steps);
	int		   *order = sort ? sorted(steps, n) : NULL;
	TimestampTz *at = palloc_array(TimestampTz, n);
	double	   *states = palloc_array(double, Max((Size) n * dimension, 1));
	double	   *rewards = palloc_array(double, n);
	double	   *costs = palloc_array(double, n);
	double	   *propensities = palloc_array(double, n);
	int32	   *offers = palloc_array(int32, n);
	const double *before = NULL;
	TrajectoryView view = {
		.nsteps = n,
		.nacted = steps->nacted,
		.dimension = dimension,
		.noffers = steps->offers->n,
		.at = at,
		.states = states,
		.rewards = rewards,
		.costs = costs,
		.propensities = steps->propensities ? propensities : NULL,
		.offers = offers,
		.names = (const char **) steps->offers->texts,
	};

	for (int i = 0; i < n; i++)
	{
		const double *row = rows->rows + (order ? order[i] : i) * (Size) rows->width;

		if (i % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (before)
			check_follows(row, before);
		before = row;
		at[i] = row_at(row);
		memcpy(states + i * (Size) dimension, row + STATE, sizeof(double) * dimension);
		rewards[i] = row[REWARD];
		costs[i] = row[COST];
		propensities[i] = row[PROPENSITY];
		offers[i] = row[OFFER];
	}

	return trajectory_pack(&view);
}

void
steps_put(StringInfo to, const Steps *steps)
{
	put_int32(to, steps->dimension);
	put_int64(to, steps->nacted);
	put_int32(to, steps->propensities);
	put_int32(to, steps->offers->n);
	for (int i = 0; i < steps->offers->n; i++)
		put_text(to, steps->offers->texts[i]);
	collector_put(to, steps->rows);
}

Steps *
steps_get(StringInfo from, MemoryContext context)
{
	Reader		reader = {"internal", from->data, from->data + from->len};
	Steps	   *steps = steps_make(context);
	int			n;

	steps->dimension = get_int32(&reader, 0, TRAJECTORY_MAX_DIMENSION);
	steps->nacted = get_int64(&reader, 0, PG_INT64_MAX);
	steps->propensities = get_int32(&reader, 0, 1);
	n = get_int32(&reader, 0, PG_INT32_MAX);
	for (int i = 0; i < n; i++)
	{
		char	   *offer = get_text(&reader);

		dictionary_add(steps->offers, offer, strlen(offer));
		pfree(offer);
	}
	from->cursor = reader.at - from->data;
	steps->rows = collector_get(from, context);

	return steps;
}
