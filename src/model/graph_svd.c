/*
 * graph_svd.c
 *		Leading singular vectors by random projections.
 *
 * Halko, Martinsson and Tropp, "Finding structure with randomness" (2011):
 * the range of (S'S)^power of a random matrix holds them nearly, and within
 * it they are found exactly.  All that the iterations need is on the side of
 * the products.  Bases are made orthonormal by the eigenvectors of their Gram
 * matrix in double precision (Stathopoulos and Wu, "A block orthogonalization
 * procedure with constant synchronization requirements", 2002), which leaves
 * out directions that are not there.
 */
#include "coupon.h"

#include <math.h>

#include "lib/blas.h"
#include "model/graph.h"
#include "model/random.h"

#define OVERSAMPLE		10		/* columns more than are wanted, at least */
#define MULTIPLE		16		/* columns come in multiples of this */
#define BLOCK_ROWS		4096	/* rows of one call of BLAS */
#define NOTHING			1e-12	/* squared length against the longest: rounding */
#define NOISE			0.1		/* length of what is random beside such a basis */

/* What random numbers are drawn for. */
#define DRAW_RANGE		UINT64CONST(0x72616e6765000000)

/* G (q, q) = X' X, upper triangle, X (n, q). */
static void
gram(const float *X, int64 n, int q, double *G)
{
	double	   *block = palloc_array(double, (Size) Min(BLOCK_ROWS, Max(n, 1)) * q);

	memset(G, 0, sizeof(double) * q * q);
	for (int64 from = 0; from < n; from += BLOCK_ROWS)
	{
		int			rows = (int) Min(BLOCK_ROWS, n - from);
		const float *x = X + from * q;

		CHECK_FOR_INTERRUPTS();
		for (Size i = 0; i < (Size) rows * q; i++)
			block[i] = x[i];
		blas_gram_add(block, rows, q, G, q);
	}
	pfree(block);
}

/* Y (n, k) = X W, X (n, q), W (q, k). */
static void
rotate(const float *X, int64 n, int q, const float *W, int k, float *Y)
{
	for (int64 from = 0; from < n; from += BLOCK_ROWS)
	{
		CHECK_FOR_INTERRUPTS();
		blas_product(X + from * q, W, (int) Min(BLOCK_ROWS, n - from), q, k, Y + from * k);
	}
}

/* The columns of X (n, q) made orthonormal in place; those that others make up become zero. */
static void
orthonormalise(float *X, int64 n, int q, double *G, double *lambda, float *W, float *spare)
{
	gram(X, n, q, G);
	blas_eigen(G, q, lambda);
	for (int j = 0; j < q; j++)
	{
		/* eigenvalues rise: the longest comes first here */
		const double *vector = G + (Size) (q - 1 - j) * q;
		double		length = lambda[q - 1 - j];
		double		scale = length > NOTHING * lambda[q - 1] ? 1 / sqrt(length) : 0;

		for (int i = 0; i < q; i++)
			W[(Size) i * q + j] = (float) (vector[i] * scale);
	}
	rotate(X, n, q, W, q, spare);
	memcpy(X, spare, sizeof(float) * n * q);
}

/*
 * Where the basis begins: all products, or random numbers; beside a basis that
 * is known these see to what is not within it.
 */
static void
start_basis(float *Q, const float *known, int products, int q, int64 seed)
{
	double		length = known ? NOISE * sqrt(3.0 / products) : 1;

	memset(Q, 0, sizeof(float) * products * q);
	if (products <= q)
	{
		for (int p = 0; p < products; p++)
			Q[(Size) p * q + p] = 1;
		return;
	}
	for (int p = 0; p < products; p++)
	{
		if (p % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < q; j++)
			Q[(Size) p * q + j] = (float) (length * (2 * random_uniform(seed, DRAW_RANGE + p, j) - 1)) +
				(known ? known[(Size) p * q + j] : 0);
	}
}

/*
 * A vector and its negative serve as well: where the largest element of a
 * column of v (products, k) is negative, this and the column of W (q, k) turn.
 */
static void
fix_signs(float *v, int products, float *W, int q, int k)
{
	float	   *largest = palloc0_array(float, k);

	for (int p = 0; p < products; p++)
		for (int j = 0; j < k; j++)
			if (fabsf(v[(Size) p * k + j]) > fabsf(largest[j]))
				largest[j] = v[(Size) p * k + j];
	for (int j = 0; j < k; j++)
		largest[j] = largest[j] < 0 ? -1 : 1;
	for (int p = 0; p < products; p++)
		for (int j = 0; j < k; j++)
			v[(Size) p * k + j] *= largest[j];
	for (int i = 0; i < q; i++)
		for (int j = 0; j < k; j++)
			W[i * k + j] *= largest[j];
	pfree(largest);
}

/* Within the basis Q (products, q): the vectors of the k greatest values. */
static void
take_factors(const Adjacency *S, const float *Q, int q, int k, double *G, double *lambda,
			 float *W, Factors *factors)
{
	float	   *Y = palloc_huge(float, Max((Size) S->customers * q, 1));

	adjacency_times(S, Q, q, Y);
	gram(Y, S->customers, q, G);
	blas_eigen(G, q, lambda);
	factors->rank = 0;
	memset(W, 0, sizeof(float) * q * k);
	for (int j = 0; j < Min(k, q); j++)
	{
		double		square = lambda[q - 1 - j];

		if (square <= NOTHING * lambda[q - 1])
			break;
		factors->sigma[j] = sqrt(square);
		factors->rank++;
		for (int i = 0; i < q; i++)
			W[(Size) i * k + j] = (float) G[(Size) (q - 1 - j) * q + i];
	}
	rotate(Q, S->products, q, W, k, factors->v);
	for (int j = 0; j < factors->rank; j++)
		for (int i = 0; i < q; i++)
			W[(Size) i * k + j] = (float) (G[(Size) (q - 1 - j) * q + i] / factors->sigma[j]);
	fix_signs(factors->v, S->products, W, q, k);
	rotate(Y, S->customers, q, W, k, factors->u);
	pfree(Y);
}

int
graph_basis_columns(int products, int k)
{
	return Min(products, (k + OVERSAMPLE + MULTIPLE - 1) / MULTIPLE * MULTIPLE);
}

void
graph_svd(const Adjacency *S, int k, int power, const float *basis, int64 seed, const char *part,
		  Progress *progress, Factors *factors)
{
	int			q = graph_basis_columns(S->products, k);
	Size		cells = (Size) S->products * q;
	float	   *Q = palloc_huge(float, Max(cells, 1));
	float	   *Z = palloc_huge(float, Max(cells, 1));
	double	   *G = palloc_array(double, (Size) q * q);
	float	   *W = palloc_array(float, (Size) q * Max(q, k));
	double	   *lambda = palloc_array(double, q);

	factors->sigma = palloc0_array(double, k);
	factors->u = palloc_huge(float, Max((Size) S->customers * k, 1));
	factors->v = palloc_huge(float, Max((Size) S->products * k, 1));
	factors->basis = Q;
	start_basis(Q, basis, S->products, q, seed);
	/* a basis of everything is good enough as it is */
	for (int i = 0; S->products > q && i <= power; i++)
	{
		progress_say(progress, "%s: iteration %d of %d for singular vectors", part, i + 1, power + 1);
		adjacency_gram_times(S, Q, q, Z);
		orthonormalise(Z, S->products, q, G, lambda, W, Q);
		memcpy(Q, Z, sizeof(float) * cells);
	}
	if (S->products > q)
		orthonormalise(Q, S->products, q, G, lambda, W, Z);
	take_factors(S, Q, q, k, G, lambda, W, factors);
	pfree(Z);
	pfree(G);
	pfree(W);
	pfree(lambda);
}
