/*
 * hmm_policy.c
 *		What an offer is worth to a customer of whom there is only a belief.
 *
 * The states of the hidden Markov model, were they seen, would be a Markov
 * decision process.  Its values of state and offer, averaged over the belief,
 * are those of Littman, Cassandra and Kaelbling, "Learning policies for
 * partially observable environments: scaling up", ICML 1995.  They take the
 * state as known from the next step on; before that, any number of steps can
 * go through the beliefs that the customer's answers may lead to.
 *
 * Beliefs on the way are not scaled: a belief then weighs as much as the
 * answers that lead to it are probable, and all that follows is linear in it.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/hmm_policy.h"
#include "model/mdp.h"

#define NOTHING		1e-13		/* of a gain, relative to what it is the difference of */

typedef struct HmmPolicyOptions
{
	char	   *control;
	const Jsonb *costs;
	double		discount;
	int			horizon;
	int			lookahead;
	double		price;
	TextList	redeemed_by;
	const Jsonb *redemption_costs;
} HmmPolicyOptions;

static const Option known[] = {
	{.name = "control", .type = OPTION_TEXT, .offset = offsetof(HmmPolicyOptions, control)},
	{.name = "costs", .type = OPTION_OBJECT, .offset = offsetof(HmmPolicyOptions, costs)},
	{.name = "discount", .type = OPTION_NUMBER, .offset = offsetof(HmmPolicyOptions, discount),
	.least = 0, .most = 1},
	{.name = "horizon", .type = OPTION_INT, .offset = offsetof(HmmPolicyOptions, horizon),
	.least = 1, .most = MDP_HORIZON_MOST},
	{.name = "lookahead", .type = OPTION_INT, .offset = offsetof(HmmPolicyOptions, lookahead),
	.least = 0, .most = HMM_POLICY_MOST_LOOKAHEAD},
	{.name = "price", .type = OPTION_NUMBER, .offset = offsetof(HmmPolicyOptions, price),
	.least = 0, .most = MDP_PRICE_MOST},
	{.name = "redeemed_by", .type = OPTION_TEXTS, .offset = offsetof(HmmPolicyOptions, redeemed_by)},
	{.name = "redemption_costs", .type = OPTION_OBJECT,
	.offset = offsetof(HmmPolicyOptions, redemption_costs)},
};

/* The number of a symbol or input that "what" names. */
static int
find_name(const Dictionary *names, const char *kind, const char *what, const char *name)
{
	int			number = dictionary_find(names, name, strlen(name));
	StringInfoData all;

	if (number >= 0)
		return number;
	initStringInfo(&all);
	for (int i = 0; i < names->n && i < 20; i++)
		appendStringInfo(&all, "%s\"%s\"", i ? ", " : "", names->texts[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s names \"%s\", which is no %s of the model", what, name, kind),
			 errhint("It has %s%s.", all.data, names->n > 20 ? ", ..." : "")));
}

/* Amounts by symbol or input; 0 where none is named. */
static double *
read_amounts(const Jsonb *object, const Dictionary *names, const char *kind, const char *what, double least)
{
	double	   *amounts = palloc0_array(double, names->n);
	char	  **keys;
	double	   *numbers;
	int			n = object ? options_numbers(what, object, &keys, &numbers) : 0;

	for (int i = 0; i < n; i++)
	{
		if (!(numbers[i] >= least && numbers[i] <= MDP_AMOUNT_MOST))
			bad_argument("%s must be between %g and %g, but is %g for \"%s\"", what, least, MDP_AMOUNT_MOST,
						 numbers[i], keys[i]);
		amounts[find_name(names, kind, what, keys[i])] = numbers[i];
	}

	return amounts;
}

static int
find_control(const Hmm *hmm, const char *control)
{
	static const char *const usual[] = {"none", "control", "false", "0"};

	if (control)
		return find_name(hmm->inputs, "input", "option \"control\"", control);
	for (int i = 0; i < lengthof(usual); i++)
	{
		int			number = dictionary_find(hmm->inputs, usual[i], strlen(usual[i]));

		if (number >= 0)
			return number;
	}

	return -1;
}

/*
 * What a step brings, by offer and state before it: amounts that the symbols
 * have, (nsymbols).
 */
static void
expect_symbols(const Hmm *hmm, const double *amounts, double *expected)
{
	double	   *after = palloc_array(double, hmm->nstates);

	for (int u = 0; u < hmm->ninputs; u++)
	{
		for (int s = 0; s < hmm->nstates; s++)
		{
			const double *emission = hmm_emission_row(hmm, u, s);

			after[s] = 0;
			for (int o = 0; o < hmm->nsymbols; o++)
				after[s] += emission[o] * amounts[o];
		}
		for (int s = 0; s < hmm->nstates; s++)
		{
			const double *row = hmm_transition_row(hmm, u, s);
			double		sum = 0;

			for (int next = 0; next < hmm->nstates; next++)
				sum += row[next] * after[next];
			expected[u * hmm->nstates + s] = sum;
		}
	}
	pfree(after);
}

/* Costs: of sending, and of redeeming once the customer answers so. */
static void
expect_costs(HmmPolicy *policy, const HmmPolicyOptions *options)
{
	const Hmm  *hmm = policy->hmm;
	double	   *redeems = palloc0_array(double, hmm->nsymbols);
	double	   *sent = read_amounts(options->costs, hmm->inputs, "input", "option \"costs\"", 0);
	double	   *redeemed = read_amounts(options->redemption_costs, hmm->inputs, "input",
										"option \"redemption_costs\"", 0);

	if (options->redemption_costs && options->redeemed_by.n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"redemption_costs\" needs option \"redeemed_by\""),
				 errhint("It names the symbols with which a customer redeems the offer, for example \"buy\".")));
	for (int i = 0; i < options->redeemed_by.n; i++)
		redeems[find_name(hmm->symbols, "symbol", "option \"redeemed_by\"", options->redeemed_by.texts[i])] = 1;
	expect_symbols(hmm, redeems, policy->cost);
	for (int u = 0; u < hmm->ninputs; u++)
		for (int s = 0; s < hmm->nstates; s++)
		{
			double	   *cost = &policy->cost[u * hmm->nstates + s];

			*cost = sent[u] + redeemed[u] * *cost;
		}
	pfree(redeems);
	pfree(sent);
	pfree(redeemed);
}

/* The process of the states, were they seen; rewards are net already. */
static Mdp *
seen_process(const HmmPolicy *policy)
{
	const Hmm  *hmm = policy->hmm;
	Transitions transitions;
	Mdp		   *mdp;

	transitions_init(&transitions);
	for (int s = 0; s < hmm->nstates; s++)
		for (int u = 0; u < hmm->ninputs; u++)
			for (int next = 0; next < hmm->nstates; next++)
				transitions_add(&transitions, &(Transition) {
					.state = s,
					.offer = u,
					.next = next,
					.probability = hmm_transition_row(hmm, u, s)[next],
					.reward = policy->reward[u * hmm->nstates + s],
				});
	mdp = mdp_make(&transitions, hmm->nstates);
	pfree(transitions.rows);

	return mdp;
}

/* Keep what a step's offers are worth if a lookahead may end there. */
static void
keep_step(void *to, int step, const MdpSolution *solution)
{
	HmmPolicy  *policy = to;
	int			nstates = policy->hmm->nstates;
	int			ninputs = policy->hmm->ninputs;

	if (step > policy->lookahead + 1)
		return;
	policy->q[step - 1] = palloc_array(double, ninputs * nstates);
	for (int s = 0; s < nstates; s++)
		for (int u = 0; u < ninputs; u++)
			policy->q[step - 1][u * nstates + s] = solution->q[s * ninputs + u];
}

static void
solve(HmmPolicy *policy, const HmmPolicyOptions *options)
{
	MdpOptions	given = mdp_options(NULL);
	Mdp		   *mdp = seen_process(policy);
	MdpSolution *solution;
	Progress	progress;

	given.work = "hmm_policy";
	given.discount = policy->discount;
	given.horizon = options->horizon;
	progress_start(&progress, false);
	policy->q = palloc0_array(double *, policy->lookahead + 1);
	if (options->horizon > 0)
	{
		mdp_finite(mdp, &given, &progress, keep_step, policy);
		return;
	}
	solution = mdp_infinite(mdp, &given, &progress);
	if (!solution->converged)
		ereport(WARNING,
				(errmsg("hmm_policy did not converge in %d iterations", solution->iterations),
				 errdetail("Values may be off by %.3g.", solution->error)));
	keep_step(policy, 1, solution);
	for (int i = 1; i <= policy->lookahead; i++)
		policy->q[i] = policy->q[0];
}

static void
check_lookahead(const Hmm *hmm, int lookahead)
{
	double		beliefs = pow((double) hmm->ninputs * hmm->nsymbols, lookahead);

	if (beliefs > HMM_POLICY_MOST_BELIEFS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("lookahead of %d steps makes %.3g beliefs, more than %d", lookahead, beliefs,
						HMM_POLICY_MOST_BELIEFS),
				 errhint("There are %d offers and %d symbols in each step.", hmm->ninputs, hmm->nsymbols)));
}

HmmPolicy *
hmm_policy_make(const Hmm *hmm, const Jsonb *margins, const Jsonb *jsonb)
{
	HmmPolicy  *policy = palloc0_object(HmmPolicy);
	HmmPolicyOptions options = {.discount = -1, .price = 1};
	double	   *earned;

	if (hmm->ninputs == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has no inputs, which are the offers to choose from"),
				 errhint("Fit it with the offers as inputs: hmm_fit(symbols, inputs, options).")));
	options_read(jsonb, known, lengthof(known), &options);
	if (options.discount < 0)
		options.discount = options.horizon > 0 ? 1 : 0.9;
	if (options.horizon == 0 && options.discount == 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("without option \"horizon\" option \"discount\" must be below 1")));
	/* the last step of a horizon needs no look ahead */
	if (options.horizon > 0)
		options.lookahead = Min(options.lookahead, options.horizon - 1);
	check_lookahead(hmm, options.lookahead);

	policy->hmm = hmm;
	policy->discount = options.discount;
	policy->price = options.price;
	policy->lookahead = options.lookahead;
	policy->control = find_control(hmm, options.control);
	policy->reward = palloc_array(double, hmm->ninputs * hmm->nstates);
	policy->cost = palloc_array(double, hmm->ninputs * hmm->nstates);
	policy->room = palloc0_array(double, (2 * policy->lookahead + 1) * hmm->chain->stride);
	expect_costs(policy, &options);
	earned = read_amounts(margins, hmm->symbols, "symbol", "margins", -MDP_AMOUNT_MOST);
	expect_symbols(hmm, earned, policy->reward);
	for (int i = 0; i < hmm->ninputs * hmm->nstates; i++)
		policy->reward[i] -= policy->price * policy->cost[i];
	pfree(earned);
	solve(policy, &options);

	return policy;
}

static inline double
weigh(const HmmPolicy *policy, const double *states, const double *table, int offer)
{
	const double *row = table + (Size) offer * policy->hmm->nstates;
	double		sum = 0;

	for (int s = 0; s < policy->hmm->nstates; s++)
		sum += states[s] * row[s];

	return sum;
}

/* What an offer is worth after so many steps; "room" is what deeper steps may use. */
static double
worth(const HmmPolicy *policy, const double *states, int offer, int depth, double *room)
{
	const HmmChain *chain = policy->hmm->chain;
	double	   *expected = room;
	double	   *next = room + chain->stride;
	double		sum;

	if (depth == policy->lookahead)
		return weigh(policy, states, policy->q[depth], offer);

	CHECK_FOR_INTERRUPTS();
	sum = weigh(policy, states, policy->reward, offer);
	hmm_predict(chain, states, offer, expected);
	for (int o = 0; o < chain->nsymbols; o++)
	{
		const double *emission = hmm_chain_emission(chain, offer, o);
		double		most = -INFINITY;

		for (int s = 0; s < chain->stride; s++)
			next[s] = expected[s] * emission[s];
		for (int u = 0; u < policy->hmm->ninputs; u++)
			most = Max(most, worth(policy, next, u, depth + 1, next + chain->stride));
		sum += policy->discount * most;
	}

	return sum;
}

void
hmm_policy_offers(HmmPolicy *policy, const double *belief, HmmOffer *offers)
{
	for (int u = 0; u < policy->hmm->ninputs; u++)
	{
		offers[u].q = worth(policy, belief, u, 0, policy->room);
		offers[u].cost = weigh(policy, belief, policy->cost, u);
	}
	for (int u = 0; u < policy->hmm->ninputs; u++)
	{
		const HmmOffer *control = &offers[Max(policy->control, 0)];

		if (policy->control < 0)
		{
			offers[u].gain = NAN;
			continue;
		}
		offers[u].gain = offers[u].q - control->q + policy->price * (offers[u].cost - control->cost);
		/* an offer that changes nothing gains nothing, not what rounding leaves */
		if (fabs(offers[u].gain) <= NOTHING * (fabs(offers[u].q) + fabs(control->q)))
			offers[u].gain = 0;
	}
}
