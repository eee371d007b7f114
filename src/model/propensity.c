/*
 * propensity.c
 *		How likely a row was to get each arm: known shares, or estimated from
 *		the features.
 *
 * The estimate is a logit, or trees, of each offer against the control, from
 * the rows of these two arms alone; its odds are e_a / e_0, from which the propensities
 * of all arms follow (Begg and Gray, "Calculation of polychotomous logistic
 * regression parameters using individualized regressions", 1984).
 */
#include "coupon.h"

#include "model/propensity.h"

static int
find_name(const NumberMap *given, const char *name)
{
	for (int i = 0; i < given->n; i++)
		if (strcmp(given->names[i], name) == 0)
			return i;

	return -1;
}

/* The names of an object must be those of the offers. */
static void
check_names(const NumberMap *given, int narms, char *const *names)
{
	for (int i = 0; i < given->n; i++)
	{
		bool		known = false;

		for (int a = 1; a < narms && !known; a++)
			known = strcmp(given->names[i], names[a]) == 0;
		if (!known)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"propensity\" has a number for \"%s\", which is not an offer of the trial",
							given->names[i]),
					 errhint("The control has what the offers leave.")));
	}
}

double *
propensity_shares(const NumberMap *given, int narms, char *const *names, const int64 *rows)
{
	double	   *shares = palloc_array(double, narms);
	double		total = 0;

	if (!given->given || given->choice >= 0)
	{
		for (int a = 0; a < narms; a++)
			total += (double) rows[a];
		for (int a = 0; a < narms; a++)
			shares[a] = (double) rows[a] / total;
		return shares;
	}

	if (given->names)
		check_names(given, narms, names);
	else if (narms > 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"propensity\" is one number, but there are %d offers", narms - 1),
				 errhint("Give a number for each: {\"%s\": ..., \"%s\": ...}.", names[1], names[2])));
	for (int a = 1; a < narms; a++)
	{
		int			i = given->names ? find_name(given, names[a]) : 0;

		if (i < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"propensity\" has no number for offer \"%s\"", names[a])));
		shares[a] = given->numbers[i];
		total += shares[a];
	}
	shares[0] = 1 - total;
	if (shares[0] < 1e-6)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"propensity\" leaves nothing for the control arm \"%s\"", names[0]),
				 errhint("The propensities of the offers must add up to less than 1.")));

	return shares;
}

void
propensity_fit(Propensity *propensity, const Trial *trial, const uint8 *folds, int fold,
			   const BaseOptions *given, char *const *names)
{
	BaseOptions options = *given;

	options.covariance = false;
	options.quantity = QUANTITY_LABEL;
	propensity->odds = palloc0_array(BaseFit, trial->narms);
	for (int a = 1; a < trial->narms; a++)
	{
		Sample		sample = trial_outside(trial, 0, a, folds, fold);
		double	   *offered = palloc_huge(double, Max(trial->sample.n, 1));

		for (int64 i = 0; i < trial->sample.n; i++)
			offered[i] = trial_arm(trial, i) > 0;
		sample.outcomes = offered;
		options.part = psprintf("uplift_fit, propensity of \"%s\"", names[a]);
		base_fit(&sample, propensity->base, &options, psprintf(" of the propensity of \"%s\"", names[a]),
				 &propensity->odds[a]);
		sample_free(&sample);
		pfree(offered);
	}
}

static inline double
clipped(const Propensity *propensity, double p, int64 *n)
{
	if (p < propensity->clip || p > 1 - propensity->clip)
		++*n;

	return Max(propensity->clip, Min(1 - propensity->clip, p));
}

static double
share_of_pair(const Propensity *propensity, int arm)
{
	return propensity->shares[arm] / (propensity->shares[arm] + propensity->shares[0]);
}

/* odds / (1 + odds), kept off 1 so that odds come back finite */
static inline double
odds_of(double pair)
{
	return pair / Max(1 - pair, 1e-300);
}

int64
propensity_pair_rows(const Propensity *propensity, const Sample *sample, int arm, double *p)
{
	int64		n = 0;

	if (propensity->estimated)
		base_predict(propensity->base, &propensity->odds[arm], sample, p);
	for (int64 i = 0; i < sample->n; i++)
	{
		int64		row = sample_row(sample, i);

		p[row] = propensity->estimated ? clipped(propensity, p[row], &n) : share_of_pair(propensity, arm);
	}

	return n;
}

int64
propensity_rows(const Propensity *propensity, const Sample *sample, int arm, double *p)
{
	int64		last = 0;
	int64		n = 0;
	double	   *total;
	double	   *pair;

	if (!propensity->estimated)
	{
		for (int64 i = 0; i < sample->n; i++)
			p[sample_row(sample, i)] = propensity->shares[arm];
		return 0;
	}

	for (int64 i = 0; i < sample->n; i++)
		last = Max(last, sample_row(sample, i));
	total = palloc_huge(double, last + 1);
	pair = palloc_huge(double, last + 1);
	for (int64 i = 0; i < sample->n; i++)
	{
		total[sample_row(sample, i)] = 1;
		p[sample_row(sample, i)] = 1;
	}
	for (int a = 1; a < propensity->narms; a++)
	{
		base_predict(propensity->base, &propensity->odds[a], sample, pair);
		for (int64 i = 0; i < sample->n; i++)
		{
			int64		row = sample_row(sample, i);
			double		odds = odds_of(pair[row]);

			total[row] += odds;
			if (a == arm)
				p[row] = odds;
		}
	}
	for (int64 i = 0; i < sample->n; i++)
	{
		int64		row = sample_row(sample, i);

		p[row] = clipped(propensity, p[row] / total[row], &n);
	}
	pfree(total);
	pfree(pair);

	return n;
}

/* The estimated pair of a row, not clipped. */
static double
pair_of(const Propensity *propensity, const Design *design, const double *slots, int arm)
{
	return base_mean(propensity->base,
					 base_score(propensity->base, &propensity->odds[arm], propensity->weights[arm],
								design, -1, slots));
}

double
propensity_pair_of(const Propensity *propensity, const Design *design, const double *slots, int arm)
{
	int64		n = 0;

	if (!propensity->estimated)
		return share_of_pair(propensity, arm);

	return clipped(propensity, pair_of(propensity, design, slots, arm), &n);
}

void
propensity_of(const Propensity *propensity, const Design *design, const double *slots, double *p)
{
	double		total = 1;
	int64		n = 0;

	p[0] = 1;
	for (int a = 1; a < propensity->narms && propensity->estimated; a++)
	{
		p[a] = odds_of(pair_of(propensity, design, slots, a));
		total += p[a];
	}
	for (int a = 0; a < propensity->narms; a++)
		p[a] = propensity->estimated ? clipped(propensity, p[a] / total, &n) : propensity->shares[a];
}

void
put_propensity(StringInfo to, const Propensity *propensity)
{
	put_int32(to, propensity->estimated);
	put_int32(to, propensity->base);
	put_double(to, propensity->clip);
	put_doubles(to, propensity->shares, propensity->narms);
	for (int a = 1; a < propensity->narms && propensity->estimated; a++)
		put_base_fit(to, &propensity->odds[a]);
}

void
get_propensity(Reader *from, int narms, const Design *design, Propensity *propensity)
{
	propensity->estimated = get_int32(from, 0, 1);
	propensity->base = get_int32(from, BASE_LOGIT, BASE_TREES);
	propensity->clip = get_double(from);
	propensity->narms = narms;
	propensity->shares = get_doubles(from, narms);
	if (propensity->clip <= 0 || propensity->clip >= 0.5)
		get_failed(from, "The clip of the propensities is out of range.");
	for (int a = 0; a < narms; a++)
		if (propensity->shares[a] <= 0 || propensity->shares[a] >= 1)
			get_failed(from, "A propensity is out of range.");
	if (!propensity->estimated)
		return;

	propensity->odds = palloc0_array(BaseFit, narms);
	propensity->weights = palloc0_array(double *, narms);
	for (int a = 1; a < narms; a++)
	{
		propensity->odds[a] = *get_base_fit(from, propensity->base, design, 0);
		if (propensity->base == BASE_TREES)
			continue;
		propensity->weights[a] = palloc_array(double, design_nweights(design));
		design_weights(design, propensity->odds[a].intercept, propensity->odds[a].beta,
					   propensity->weights[a]);
	}
}
