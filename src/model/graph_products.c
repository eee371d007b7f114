/*
 * graph_products.c
 *		Products of an adjacency and the columns of a dense matrix.
 *
 * Columns go a strip at a time: what a strip of one customer sums to stays in
 * registers, and the strips of all products, which the rows of customers jump
 * about in, tend to fit into a cache.
 */
#include "coupon.h"

#include "miscadmin.h"

#include "model/clones.h"
#include "model/graph.h"

#define LANES		8
#define STRIP		(4 * LANES)
#define CHUNK_WORK	(1 << 24)	/* multiplications between two looks at interrupts */

/* Wherever a float may stand. */
typedef float Lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

#define AT(row, lane)	(((Lanes *) (row))[lane])

/* Sums of one customer over a strip of columns. */
#define GATHER_STRIP(S, from, to, X, k, s0, s1, s2, s3) \
	for (int64 i = from; i < to; i++) \
	{ \
		const float *x = (X) + (Size) (S)->product[i] * (k); \
		float		value = (S)->value[i]; \
		s0 += value * AT(x, 0); \
		s1 += value * AT(x, 1); \
		s2 += value * AT(x, 2); \
		s3 += value * AT(x, 3); \
	}

/* The multiples of a strip of one customer are added to its products. */
#define SCATTER_STRIP(S, from, to, Z, k, s0, s1, s2, s3) \
	for (int64 i = from; i < to; i++) \
	{ \
		float	   *z = (Z) + (Size) (S)->product[i] * (k); \
		float		value = (S)->value[i]; \
		AT(z, 0) += value * s0; \
		AT(z, 1) += value * s1; \
		AT(z, 2) += value * s2; \
		AT(z, 3) += value * s3; \
	}

FOR_EACH_CPU
static void
gather(const Adjacency *S, int begin, int end, const float *X, int k, float *Y)
{
	for (int customer = begin; customer < end; customer++)
	{
		int64		from = S->start[customer];
		int64		to = S->start[customer + 1];
		float	   *y = Y + (Size) customer * k;
		int			j = 0;

		for (; j + STRIP <= k; j += STRIP)
		{
			Lanes		s0 = {0};
			Lanes		s1 = {0};
			Lanes		s2 = {0};
			Lanes		s3 = {0};

			GATHER_STRIP(S, from, to, X + j, k, s0, s1, s2, s3);
			AT(y + j, 0) = s0;
			AT(y + j, 1) = s1;
			AT(y + j, 2) = s2;
			AT(y + j, 3) = s3;
		}
		for (; j + LANES <= k; j += LANES)
		{
			Lanes		sum = {0};

			for (int64 i = from; i < to; i++)
				sum += S->value[i] * AT(X + j + (Size) S->product[i] * k, 0);
			AT(y + j, 0) = sum;
		}
		for (; j < k; j++)
		{
			float		sum = 0;

			for (int64 i = from; i < to; i++)
				sum += S->value[i] * X[j + (Size) S->product[i] * k];
			y[j] = sum;
		}
	}
}

FOR_EACH_CPU
static void
scatter(const Adjacency *S, int begin, int end, const float *Y, int k, float *Z)
{
	for (int customer = begin; customer < end; customer++)
	{
		int64		from = S->start[customer];
		int64		to = S->start[customer + 1];
		const float *y = Y + (Size) customer * k;
		int			j = 0;

		for (; j + STRIP <= k; j += STRIP)
		{
			Lanes		s0 = AT(y + j, 0);
			Lanes		s1 = AT(y + j, 1);
			Lanes		s2 = AT(y + j, 2);
			Lanes		s3 = AT(y + j, 3);

			SCATTER_STRIP(S, from, to, Z + j, k, s0, s1, s2, s3);
		}
		for (; j < k; j++)
			for (int64 i = from; i < to; i++)
				Z[j + (Size) S->product[i] * k] += S->value[i] * y[j];
	}
}

/* The two in one go: the row of a customer is not kept. */
FOR_EACH_CPU
static void
gather_scatter(const Adjacency *S, int begin, int end, const float *X, int k, float *Z)
{
	for (int customer = begin; customer < end; customer++)
	{
		int64		from = S->start[customer];
		int64		to = S->start[customer + 1];
		int			j = 0;

		for (; j + STRIP <= k; j += STRIP)
		{
			Lanes		s0 = {0};
			Lanes		s1 = {0};
			Lanes		s2 = {0};
			Lanes		s3 = {0};

			GATHER_STRIP(S, from, to, X + j, k, s0, s1, s2, s3);
			SCATTER_STRIP(S, from, to, Z + j, k, s0, s1, s2, s3);
		}
		for (; j + LANES <= k; j += LANES)
		{
			Lanes		sum = {0};

			for (int64 i = from; i < to; i++)
				sum += S->value[i] * AT(X + j + (Size) S->product[i] * k, 0);
			for (int64 i = from; i < to; i++)
				AT(Z + j + (Size) S->product[i] * k, 0) += S->value[i] * sum;
		}
		for (; j < k; j++)
		{
			float		sum = 0;

			for (int64 i = from; i < to; i++)
				sum += S->value[i] * X[j + (Size) S->product[i] * k];
			for (int64 i = from; i < to; i++)
				Z[j + (Size) S->product[i] * k] += S->value[i] * sum;
		}
	}
}

/* The customers from one on that make a chunk of work: where they end. */
static int
chunk_end(const Adjacency *S, int begin, int k)
{
	int64		most = S->start[begin] + CHUNK_WORK / Max(k, 1);
	int			end = begin + 1;

	while (end < S->customers && S->start[end + 1] <= most && end - begin < CHUNK_WORK / Max(k, 1))
		end++;

	return end;
}

typedef void (*Kernel) (const Adjacency *S, int begin, int end, const float *from, int k, float *to);

static void
for_all_customers(const Adjacency *S, Kernel kernel, const float *from, int k, float *to)
{
	for (int begin = 0, end; begin < S->customers; begin = end)
	{
		CHECK_FOR_INTERRUPTS();
		end = chunk_end(S, begin, k);
		kernel(S, begin, end, from, k, to);
	}
}

void
adjacency_times(const Adjacency *S, const float *X, int k, float *Y)
{
	for_all_customers(S, gather, X, k, Y);
}

void
adjacency_transposed_times(const Adjacency *S, const float *Y, int k, float *X)
{
	memset(X, 0, sizeof(float) * S->products * k);
	for_all_customers(S, scatter, Y, k, X);
}

void
adjacency_gram_times(const Adjacency *S, const float *X, int k, float *Z)
{
	memset(Z, 0, sizeof(float) * S->products * k);
	for_all_customers(S, gather_scatter, X, k, Z);
}

FOR_EACH_CPU
static float
dot(const float *x, const float *y, int n)
{
	Lanes		sums = {0};
	float		sum = 0;
	int			j = 0;

	for (; j + LANES <= n; j += LANES)
		sums += AT(x + j, 0) * AT(y + j, 0);
	for (int lane = 0; lane < LANES; lane++)
		sum += sums[lane];
	for (; j < n; j++)
		sum += x[j] * y[j];

	return sum;
}

float
graph_dot(const float *x, const float *y, int n)
{
	return dot(x, y, n);
}
