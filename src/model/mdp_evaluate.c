/*
 * mdp_evaluate.c
 *		The values of one policy of a Markov decision process.
 *
 * The linear system (I - discount P) value = reward is sparse and has no
 * symmetry: van der Vorst, "Bi-CGSTAB: a fast and smoothly converging variant
 * of Bi-CG for the solution of nonsymmetric linear systems", SIAM Journal on
 * Scientific and Statistical Computing 13, 1992.  Where a discount near 1
 * would need many thousands of sweeps, it needs tens of products.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "model/mdp_evaluate.h"

#define MOST_PRODUCTS	2000
#define STRIDE			256		/* states between two looks at interrupts */

/* y = (I - discount P) x */
static void
multiply(const MdpPolicy *policy, const double *x, double *y)
{
	const Mdp  *mdp = policy->mdp;

	for (int s = 0; s < mdp->nstates; s++)
	{
		int64		pair = policy->best[s];
		double		sum = 0;

		if (s % STRIDE == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 t = pair < 0 ? 0 : mdp->first[pair]; pair >= 0 && t < mdp->first[pair + 1]; t++)
			sum += mdp->probability[t] * x[mdp->next[t]];
		y[s] = x[s] - policy->discount * sum;
	}
}

/* r = reward - (I - discount P) x; returns its greatest element */
static double
residual(const MdpPolicy *policy, const double *x, double *r)
{
	double		most = 0;

	multiply(policy, x, r);
	for (int s = 0; s < policy->mdp->nstates; s++)
	{
		r[s] = (policy->best[s] < 0 ? 0 : policy->reward[policy->best[s]]) - r[s];
		most = Max(most, fabs(r[s]));
	}

	return most;
}

static double
dot(const double *x, const double *y, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i] * y[i];

	return sum;
}

double
mdp_evaluate(const MdpPolicy *policy, double *value, double target,
			 const MdpOptions *options, Progress *progress)
{
	int			n = policy->mdp->nstates;
	double	   *room = palloc_huge(double, (Size) 7 * n + 1);
	double	   *x = room;
	double	   *r = room + n;
	double	   *shadow = room + (Size) 2 * n;
	double	   *p = room + (Size) 3 * n;
	double	   *Ap = room + (Size) 4 * n;
	double	   *s = room + (Size) 5 * n;
	double	   *As = room + (Size) 6 * n;
	double		off;
	double		most;
	double		rho = 1;
	double		alpha = 1;
	double		omega = 1;

	memcpy(x, value, sizeof(double) * n);
	off = most = residual(policy, x, r);
	memcpy(shadow, r, sizeof(double) * n);
	memset(p, 0, sizeof(double) * n);
	memset(Ap, 0, sizeof(double) * n);
	for (int i = 0; i < MOST_PRODUCTS && most > target; i++)
	{
		double		before = rho;
		double		beta;
		double		square;

		progress_say(progress, "%s: product %d of a policy's evaluation", options->work, i + 1);
		rho = dot(shadow, r, n);
		beta = rho / before * (alpha / omega);
		for (int k = 0; k < n; k++)
			p[k] = r[k] + beta * (p[k] - omega * Ap[k]);
		multiply(policy, p, Ap);
		alpha = rho / dot(shadow, Ap, n);
		for (int k = 0; k < n; k++)
			s[k] = r[k] - alpha * Ap[k];
		multiply(policy, s, As);
		square = dot(As, As, n);
		omega = square > 0 ? dot(As, s, n) / square : 0;
		most = 0;
		for (int k = 0; k < n; k++)
		{
			x[k] += alpha * p[k] + omega * s[k];
			r[k] = s[k] - omega * As[k];
			most = Max(most, fabs(r[k]));
		}
		/* it has broken down, or is done to the last bit */
		if (omega == 0 || !isfinite(rho) || !isfinite(alpha) || !isfinite(omega))
			break;
	}

	/* what counts is not the residual that was updated on the way */
	most = residual(policy, x, r);
	if (most < off)
	{
		memcpy(value, x, sizeof(double) * n);
		off = most;
	}
	pfree(room);

	return off;
}
