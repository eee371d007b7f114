/*
 * backprop.h
 *		Training steps of a perceptron: loss and gradient of some rows, Adam.
 */
#ifndef COUPON_BACKPROP_H
#define COUPON_BACKPROP_H

#include "coupon.h"

#include "model/network.h"

typedef struct Backprop
{
	const NetworkShape *shape;
	int			objective;		/* a NetworkObjective */
	int			rows;			/* that one call takes at most */
	float	   *parameters;		/* (shape.n) */
	float	   *gradient;		/* (shape.n) */
	float	   *first;			/* (shape.n) Adam's moment of the gradient */
	float	   *second;			/* (shape.n) and of its square */
	int64		steps;			/* of Adam so far */
	float	   *units[MAX_INTS + 2];	/* (0 .. L) (rows, n_l); 0 is for the caller to fill */
	float	   *deltas[MAX_INTS + 2];	/* (1 .. L) (rows, n_l) derivative by what goes into a unit */
	float	   *outcome;		/* (rows) for the caller to fill */
	float	   *weight;			/* (rows) the same */
} Backprop;

/* Zero moments, and parameters drawn under the seed. */
extern void backprop_make(Backprop *net, const NetworkShape *shape, int objective, int64 seed);

/*
 * The weighted loss of the first n rows, summed: half the squared error, or
 * minus the log likelihood.
 */
extern double backprop_loss(Backprop *net, int n);

/* The same, and to the gradient is added that of share * loss. */
extern double backprop_gradient(Backprop *net, int n, float share);

/*
 * One step along the gradient, to which that of decay / 2 times the squared
 * weights (not biases) is added first; the gradient is zero afterwards.
 */
extern void backprop_step(Backprop *net, double learning_rate, double decay);

#endif							/* COUPON_BACKPROP_H */
