/*
 * learner_x.c
 *		The x-learner: effects imputed in either arm by the outcome model of
 *		the other one, regressed on the features, weighted by the propensity.
 *
 * Künzel, Sekhon, Bickel and Yu (PNAS 2019).  The covariance of the two
 * effect models is that of stacked estimating equations (Newey and McFadden,
 * "Large sample estimation and hypothesis testing", 1994, section 6): a row
 * moves the effect model of its own arm by its residual there, and that of
 * the other arm through the outcome model that it has helped to fit.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "lib/blas.h"
#include "model/learner.h"
#include "model/solve.h"

/* The sums over the rows of one arm; n = 1 + columns. */
typedef struct Sums
{
	int64		rows;
	double	   *A;				/* (n, n) z z', with the penalty */
	double	   *H;				/* (n, n) curvature of its outcome model, with the penalty */
	double	   *C;				/* (n, n) slope of the other arm's outcome model z z' */
	double	   *S;				/* (2 n, 2 n) of (z r, z e): residuals of the effect and of the outcome model */
} Sums;

static double *
zeros(int n)
{
	return palloc0_array(double, (Size) n * n);
}

/* Complete a matrix of which the upper triangle is there. */
static void
complete(double *A, int n)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			A[(Size) i * n + j] = A[(Size) j * n + i];
}

/* C (n, n) = A B, or A B' */
static double *
product(const double *A, const double *B, int n, bool transposed)
{
	double	   *C = zeros(n);

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < n; k++)
			for (int j = 0; j < n; j++)
				C[(Size) i * n + j] += A[(Size) i * n + k] *
					(transposed ? B[(Size) j * n + k] : B[(Size) k * n + j]);
	}

	return C;
}

/* The inverse of A; its rank goes to *rank. */
static double *
inverse_of(const double *A, int n, int *rank)
{
	Factor		factor;
	double	   *inverse = palloc_array(double, (Size) n * n);

	factor_make(&factor, A, n, n, NULL);
	factor_inverse(&factor, inverse);
	*rank = factor.rank;

	return inverse;
}

/* Sums over a sample of one arm, whose own and other outcome model and effect model are these. */
static Sums
sums_of(const Sample *sample, Base base, const BaseFit *own, const BaseFit *other,
		const BaseFit *effect, double sign, double ridge)
{
	int			n = 1 + own->p;
	int			block = sample_block_rows(sample);
	double	   *Z = palloc_array(double, (Size) block * n);
	double	   *X = palloc_array(double, (Size) block * n * 2);
	double	   *y = palloc_array(double, block);
	double	   *theta = palloc_array(double, n);
	double	   *scores = palloc_array(double, 3 * block);
	const BaseFit *fits[3] = {own, other, effect};
	Sums		sums = {sample->n, zeros(n), zeros(n), zeros(n), zeros(2 * n)};

	for (int64 from = 0; from < sample->n; from += block)
	{
		int			rows = sample_block(sample, from, block, Z);

		for (int i = 0; i < rows; i++)
		{
			y[i] = Z[(Size) i * n];
			Z[(Size) i * n] = 1;
		}
		for (int k = 0; k < 3; k++)
		{
			theta[0] = fits[k]->intercept;
			memcpy(theta + 1, fits[k]->beta, sizeof(double) * (n - 1));
			blas_times(Z, rows, n, theta, scores + k * block);
		}
		blas_gram_add(Z, rows, n, sums.A, n);
		for (int k = 0; k < 2; k++)
		{
			for (int i = 0; i < rows; i++)
			{
				double		root = sqrt(base_slope(base, scores[k * block + i]));

				for (int j = 0; j < n; j++)
					X[(Size) i * n + j] = root * Z[(Size) i * n + j];
			}
			blas_gram_add(X, rows, n, k == 0 ? sums.H : sums.C, n);
		}
		for (int i = 0; i < rows; i++)
		{
			double		e = y[i] - base_mean(base, scores[i]);
			double		r = sign * (y[i] - base_mean(base, scores[block + i])) - scores[2 * block + i];

			for (int j = 0; j < n; j++)
			{
				X[(Size) i * 2 * n + j] = r * Z[(Size) i * n + j];
				X[(Size) i * 2 * n + n + j] = e * Z[(Size) i * n + j];
			}
		}
		blas_gram_add(X, rows, 2 * n, sums.S, 2 * n);
	}
	complete(sums.A, n);
	complete(sums.H, n);
	complete(sums.C, n);
	complete(sums.S, 2 * n);
	for (int j = 1; j < n; j++)
	{
		sums.A[(Size) j * n + j] += ridge;
		sums.H[(Size) j * n + j] += ridge;
	}
	pfree(Z);
	pfree(X);
	pfree(y);
	pfree(theta);
	pfree(scores);

	return sums;
}

/* A block of S: 0 residuals of the effect, 1 of the outcome model. */
static double *
block_of(const Sums *sums, int row, int column, int n)
{
	double	   *block = palloc_array(double, (Size) n * n);

	for (int i = 0; i < n; i++)
		memcpy(block + (Size) i * n, sums->S + (Size) (row * n + i) * 2 * n + column * n,
			   sizeof(double) * n);

	return block;
}

/* scale P S Q' added to V (n, n) */
static void
add_sandwich(double scale, const double *P, const double *S, const double *Q, int n, double *V)
{
	double	   *PS = product(P, S, n, false);
	double	   *PSQ = product(PS, Q, n, true);

	for (Size i = 0; i < (Size) n * n; i++)
		V[i] += scale * PSQ[i];
	pfree(PS);
	pfree(PSQ);
}

/*
 * Covariances of the effect models: from[0] of the control's rows, from[1] of
 * the offer's, by the sums over these; cross is that of from[0] with from[1].
 * They are allocated in the context given.
 */
static void
stack(const Sums sums[2], int n, MemoryContext keep, BaseFit from[2], double **cross)
{
	double	   *bread[2];		/* inverse of A */
	double	   *lever[2];		/* how a row's outcome residual moves the other arm's effect model */
	double		scale[2];
	int			rank[2];

	for (int g = 0; g < 2; g++)
	{
		int			unused;
		double	   *model = inverse_of(sums[g].H, n, &unused);
		double	   *inverse = inverse_of(sums[1 - g].A, n, &unused);
		double	   *half = product(inverse, sums[1 - g].C, n, false);

		bread[g] = inverse_of(sums[g].A, n, &rank[g]);
		lever[g] = product(half, model, n, false);
		/* effects of the offer's rows are y - m0, of the control's m1 - y */
		if (g == 0)
			for (Size i = 0; i < (Size) n * n; i++)
				lever[g][i] = -lever[g][i];
		if (sums[g].rows <= rank[g])
			return;
		scale[g] = (double) sums[g].rows / (double) (sums[g].rows - rank[g]);
		pfree(model);
		pfree(inverse);
		pfree(half);
	}

	*cross = MemoryContextAllocZero(keep, sizeof(double) * n * n);
	for (int g = 0; g < 2; g++)
	{
		double	   *cross_part = block_of(&sums[g], 0, 1, n);

		from[g].covariance = MemoryContextAllocZero(keep, sizeof(double) * n * n);
		add_sandwich(scale[g], bread[g], block_of(&sums[g], 0, 0, n), bread[g], n, from[g].covariance);
		add_sandwich(scale[1 - g], lever[1 - g], block_of(&sums[1 - g], 1, 1, n), lever[1 - g], n,
					 from[g].covariance);
		/* only its symmetric part is ever looked at */
		add_sandwich(scale[g], bread[g], cross_part, lever[g], n, *cross);
	}
}

/* The effect model of an offer from the rows of one arm. */
static void
fit_stage(Learning *learning, int offer, int group)
{
	const Trial *trial = learning->trial;
	Uplift	   *uplift = learning->uplift;
	int			own = group ? offer : 0;
	int			other = group ? 0 : offer;
	double		sign = group ? 1 : -1;
	BaseFit    *effect = &uplift->effects[offer * 2 + group];
	Sample		sample = trial_within(trial, own, own, NULL, ANY_FOLD);
	double	   *imputed = palloc_huge(double, Max(trial->sample.n, 1));

	surface_predict(&uplift->surfaces[other], &sample, imputed);
	for (int64 i = 0; i < sample.n; i++)
	{
		int64		row = sample.index[i];

		imputed[row] = sign * (sample_outcome_of(&trial->sample, row) - imputed[row]);
	}
	sample.outcomes = imputed;
	learning->base.part = psprintf("uplift_fit, effect of \"%s\"", uplift->arms[offer].name);
	learning->base.covariance = false;
	learning->base.quantity = QUANTITY_EFFECT;
	base_fit(&sample, uplift->final, &learning->base, "", effect);
	learning->base.quantity = QUANTITY_OUTCOME;
	learning->base.covariance = true;
	sample_free(&sample);
	pfree(imputed);
}

/* The sums over the rows of one arm. */
static Sums
stage_sums(Learning *learning, int offer, int group)
{
	Uplift	   *uplift = learning->uplift;
	const Surface *own = &uplift->surfaces[group ? offer : 0];
	const Surface *other = &uplift->surfaces[group ? 0 : offer];
	Sample		sample = trial_within(learning->trial, group ? offer : 0, group ? offer : 0, NULL, ANY_FOLD);
	Sums		sums = sums_of(&sample, own->base[0], &own->fit[0], &other->fit[0],
							   &uplift->effects[offer * 2 + group], group ? 1 : -1, uplift->ridge);

	sample_free(&sample);

	return sums;
}

void
learner_fit_x(Learning *learning)
{
	const Trial *trial = learning->trial;
	Uplift	   *uplift = learning->uplift;
	int			n = 1 + uplift->design->p;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(caller, "coupon x-learner", ALLOCSET_DEFAULT_SIZES);

	learner_fit_t(learning);
	uplift->propensity = learning_propensity(learning, NULL, ANY_FOLD);
	for (int a = 1; a < uplift->narms; a++)
	{
		Sums		sums[2];
		bool		stacked = uplift->target == TARGET_OUTCOME && n <= 1 + MAX_COVARIANCE &&
			uplift->final == BASE_LINEAR &&
			uplift->surfaces[0].fit[0].covariance && uplift->surfaces[a].fit[0].covariance;

		if (uplift->propensity.estimated)
		{
			Sample		sample = trial_within(trial, 0, a, NULL, ANY_FOLD);
			double	   *p = palloc_huge(double, Max(trial->sample.n, 1));

			learning_overlap(learning, a, p, propensity_pair_rows(&uplift->propensity, &sample, a, p));
			sample_free(&sample);
			pfree(p);
		}
		for (int group = 0; group < 2; group++)
			fit_stage(learning, a, group);
		if (!stacked)
			continue;
		MemoryContextSwitchTo(work);
		for (int group = 0; group < 2; group++)
			sums[group] = stage_sums(learning, a, group);
		stack(sums, n, caller, &uplift->effects[a * 2], &uplift->cross[a]);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(work);
	}
	MemoryContextDelete(work);
}
