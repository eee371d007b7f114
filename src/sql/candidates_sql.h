/*
 * candidates_sql.h
 *		The candidates of an inner query, read into C arrays.
 */
#ifndef COUPON_CANDIDATES_SQL_H
#define COUPON_CANDIDATES_SQL_H

#include "coupon.h"

#include "model/candidates.h"
#include "model/hull.h"
#include "model/market.h"
#include "pg/keys.h"
#include "pg/lexicon.h"
#include "pg/progress.h"
#include "sql/selection_sql.h"

/* Columns of the inner query, in the order in which they are asked for. */
typedef enum CandidateColumn
{
	CUSTOMER,
	OFFER,
	GAIN,
	COST,
} CandidateColumn;

typedef struct CandidateSet
{
	Candidates *candidates;		/* customers and offers by number */
	Hulls	   *hulls;			/* complete when the query is read */
	int64		seed;			/* of ranks among equals */
	Keys	   *keys;			/* of customers */
	Lexicon    *offers;
	bool		arrays;			/* one row a customer */
	bool		array[4];		/* by column: is it an array? */
	const char *name[4];		/* by column: its name in the query */
	Progress   *progress;
	const char *work;			/* for progress: the function's name */

	/* where rules need more than hulls, instead of candidates */
	Market	   *market;
	Selections *selections;
	bool		gain_is_money;	/* a rule adds gains up */
} CandidateSet;

/*
 * Read the candidates of a query: a row a candidate with customer, offer, gain
 * and cost, or a row a customer with arrays offers, gains and costs.  "type"
 * is the type of customers, or InvalidOid for whatever they are; they are cast
 * to it, or else any integers will do.  With rules (or NULL), all candidates are
 * kept; candidates_complete() makes hulls or a market of what was read.
 */
extern CandidateSet *candidates_read(const char *query, Oid type, bool cast, int64 seed,
									 const Rule *rules, int nrules,
									 const char *work, Progress *progress);
extern void candidates_complete(CandidateSet *set);

/*
 * In candidate_columns_sql.c: settle on the form of the rows, which columns
 * and which of them are arrays; returns the expressions to ask for.
 */
extern StringInfoData candidates_wanted(CandidateSet *set, TupleDesc columns, Oid type, bool cast);

/* Candidates read. */
static inline int64
candidates_count(const CandidateSet *set)
{
	return set->market ? set->market->nitems : set->candidates->n;
}

#endif							/* COUPON_CANDIDATES_SQL_H */
