/*
 * elastic.h
 *		Whole offers where rules may be broken, by branch and bound.
 */
#ifndef COUPON_ELASTIC_H
#define COUPON_ELASTIC_H

#include "coupon.h"

#include "lib/glpk.h"
#include "model/scan.h"

typedef struct ElasticOptions
{
	double		most_violation; /* scaled: the most gain up to it; infinity: the least violation */
	double		gap;			/* relative: good enough; 0: prove it */
	double		most_work;		/* of branch and bound, as for glpk_solve(); 0: no limit */
	double		time_limit;		/* seconds; 0: none */
} ElasticOptions;

typedef struct Elastic
{
	bool	   *chosen;			/* by item; NULL: nothing was found */
	double		bound;			/* of minus the scaled violation, or of the scaled gain */
} Elastic;

/*
 * Search the items that are open (by item; NULL: all) from an allocation,
 * which the others stay as they are in.  Units are the scanner's.  What is
 * found is so up to the solver's tolerances.
 */
extern Elastic elastic_solve(const Scanner *scanner, const bool *open, const bool *chosen,
							 const ElasticOptions *options);

#endif							/* COUPON_ELASTIC_H */
