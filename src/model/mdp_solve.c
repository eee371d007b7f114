/*
 * mdp_solve.c
 *		The Bellman equation, backwards from a horizon or as a fixed point.
 *
 * The fixed point is sought by steps of two kinds: an improvement, which takes
 * the best offer in each state and says how far the values can be from the
 * truth, and an evaluation of the policy just found.  None is value iteration,
 * a few sweeps are modified policy iteration, and solving for its values is
 * policy iteration.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "model/mdp_evaluate.h"
#include "model/mdp_sweep.h"

#define SWEEPS		20			/* of modified policy iteration */
#define STRIDE		256			/* states between two looks at interrupts */
#define TIE			1e-10		/* offers this close to the best are as good */
#define ROUNDING	(16 * DBL_EPSILON)

/* What an iteration works on. */
typedef struct Work
{
	const Mdp  *mdp;
	double	   *reward;			/* (npairs): net of the priced cost */
	double		discount;
	double	   *value;			/* (nstates) */
	double	   *better;			/* (nstates) */
	int64	   *best;			/* (nstates) */
	int32	   *order;			/* (nstates): of mdp_order(); NULL with a horizon */
	double		longest;		/* without a discount: at least the expected steps until the end */
	Progress   *progress;
} Work;

static inline double
pair_q(const Work *work, int64 pair)
{
	const Mdp  *mdp = work->mdp;
	const double *value = work->value;
	double		sum = 0;

	for (int64 t = mdp->first[pair]; t < mdp->first[pair + 1]; t++)
		sum += mdp->probability[t] * value[mdp->next[t]];

	return work->reward[pair] + work->discount * sum;
}

/* better = the best offer's worth in each state; q (npairs) may be NULL */
static void
improve(Work *work, double *q)
{
	const Mdp  *mdp = work->mdp;

	for (int s = 0; s < mdp->nstates; s++)
	{
		double		most = mdp->pairs[s] < mdp->pairs[s + 1] ? -INFINITY : 0;
		int64		best = -1;

		if (s % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 pair = mdp->pairs[s]; pair < mdp->pairs[s + 1]; pair++)
		{
			double		worth = pair_q(work, pair);

			if (q)
				q[pair] = worth;
			if (worth > most)
			{
				most = worth;
				best = pair;
			}
		}
		work->better[s] = most;
		work->best[s] = best;
	}
}

static void
take_better(Work *work)
{
	double	   *swap = work->value;

	work->value = work->better;
	work->better = swap;
}

/* better = what the policy "best" makes of the values */
static void
follow(Work *work)
{
	for (int s = 0; s < work->mdp->nstates; s++)
	{
		if (s % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		work->better[s] = work->best[s] < 0 ? 0 : pair_q(work, work->best[s]);
	}
}

/* Does any journey end?  Its value then is 0, as that of a state that never changes. */
static bool
has_end(const Mdp *mdp)
{
	for (int64 pair = 0; pair < mdp->npairs; pair++)
		if (mdp->ends[pair])
			return true;

	return false;
}

/*
 * How far "better" can be from the fixed point of the step that led to it
 * from "value".  With a discount these are MacQueen's bounds, and "shift" is
 * what puts states with offers in their middle; without, a change can repeat
 * in every step until the end.
 */
static double
distance(const Work *work, bool end, double *shift)
{
	double		low = end ? 0 : INFINITY;
	double		high = end ? 0 : -INFINITY;
	double		factor = work->discount / (1 - work->discount);

	*shift = 0;
	for (int s = 0; s < work->mdp->nstates; s++)
	{
		double		change = work->better[s] - work->value[s];

		low = Min(low, change);
		high = Max(high, change);
	}
	if (work->discount == 1)
		return Max(high, -low) * (work->longest - 1);
	*shift = factor * (low + high) / 2;

	return factor * (high - low) / 2;
}

static double
largest(const double *values, int n)
{
	double		most = 1;

	for (int i = 0; i < n; i++)
		most = Max(most, fabs(values[i]));

	return most;
}

/* The error of these values that is good enough: rounding sets a limit to it. */
static double
enough(const Work *work, const double *values, double tolerance)
{
	double		least = ROUNDING * (work->discount == 1 ? work->longest : 1 / (1 - work->discount));

	return Max(tolerance, least) * largest(values, work->mdp->nstates);
}

/*
 * Evaluate the policy that improve() found.  Policy iteration solves for its
 * values; where that fails, and otherwise, a few sweeps come nearer to them.
 */
static void
evaluate(Work *work, const MdpOptions *options)
{
	MdpPolicy	policy = {work->mdp, work->best, work->reward, work->discount};
	double		target;

	if (options->method == MDP_POLICY)
	{
		mdp_sweep_policy(work->mdp, work->order, work->best, work->reward, work->discount, work->value);
		target = enough(work, work->value, options->tolerance) / 4 *
			(work->discount == 1 ? 1 / work->longest : 1 - work->discount);
		if (mdp_evaluate(&policy, work->value, target, options, work->progress) <= target)
			return;
	}
	for (int sweep = 0; sweep < SWEEPS; sweep++)
	{
		follow(work);
		take_better(work);
	}
}

/* The price of costs turns expected rewards into net ones. */
static void
work_init(Work *work, const Mdp *mdp, const MdpOptions *options, Progress *progress)
{
	*work = (Work) {
		.mdp = mdp,
		.reward = palloc_huge(double, mdp->npairs + 1),
		.discount = options->discount,
		.value = palloc_huge(double, mdp->nstates + 1),
		.better = palloc_huge(double, mdp->nstates + 1),
		.best = palloc_huge(int64, mdp->nstates + 1),
		.progress = progress,
	};
	for (int64 pair = 0; pair < mdp->npairs; pair++)
		work->reward[pair] = mdp->reward[pair] - options->price * mdp->cost[pair];
	memset(work->value, 0, sizeof(double) * mdp->nstates);
}

/*
 * Without a discount: at least the expected steps until the end, whatever the
 * offers.  It is the greatest of numbers w that are in each state 1 + the
 * expected w of the next, or more.  False if there are none in so many
 * iterations.
 */
static bool
find_longest(Work *work, const MdpOptions *options)
{
	int			n = work->mdp->nstates;
	bool		found = false;
	Work		steps = *work;

	steps.reward = palloc_huge(double, work->mdp->npairs + 1);
	for (int64 pair = 0; pair < work->mdp->npairs; pair++)
		steps.reward[pair] = 1;
	steps.value = palloc_huge(double, n + 1);
	steps.better = palloc_huge(double, n + 1);
	memset(steps.value, 0, sizeof(double) * n);
	for (int i = 0; i < options->iterations && !found; i++)
	{
		double		missing = 0;

		progress_say(work->progress, "%s: iteration %d towards the time until the end",
					 options->work, i + 1);
		mdp_sweep_longest(work->mdp, work->order, steps.value);
		improve(&steps, NULL);
		for (int s = 0; s < n; s++)
			missing = Max(missing, steps.better[s] - steps.value[s]);
		/* what misses at most this much does so no more when divided */
		if (missing <= 0.5)
		{
			work->longest = Max(1, largest(steps.value, n) / (1 - missing));
			found = true;
		}
		take_better(&steps);
	}
	pfree(steps.value);
	pfree(steps.better);
	pfree(steps.reward);

	return found;
}

/* The values are final: what each offer is worth by them, and the best. */
static void
conclude(Work *work, MdpSolution *solution)
{
	const Mdp  *mdp = work->mdp;

	improve(work, solution->q);
	for (int s = 0; s < mdp->nstates; s++)
	{
		double		most = work->better[s];
		int64		pair = mdp->pairs[s];

		solution->value[s] = most;
		/* equals must not be told apart by rounding */
		while (pair < mdp->pairs[s + 1] && solution->q[pair] < most - TIE * Max(1, fabs(most)))
			pair++;
		solution->best[s] = pair < mdp->pairs[s + 1] ? pair : -1;
	}
}

static MdpSolution *
solution_make(const Mdp *mdp)
{
	MdpSolution *solution = palloc0_object(MdpSolution);

	solution->value = palloc_huge(double, mdp->nstates + 1);
	solution->q = palloc_huge(double, mdp->npairs + 1);
	solution->best = palloc_huge(int64, mdp->nstates + 1);

	return solution;
}

static void
work_done(Work *work)
{
	pfree(work->reward);
	pfree(work->value);
	pfree(work->better);
	pfree(work->best);
}

MdpSolution *
mdp_finite(const Mdp *mdp, const MdpOptions *options, Progress *progress, MdpStep step, void *to)
{
	MdpSolution *solution = solution_make(mdp);
	Work		work;

	work_init(&work, mdp, options, progress);
	for (int at = options->horizon; at > 0; at--)
	{
		progress_say(progress, "%s: step %d of %d", options->work, at, options->horizon);
		if (step || at == 1)
			conclude(&work, solution);
		else
			improve(&work, NULL);
		if (step)
			step(to, at, solution);
		take_better(&work);
	}
	solution->converged = true;
	solution->iterations = options->horizon;
	work_done(&work);

	return solution;
}

MdpSolution *
mdp_infinite(const Mdp *mdp, const MdpOptions *options, Progress *progress)
{
	MdpSolution *solution = solution_make(mdp);
	bool		end = has_end(mdp);
	bool		bounded = true;
	double		shift = 0;
	Work		work;

	work_init(&work, mdp, options, progress);
	work.order = mdp_order(mdp);
	if (options->discount == 1)
		bounded = find_longest(&work, options);
	solution->error = INFINITY;
	while (bounded && !solution->converged && solution->iterations < options->iterations)
	{
		progress_say(progress, "%s: iteration %d, values are within %.3g", options->work,
					 solution->iterations + 1, solution->error);
		improve(&work, NULL);
		solution->iterations++;
		solution->error = distance(&work, end, &shift);
		solution->converged = solution->error <= enough(&work, work.better, options->tolerance);
		take_better(&work);
		if (!solution->converged && options->method != MDP_VALUE)
			evaluate(&work, options);
	}
	for (int s = 0; s < mdp->nstates && solution->converged; s++)
		if (mdp->pairs[s] < mdp->pairs[s + 1])
			work.value[s] += shift;
	conclude(&work, solution);
	pfree(work.order);
	work_done(&work);

	return solution;
}
