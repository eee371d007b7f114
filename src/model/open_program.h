/*
 * open_program.h
 *		What is open as an integer programme.
 *
 * Customers who are alike in it, with offers of the same gains and loads, are
 * one group that takes each offer so many times: else branch and bound would
 * try them all one after another.
 */
#ifndef COUPON_OPEN_PROGRAM_H
#define COUPON_OPEN_PROGRAM_H

#include "coupon.h"

#include "model/dual.h"

/* Customers who are alike. */
typedef struct OpenGroup
{
	uint64		hash;
	int			column;			/* the first one */
	int			columns;
	int64		nonzero;		/* the first one */
	int			row;			/* limits offers a customer; or -1 */
	int			members;
	int			last;			/* member */
} OpenGroup;

/* A customer with open choices. */
typedef struct OpenMember
{
	int64		item;			/* the first of its open ones, in the list of them */
	int			before;			/* member of the same group, or -1 */
} OpenMember;

typedef struct OpenProgram
{
	const Dual *dual;
	const Market *market;
	const bool *incumbent;		/* by offering; or NULL */
	int			rows;			/* of rules, then of groups */
	int64		columns;
	int64		room;
	int64		nonzeros;
	int64		room_nonzeros;
	int		   *row;
	int		   *column;
	double	   *value;
	double	   *objective;
	double	   *most;			/* (columns) */
	double	   *start;			/* (columns): of the incumbent */
	double	   *load;			/* (rules): of what is settled */
	double		gain;			/* likewise */
	int			room_rows;
	double	   *upper;			/* (rows) */
	bool	   *chosen;			/* by offering: what is settled */

	int			ngroups;
	int			room_groups;
	OpenGroup	   *groups;
	int		   *slots;			/* group by hash, or -1 */
	int			nslots;
	int			nmembers;
	int			room_members;
	OpenMember	   *members;
	int64		nitems;
	int64		room_items;
	int64	   *items;			/* of members, one for each column of the group */
} OpenProgram;

extern OpenProgram open_program_make(const Dual *dual, const bool *incumbent, double most_regret);

/* What groups take goes to their members. */
extern void open_program_deal(const OpenProgram *program, const double *x, bool *chosen);

#endif							/* COUPON_OPEN_PROGRAM_H */
