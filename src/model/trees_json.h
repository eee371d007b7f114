/*
 * trees_json.h
 *		Boosted trees out of the JSON in which XGBoost saves a model.
 */
#ifndef COUPON_TREES_JSON_H
#define COUPON_TREES_JSON_H

#include "coupon.h"

#include "model/trees.h"

typedef struct TreesSource
{
	char	   *objective;		/* XGBoost's name of it */
	char	   *version;		/* "1.7.4" */
	int			nfeatures;
	char	  **names;			/* (nfeatures) of the features, or NULL */
	bool	   *booleans;		/* (nfeatures) which of the named ones are */
	int			per_round;		/* trees of one round */
	Forest		forest;			/* offset 0, scale 1 */
} TreesSource;

/*
 * Read a model, of its rounds at most so many if "rounds" is positive.
 * Everything in it is checked; "what" names the text in messages.
 */
extern void trees_from_json(const char *what, const char *json, Size size, int rounds,
							TreesSource *source);

#endif							/* COUPON_TREES_JSON_H */
