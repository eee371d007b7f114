/*
 * candidates_sql.h
 *		The candidates of an inner query, read into C arrays.
 */
#ifndef COUPON_CANDIDATES_SQL_H
#define COUPON_CANDIDATES_SQL_H

#include "coupon.h"

#include "model/candidates.h"
#include "model/hull.h"
#include "pg/keys.h"
#include "pg/lexicon.h"
#include "pg/progress.h"

typedef struct CandidateSet
{
	Candidates *candidates;		/* customers and offers by number */
	Hulls	   *hulls;			/* complete when the query is read */
	int64		seed;			/* of ranks among equals */
	Keys	   *keys;			/* of customers */
	Lexicon    *offers;
	bool		arrays;			/* one row a customer */
	bool		array[4];		/* customer, offer, gain, cost: is it an array? */
	const char *name[4];		/* the column's name in the query */
	Progress   *progress;
	const char *work;			/* for progress: the function's name */
} CandidateSet;

/*
 * Read the candidates of a query: a row a candidate with customer, offer, gain
 * and cost, or a row a customer with arrays offers, gains and costs.  "type"
 * is the type of customers, or InvalidOid for whatever they are; they are cast
 * to it, or else any integers will do.  candidates_finish() completes the hulls.
 */
extern CandidateSet *candidates_read(const char *query, Oid type, bool cast, int64 seed,
									 const char *work, Progress *progress);

#endif							/* COUPON_CANDIDATES_SQL_H */
