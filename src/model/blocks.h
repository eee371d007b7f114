/*
 * blocks.h
 *		Customers in blocks, each under a rule of its own besides those for all.
 *
 * Where budgets are given by region or segment no customer is in two of them.
 * Such rules each make a block of customers, a knapsack by itself; only the
 * other rules couple the blocks.
 */
#ifndef COUPON_BLOCKS_H
#define COUPON_BLOCKS_H

#include "coupon.h"

#include "model/dual.h"
#include "model/pareto.h"

typedef struct Block
{
	int			row;			/* its rule, or -1: of no such rule */
	int64		group;			/* the first one */
	int64		ngroups;
	int128		capacity;		/* in units, less what is settled */
} Block;

typedef struct Blocks
{
	const Dual *dual;
	int			ncoupling;
	int		   *coupling;		/* (ncoupling): rows */
	int		   *coupling_of;	/* (rows): their number among these, or -1 */
	double	   *bound;			/* (ncoupling): scaled right side, less what is settled */
	int			n;
	Block	   *blocks;

	/* customers who have a choice, block by block */
	int64		ngroups;
	int64	   *first;			/* (ngroups + 1): choices */
	int64	   *item;			/* (choices), or -1: no offer */
	int64	   *weight;			/* (choices): in the row of the block, in units */
	double	   *worth;			/* (choices): at the latest prices */
	int64	   *value;			/* (choices): likewise, in units of the scale of the block */

	double		limit;			/* choices of at least this regret (scaled) are not there; or infinite */
	bool	   *settled;		/* by item: given to customers who have no choice */
	double		settled_gain;	/* scaled */
	double	   *price;			/* (blocks): of the block's own rule, when last solved */
} Blocks;

/* What a block does best at some prices of the coupling rows. */
typedef struct BlockPlan
{
	int64	   *chosen;			/* (ngroups of the block): choice */
	double		gain;			/* scaled */
	double	   *load;			/* (ncoupling): scaled */
	double		bound;			/* no plan is worth more at these prices */
} BlockPlan;

/*
 * Find blocks, two at least, and the choices of least regret, about so many,
 * and those of an allocation at hand (by item; may be NULL).  NULL if the
 * rules are not like that.
 */
extern Blocks *blocks_find(const Dual *dual, const bool *incumbent, int64 most_choices);

/* Choices are worth what they gain less what they load coupling rows with, at these prices (ncoupling). */
extern void blocks_price(Blocks *blocks, const double *price);

/* The best plan of a block at the latest prices; false if none keeps its rule. */
extern bool blocks_solve(Blocks *blocks, int block, int64 most_work, BlockPlan *plan);

/* Gain and loads of what is chosen in a plan. */
extern void blocks_add_up(const Blocks *blocks, int block, BlockPlan *plan);

#endif							/* COUPON_BLOCKS_H */
