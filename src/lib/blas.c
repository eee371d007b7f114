/*
 * blas.c
 *		The only file that knows which BLAS we use: OpenBLAS, on one thread.
 *
 * A backend is single-threaded and its signal handlers assume so.  A linked
 * OpenBLAS starts its threads, signals unblocked, as soon as the extension is
 * loaded, so it is loaded on first use instead: told to use one thread, and
 * with all signals blocked meanwhile for whatever it starts all the same.
 */
#include "coupon.h"

#include <cblas.h>

#include "lib/blas.h"
#include "lib/library.h"

/* OpenBLAS has kernels for products of up to so many terms where there is AVX-512 */
#define SMALL		1000000
#define STRIP		16

/* routines of LAPACK have Fortran's calling sequence and matrices column by column */
typedef void (*Potrf) (const char *triangle, const int *n, double *A, const int *lda, int *info, size_t length);
typedef void (*Syevd) (const char *job, const char *triangle, const int *n, double *A, const int *lda, double *values,
					   double *work, const int *nwork, int *iwork, const int *niwork, int *info, size_t length1, size_t length2);

static struct
{
	bool		loaded;
	bool		has_small;		/* a dgemm of its own for small matrices */
	__typeof__(cblas_dsyrk) *dsyrk;
	__typeof__(cblas_dsyr) *dsyr;
	__typeof__(cblas_dgemv) *dgemv;
	__typeof__(cblas_dgemm) *dgemm;
	__typeof__(cblas_sgemm) *sgemm;
	__typeof__(cblas_dtrsv) *dtrsv;
	__typeof__(cblas_dtrsm) *dtrsm;
	Potrf		dpotrf;
	Syevd		dsyevd;
}			blas;

static const char *const settings[][2] = {{"OPENBLAS_NUM_THREADS", "1"}};

static const Library openblas = {
	.name = "OpenBLAS",
	.file = "libopenblas.so.0",
	.load_hint = "Install it on the server: Debian's package is libopenblas0.",
	.settings = settings,
	.nsettings = lengthof(settings),
};

static void
load(void)
{
	void	   *handle = library_load(&openblas);

	blas.dsyrk = library_routine(&openblas, handle, "cblas_dsyrk");
	blas.dsyr = library_routine(&openblas, handle, "cblas_dsyr");
	blas.dgemv = library_routine(&openblas, handle, "cblas_dgemv");
	blas.dgemm = library_routine(&openblas, handle, "cblas_dgemm");
	blas.sgemm = library_routine(&openblas, handle, "cblas_sgemm");
	blas.dtrsv = library_routine(&openblas, handle, "cblas_dtrsv");
	blas.dtrsm = library_routine(&openblas, handle, "cblas_dtrsm");
	blas.dpotrf = library_routine(&openblas, handle, "dpotrf_");
	blas.dsyevd = library_routine(&openblas, handle, "dsyevd_");
#if defined(__x86_64__)
	blas.has_small = __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#endif
	blas.loaded = true;
}

static inline void
ready(void)
{
	if (!blas.loaded)
		load();
}

/*
 * The same as dsyrk in strips of columns, each by the product for small
 * matrices: that packs nothing, and takes half the time.
 */
static void
gram_add_strips(const double *X, int rows, int cols, double *C, int ldc)
{
	double		own[STRIP * STRIP];

	for (int from = 0; from < cols; from += STRIP)
	{
		int			width = Min(STRIP, cols - from);

		if (from > 0)
			blas.dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, from, width, rows, 1, X, cols, X + from, cols,
					   1, C + from, ldc);
		/* below the diagonal C stays as it is */
		blas.dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, width, width, rows, 1, X + from, cols, X + from, cols,
				   0, own, width);
		for (int i = 0; i < width; i++)
			for (int j = i; j < width; j++)
				C[(Size) (from + i) * ldc + from + j] += own[i * width + j];
	}
}

void
blas_gram_add(const double *X, int rows, int cols, double *C, int ldc)
{
	ready();
	if (blas.has_small && (int64) rows * cols * STRIP <= SMALL)
	{
		gram_add_strips(X, rows, cols, C, ldc);
		return;
	}
	blas.dsyrk(CblasRowMajor, CblasUpper, CblasTrans, cols, rows, 1, X, cols, 1, C, ldc);
}

void
blas_rank_one_add(double weight, const double *x, int n, double *C, int ldc)
{
	ready();
	blas.dsyr(CblasRowMajor, CblasUpper, n, weight, x, 1, C, ldc);
}

void
blas_times(const double *A, int rows, int cols, const double *x, double *y)
{
	ready();
	blas.dgemv(CblasRowMajor, CblasNoTrans, rows, cols, 1, A, cols, x, 1, 0, y, 1);
}

void
blas_transpose_times_add(const double *A, int rows, int cols, const double *x, double *y)
{
	ready();
	blas.dgemv(CblasRowMajor, CblasTrans, rows, cols, 1, A, cols, x, 1, 1, y, 1);
}

int
blas_cholesky(double *A, int n)
{
	int			info;

	ready();
	/* a lower triangle column by column is an upper one row by row */
	blas.dpotrf("L", &n, A, &n, &info, 1);

	return info;
}

void
blas_solve(const double *R, int n, double *x)
{
	ready();
	blas.dtrsv(CblasRowMajor, CblasUpper, CblasNoTrans, CblasNonUnit, n, R, n, x, 1);
}

void
blas_solve_transposed(const double *R, int n, double *x)
{
	ready();
	blas.dtrsv(CblasRowMajor, CblasUpper, CblasTrans, CblasNonUnit, n, R, n, x, 1);
}

void
blas_solve_transposed_rows(const double *R, int n, double *X, int rows)
{
	ready();
	blas.dtrsm(CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, rows, n, 1, R, n, X, n);
}

void
blas_eigen(double *A, int n, double *values)
{
	int			nwork = 1 + 6 * n + 2 * n * n;
	int			niwork = 3 + 5 * n;
	double	   *work;
	int		   *iwork;
	int			info;

	ready();
	work = palloc_array(double, nwork);
	iwork = palloc_array(int, niwork);
	blas.dsyevd("V", "L", &n, A, &n, values, work, &nwork, iwork, &niwork, &info, 1, 1);
	if (info != 0)
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("eigenvalues of a matrix of %d columns were not found", n)));
	pfree(work);
	pfree(iwork);
}

void
blas_product(const float *A, const float *B, int m, int k, int n, float *C)
{
	ready();
	blas.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, A, k, B, n, 0, C, n);
}

void
blas_left_transposed_add(const float *A, const float *B, int m, int k, int n, float *C)
{
	ready();
	blas.sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, k, n, m, 1, A, k, B, n, 1, C, n);
}

void
blas_right_transposed(const float *A, const float *B, int m, int n, int k, float *C)
{
	ready();
	blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, k, n, 1, A, n, B, n, 0, C, k);
}
