/*
 * dose.h
 *		Models of kind dose: an expected outcome by the depth of an offer and
 *		by features.
 */
#ifndef COUPON_DOSE_H
#define COUPON_DOSE_H

#include "coupon.h"

#include "model/base.h"
#include "model/spline.h"
#include "pg/model.h"
#include "pg/options.h"

/* What is said of doses outside of those seen; append only: these numbers are on disk. */
typedef enum Outside
{
	OUTSIDE_NULL = 0,
	OUTSIDE_ERROR = 1,
	OUTSIDE_NEAREST = 2,		/* the response to the nearest dose seen */
} Outside;

typedef struct DoseOptions
{
	bool		monotone;
	int			knots;
	int			outside;		/* an Outside */
	double		ridge;
	TextList	exclude;
	bool		quiet;
} DoseOptions;

typedef struct Dose
{
	DoseOptions options;
	int64		skipped;
	Design	   *design;
	Spline	   *spline;
	BaseFit    *fit;			/* columns: features, basis, basis times features */
} Dose;

extern DoseOptions dose_options(const Jsonb *jsonb);

/* Fit to a sample whose arms are doses. */
extern void dose_fit_sample(Sample *sample, const DoseOptions *options, Dose *dose);

/* A customer's response: what the basis is worth. */
typedef struct DoseCurve
{
	const Dose *dose;
	double	   *x;				/* (p) columns less their means */
	double		level;
	double		worth[MAX_BASIS];
	double		grid[MAX_GRID]; /* monotone: responses at the grid */
} DoseCurve;

extern void dose_curve(const Dose *dose, const double *slots, DoseCurve *curve);

/* At a dose within those seen: the expected outcome, and its standard error (NaN if there is none). */
extern double dose_at(const DoseCurve *curve, double dose);
extern double dose_error_at(const DoseCurve *curve, double dose);

extern void dose_pack(StringInfo to, const Dose *dose);
extern void *dose_unpack(Reader *from, int version);
extern void dose_describe(const void *model, StringInfo json);

#endif							/* COUPON_DOSE_H */
