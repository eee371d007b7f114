/*
 * trajectory.c
 *		Values of type coupon.trajectory: layout, views, parts and wholes.
 */
#include "coupon.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "pg/bytes.h"
#include "pg/trajectory.h"

#define CHECK_EVERY	65536		/* steps between two looks for a cancel */

/* Bytes that a step takes. */
static inline Size
step_size(int dimension, bool propensities)
{
	/* time, reward and cost beside these */
	return sizeof(double) * (3 + dimension + (propensities ? 1 : 0)) + sizeof(int32);
}

Size
trajectory_size(int64 nsteps, int dimension, bool propensities)
{
	Size		step = step_size(dimension, propensities);

	if (nsteps > (MaxAllocSize - sizeof(Trajectory)) / step)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("trajectory of %lld steps with states of %d numbers is larger than 1 GB",
						(long long) nsteps, dimension)));

	return offsetof(Trajectory, columns) + step * nsteps;
}

/* The columns of a value; the names are left to the caller, who gets where they begin. */
static const char *
view_columns(const Trajectory *trajectory, TrajectoryView *view)
{
	Size		n = trajectory->nsteps;
	const double *next = trajectory->columns;

	view->nsteps = trajectory->nsteps;
	view->nacted = trajectory->nsteps - (trajectory->flags & TRAJECTORY_PRESENT ? 1 : 0);
	view->dimension = trajectory->dimension;
	view->noffers = trajectory->noffers;
	view->at = (const TimestampTz *) next;
	view->states = next += n;
	view->rewards = next += n * trajectory->dimension;
	view->costs = next += n;
	view->propensities = NULL;
	if (trajectory->flags & TRAJECTORY_PROPENSITIES)
		view->propensities = next += n;
	view->offers = (const int32 *) (next + n);
	view->names = NULL;

	return (const char *) (view->offers + n);
}

void
trajectory_view(const Trajectory *trajectory, TrajectoryView *view)
{
	const char *name = view_columns(trajectory, view);

	view->names = palloc_array(const char *, Max(view->noffers, 1));
	for (int i = 0; i < view->noffers; i++)
	{
		view->names[i] = name;
		name += strlen(name) + 1;
	}
}

void
trajectory_arg(FunctionCallInfo fcinfo, int i, TrajectoryView *view)
{
	Trajectory *trajectory = (Trajectory *) PG_GETARG_VARLENA_P(i);

	if (trajectory->version != TRAJECTORY_VERSION)
		elog(ERROR, "trajectory value is damaged");
	trajectory_view(trajectory, view);
}

static int
by_name(const void *a, const void *b, void *names)
{
	return strcmp(((const char **) names)[*(const int *) a], ((const char **) names)[*(const int *) b]);
}

/*
 * Number the names that are used by their place among them.  Returns the
 * numbers, and in "order" and "n" one name of each place.
 */
static int *
number_names(const TrajectoryView *view, int **order, int *n)
{
	int		   *numbers = palloc_array(int, Max(view->noffers, 1));
	int			used = 0;

	*order = palloc_array(int, Max(view->noffers, 1));
	memset(numbers, -1, sizeof(int) * view->noffers);
	for (int i = 0; i < view->nacted; i++)
		numbers[view->offers[i]] = 0;
	for (int i = 0; i < view->noffers; i++)
		if (numbers[i] == 0)
			(*order)[used++] = i;
	qsort_arg(*order, used, sizeof(int), by_name, view->names);

	*n = 0;
	for (int i = 0; i < used; i++)
	{
		int			name = (*order)[i];

		if (*n == 0 || strcmp(view->names[name], view->names[(*order)[*n - 1]]) != 0)
			(*order)[(*n)++] = name;
		numbers[name] = *n - 1;
	}

	return numbers;
}

Trajectory *
trajectory_pack(const TrajectoryView *view)
{
	bool		propensities = view->propensities != NULL && view->nacted > 0;
	Size		size = trajectory_size(view->nsteps, view->dimension, propensities);
	Size		name_bytes = 0;
	Size		n = view->nsteps;
	int			noffers;
	int		   *order;
	int		   *numbers = number_names(view, &order, &noffers);
	Trajectory *trajectory;
	double	   *next;
	int32	   *offers;
	char	   *name;

	Assert(view->nsteps > 0 && view->nsteps - view->nacted <= 1);

	for (int i = 0; i < noffers; i++)
		name_bytes += strlen(view->names[order[i]]) + 1;
	if (name_bytes > MaxAllocSize - size)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("trajectory with %d offers is larger than 1 GB", noffers)));
	trajectory = palloc(size + name_bytes);
	SET_VARSIZE(trajectory, size + name_bytes);
	trajectory->version = TRAJECTORY_VERSION;
	trajectory->flags = (view->nacted < view->nsteps ? TRAJECTORY_PRESENT : 0) |
		(propensities ? TRAJECTORY_PROPENSITIES : 0);
	trajectory->nsteps = view->nsteps;
	trajectory->dimension = view->dimension;
	trajectory->noffers = noffers;
	trajectory->name_bytes = name_bytes;

	next = trajectory->columns;
	memcpy(next, view->at, sizeof(double) * n);
	memcpy(next += n, view->states, sizeof(double) * n * view->dimension);
	memcpy(next += n * view->dimension, view->rewards, sizeof(double) * n);
	memcpy(next += n, view->costs, sizeof(double) * n);
	if (propensities)
		memcpy(next += n, view->propensities, sizeof(double) * n);
	offers = (int32 *) (next + n);
	for (int i = 0; i < view->nsteps; i++)
		offers[i] = i < view->nacted ? numbers[view->offers[i]] : -1;
	name = (char *) (offers + n);
	for (int i = 0; i < noffers; i++)
		name = stpcpy(name, view->names[order[i]]) + 1;

	return trajectory;
}

/* A column of the first so many steps of one trajectory and of all of another. */
static void *
joined(const void *first, int nfirst, const void *second, int nsecond, Size width)
{
	char	   *column = palloc(Max(width * (nfirst + (Size) nsecond), 1));

	memcpy(column, first, width * nfirst);
	memcpy(column + width * nfirst, second, width * nsecond);

	return column;
}

Trajectory *
trajectory_append(const TrajectoryView *first, const TrajectoryView *second)
{
	int			n = first->nacted;
	int			m = second->nsteps;
	bool		propensities = first->propensities || second->propensities;
	TrajectoryView both;
	int32	   *offers;

	if (first->dimension != second->dimension)
		bad_argument("states of the first trajectory have %d numbers, those of the second %d",
					 first->dimension, second->dimension);
	if (second->at[0] < first->at[first->nsteps - 1])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("second trajectory begins at %s, before the first one ends at %s",
						pstrdup(timestamptz_to_str(second->at[0])),
						pstrdup(timestamptz_to_str(first->at[first->nsteps - 1])))));
	if (first->nacted > 0 && second->nacted > 0 &&
		(first->propensities == NULL) != (second->propensities == NULL))
		bad_argument("only the %s of the two trajectories has propensities",
					 first->propensities ? "first" : "second");

	trajectory_size((int64) n + m, first->dimension, propensities);
	both.nsteps = n + m;
	both.nacted = n + second->nacted;
	both.dimension = first->dimension;
	both.noffers = first->noffers + second->noffers;
	both.at = joined(first->at, n, second->at, m, sizeof(TimestampTz));
	both.states = joined(first->states, n, second->states, m, sizeof(double) * first->dimension);
	both.rewards = joined(first->rewards, n, second->rewards, m, sizeof(double));
	both.costs = joined(first->costs, n, second->costs, m, sizeof(double));
	both.names = joined(first->names, first->noffers, second->names, second->noffers, sizeof(char *));
	both.offers = offers = joined(first->offers, n, second->offers, m, sizeof(int32));
	for (int i = n; i < both.nacted; i++)
		offers[i] += first->noffers;
	both.propensities = NULL;
	if (propensities)
		/* who has none has no step with an offer: a present state, whose propensity is 0 as its cost is */
		both.propensities = joined(first->propensities ? first->propensities : first->costs, n,
								   second->propensities ? second->propensities : second->costs, m,
								   sizeof(double));

	return trajectory_pack(&both);
}

Trajectory *
trajectory_last(const TrajectoryView *view, int k)
{
	TrajectoryView part = *view;
	int			skipped = Max(view->nsteps - k, 0);

	part.nsteps -= skipped;
	part.nacted -= skipped;
	part.at += skipped;
	part.states += (Size) skipped * view->dimension;
	part.rewards += skipped;
	part.costs += skipped;
	part.offers += skipped;
	if (view->propensities)
		part.propensities += skipped;

	return trajectory_pack(&part);
}

/* The names are distinct, in order, in the encoding of the database, and end where the value ends. */
static void
check_names(Reader *reader, const char *name, const char *end, int noffers)
{
	const char *before = NULL;

	for (int i = 0; i < noffers; i++)
	{
		const char *zero = memchr(name, '\0', end - name);

		if (zero == NULL)
			get_failed(reader, "The name of an offer does not end.");
		if (!pg_verify_mbstr(GetDatabaseEncoding(), name, zero - name, true))
			get_failed(reader, "A string is not in the encoding of the database.");
		if (before && strcmp(before, name) >= 0)
			get_failed(reader, "The names of the offers are not in order.");
		before = name;
		name = zero + 1;
	}
	if (name != end)
		get_failed(reader, "There are bytes after the end.");
}

/* All n numbers are finite, and 0 is not -0. */
static void
check_numbers(Reader *reader, const double *numbers, int64 n)
{
	for (int64 i = 0; i < n; i++)
	{
		if (i % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (!isfinite(numbers[i]) || (numbers[i] == 0 && signbit(numbers[i])))
			get_failed(reader, "A number is not finite, or is minus zero.");
	}
}

/* Times never fall, every offer is used, and chances are chances. */
static void
check_steps(Reader *reader, const TrajectoryView *view)
{
	bool	   *used = palloc0_array(bool, Max(view->noffers, 1));

	for (int i = 0; i < view->nsteps; i++)
	{
		if (i % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (!IS_VALID_TIMESTAMP(view->at[i]) || (i > 0 && view->at[i] < view->at[i - 1]))
			get_failed(reader, "Times are out of range or out of order.");
		if (i < view->nacted ? view->offers[i] < 0 || view->offers[i] >= view->noffers : view->offers[i] != -1)
			get_failed(reader, "The number of an offer is out of range.");
		if (i < view->nacted)
			used[view->offers[i]] = true;
		else if (view->rewards[i] != 0 || view->costs[i] != 0)
			get_failed(reader, "A state that was not acted on has a reward or a cost.");
		if (view->propensities && i < view->nacted &&
			!(view->propensities[i] > 0 && view->propensities[i] <= 1))
			get_failed(reader, "A propensity is not above 0 and at most 1.");
		if (view->propensities && i >= view->nacted && view->propensities[i] != 0)
			get_failed(reader, "A state that was not acted on has a propensity.");
	}
	for (int i = 0; i < view->noffers; i++)
		if (!used[i])
			get_failed(reader, "An offer is not that of any step.");
	pfree(used);
}

void
trajectory_check(const Trajectory *trajectory, Size size)
{
	Reader		reader = {.what = "coupon.trajectory"};
	Size		step;
	TrajectoryView view;
	const char *names;

	if (size < offsetof(Trajectory, columns))
		get_failed(&reader, "The value is truncated.");
	if (trajectory->version != TRAJECTORY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("trajectory has layout version %d, but this version of coupon reads %d",
						trajectory->version, TRAJECTORY_VERSION)));
	if ((trajectory->flags & ~(TRAJECTORY_PRESENT | TRAJECTORY_PROPENSITIES)) != 0 ||
		trajectory->nsteps < 1 ||
		trajectory->dimension < 0 || trajectory->dimension > TRAJECTORY_MAX_DIMENSION ||
		trajectory->noffers < 0 || trajectory->noffers > trajectory->nsteps ||
		trajectory->name_bytes < 0)
		get_failed(&reader, "A count or an index is out of range.");
	step = step_size(trajectory->dimension, trajectory->flags & TRAJECTORY_PROPENSITIES);
	if (offsetof(Trajectory, columns) + step * trajectory->nsteps + trajectory->name_bytes != size)
		get_failed(&reader, "The value has another size than its counts say.");

	names = view_columns(trajectory, &view);
	/* as it is packed: without a step to have one there are no propensities */
	if (view.propensities && view.nacted == 0)
		get_failed(&reader, "There are propensities but no offers.");
	check_names(&reader, names, names + trajectory->name_bytes, view.noffers);
	check_numbers(&reader, view.states, (int64) view.nsteps * view.dimension);
	check_numbers(&reader, view.rewards, view.nsteps);
	check_numbers(&reader, view.costs, view.nsteps);
	if (view.propensities)
		check_numbers(&reader, view.propensities, view.nsteps);
	check_steps(&reader, &view);
}
