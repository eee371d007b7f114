/*
 * hmm_describe.c
 *		Models of kind hmm: what is said about them.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/json.h"

#include "model/hmm.h"
#include "pg/json.h"

#define SQUARINGS	60			/* far beyond any chain that doubles can tell from a reducible one */

void
hmm_stationary(const Hmm *hmm, int input, double *share)
{
	int			n = hmm->nstates;
	double	   *P = palloc_array(double, (Size) n * n);
	double	   *square = palloc_array(double, (Size) n * n);

	/* every other step stays: the same shares, and no period */
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			P[i * n + j] = 0.5 * (hmm_transition_row(hmm, input, i)[j] + (i == j));
	for (int k = 0; k < SQUARINGS; k++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
		{
			double		sum = 0;

			for (int j = 0; j < n; j++)
				square[i * n + j] = 0;
			for (int l = 0; l < n; l++)
				for (int j = 0; j < n; j++)
					square[i * n + j] += P[i * n + l] * P[l * n + j];
			for (int j = 0; j < n; j++)
				sum += square[i * n + j];
			for (int j = 0; j < n; j++)
				square[i * n + j] /= sum;
		}
		if (memcmp(P, square, sizeof(double) * n * n) == 0)
			break;
		memcpy(P, square, sizeof(double) * n * n);
	}
	for (int j = 0; j < n; j++)
	{
		share[j] = 0;
		for (int i = 0; i < n; i++)
			share[j] += hmm->start[i] * P[i * n + j];
	}
	pfree(P);
	pfree(square);
}

static void
describe_names(StringInfo json, const char *member, const Dictionary *names)
{
	appendStringInfo(json, ", \"%s\": [", member);
	for (int i = 0; i < names->n; i++)
	{
		appendStringInfoString(json, i ? ", " : "");
		escape_json(json, names->texts[i]);
	}
	appendStringInfoChar(json, ']');
}

void
hmm_describe(const void *model, StringInfo json)
{
	const Hmm  *hmm = model;
	const HmmFit *fit = hmm->fit;
	const HmmStart *best;

	appendStringInfo(json, ", \"states\": %d", hmm->nstates);
	describe_names(json, "symbols", hmm->symbols);
	describe_names(json, "inputs", hmm->inputs);
	appendStringInfo(json, ", \"options\": {\"emissions_by_input\": %s, \"ignore_unseen\": %s",
					 hmm->by_input ? "true" : "false", hmm->ignore_unseen ? "true" : "false");
	json_member(json, "shrinkage", hmm->shrinkage);
	if (fit == NULL)
	{
		appendStringInfoChar(json, '}');
		return;
	}
	json_member(json, "smoothing", fit->smoothing);
	json_member(json, "tolerance", fit->tolerance);
	appendStringInfo(json, ", \"seed\": " INT64_FORMAT ", \"order_by\": ", fit->seed);
	if (fit->order_by)
		escape_json(json, fit->order_by);
	else
		appendStringInfoString(json, "null");
	best = &fit->starts[fit->best];
	appendStringInfo(json, "}, \"rows\": " INT64_FORMAT ", \"skipped\": " INT64_FORMAT
					 ", \"distinct_sequences\": " INT64_FORMAT ", \"steps\": " INT64_FORMAT
					 ", \"parameters\": %d, \"starts\": %d, \"iterations\": %d, \"converged\": %s",
					 fit->sequences, fit->skipped, fit->distinct, fit->steps, fit->parameters, fit->nstarts,
					 best->iterations, best->converged ? "true" : "false");
	json_member(json, "log_likelihood", best->log_likelihood);
	json_member(json, "penalised_log_likelihood", best->objective);
	json_member(json, "aic", 2.0 * fit->parameters - 2 * best->log_likelihood);
	json_member(json, "bic", best->bic);
}

void
hmm_trace(const void *model, TraceSink sink, void *to)
{
	const HmmFit *fit = ((const Hmm *) model)->fit;

	if (fit == NULL)
		return;
	for (int i = 0; i < fit->ntrace; i++)
	{
		sink(to, "", i, "log_likelihood", fit->trace[i].log_likelihood);
		sink(to, "", i, "penalised_log_likelihood", fit->trace[i].objective);
	}
	for (int i = 0; i < fit->nstarts; i++)
	{
		const HmmStart *start = &fit->starts[i];
		char	   *part = psprintf("states %d, start %d", start->nstates, start->restart);

		sink(to, part, start->iterations, "log_likelihood", start->log_likelihood);
		sink(to, part, start->iterations, "penalised_log_likelihood", start->objective);
		sink(to, part, start->iterations, "bic", start->bic);
	}
}
