/*
 * audit.c
 *		Does the response that a posterior predicts rise with the depth?
 *
 * The repair is isotonic regression of a customer's responses, each weighing
 * as much as it is certain; Ayer, Brunk, Ewing, Reid and Silverman, "An
 * empirical distribution function for sampling with incomplete information"
 * (1955): pool adjacent violators.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "model/audit.h"
#include "model/bayes_score.h"
#include "model/spline.h"

#define FIRST_ROOM	64

/* A leverage is taken to be at least this share of the largest of the customer's. */
#define LEAST_SHARE	1e-12

Audit *
audit_make(const Bayes *bayes)
{
	Audit	   *audit = palloc0_object(Audit);

	StaticAssertStmt(AUDIT_DEPTHS <= MAX_GRID, "isotonic() has room for the depths");
	audit->bayes = bayes;
	audit->work = palloc_array(double, bayes->stats.d);
	audit->room = FIRST_ROOM;
	audit->rows = palloc_array(AuditRow, FIRST_ROOM);

	return audit;
}

/* Is there an element of x outside the range of those fitted? */
static bool
extrapolates(const BayesStats *stats, const double *x)
{
	if (stats->rows == 0)
		return true;
	for (int j = 0; j < stats->d; j++)
		if (x[j] < stats->low[j] || x[j] > stats->high[j])
			return true;

	return false;
}

void
audit_add(Audit *audit, const char *customer, int length, double depth, const double *x)
{
	const Bayes *bayes = audit->bayes;
	BayesAsk	ask = {.question = ASK_MEAN};
	AuditRow   *row;

	if (audit->n == audit->room)
	{
		audit->room *= 2;
		audit->rows = repalloc_huge(audit->rows, sizeof(AuditRow) * audit->room);
	}
	row = &audit->rows[audit->n++];
	row->customer = pnstrdup(customer, length);
	row->depth = depth;
	bayes_score(bayes, &ask, x, 1, &row->response);
	memcpy(audit->work, x, sizeof(double) * bayes->stats.d);
	bayes_leverage(bayes, audit->work, 1, &row->leverage);
	row->deviation = bayes_deviation(bayes, bayes->scale * row->leverage);
	row->extrapolates = extrapolates(&bayes->stats, x);
}

static int
by_customer(const void *one, const void *two)
{
	const AuditRow *a = one;
	const AuditRow *b = two;
	int			order = strcmp(a->customer, b->customer);

	CHECK_FOR_INTERRUPTS();
	if (order == 0)
		order = a->depth < b->depth ? -1 : a->depth > b->depth;

	return order;
}

/* Compare the depths of one customer. */
static void
compare(AuditRow *rows, int n)
{
	double		response[AUDIT_DEPTHS];
	double		weight[AUDIT_DEPTHS] = {0};
	double		most = 0;

	for (int i = 0; i < n; i++)
		most = Max(most, rows[i].leverage);
	for (int i = 0; i < n; i++)
	{
		AuditRow   *row = &rows[i];

		row->shallower = i > 0 ? rows[i - 1].depth : NAN;
		row->fall = i > 0 ? rows[i - 1].response - row->response : NAN;
		if (row->shallower == row->depth)
			bad_argument("customer %s has depth %s twice", row->customer, float8out_internal(row->depth));
		response[i] = row->response;
		weight[i] = most > 0 ? most / Max(row->leverage, LEAST_SHARE * most) : 1;
	}
	isotonic(response, weight, n);
	for (int i = 0; i < n; i++)
		rows[i].repaired = response[i];
}

void
audit_rows(Audit *audit)
{
	qsort(audit->rows, audit->n, sizeof(AuditRow), by_customer);
	for (int64 first = 0, end; first < audit->n; first = end)
	{
		CHECK_FOR_INTERRUPTS();
		for (end = first + 1; end < audit->n && strcmp(audit->rows[end].customer, audit->rows[first].customer) == 0;)
			end++;
		if (end - first > AUDIT_DEPTHS)
			bad_argument("a customer may have at most %d depths, but %s has " INT64_FORMAT,
						 AUDIT_DEPTHS, audit->rows[first].customer, end - first);
		compare(audit->rows + first, (int) (end - first));
	}
}
