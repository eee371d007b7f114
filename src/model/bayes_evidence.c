/*
 * bayes_evidence.c
 *		The variances of noise and coefficients under which the outcomes are
 *		most probable.
 *
 * MacKay, "Bayesian interpolation" (Neural Computation, 1992).  With the
 * ratio r = precision * noise of the two variances given, the best noise is in
 * closed form; so the evidence is a function of r alone, which costs d terms
 * once X'X has been diagonalised: its best point of a grid is refined by the
 * sign of the derivative.  That finds the highest of several maxima, and one
 * that lies at infinity is held at the end of the grid.
 */
#include "coupon.h"

#include <float.h>
#include <math.h>

#include "lib/blas.h"
#include "model/bayes.h"

#define SPAN	1e12			/* of r about the largest eigenvalue, to either side */
#define POINTS	481

typedef struct Spectrum
{
	int			d;
	double		n;
	double		squares;		/* y'y */
	double		least;			/* what rounding leaves of it */
	double	   *s;				/* (d) eigenvalues of X'X */
	double	   *c;				/* (d) their vectors times X'y, squared */
} Spectrum;

/* y'y - y'X P^-1 X'y */
static double
unexplained(const Spectrum *at, double r)
{
	double		sum = at->squares;

	for (int i = 0; i < at->d; i++)
		sum -= at->c[i] / (at->s[i] + r);

	return Max(sum, at->least);
}

/* Twice the logarithm of the evidence at the best noise, but for a constant. */
static double
evidence(const Spectrum *at, double r)
{
	double		sum = -at->n * log(unexplained(at, r));

	for (int i = 0; i < at->d; i++)
		sum += log(r / (at->s[i] + r));

	return sum;
}

/* Its derivative by log r. */
static double
slope(const Spectrum *at, double r)
{
	double		shrunk = 0;
	double		effective = 0;

	for (int i = 0; i < at->d; i++)
	{
		shrunk += r * (at->c[i] / (at->s[i] + r) / (at->s[i] + r));
		effective += at->s[i] / (at->s[i] + r);
	}

	return effective - at->n * shrunk / unexplained(at, r);
}

static Spectrum
diagonalise(const BayesStats *stats)
{
	int			d = stats->d;
	const double *G = stats->G;
	double	   *V = palloc0_array(double, (Size) d * d);
	Spectrum	at = {
		.d = d,
		.n = stats->weight,
		.squares = G[(Size) d * (d + 1) + d],
		.s = palloc_array(double, d),
		.c = palloc_array(double, d),
	};

	for (int i = 0; i < d; i++)
		memcpy(V + (Size) i * d + i, G + (Size) i * (d + 1) + i, sizeof(double) * (d - i));
	blas_eigen(V, d, at.s);
	for (int i = 0; i < d; i++)
	{
		double		projection = 0;

		for (int j = 0; j < d; j++)
			projection += V[(Size) i * d + j] * G[(Size) j * (d + 1) + d];
		at.c[i] = projection * projection;
		at.s[i] = Max(at.s[i], 0);
	}
	at.least = 64 * DBL_EPSILON * at.squares;
	pfree(V);

	return at;
}

void
bayes_maximise(const BayesStats *stats, double *noise, double *precision)
{
	Spectrum	at = diagonalise(stats);
	double		largest = at.s[at.d - 1];
	double		low = log(Max(1 / SPAN, 64 * DBL_EPSILON * at.d));
	double		step = (log(SPAN) - low) / (POINTS - 1);
	double		most = -INFINITY;
	double		left;
	double		right;
	int			best = 0;
	double		r;

	if (!(at.squares > DBL_MIN) || !(largest > DBL_MIN) || !(at.n > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior \"evidence\" needs rows whose outcome and x are not 0"),
				 errhint("Use prior \"known\" or \"nig\".")));

	/* from the right: where the evidence is flat, all is noise */
	for (int k = POINTS - 1; k >= 0; k--)
	{
		double		value = evidence(&at, largest * exp(low + k * step));

		if (value > most + 1e-9)
		{
			most = value;
			best = k;
		}
	}
	left = low + Max(best - 1, 0) * step;
	right = low + Min(best + 1, POINTS - 1) * step;
	r = low + best * step;
	if (slope(&at, largest * exp(left)) > 0 && slope(&at, largest * exp(right)) < 0)
	{
		for (int i = 0; i < 100 && right > left; i++)
		{
			r = left + (right - left) / 2;
			if (slope(&at, largest * exp(r)) > 0)
				left = r;
			else
				right = r;
		}
	}
	r = largest * exp(r);
	*noise = unexplained(&at, r) / at.n;
	*precision = r / *noise;
	pfree(at.s);
	pfree(at.c);
}
