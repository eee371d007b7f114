/*
 * hmm.c
 *		Models of kind hmm: their shape, their checks, their bytes.
 */
#include "coupon.h"

#include <math.h>

#include "utils/float.h"

#include "model/hmm.h"

void
hmm_check_size(int nstates, int nsymbols, int ninputs, bool by_input)
{
	int64		numbers = (int64) nstates * (1 + (int64) Max(ninputs, 1) * nstates +
											 (int64) (by_input ? ninputs : 1) * nsymbols);

	if (numbers > HMM_MOST_NUMBERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a hidden Markov model of %d states, %d symbols and %d inputs has %lld numbers, more than %d",
						nstates, nsymbols, ninputs, (long long) numbers, HMM_MOST_NUMBERS),
				 errhint("Put rare symbols together, or ask for fewer states.")));
}

void
hmm_scale_rows(double *rows, int64 nrows, int n, int nstates, const char *what)
{
	for (int64 r = 0; r < nrows; r++)
	{
		double	   *row = rows + r * n;
		double		sum = 0;

		for (int j = 0; j < n; j++)
		{
			if (!isfinite(row[j]) || row[j] < 0)
				bad_argument("%s must be probabilities, but one of them is %s", what, float8out_internal(row[j]));
			sum += row[j];
		}
		if (!(fabs(sum - 1) <= HMM_SUM_TOLERANCE))
		{
			if (nrows == 1)
				bad_argument("%s must sum to 1, not %s", what, float8out_internal(sum));
			bad_argument("%s of state %d must sum to 1, not %s", what, (int) (r % nstates) + 1, float8out_internal(sum));
		}
		for (int j = 0; j < n; j++)
			row[j] /= sum;
	}
}

int
hmm_symbol(const Hmm *hmm, const char *text, int length)
{
	int			symbol = dictionary_find(hmm->symbols, text, length);

	if (symbol >= 0)
		return symbol;
	if (!hmm->ignore_unseen)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model knows no symbol \"%.*s\"", length, text),
				 errhint("Option \"ignore_unseen\" of hmm_fit or hmm_model makes such a step tell nothing.")));

	return hmm->nsymbols;
}

int
hmm_input(const Hmm *hmm, const char *text, int length)
{
	int			input = dictionary_find(hmm->inputs, text, length);

	if (input < 0)
		bad_argument("the model knows no input \"%.*s\"", length, text);

	return input;
}

void
hmm_check_inputs(const Hmm *hmm, bool given)
{
	if (given && hmm->ninputs == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has no inputs"),
				 errhint("Leave the inputs out.")));
	if (!given && hmm->ninputs > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the transitions of this model depend on inputs"),
				 errhint("Pass the inputs, too.")));
}

void
hmm_impossible(const Hmm *hmm, const HmmSteps *steps, int64 step)
{
	int			symbol = steps->symbols[step];

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the sequence is impossible under the model"),
			 errdetail("Symbol \"%s\" at step %lld has probability 0 after those before it.",
					   symbol < hmm->nsymbols ? hmm->symbols->texts[symbol] : "", (long long) step + 1)));
}

void
hmm_impossible_next(const Hmm *hmm, int symbol)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("symbol \"%s\" is impossible after this belief",
					symbol < hmm->nsymbols ? hmm->symbols->texts[symbol] : "")));
}

double *
hmm_belief(const Hmm *hmm, const double *given, int n)
{
	double	   *belief = palloc0_array(double, hmm->chain->stride);

	if (n != hmm->nstates)
		bad_argument("belief must have %d numbers, one for each state, not %d", hmm->nstates, n);
	memcpy(belief, given, sizeof(double) * n);
	hmm_scale_rows(belief, 1, n, n, "belief");

	return belief;
}

void
hmm_symbols_of(const Hmm *hmm, const double *states, int input, double *probabilities)
{
	for (int o = 0; o < hmm->nsymbols; o++)
	{
		const double *emission = hmm_chain_emission(hmm->chain, input, o);

		probabilities[o] = 0;
		for (int i = 0; i < hmm->nstates; i++)
			probabilities[o] += states[i] * emission[i];
	}
}

/* Rows of probabilities: (nrows, n). */
static double *
get_rows(Reader *from, int64 nrows, int n)
{
	double	   *rows = get_doubles(from, nrows * n);

	for (int64 r = 0; r < nrows; r++)
	{
		double		sum = 0;

		for (int j = 0; j < n; j++)
		{
			if (rows[r * n + j] < 0)
				get_failed(from, "A probability is negative.");
			sum += rows[r * n + j];
		}
		if (!(fabs(sum - 1) <= HMM_SUM_TOLERANCE))
			get_failed(from, "Probabilities do not sum to 1.");
	}

	return rows;
}

static void
put_fit(StringInfo to, const HmmFit *fit, int nstates)
{
	put_int64(to, fit->sequences);
	put_int64(to, fit->distinct);
	put_int64(to, fit->steps);
	put_int64(to, fit->skipped);
	put_double(to, fit->smoothing);
	put_double(to, fit->tolerance);
	put_int64(to, fit->seed);
	put_int32(to, fit->order_by != NULL);
	if (fit->order_by)
		put_text(to, fit->order_by);
	put_int32(to, fit->parameters);
	put_int32(to, fit->nstarts);
	put_int32(to, fit->best);
	for (int i = 0; i < fit->nstarts; i++)
	{
		const HmmStart *start = &fit->starts[i];

		put_int32(to, start->nstates);
		put_int32(to, start->restart);
		put_int32(to, start->iterations);
		put_int32(to, start->converged);
		put_double(to, start->log_likelihood);
		put_double(to, start->objective);
		put_double(to, start->bic);
	}
	put_int32(to, fit->ntrace);
	for (int i = 0; i < fit->ntrace; i++)
	{
		put_double(to, fit->trace[i].log_likelihood);
		put_double(to, fit->trace[i].objective);
	}
	put_doubles(to, fit->share, nstates);
}

static HmmFit *
get_fit(Reader *from, int nstates)
{
	HmmFit	   *fit = palloc0_object(HmmFit);

	fit->sequences = get_int64(from, 0, PG_INT64_MAX);
	fit->distinct = get_int64(from, 0, fit->sequences);
	fit->steps = get_int64(from, 0, PG_INT64_MAX);
	fit->skipped = get_int64(from, 0, PG_INT64_MAX);
	fit->smoothing = get_double(from);
	fit->tolerance = get_double(from);
	fit->seed = get_int64(from, PG_INT64_MIN, PG_INT64_MAX);
	if (get_int32(from, 0, 1))
		fit->order_by = get_text(from);
	fit->parameters = get_int32(from, 0, PG_INT32_MAX);
	fit->nstarts = get_int32(from, 1, HMM_MOST_STARTS);
	fit->best = get_int32(from, 0, fit->nstarts - 1);
	fit->starts = palloc_array(HmmStart, fit->nstarts);
	for (int i = 0; i < fit->nstarts; i++)
	{
		HmmStart   *start = &fit->starts[i];

		start->nstates = get_int32(from, 1, HMM_MOST_STATES);
		start->restart = get_int32(from, 1, HMM_MOST_STARTS);
		start->iterations = get_int32(from, 0, HMM_MOST_ITERATIONS);
		start->converged = get_int32(from, 0, 1);
		start->log_likelihood = get_double(from);
		start->objective = get_double(from);
		start->bic = get_double(from);
	}
	fit->ntrace = get_int32(from, 1, HMM_MOST_ITERATIONS + 1);
	fit->trace = (HmmTrace *) get_doubles(from, 2 * (int64) fit->ntrace);
	fit->share = get_doubles(from, nstates);

	return fit;
}

void
hmm_pack(StringInfo to, const Hmm *hmm)
{
	int			n = hmm->nstates;

	put_int32(to, n);
	put_dictionary(to, hmm->symbols);
	put_dictionary(to, hmm->inputs);
	put_int32(to, hmm->by_input);
	put_int32(to, hmm->ignore_unseen);
	put_double(to, hmm->shrinkage);
	put_doubles(to, hmm->start, n);
	put_doubles(to, hmm->transitions, (int64) hmm_transition_sets(hmm) * n * n);
	put_doubles(to, hmm->emissions, (int64) hmm_emission_sets(hmm) * n * hmm->nsymbols);
	put_int32(to, hmm->fit != NULL);
	if (hmm->fit)
		put_fit(to, hmm->fit, n);
}

void *
hmm_unpack(Reader *from, int version)
{
	Hmm		   *hmm = palloc0_object(Hmm);
	int			n = hmm->nstates = get_int32(from, 1, HMM_MOST_STATES);

	hmm->symbols = get_dictionary(from, 1, HMM_MOST_SYMBOLS);
	hmm->nsymbols = hmm->symbols->n;
	hmm->inputs = get_dictionary(from, 0, HMM_MOST_INPUTS);
	hmm->ninputs = hmm->inputs->n;
	hmm->by_input = get_int32(from, 0, hmm->ninputs > 0 ? 1 : 0);
	hmm->ignore_unseen = get_int32(from, 0, 1);
	hmm->shrinkage = get_double(from);
	if (hmm->shrinkage < 0)
		get_failed(from, "A weight is negative.");
	hmm_check_size(n, hmm->nsymbols, hmm->ninputs, hmm->by_input);
	hmm->start = get_rows(from, 1, n);
	hmm->transitions = get_rows(from, (int64) hmm_transition_sets(hmm) * n, n);
	hmm->emissions = get_rows(from, (int64) hmm_emission_sets(hmm) * n, hmm->nsymbols);
	if (get_int32(from, 0, 1))
		hmm->fit = get_fit(from, n);
	hmm->chain = hmm_chain_make(n, hmm->nsymbols, hmm_transition_sets(hmm), hmm->by_input);
	hmm_chain_set(hmm->chain, hmm->start, hmm->transitions, hmm->emissions);

	return hmm;
}
