/*
 * open.h
 *		What the prices and the best allocation known leave open.
 *
 * An offer whose regret at the prices exceeds the distance from the best
 * allocation known to the bound is in no better one (reduced-cost fixing:
 * Dantzig, Fulkerson and Johnson, 1954).
 */
#ifndef COUPON_OPEN_H
#define COUPON_OPEN_H

#include "coupon.h"

#include "model/dual.h"

/*
 * Which offers of a customer are open at the scanner's prices (those in its
 * "parts" above zero): those of little regret, and what the incumbent (by
 * item; or NULL) has.  Returns how many choices that makes, "no offer" among
 * them; if it is one, that is settled.
 */
extern int	open_offers(const Dual *dual, const bool *incumbent, int64 i, double most_regret);

/* Choices of all customers who have more than one. */
extern int64 open_count(const Dual *dual, const bool *incumbent, double most_regret);

/* The most regret, of at most this, that leaves about so many choices. */
extern double open_limit(const Dual *dual, const bool *incumbent, double most_regret, int64 most);

#endif							/* COUPON_OPEN_H */
