/*
 * plan.h
 *		The plan of an allocation: prices and a certificate, as a model value.
 */
#ifndef COUPON_PLAN_H
#define COUPON_PLAN_H

#include "coupon.h"

#include "pg/model.h"

#define PLAN_VERSION	1

typedef enum PlanStatus
{
	PLAN_FEASIBLE,				/* the best found */
	PLAN_OPTIMAL,				/* proven */
	PLAN_RELAXED,				/* rules are broken */
} PlanStatus;

/* What a rule came to. */
typedef struct PlanRule
{
	char	   *kind;
	char	   *name;
	char	   *selection;		/* JSON */
	char	   *of;				/* likewise: what a share is taken of, {} else */
	char	   *attribute;		/* what is summed; "" unless the rule says */
	double		bound;
	double		used;
	double		slack;			/* of its linear form; negative: it is broken */
	double		price;			/* gain of one more unit of that */
	bool		binding;
} PlanRule;

/* One phase of the work. */
typedef struct PlanPhase
{
	char	   *name;
	int64		items;			/* rows, customers or increments it went through */
	double		seconds;
} PlanPhase;

typedef struct AllocationPlan
{
	PlanStatus	status;
	char	   *method;
	char	   *options;		/* JSON */
	int64		seed;
	int64		customers;
	int64		candidates;
	int64		allocated;		/* customers who get an offer */
	int64		offers;			/* that they get */
	double		objective;		/* gain of the allocation */
	double		bound;			/* no allocation that breaks no rule by more gains more */
	double		violation;		/* if relaxed: of all rules, scaled */
	double		least_violation;	/* no allocation's is less */
	double		spent;
	double		seconds;
	int			scans;			/* of the inner query */
	int			nrules;
	PlanRule   *rules;
	int			nphases;
	PlanPhase  *phases;
} AllocationPlan;

/* Packed, in the current context. */
extern Model *plan_pack(const AllocationPlan *plan);

/* For the table of model types. */
extern void *plan_unpack(Reader *payload, int version);
extern void plan_describe(const void *model, StringInfo json);
extern void plan_trace(const void *model, TraceSink sink, void *to);

#endif							/* COUPON_PLAN_H */
