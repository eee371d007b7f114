/*
 * hmm_fit.c
 *		Hidden Markov models fitted to sequences.
 *
 * Baum, Petrie, Soules and Weiss, "A maximization technique occurring in the
 * statistical analysis of probabilistic functions of Markov chains", Annals
 * of Mathematical Statistics 41, 1970.  The pseudo-counts of option
 * "smoothing" are a Dirichlet prior, so that what an iteration never lowers
 * is the log-likelihood plus the logarithm of that prior.  What is 0 at the
 * start has no pseudo-count and stays 0.
 */
#include "coupon.h"

#include <math.h>

#include "utils/memutils.h"

#include "model/hmm_fit.h"

/* One start on its way. */
typedef struct Run
{
	const HmmData *data;
	const HmmOptions *options;
	Progress   *progress;
	Hmm		   *hmm;			/* its parameters now */
	HmmChain   *chain;			/* the same */
	HmmCounts  *counts;
	HmmRoom    *room;
	HmmStart	result;
	int			ntrace;
	int			room_trace;
	HmmTrace   *trace;
} Run;

/* The log-likelihood of all sequences, and their expected counts. */
static double
expect(Run *run, int iteration)
{
	const HmmData *data = run->data;
	double		sum = 0;

	hmm_chain_set(run->chain, run->hmm->start, run->hmm->transitions, run->hmm->emissions);
	hmm_counts_clear(run->chain, run->counts);
	for (int64 i = 0; i < data->ndistinct; i++)
	{
		const HmmSteps *steps = &data->distinct[i];
		double		log_likelihood;

		if (i % 64 == 0)
			progress_say(run->progress, "hmm_fit: %d states, start %d, iteration %d, sequence " INT64_FORMAT " of " INT64_FORMAT,
						 run->hmm->nstates, run->result.restart, iteration + 1, i + 1, data->ndistinct);
		if (steps->n == 0)
			continue;
		log_likelihood = hmm_count_steps(run->chain, steps, run->room, run->counts, NULL);
		if (!isfinite(log_likelihood))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a sequence of %lld steps is impossible with the probabilities that are 0", (long long) steps->n),
					 errdetail("It begins with symbol \"%s\".",
							   steps->symbols[0] < data->symbols->n ? data->symbols->texts[steps->symbols[0]] : ""),
					 errhint("What is 0 in option \"init\" stays 0; without it, raise option \"smoothing\".")));
		sum += steps->weight * log_likelihood;
	}
	hmm_counts_end(run->chain, run->counts);

	return sum;
}

/* What is known of n probabilities from counts that lie "apart" from each other. */
static void
maximise(double *row, const double *counts, int n, int apart, double smoothing)
{
	double		total = 0;

	for (int j = 0; j < n; j++)
		if (row[j] > 0)
			total += counts[(Size) j * apart] + smoothing;
	/* never there: nothing is learned */
	if (!(total > 0))
		return;
	for (int j = 0; j < n; j++)
		if (row[j] > 0)
			row[j] = (counts[(Size) j * apart] + smoothing) / total;
}

static void
maximise_all(Run *run)
{
	Hmm		   *hmm = run->hmm;
	const HmmCounts *counts = run->counts;
	double		smoothing = run->options->smoothing;
	int			n = hmm->nstates;
	Size		stride = run->chain->stride;

	maximise(hmm->start, counts->start, n, 1, smoothing);
	for (int u = 0; u < hmm_transition_sets(hmm); u++)
		for (int i = 0; i < n; i++)
			maximise((double *) hmm_transition_row(hmm, u, i), counts->A + (u * stride + i) * stride, n, 1, smoothing);
	for (int u = 0; u < hmm_emission_sets(hmm); u++)
		for (int i = 0; i < n; i++)
			maximise((double *) hmm_emission_row(hmm, u, i),
					 counts->B + (Size) u * (hmm->nsymbols + 1) * stride + i, hmm->nsymbols, stride, smoothing);
}

/* The sum of the logarithms of what is not 0, and how many free parameters that are. */
static double
log_prior(const double *rows, int64 nrows, int n, int *parameters)
{
	double		sum = 0;

	for (int64 r = 0; r < nrows; r++)
	{
		*parameters -= 1;
		for (int j = 0; j < n; j++)
			if (rows[r * n + j] > 0)
			{
				*parameters += 1;
				sum += log(rows[r * n + j]);
			}
	}

	return sum;
}

static double
log_priors(const Hmm *hmm, int *parameters)
{
	*parameters = 0;

	return log_prior(hmm->start, 1, hmm->nstates, parameters) +
		log_prior(hmm->transitions, (int64) hmm_transition_sets(hmm) * hmm->nstates, hmm->nstates, parameters) +
		log_prior(hmm->emissions, (int64) hmm_emission_sets(hmm) * hmm->nstates, hmm->nsymbols, parameters);
}

static void
add_trace(Run *run, double log_likelihood, double objective)
{
	if (run->ntrace == run->room_trace)
	{
		run->room_trace *= 2;
		run->trace = repalloc(run->trace, sizeof(HmmTrace) * run->room_trace);
	}
	run->trace[run->ntrace].log_likelihood = log_likelihood;
	run->trace[run->ntrace++].objective = objective;
}

static void
iterate(Run *run)
{
	const HmmOptions *options = run->options;
	HmmStart   *result = &run->result;
	int			parameters;

	for (int iteration = 0;; iteration++)
	{
		double		log_likelihood = expect(run, iteration);
		double		prior = log_priors(run->hmm, &parameters);
		double		objective = log_likelihood + (options->smoothing > 0 ? options->smoothing * prior : 0);

		add_trace(run, log_likelihood, objective);
		result->iterations = iteration;
		result->converged = iteration > 0 && options->tolerance > 0 &&
			objective - result->objective <= options->tolerance * fabs(objective);
		result->log_likelihood = log_likelihood;
		result->objective = objective;
		if (result->converged || iteration == options->iterations)
			break;
		maximise_all(run);
	}
	result->bic = parameters * log((double) Max(run->data->nsteps, 1)) - 2 * result->log_likelihood;
}

/* Put the numbers of the fit into its model. */
static void
finish(Run *run, HmmFit *fit)
{
	Hmm		   *hmm = run->hmm;
	const HmmChain *chain = run->chain;
	int			n = hmm->nstates;
	double	   *uses = palloc0_array(double, (Size) n * (hmm->nsymbols + 1));
	double		total = 0;

	/* (nstates, nsymbols + 1): how often a state emits a symbol, over all inputs */
	for (int u = 0; u < hmm_emission_sets(hmm); u++)
		for (int o = 0; o <= hmm->nsymbols; o++)
			for (int i = 0; i < n; i++)
				uses[(Size) i * (hmm->nsymbols + 1) + o] +=
					run->counts->B[((Size) u * (hmm->nsymbols + 1) + o) * chain->stride + i];
	fit->share = palloc0_array(double, n);
	for (int i = 0; i < n; i++)
		for (int o = 0; o <= hmm->nsymbols; o++)
			fit->share[i] += uses[(Size) i * (hmm->nsymbols + 1) + o];
	for (int i = 0; i < n; i++)
		total += fit->share[i];
	for (int i = 0; i < n && total > 0; i++)
		fit->share[i] /= total;
	log_priors(hmm, &fit->parameters);
	fit->trace = run->trace;
	fit->ntrace = run->ntrace;
	hmm->fit = fit;
	hmm_order(hmm, run->options, uses);
}

/* A start that is about to begin. */
static Run *
run_make(const HmmData *data, const HmmOptions *options, const HmmInit *init, Progress *progress, int nstates, int restart)
{
	Run		   *run = palloc0_object(Run);
	Hmm		   *hmm = palloc0_object(Hmm);

	hmm->nstates = nstates;
	hmm->nsymbols = data->symbols->n;
	hmm->ninputs = data->inputs->n;
	hmm->by_input = options->by_input && hmm->ninputs > 0;
	hmm->ignore_unseen = options->ignore_unseen;
	hmm->shrinkage = options->shrinkage;
	hmm->symbols = data->symbols;
	hmm->inputs = data->inputs;
	hmm_check_size(nstates, hmm->nsymbols, hmm->ninputs, hmm->by_input);
	hmm_begin(hmm, init, options, data, restart);

	run->data = data;
	run->options = options;
	run->progress = progress;
	run->hmm = hmm;
	run->chain = hmm_chain_make(nstates, hmm->nsymbols, hmm_transition_sets(hmm), hmm->by_input);
	run->counts = hmm_counts_make(run->chain);
	run->room = hmm_room_make(run->chain, data->distinct[data->ndistinct - 1].n);
	run->result.nstates = nstates;
	run->result.restart = restart;
	run->room_trace = 64;
	run->trace = palloc_array(HmmTrace, run->room_trace);

	return run;
}

/* Is a start better than the best so far? */
static bool
better(const HmmStart *start, const HmmStart *best)
{
	/* among models of one size by what was maximised */
	return start->nstates == best->nstates ? start->objective > best->objective : start->bic < best->bic;
}

Hmm *
hmm_fit_data(const HmmData *data, const HmmOptions *options)
{
	Progress	progress;
	HmmInit		init;
	HmmFit	   *fit = palloc0_object(HmmFit);
	Run		   *best = NULL;
	MemoryContext best_context = NULL;
	int			least;
	int			most;
	int			restarts;

	progress_start(&progress, options->quiet);
	hmm_init(options, data, &init);
	if (init.nstates > 0 && options->states >= 0 && options->states != init.nstates)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"init\" has %d states, which is not what option \"states\" says", init.nstates),
				 errhint("Leave option \"states\" out.")));
	least = init.nstates > 0 ? init.nstates : options->states > 0 ? options->states : options->states == 0 ? 1 : HMM_STATES;
	most = options->states == 0 ? options->max_states : least;
	restarts = init.start && init.transitions && init.emissions ? 1 : options->restarts;

	fit->starts = palloc_array(HmmStart, (Size) (most - least + 1) * restarts);
	for (int nstates = least; nstates <= most; nstates++)
	{
		Run		   *best_of_size = NULL;
		MemoryContext size_context = NULL;
		int			size_index = 0;

		/* one state has but one solution */
		for (int restart = 1; restart <= (nstates == 1 ? 1 : restarts); restart++)
		{
			MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "coupon hmm", ALLOCSET_DEFAULT_SIZES);
			MemoryContext caller = MemoryContextSwitchTo(context);
			Run		   *run = run_make(data, options, &init, &progress, nstates, restart);

			iterate(run);
			MemoryContextSwitchTo(caller);
			fit->starts[fit->nstarts++] = run->result;
			if (best_of_size && !better(&run->result, &best_of_size->result))
			{
				MemoryContextDelete(context);
				continue;
			}
			if (size_context)
				MemoryContextDelete(size_context);
			best_of_size = run;
			size_context = context;
			size_index = fit->nstarts - 1;
		}
		if (best && !better(&best_of_size->result, &best->result))
		{
			MemoryContextDelete(size_context);
			continue;
		}
		if (best_context)
			MemoryContextDelete(best_context);
		best = best_of_size;
		best_context = size_context;
		fit->best = size_index;
	}

	fit->sequences = data->n;
	fit->distinct = data->ndistinct;
	fit->steps = data->nsteps;
	fit->smoothing = options->smoothing;
	fit->tolerance = options->tolerance;
	fit->seed = options->seed;
	fit->order_by = options->order_by;
	finish(best, fit);

	return best->hmm;
}
