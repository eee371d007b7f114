/*
 * network.h
 *		Multilayer perceptrons: an outcome by the columns of a design.
 *
 * A network of layers l = 1 .. L of widths p = n_0, n_1, .. n_L = 1 takes
 * z_0, the columns less their means in the design, standardised, to
 *		z_l = activation(W_l' z_{l-1} + b_l), l < L,	f = W_L' z_{L-1} + b_L
 * and expects the outcome mean + scale * f, or with the logistic objective
 * 1 / (1 + exp(-f)).
 */
#ifndef COUPON_NETWORK_H
#define COUPON_NETWORK_H

#include "coupon.h"

#include "model/sample.h"
#include "pg/options.h"
#include "pg/progress.h"

#define MAX_WIDTH		4096		/* of a hidden layer */
#define MAX_PARAMETERS	16000000
#define MAX_EPOCHS		100000

/* Append only: these numbers are on disk. */
typedef enum NetworkObjective
{
	NETWORK_SQUARED_ERROR = 0,
	NETWORK_LOGISTIC = 1,
} NetworkObjective;

typedef enum NetworkActivation
{
	NETWORK_RELU = 0,
	NETWORK_TANH = 1,
} NetworkActivation;

typedef enum NetworkStop
{
	STOP_EPOCHS = 0,			/* all epochs were run */
	STOP_PATIENCE = 1,			/* the loss had stopped falling */
	STOP_CONSTANT = 2,			/* all outcomes are the same */
} NetworkStop;

typedef struct NetworkOptions
{
	int			objective;		/* a NetworkObjective */
	int			activation;		/* a NetworkActivation */
	IntList		layers;			/* widths of the hidden ones */
	double		learning_rate;
	double		weight_decay;
	double		holdout;		/* share of the rows that only tell when to stop */
	int			batch;			/* rows of one step */
	int			epochs;			/* at most */
	int			patience;		/* epochs without a lower loss that end the fit */
	int64		seed;
	TextList	exclude;
	bool		quiet;
} NetworkOptions;

/* Where the parameters of each layer are: W_l (n_{l-1}, n_l), then b_l (n_l). */
typedef struct NetworkShape
{
	int			nlayers;		/* L, hidden ones and the last */
	int			activation;		/* a NetworkActivation */
	int			widths[MAX_INTS + 2];	/* n_0 .. n_L */
	int			weights[MAX_INTS + 2];	/* (1 .. L) */
	int			biases[MAX_INTS + 2];	/* (1 .. L) */
	int			n;				/* parameters */
} NetworkShape;

typedef struct NetworkFit
{
	NetworkShape shape;
	int			objective;		/* a NetworkObjective */
	float	   *parameters;		/* (shape.n) */
	double	   *centre;			/* (p) of the columns less their means in the design */
	double	   *scale;			/* (p) 1 / standard deviation, 0 of constant columns */
	double		mean;			/* of the outcome */
	double		spread;			/* its standard deviation; 1 with the logistic objective */
	int64		rows;			/* held out ones among them */
	int64		holdout;		/* rows held out */
	double		null_loss;		/* that of the mean outcome, over all rows */
	int			epochs;			/* run */
	int			best;			/* the epoch whose parameters these are, 0 of none */
	int			stop;			/* a NetworkStop */
	double	   *training;		/* (epochs) loss while the epoch ran */
	double	   *watched;		/* (epochs) loss of the rows held out after it; or NULL */
} NetworkFit;

/* The shape for p columns; an error if that makes too many parameters. */
extern void network_shape(NetworkShape *shape, int p, const IntList *layers, int activation);

/*
 * Fit to a sample, whose order of rows (see sample_sort) tells one row from
 * another when rows are held out and shuffled.  weights (n), by place in the
 * sample, or NULL.  "part" is what is fitted, for messages.  A fit that
 * diverges is an error.
 */
extern void network_from_sample(const Sample *sample, const double *weights,
								const NetworkOptions *options, const char *part,
								Progress *progress, NetworkFit *fit);

/* Numbers of scratch that scoring needs. */
extern int	network_scratch(const NetworkShape *shape);

/*
 * The expected outcome at columns x (p), less their means in the design; not
 * finite if numbers are out of range.
 */
extern double network_score(const NetworkFit *fit, const double *x, float *scratch);

/* The last hidden layer at x: a place in the scratch. */
extern const float *network_last_hidden(const NetworkFit *fit, const double *x, float *scratch);

extern void put_network_fit(StringInfo to, const NetworkFit *fit);
extern NetworkFit *get_network_fit(Reader *from, int p);

#endif							/* COUPON_NETWORK_H */
