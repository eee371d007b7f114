/*
 * causal_slopes.c
 *		The linear effect beside a causal forest.
 *
 * Over all rows, the effect a + b'v minimises sum (y - w (a + b'v))^2 of
 * centred outcomes and arms (Nie and Wager 2021).  A bag has what one Newton
 * step on its own rows makes of it, so that bags differ as samples do, and
 * rows outside of a bag have no part in it but in second order.  Slopes are
 * shrunk by the positive part of 1 - rank / F, F being what they explain in
 * units of the residual variance (James and Stein 1961).
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"

#include "lib/blas.h"
#include "model/causal_forest.h"
#include "model/causal_slopes.h"
#include "model/solve.h"

/* Rows of the Gram matrix made at a time. */
#define BLOCK	256

struct SlopesFit
{
	CausalSlopes *slopes;
	const CausalRows *rows;
	int			q;				/* 1 + columns */
	Factor		factor;
	double	   *spread;			/* (columns) of a column; 0: constant */
	double	   *beta;			/* (q) of all rows, by columns of unit spread */
	double		unit;			/* outcomes are in units of it */
};

/* A row's columns of unit spread, after a one: z (q). */
static void
spread_out(const SlopesFit *fit, int64 row, double *z)
{
	const CausalSlopes *slopes = fit->slopes;

	z[0] = 1;
	for (int j = 0; j < slopes->columns; j++)
	{
		double		x = fit->rows->x[j][row];

		z[1 + j] = isnan(x) || fit->spread[j] == 0 ? 0 : (x - slopes->middle[j]) / fit->spread[j];
	}
}

/* Ranges, means and spreads of the columns. */
static void
measure(SlopesFit *fit)
{
	CausalSlopes *slopes = fit->slopes;
	const CausalRows *rows = fit->rows;

	for (int j = 0; j < slopes->columns; j++)
	{
		double		least = INFINITY;
		double		most = -INFINITY;
		double		sum = 0;
		double		squares = 0;
		int			n = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < rows->n; i++)
			if (!isnan(rows->x[j][i]))
			{
				least = Min(least, rows->x[j][i]);
				most = Max(most, rows->x[j][i]);
				sum += rows->x[j][i];
				n++;
			}
		slopes->least[j] = n > 0 ? least : 0;
		slopes->most[j] = n > 0 ? most : 0;
		slopes->middle[j] = n > 0 ? sum / n : 0;
		for (int i = 0; i < rows->n; i++)
			if (!isnan(rows->x[j][i]))
			{
				double		from = rows->x[j][i] - slopes->middle[j];

				squares += from * from;
			}
		fit->spread[j] = least < most ? sqrt(squares / n) : 0;
		if (!(fit->spread[j] > 1e-9 * Max(fabs(least), fabs(most))))
			fit->spread[j] = 0;
	}
}

SlopesFit *
slopes_begin(const CausalRows *rows, double unit, int nbags)
{
	int			p = rows->columns;
	int			q = 1 + p;
	SlopesFit  *fit = palloc0_object(SlopesFit);
	CausalSlopes *slopes = palloc0_object(CausalSlopes);
	double	   *gram = palloc0_array(double, q * q);
	double	   *floor = palloc_array(double, q);
	double	   *block = palloc_array(double, BLOCK * q);
	double	   *right = palloc0_array(double, q);
	double		total = 0;
	double		explained = 0;
	double		constant;
	double		noise;
	int			filled = 0;

	*slopes = (CausalSlopes) {
		.columns = p, .nbags = nbags, .least = palloc0_array(double, Max(p, 1)),
		.most = palloc0_array(double, Max(p, 1)), .middle = palloc0_array(double, Max(p, 1)),
		.slope = palloc0_array(double, (Size) nbags * q),
	};
	*fit = (SlopesFit) {
		.slopes = slopes, .rows = rows, .q = q, .spread = palloc0_array(double, Max(p, 1)),
		.unit = unit,
	};
	measure(fit);
	for (int i = 0; i < rows->n; i++)
	{
		double	   *to = block + (Size) filled * q;
		double		y = rows->y[i] / unit;

		spread_out(fit, i, to);
		for (int j = 0; j < q; j++)
		{
			to[j] *= rows->w[i];
			right[j] += to[j] * y;
		}
		total += y * y;
		if (++filled == BLOCK || i + 1 == rows->n)
		{
			CHECK_FOR_INTERRUPTS();
			blas_gram_add(block, filled, q, gram, q);
			filled = 0;
		}
	}
	for (int j = 0; j < q; j++)
		floor[j] = 1e-6 * gram[j * q + j];
	factor_make(&fit->factor, gram, q, q, floor);
	fit->beta = palloc_array(double, q);
	memcpy(fit->beta, right, sizeof(double) * q);
	factor_solve(&fit->factor, fit->beta);
	for (int j = 0; j < q; j++)
		explained += fit->beta[j] * right[j];
	constant = gram[0] > 0 ? right[0] * right[0] / gram[0] : 0;
	noise = rows->n > fit->factor.rank ? Max(total - explained, 0) / (rows->n - fit->factor.rank) : 0;
	if (rows->n > 2 * fit->factor.rank && fit->factor.rank > 1 && explained > constant)
		slopes->kept = Max(0, 1 - (fit->factor.rank - 1) * noise / (explained - constant));
	pfree(gram);
	pfree(floor);
	pfree(block);
	pfree(right);

	return fit;
}

CausalSlopes *
slopes_of(const SlopesFit *fit)
{
	return fit->slopes;
}

void
slopes_bag(SlopesFit *fit, int bag, const int *in, int n)
{
	CausalSlopes *slopes = fit->slopes;
	const CausalRows *rows = fit->rows;
	int			q = fit->q;
	double	   *slope = slopes->slope + (Size) bag * q;
	double	   *z = palloc_array(double, q);
	double	   *step = palloc0_array(double, q);

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < n; i++)
	{
		double		w = rows->w[in[i]];
		double		fitted = 0;
		double		residual;

		spread_out(fit, in[i], z);
		for (int j = 0; j < q; j++)
			fitted += z[j] * fit->beta[j];
		residual = rows->y[in[i]] / fit->unit - w * fitted;
		for (int j = 0; j < q; j++)
			step[j] += w * residual * z[j];
	}
	factor_solve(&fit->factor, step);
	slope[0] = (fit->beta[0] + step[0] * rows->n / n) * fit->unit;
	for (int j = 0; j < slopes->columns; j++)
		if (fit->spread[j] > 0)
			slope[1 + j] = slopes->kept * (fit->beta[1 + j] + step[1 + j] * rows->n / n) /
				fit->spread[j] * fit->unit;
	pfree(z);
	pfree(step);
}

double
slopes_effect(const CausalSlopes *slopes, const float *x, int nbags, uint64 bits, double *variance)
{
	int			p = slopes->columns;
	double	   *offset = palloc_array(double, Max(p, 1));
	double		mean = 0;
	double		squares = 0;	/* of what is apart from the mean */
	int			n = 0;

	for (int j = 0; j < p; j++)
		offset[j] = isnan(x[j]) ? 0 :
			Min(Max(x[j], slopes->least[j]), slopes->most[j]) - slopes->middle[j];
	for (int b = 0; b < nbags; b++)
	{
		const double *slope = slopes->slope + (Size) b * (1 + p);
		double		effect = slope[0];
		double		from;

		if (b < 64 && !(bits >> b & 1))
			continue;
		for (int j = 0; j < p; j++)
			effect += slope[1 + j] * offset[j];
		from = effect - mean;
		mean += from / ++n;
		squares += from * (effect - mean);
	}
	pfree(offset);
	if (variance)
		*variance = n > 0 ? squares / n : 0;

	return mean;
}

void
put_causal_slopes(StringInfo to, const CausalSlopes *slopes)
{
	put_double(to, slopes->share);
	put_double(to, slopes->kept);
	put_doubles(to, slopes->least, slopes->columns);
	put_doubles(to, slopes->most, slopes->columns);
	put_doubles(to, slopes->middle, slopes->columns);
	put_doubles(to, slopes->slope, (int64) slopes->nbags * (1 + slopes->columns));
}

CausalSlopes *
get_causal_slopes(Reader *from, int columns, int nbags)
{
	CausalSlopes *slopes = palloc0_object(CausalSlopes);

	slopes->columns = columns;
	slopes->nbags = nbags;
	slopes->share = get_double(from);
	if (!(slopes->share >= 0 && slopes->share <= 1))
		get_failed(from, "The share of the linear effect is not one.");
	slopes->kept = get_double(from);
	slopes->least = get_doubles(from, columns);
	slopes->most = get_doubles(from, columns);
	slopes->middle = get_doubles(from, columns);
	slopes->slope = get_doubles(from, (int64) nbags * (1 + columns));

	return slopes;
}
