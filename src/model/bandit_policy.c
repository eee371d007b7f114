/*
 * bandit_policy.c
 *		Policies over the arms of a bandit: with which probability each arm is
 *		chosen, given a posterior of the outcomes.
 *
 * Thompson, "On the likelihood that one unknown probability exceeds another"
 * (1933): an arm is chosen with the probability that it is the best.  That
 * probability is estimated by draws, and the choice is made from the
 * estimate: so the probability that is logged is the one that was used.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "lib/blas.h"
#include "model/bandit_policy.h"
#include "model/bayes_draw.h"
#include "model/bayes_score.h"
#include "model/random.h"
#include "model/student.h"

#define DRAWS_MOST		10000

/* What tells the identity of a draw from others, and numbers of an identity from those of its coefficients. */
#define DRAW_IDENTITY	UINT64CONST(0x7468)
#define CHOICE_NUMBER	(UINT64CONST(1) << 40)

PolicyOptions
policy_options(const Jsonb *jsonb)
{
	static const char *const policies[] = {"thompson", "ucb", "greedy", "epsilon_greedy", "uniform", NULL};
	static const Option known[] = {
		{.name = "cost", .type = OPTION_NUMBER_LIST, .offset = offsetof(PolicyOptions, cost),
		.least = -1e100, .most = 1e100},
		{.name = "draws", .type = OPTION_INT, .offset = offsetof(PolicyOptions, draws), .least = 1, .most = DRAWS_MOST},
		{.name = "epsilon", .type = OPTION_NUMBER, .offset = offsetof(PolicyOptions, epsilon), .least = 0, .most = 1},
		{.name = "multiply", .type = OPTION_NUMBER_LIST, .offset = offsetof(PolicyOptions, multiply),
		.least = -1e100, .most = 1e100},
		{.name = "policy", .type = OPTION_CHOICE, .offset = offsetof(PolicyOptions, policy), .choices = policies},
		{.name = "quantile", .type = OPTION_NUMBER, .offset = offsetof(PolicyOptions, quantile),
		.least = 0.001, .most = 0.999},
		{.name = "seed", .type = OPTION_SEED, .offset = offsetof(PolicyOptions, seed)},
	};
	PolicyOptions options = {.draws = 1000, .epsilon = 0.1, .quantile = 0.95};

	options_read(jsonb, known, lengthof(known), &options);

	return options;
}

PolicyDraws *
policy_draw(const Bayes *bayes, const PolicyOptions *options)
{
	PolicyDraws *draws = palloc_object(PolicyDraws);
	int			d = bayes->stats.d;

	draws->n = options->draws;
	draws->theta = palloc_array(double, (Size) draws->n * d);
	draws->noise = palloc_array(double, draws->n);
	draws->scores = palloc_array(double, draws->n);
	draws->best = palloc_array(double, draws->n);
	draws->winner = palloc_array(int, draws->n);
	for (int i = 0; i < draws->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		draws->noise[i] = bayes_draw_coefficients(bayes, options->seed,
												  random_bits(options->seed, DRAW_IDENTITY, i),
												  draws->theta + (Size) i * d);
	}

	return draws;
}

/* The number of an arm in a list of one for all or one each; a default where there is none. */
static double
of_arm(const NumberList *list, int arm, double otherwise)
{
	return list->n == 0 ? otherwise : list->numbers[list->n == 1 ? 0 : arm];
}

static double
gain_of(const PolicyOptions *options, int arm, double outcome)
{
	double		gain = of_arm(&options->multiply, arm, 1) * outcome - of_arm(&options->cost, arm, 0);

	if (unlikely(!isfinite(gain)))
		float_overflow_error();

	return gain;
}

/* Does the arm with the largest logarithm of multiply * outcome gain most? */
static bool
logarithms_do(const Bayes *bayes, const PolicyOptions *options)
{
	if (!bayes->stats.options.log || options->cost.n > 1)
		return false;
	for (int i = 0; i < options->multiply.n; i++)
		if (options->multiply.numbers[i] <= 0)
			return false;

	return true;
}

/* The probability that each arm is the best: shares of the draws by Laplace's rule of succession. */
static void
thompson(const Bayes *bayes, const PolicyOptions *options, PolicyDraws *draws,
		 const double *X, int arms, double *probabilities)
{
	int			d = bayes->stats.d;
	bool		logarithms = logarithms_do(bayes, options);

	for (int k = 0; k < arms; k++)
	{
		double	   *scores = k == 0 ? draws->best : draws->scores;

		CHECK_FOR_INTERRUPTS();
		blas_times(draws->theta, draws->n, d, X + (Size) k * d, scores);
		if (logarithms)
		{
			double		more = log(of_arm(&options->multiply, k, 1));

			for (int i = 0; i < draws->n; i++)
				scores[i] += more;
		}
		else
			for (int i = 0; i < draws->n; i++)
				scores[i] = gain_of(options, k, bayes_back(bayes, scores[i], draws->noise[i]));
		for (int i = 0; i < draws->n; i++)
			if (k == 0 || scores[i] > draws->best[i])
			{
				draws->best[i] = scores[i];
				draws->winner[i] = k;
			}
		probabilities[k] = 1;
	}
	for (int i = 0; i < draws->n; i++)
		probabilities[draws->winner[i]]++;
	for (int k = 0; k < arms; k++)
		probabilities[k] /= draws->n + arms;
}

/* The arms of most gain share what is left beside "each", which all of them get. */
static void
best_of(const double *gains, int arms, double each, double *probabilities)
{
	double		best = gains[0];
	int			ties = 0;

	for (int k = 1; k < arms; k++)
		best = Max(best, gains[k]);
	for (int k = 0; k < arms; k++)
		ties += gains[k] == best;
	for (int k = 0; k < arms; k++)
		probabilities[k] = each + (gains[k] == best ? (1 - each * arms) / ties : 0);
}

void
policy_probabilities(const Bayes *bayes, const PolicyOptions *options, PolicyDraws *draws,
					 const double *X, int arms, double *probabilities)
{
	BayesAsk	ask = {.question = ASK_MEAN};
	double	   *gains;

	switch (options->policy)
	{
		case POLICY_THOMPSON:
			thompson(bayes, options, draws, X, arms, probabilities);
			return;
		case POLICY_UNIFORM:
			for (int k = 0; k < arms; k++)
				probabilities[k] = 1.0 / arms;
			return;
		case POLICY_UCB:
			ask.question = ASK_QUANTILE;
			ask.quantile = bayes_standard_quantile(bayes, options->quantile);
			break;
		default:
			break;
	}
	gains = palloc_array(double, arms);
	bayes_score(bayes, &ask, X, arms, gains);
	for (int k = 0; k < arms; k++)
		gains[k] = gain_of(options, k, gains[k]);
	best_of(gains, arms, options->policy == POLICY_EPSILON_GREEDY ? options->epsilon / arms : 0, probabilities);
	pfree(gains);
}

int
policy_choose(const double *probabilities, int arms, int64 seed, uint64 identity)
{
	double		left = random_uniform(seed, identity, CHOICE_NUMBER);
	int			last = 0;

	for (int k = 0; k < arms; k++)
	{
		if (probabilities[k] <= 0)
			continue;
		last = k;
		left -= probabilities[k];
		if (left < 0)
			break;
	}

	/* rounding may leave something behind the last */
	return last;
}
