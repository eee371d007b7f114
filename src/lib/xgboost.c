/*
 * xgboost.c
 *		The only file that calls libxgboost, and the fence around it.
 *
 * The library is loaded on first use, so that scoring and all else do without
 * it.  It may start threads: all signals are blocked whenever it is entered,
 * so that they are in these threads for good.  Its errors are return values,
 * which become SQL errors here; never is one raised while the library is on
 * the stack.  Whatever it allocates belongs to a memory context.
 *
 * Matrices are handed over in chunks and quantised by the library as they
 * come, which also lets a cancellation end the work between two chunks.
 */
#include "coupon.h"

#include <math.h>
#include <xgboost/c_api.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "lib/library.h"
#include "lib/xgboost.h"

#define CHUNK_NUMBERS	(1024 * 1024)

struct Booster
{
	DMatrixHandle train;
	DMatrixHandle held_out;		/* NULL if no rows are held out */
	BoosterHandle handle;
	int64		nheld_out;
	MemoryContextCallback release;
};

static struct
{
	bool		loaded;
	__typeof__(XGBGetLastError) *last_error;
	__typeof__(XGBRegisterLogCallback) *log_callback;
	__typeof__(XGProxyDMatrixCreate) *proxy_create;
	__typeof__(XGProxyDMatrixSetDataDense) *proxy_set;
	__typeof__(XGQuantileDMatrixCreateFromCallback) *matrix_create;
	__typeof__(XGDMatrixSetFloatInfo) *matrix_info;
	__typeof__(XGDMatrixFree) *matrix_free;
	__typeof__(XGBoosterCreate) *create;
	__typeof__(XGBoosterFree) *free;
	__typeof__(XGBoosterSetParam) *set_param;
	__typeof__(XGBoosterUpdateOneIter) *update;
	__typeof__(XGBoosterEvalOneIter) *eval;
	__typeof__(XGBoosterSaveModelToBuffer) *save;
	__typeof__(XGBoosterPredictFromDMatrix) *predict;
}			xgboost;

static sigset_t outside;		/* signals blocked when the library was entered */

static void
enter(void)
{
	signals_block(&outside);
}

static void
leave(void)
{
	signals_restore(&outside);
}

static void
failed(void)
{
	/* behind the message the library writes a stack trace */
	char	   *message = pstrdup(xgboost.last_error());
	char	   *trace = strstr(message, "\nStack trace");

	if (trace)
		*trace = '\0';
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("training of trees failed in libxgboost"),
			 errdetail_internal("%s", message)));
}

/* Call the library. */
#define CALL(call) \
	do { \
		int			status_; \
		enter(); \
		status_ = (call); \
		leave(); \
		CHECK_FOR_INTERRUPTS(); \
		if (status_ != 0) \
			failed(); \
	} while (0)

static void
say_nothing(const char *line)
{
}

/* OpenMP, which comes with it: no thread that is not asked for, and none that spins */
static const char *const settings[][2] = {
	{"OMP_NUM_THREADS", "1"}, {"OMP_WAIT_POLICY", "PASSIVE"}
};

static const Library libxgboost = {
	.name = "libxgboost",
	.file = "libxgboost.so.0",
	.load_hint = "Install it on the server: Debian's package is libxgboost0. Only fitting trees needs it.",
	.routine_hint = "Version 1.7 or later is needed.",
	.settings = settings,
	.nsettings = lengthof(settings),
};

static void
load(void)
{
	void	   *handle;

	if (xgboost.loaded)
		return;
	handle = library_load(&libxgboost);
	xgboost.last_error = library_routine(&libxgboost, handle, "XGBGetLastError");
	xgboost.log_callback = library_routine(&libxgboost, handle, "XGBRegisterLogCallback");
	xgboost.proxy_create = library_routine(&libxgboost, handle, "XGProxyDMatrixCreate");
	xgboost.proxy_set = library_routine(&libxgboost, handle, "XGProxyDMatrixSetDataDense");
	xgboost.matrix_create = library_routine(&libxgboost, handle, "XGQuantileDMatrixCreateFromCallback");
	xgboost.matrix_info = library_routine(&libxgboost, handle, "XGDMatrixSetFloatInfo");
	xgboost.matrix_free = library_routine(&libxgboost, handle, "XGDMatrixFree");
	xgboost.create = library_routine(&libxgboost, handle, "XGBoosterCreate");
	xgboost.free = library_routine(&libxgboost, handle, "XGBoosterFree");
	xgboost.set_param = library_routine(&libxgboost, handle, "XGBoosterSetParam");
	xgboost.update = library_routine(&libxgboost, handle, "XGBoosterUpdateOneIter");
	xgboost.eval = library_routine(&libxgboost, handle, "XGBoosterEvalOneIter");
	xgboost.save = library_routine(&libxgboost, handle, "XGBoosterSaveModelToBuffer");
	xgboost.predict = library_routine(&libxgboost, handle, "XGBoosterPredictFromDMatrix");
	CALL(xgboost.log_callback(say_nothing));
	xgboost.loaded = true;
}

/* Rows on their way into a matrix. */
typedef struct Feed
{
	const BoosterRows *rows;
	int			columns;
	int			chunk;			/* rows */
	int64		at;
	DMatrixHandle proxy;
	float	   *X;				/* (chunk, columns) */
	float	   *y;				/* (chunk) */
	float	   *w;				/* (chunk) */
	bool		cancelled;
	MemoryContextCallback release;
} Feed;

static void
rewind_feed(DataIterHandle handle)
{
	((Feed *) handle)->at = 0;
}

/* Called by the library: 1 if there was another chunk. */
static int
next_chunk(DataIterHandle handle)
{
	Feed	   *feed = handle;
	int			n = (int) Min((int64) feed->chunk, feed->rows->n - feed->at);
	char		interface[256];

	/* let the signals that wait in, to learn of a cancellation */
	leave();
	enter();
	/* other interrupts, such as news from other backends, can wait */
	feed->cancelled |= QueryCancelPending || ProcDiePending;
	if (n <= 0 || feed->cancelled)
		return 0;

	feed->rows->fill(feed->rows->source, feed->at, n, feed->X, feed->y, feed->w);
	feed->at += n;
	snprintf(interface, sizeof(interface),
			 "{\"data\": [%zu, true], \"shape\": [%d, %d], \"typestr\": \"<f4\", \"version\": 3}",
			 (size_t) feed->X, n, feed->columns);
	if (xgboost.proxy_set(feed->proxy, interface) != 0 ||
		xgboost.matrix_info(feed->proxy, "label", feed->y, n) != 0 ||
		xgboost.matrix_info(feed->proxy, "weight", feed->w, n) != 0)
	{
		feed->cancelled = true;
		return 0;
	}

	return 1;
}

static void
release_feed(void *arg)
{
	Feed	   *feed = arg;

	if (feed->proxy)
		xgboost.matrix_free(feed->proxy);
	feed->proxy = NULL;
}

static void
make_matrix(const BoosterRows *rows, int columns, DMatrixHandle reference,
			int max_bin, int threads, DMatrixHandle *matrix)
{
	Feed	   *feed = palloc0_object(Feed);
	char	   *config = psprintf("{\"missing\": NaN, \"nthread\": %d, \"max_bin\": %d}", threads, max_bin);

	feed->rows = rows;
	feed->columns = columns;
	feed->chunk = Max(1, (int) Min(CHUNK_NUMBERS / columns, rows->n));
	feed->X = palloc_array(float, (Size) feed->chunk * columns);
	feed->y = palloc_array(float, feed->chunk);
	feed->w = palloc_array(float, feed->chunk);
	feed->release.func = release_feed;
	feed->release.arg = feed;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &feed->release);

	CALL(xgboost.proxy_create(&feed->proxy));
	CALL(xgboost.matrix_create(feed, feed->proxy, reference, rewind_feed, next_chunk, config, matrix));
	if (feed->cancelled)
	{
		CHECK_FOR_INTERRUPTS();
		failed();
	}
	release_feed(feed);
	pfree(feed->X);
	pfree(feed->y);
	pfree(feed->w);
}

static void
release_booster(void *arg)
{
	Booster    *booster = arg;

	enter();
	if (booster->handle)
		xgboost.free(booster->handle);
	if (booster->held_out)
		xgboost.matrix_free(booster->held_out);
	if (booster->train)
		xgboost.matrix_free(booster->train);
	leave();
}

Booster *
booster_make(const BoosterRows *train, const BoosterRows *held_out,
			 int columns, int max_bin, int threads)
{
	Booster    *booster = palloc0_object(Booster);
	DMatrixHandle matrices[2];

	load();
	booster->release.func = release_booster;
	booster->release.arg = booster;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &booster->release);

	make_matrix(train, columns, NULL, max_bin, threads, &booster->train);
	booster->nheld_out = held_out->n;
	if (held_out->n > 0)
		make_matrix(held_out, columns, booster->train, max_bin, threads, &booster->held_out);
	matrices[0] = booster->train;
	matrices[1] = booster->held_out;
	CALL(xgboost.create(matrices, held_out->n > 0 ? 2 : 1, &booster->handle));
	booster_set(booster, "verbosity", "0");
	booster_set(booster, "booster", "gbtree");
	booster_set(booster, "tree_method", "hist");
	booster_set(booster, "nthread", psprintf("%d", threads));
	booster_set(booster, "max_bin", psprintf("%d", max_bin));

	return booster;
}

void
booster_set(Booster *booster, const char *name, const char *value)
{
	CALL(xgboost.set_param(booster->handle, name, value));
}

/* The number behind the n-th colon of the library's report of a round. */
static double
metric_of(const char *report, int n)
{
	for (int i = 0; report && i < n; i++)
	{
		report = strchr(report, '\t');
		report = report ? report + 1 : NULL;
	}
	report = report ? strchr(report, ':') : NULL;

	return report ? strtod(report + 1, NULL) : NAN;
}

void
booster_round(Booster *booster, int round, double *train, double *held_out)
{
	DMatrixHandle matrices[2] = {booster->train, booster->held_out};
	const char *names[2] = {"training", "held out"};
	const char *report;

	CALL(xgboost.update(booster->handle, round, booster->train));
	CALL(xgboost.eval(booster->handle, round, matrices, names, booster->held_out ? 2 : 1, &report));
	*train = metric_of(report, 1);
	*held_out = booster->held_out ? metric_of(report, 2) : NAN;
}

const char *
booster_json(Booster *booster, Size *size)
{
	const char *json;
	bst_ulong	length;

	CALL(xgboost.save(booster->handle, "{\"format\": \"json\"}", &length, &json));
	*size = length;

	return json;
}

const float *
booster_margins(Booster *booster, int64 *n)
{
	const float *margins;
	const bst_ulong *shape;
	bst_ulong	dimensions;

	CALL(xgboost.predict(booster->handle, booster->train,
						 "{\"type\": 1, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, \"strict_shape\": false}",
						 &shape, &dimensions, &margins));
	*n = dimensions > 0 ? (int64) shape[0] : 0;

	return margins;
}
