/*
 * bayes_state.c
 *		State of bayes_fit: statistics, and rows that wait to be added to them.
 */
#include "coupon.h"

#include "model/bayes_state.h"

/* Rows that wait for a block: as many as keep it within this many numbers. */
#define BLOCK_NUMBERS	8192
#define FIRST_BLOCK		4

static int
full_block(int d)
{
	return Max(8, Min(256, BLOCK_NUMBERS / (d + 1)));
}

static Size
state_numbers(int nprecision, int d, int room)
{
	return (Size) nprecision + (d == 0 ? 0 : 2 * (Size) d + (Size) (d + 1) * (d + 1) + (Size) room * (d + 1));
}

static double *
waiting(const BayesState *state)
{
	return (double *) state->numbers + state_numbers(state->nprecision, state->d, 0);
}

static BayesState *
make(const BayesOptions *options, int d, int room)
{
	BayesState *state = state_make(STATE_BAYES, offsetof(BayesState, numbers) +
								   sizeof(double) * state_numbers(options->precision.n, d, room));

	state->d = d;
	state->room = room;
	state->nprecision = options->precision.n;
	state->prior = options->prior;
	state->log = options->log;
	state->back = options->back;
	state->noise = options->noise;
	state->a0 = options->a0;
	state->b0 = options->b0;
	memcpy(state->numbers, options->precision.numbers, sizeof(double) * options->precision.n);

	return state;
}

BayesState *
bayes_state_make(const BayesOptions *options, int d)
{
	return make(options, d, d == 0 ? 0 : FIRST_BLOCK);
}

/* Statistics that live in the state. */
static BayesStats
view(const BayesState *state)
{
	int			d = state->d;
	double	   *numbers = (double *) state->numbers;
	BayesStats	stats = {
		.options = {
			.prior = state->prior,
			.log = state->log,
			.back = state->back,
			.noise = state->noise,
			.a0 = state->a0,
			.b0 = state->b0,
			.precision = {state->nprecision, numbers},
		},
		.d = d,
		.rows = state->rows,
		.skipped = state->skipped,
		.weight = state->weight,
		.low = numbers + state->nprecision,
		.high = numbers + state->nprecision + d,
		.G = numbers + state->nprecision + 2 * d,
	};

	return stats;
}

/* Counts of a view that has changed. */
static void
put_counts(BayesState *state, const BayesStats *stats)
{
	state->rows = stats->rows;
	state->skipped = stats->skipped;
	state->weight = stats->weight;
}

BayesState *
bayes_state_of(const BayesStats *stats)
{
	BayesState *state = make(&stats->options, stats->d, 0);
	BayesStats	own = view(state);

	memcpy(own.low, stats->low, sizeof(double) * stats->d);
	memcpy(own.high, stats->high, sizeof(double) * stats->d);
	memcpy(own.G, stats->G, sizeof(double) * (stats->d + 1) * (stats->d + 1));
	put_counts(state, stats);

	return state;
}

void
bayes_state_same(const BayesState *state, const BayesOptions *options)
{
	BayesStats	own;

	/* as row after row */
	if (likely(state->prior == options->prior && state->log == options->log && state->back == options->back &&
			   state->noise == options->noise && state->a0 == options->a0 && state->b0 == options->b0 &&
			   state->nprecision == options->precision.n &&
			   memcmp(state->numbers, options->precision.numbers, sizeof(double) * state->nprecision) == 0))
		return;
	own = view(state);
	bayes_options_same(&own.options, options);
}

BayesState *
bayes_state_add(BayesState *state, double outcome, const double *x)
{
	int			d = state->d;
	int			full = full_block(d);
	double	   *row;

	if (state->block == state->room)
	{
		if (state->room < full)
		{
			int			room = Min(full, Max(FIRST_BLOCK, 4 * state->room));
			Size		more = sizeof(double) * (room - state->room) * (d + 1);
			BayesState *grown = palloc(VARSIZE(state) + more);

			memcpy(grown, state, VARSIZE(state));
			memset((char *) grown + VARSIZE(state), 0, more);
			SET_VARSIZE(grown, VARSIZE(state) + more);
			grown->room = room;
			state = grown;
		}
		else
		{
			BayesStats	stats = view(state);

			bayes_stats_add(&stats, waiting(state), state->block);
			put_counts(state, &stats);
			state->block = 0;
		}
	}
	row = waiting(state) + (Size) state->block * (d + 1);
	bayes_features_copy(row, x, d, "x");
	row[d] = outcome;
	state->block++;

	return state;
}

void
bayes_state_stats(const BayesState *state, BayesStats *stats)
{
	BayesStats	own = view(state);

	bayes_stats_copy(stats, &own);
	bayes_stats_add(stats, waiting(state), state->block);
}

void *
bayes_state_merge(void *into, const void *given)
{
	BayesState *state = into;
	const BayesState *other = given;
	BayesStats	stats = view(state);
	BayesStats	more = view(other);

	if (state->d == 0 || other->d == 0)
	{
		/* one of them has seen nothing but nulls */
		bayes_options_same(&stats.options, &more.options);
		if (state->d == 0 && other->d > 0)
		{
			int64		skipped = state->skipped;

			state = state_copy(other);
			state->skipped += skipped;
		}
		else
			state->skipped += other->skipped;
		return state;
	}
	bayes_stats_merge(&stats, &more);
	bayes_stats_add(&stats, waiting(other), other->block);
	put_counts(state, &stats);

	return state;
}

void *
bayes_state_compact(const void *given)
{
	const BayesState *state = given;
	BayesStats	stats;

	if (state->d == 0)
		return state_copy(state);
	bayes_state_stats(state, &stats);
	bayes_stats_finish(&stats);

	return bayes_state_of(&stats);
}

void
bayes_state_check(const FlatState *flat)
{
	const BayesState *state = (const BayesState *) flat;
	Size		size = VARSIZE(flat);
	const char *wrong = NULL;

	if (size < offsetof(BayesState, numbers))
		wrong = "The length is not that of such a state.";
	else if (state->d < 0 || state->d > BAYES_MOST || state->block != 0 || state->room != 0 ||
			 state->nprecision < 1 || state->nprecision > BAYES_MOST ||
			 (state->nprecision != 1 && state->d != 0 && state->nprecision != state->d) ||
			 state->log < 0 || state->log > 1)
		wrong = "A count is out of range.";
	else if (size != offsetof(BayesState, numbers) + sizeof(double) * state_numbers(state->nprecision, state->d, 0))
		wrong = "The length is not that of such a state.";
	else if (state->d == 0)
	{
		BayesStats	stats = view(state);

		wrong = bayes_options_wrong(&stats.options);
		if (wrong == NULL && (state->rows != 0 || state->weight != 0 || state->skipped < 0 ||
							  state->skipped > PG_INT64_MAX / 4))
			wrong = "A count is out of range.";
	}
	else
	{
		BayesStats	stats = view(state);

		wrong = bayes_stats_wrong(&stats);
		for (int i = 1; i <= state->d && wrong == NULL; i++)
			for (int j = 0; j < i; j++)
				if (stats.G[(Size) i * (state->d + 1) + j] != 0)
					wrong = "The sums do not fit each other.";
	}
	if (wrong)
		state_unsound(wrong);
}
