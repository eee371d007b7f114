/*
 * network_train.c
 *		A perceptron fitted to a sample by mini-batches and early stopping.
 *
 * Whatever is drawn is drawn by the place of a row in the sample.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/backprop.h"
#include "model/network.h"
#include "model/random.h"

/* What random numbers are drawn for. */
#define DRAW_HOLDOUT	UINT64CONST(0x686f6c646f757400)
#define DRAW_ORDER		UINT64CONST(0x6f72646572000000)

/* A column whose deviation is below this share of its value does not vary. */
#define CONSTANT	1e-11

typedef struct Trainer
{
	const NetworkOptions *options;
	const char *part;
	Progress   *progress;
	NetworkFit *fit;
	int			p;
	int64		n;				/* rows: those trained on, then those held out */
	float	   *X;				/* (n, p) in the order of the sample, standardised */
	float	   *outcome;		/* (n) standardised */
	float	   *weight;			/* (n) of mean 1 */
	int64	   *order;			/* (n) the first of them in the order of the epoch */
	Backprop	net;
} Trainer;

/* A pseudo-random permutation of rows by the key. */
static void
shuffle(int64 *rows, int64 n, int64 seed, uint64 key)
{
	for (int64 i = n - 1; i > 0; i--)
	{
		/* of 64 bits: a bias of n / 2^64 */
		int64		j = (int64) (random_bits(seed, key, i) % (uint64) (i + 1));
		int64		row = rows[i];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		rows[i] = rows[j];
		rows[j] = row;
	}
}

/*
 * One pass over the sample: adds to sums (1 + p) the outcomes, weighted and
 * less a base, and columns less their centre, or their squares.
 */
static void
add_up(const Sample *sample, const double *weights, int p, const double *centre, bool squares,
	   double *sums)
{
	int			block = sample_block_rows(sample);
	double	   *Z = palloc_array(double, (Size) block * (1 + p));

	for (int64 from = 0; from < sample->n; from += block)
	{
		int			rows = sample_block(sample, from, block, Z);

		for (int i = 0; i < rows; i++)
		{
			const double *z = Z + (Size) i * (1 + p);

			for (int j = 0; j <= p; j++)
			{
				double		away = z[j] - centre[j];

				sums[j] += (squares ? away * away : away) * (j == 0 && weights ? weights[from + i] : 1);
			}
		}
	}
	pfree(Z);
}

/* Means and deviations of outcome and columns (1 + p); constant ones deviate by 0. */
static void
find_scales(const Sample *sample, const double *weights, double total, int p,
			double *centre, double *deviation)
{
	double	   *shift = palloc0_array(double, 1 + p);
	double	   *Z = palloc_array(double, 1 + p);

	/* outcomes about the first of them, to keep digits; columns are about their means already */
	sample_block(sample, 0, 1, Z);
	memset(centre, 0, sizeof(double) * (1 + p));
	centre[0] = Z[0];
	add_up(sample, weights, p, centre, false, shift);
	memset(deviation, 0, sizeof(double) * (1 + p));
	for (int j = 0; j <= p; j++)
		centre[j] += shift[j] / (j == 0 ? total : (double) sample->n);
	add_up(sample, weights, p, centre, true, deviation);
	for (int j = 0; j <= p; j++)
	{
		double		value = fabs(centre[j]);

		if (j > 0 && j <= sample->design->p)
			value += fabs(sample->design->mean[j - 1]);
		deviation[j] = sqrt(deviation[j] / (j == 0 ? total : (double) sample->n));
		if (!isfinite(centre[j]) || !isfinite(deviation[j]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of squares is out of range"),
					 errhint("Give outcomes and features other units.")));
		if (deviation[j] <= CONSTANT * value)
			deviation[j] = 0;
	}
	pfree(shift);
	pfree(Z);
}

/* Fill X, outcome and weight, by the scales that the fit gets here. */
static void
standardise(Trainer *trainer, const Sample *sample, const double *weights)
{
	NetworkFit *fit = trainer->fit;
	int			p = trainer->p;
	int			block = sample_block_rows(sample);
	double	   *Z = palloc_array(double, (Size) block * (1 + p));
	double	   *centre = palloc_array(double, 1 + p);
	double	   *deviation = palloc_array(double, 1 + p);
	double		total = 0;

	for (int64 i = 0; i < trainer->n; i++)
		total += weights ? weights[i] : 1;
	find_scales(sample, weights, total, p, centre, deviation);
	fit->mean = centre[0];
	fit->spread = fit->objective == NETWORK_LOGISTIC ? 1 : deviation[0];
	for (int j = 0; j < p; j++)
	{
		fit->centre[j] = centre[1 + j];
		fit->scale[j] = deviation[1 + j] > 0 ? 1 / deviation[1 + j] : 0;
	}

	for (int64 from = 0; from < trainer->n; from += block)
	{
		int			rows = sample_block(sample, from, block, Z);

		for (int i = 0; i < rows; i++)
		{
			const double *z = Z + (Size) i * (1 + p);
			float	   *x = trainer->X + (from + i) * p;

			for (int j = 0; j < p; j++)
				x[j] = (float) ((z[1 + j] - fit->centre[j]) * fit->scale[j]);
			trainer->outcome[from + i] = (float) (fit->objective == NETWORK_LOGISTIC ? z[0] :
												  fit->spread > 0 ? (z[0] - fit->mean) / fit->spread : 0);
			trainer->weight[from + i] =
				(float) (weights ? weights[from + i] * ((double) trainer->n / total) : 1);
		}
	}
	pfree(Z);
	pfree(centre);
	pfree(deviation);
}

/* The loss as reported, of a mean loss in training: the mean squared error or log loss. */
static double
reported(const NetworkFit *fit, double loss)
{
	return fit->objective == NETWORK_LOGISTIC ? loss : 2 * loss * fit->spread * fit->spread;
}

/* Take rows from..from + n of the order into the first layer; returns their weight. */
static double
take(Trainer *trainer, int64 from, int n)
{
	float	   *x = trainer->net.units[0];
	double		weight = 0;

	for (int i = 0; i < n; i++)
	{
		int64		row = trainer->order[from + i];

		memcpy(x + (Size) i * trainer->p, trainer->X + row * trainer->p, sizeof(float) * trainer->p);
		trainer->net.outcome[i] = trainer->outcome[row];
		trainer->net.weight[i] = trainer->weight[row];
		weight += trainer->weight[row];
	}

	return weight;
}

static void
check_loss(const Trainer *trainer, int epoch, double loss)
{
	if (!isfinite(loss))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: the network diverged in epoch %d", trainer->part, epoch),
				 errhint("Lower option \"learning_rate\", which is %g.", trainer->options->learning_rate)));
}

/* An epoch over the first n rows in a new order; returns their mean loss meanwhile. */
static double
run_epoch(Trainer *trainer, int epoch, int64 n)
{
	const NetworkOptions *options = trainer->options;
	double		loss = 0;
	double		weight = 0;

	shuffle(trainer->order, n, options->seed, DRAW_ORDER + epoch);
	for (int64 from = 0; from < n; from += options->batch)
	{
		int			batch = (int) Min(options->batch, n - from);

		/* a large batch in parts, so that no call takes long */
		for (int done = 0; done < batch; done += trainer->net.rows)
		{
			int			rows = Min(trainer->net.rows, batch - done);

			progress_say(trainer->progress, "%s: epoch %d of at most %d, row " INT64_FORMAT " of " INT64_FORMAT,
						 trainer->part, epoch, options->epochs, from, n);
			weight += take(trainer, from + done, rows);
			loss += backprop_gradient(&trainer->net, rows, 1.0f / batch);
		}
		check_loss(trainer, epoch, loss);
		backprop_step(&trainer->net, options->learning_rate, options->weight_decay);
	}

	return weight > 0 ? loss / weight : 0;
}

/* The mean loss of the rows behind the first n. */
static double
watch(Trainer *trainer, int epoch, int64 n)
{
	double		loss = 0;
	double		weight = 0;

	for (int64 from = n; from < trainer->n; from += trainer->net.rows)
	{
		int			rows = (int) Min(trainer->net.rows, trainer->n - from);

		CHECK_FOR_INTERRUPTS();
		weight += take(trainer, from, rows);
		loss += backprop_loss(&trainer->net, rows);
	}
	check_loss(trainer, epoch, loss);

	return weight > 0 ? loss / weight : 0;
}

static bool
all_finite(const float *values, int n)
{
	for (int i = 0; i < n; i++)
		if (!isfinite(values[i]))
			return false;

	return true;
}

/* Epoch by epoch until the loss that is watched has stopped falling. */
static void
run(Trainer *trainer)
{
	const NetworkOptions *options = trainer->options;
	NetworkFit *fit = trainer->fit;
	Backprop   *net = &trainer->net;
	Size		size = sizeof(float) * fit->shape.n;
	int64		n = trainer->n - fit->holdout;
	double		best = INFINITY;

	fit->stop = STOP_EPOCHS;
	for (int epoch = 1; epoch <= options->epochs; epoch++)
	{
		double		loss = run_epoch(trainer, epoch, n);

		fit->epochs = epoch;
		fit->training[epoch - 1] = reported(fit, loss);
		if (fit->holdout > 0)
		{
			loss = watch(trainer, epoch, n);
			fit->watched[epoch - 1] = reported(fit, loss);
		}
		/* the last step of an epoch has not shown in a loss yet */
		if (!all_finite(net->parameters, fit->shape.n))
			check_loss(trainer, epoch, NAN);
		if (loss < best)
		{
			best = loss;
			fit->best = epoch;
			memcpy(fit->parameters, net->parameters, size);
		}
		else if (epoch - fit->best >= options->patience)
		{
			fit->stop = STOP_PATIENCE;
			break;
		}
	}
}

void
network_from_sample(const Sample *sample, const double *weights, const NetworkOptions *options,
					const char *part, Progress *progress, NetworkFit *fit)
{
	Trainer		trainer = {.options = options, .part = part, .progress = progress, .fit = fit,
	.p = sample_columns(sample), .n = sample->n};
	Size		n = (Size) sample->n;

	memset(fit, 0, sizeof(*fit));
	network_shape(&fit->shape, trainer.p, &options->layers, options->activation);
	fit->objective = options->objective;
	fit->rows = sample->n;
	fit->holdout = (int64) floor(options->holdout * (double) sample->n);
	fit->centre = palloc_array(double, Max(trainer.p, 1));
	fit->scale = palloc_array(double, Max(trainer.p, 1));
	fit->parameters = palloc0_array(float, fit->shape.n);
	fit->training = palloc0_array(double, options->epochs);
	fit->watched = palloc0_array(double, options->epochs);

	trainer.X = palloc_huge(float, Max(n * trainer.p, 1));
	trainer.outcome = palloc_huge(float, n);
	trainer.weight = palloc_huge(float, n);
	trainer.order = palloc_huge(int64, n);
	standardise(&trainer, sample, weights);
	fit->null_loss = options->objective == NETWORK_LOGISTIC ?
		-(fit->mean > 0 ? fit->mean * log(fit->mean) : 0) -
		(fit->mean < 1 ? (1 - fit->mean) * log1p(-fit->mean) : 0) : fit->spread * fit->spread;

	/* what is left of the order's end is held out */
	for (int64 i = 0; i < sample->n; i++)
		trainer.order[i] = i;
	if (fit->holdout > 0)
		shuffle(trainer.order, sample->n, options->seed, DRAW_HOLDOUT);

	if (fit->null_loss > 0)
	{
		backprop_make(&trainer.net, &fit->shape, options->objective, options->seed);
		if (options->objective == NETWORK_LOGISTIC)
			trainer.net.parameters[fit->shape.biases[fit->shape.nlayers]] =
				(float) log(fit->mean / (1 - fit->mean));
		run(&trainer);
	}
	else
		fit->stop = STOP_CONSTANT;

	pfree(trainer.X);
	pfree(trainer.outcome);
	pfree(trainer.weight);
	pfree(trainer.order);
}
