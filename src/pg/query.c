/*
 * query.c
 *		Inner queries: run one and hand its rows to a reader.
 *
 * Rows go from the executor straight to the reader, through a DestReceiver:
 * no cursor, no copy of the tuple, no second deforming.
 */
#include "coupon.h"

#include "executor/spi.h"
#include "executor/tuptable.h"
#include "parser/scansup.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/plancache.h"

#include "pg/query.h"

typedef struct Receiver
{
	DestReceiver head;			/* must be first */
	RowReader	reader;
	void	   *to;
	MemoryContext context;		/* the caller's */
	uint64		rows;
} Receiver;

char *
query_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	char	   *query;
	Size		n;

	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Pass the text of a SELECT.")));

	/* a statement pasted from a script ends with a semicolon */
	query = text_to_cstring(PG_GETARG_TEXT_PP(i));
	for (n = strlen(query); n > 0 && (query[n - 1] == ';' || scanner_isspace(query[n - 1])); n--)
		query[n - 1] = '\0';

	return query;
}

/* Parse the wrapped query; the caller is connected to SPI. */
static SPIPlanPtr
prepare(const char *query, const char *wanted)
{
	/* the newline keeps a trailing comment from swallowing the rest */
	char	   *sql = psprintf("SELECT %s FROM (%s\n) AS query", wanted, query);
	SPIPlanPtr	plan = SPI_prepare_cursor(sql, 0, NULL, CURSOR_OPT_PARALLEL_OK);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));

	/* "...) q; DROP TABLE t; SELECT * FROM (..." is three well-formed statements */
	if (list_length(SPI_plan_get_plan_sources(plan)) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("inner query must be a single SELECT")));

	return plan;
}

TupleDesc
query_columns(const char *query)
{
	MemoryContext caller = CurrentMemoryContext;
	CachedPlanSource *source;
	TupleDesc	columns;

	SPI_connect();
	source = linitial(SPI_plan_get_plan_sources(prepare(query, "*")));
	MemoryContextSwitchTo(caller);
	columns = CreateTupleDescCopy(source->resultDesc);
	SPI_finish();

	return columns;
}

int
query_column(TupleDesc columns, const char *name)
{
	for (int i = 0; i < columns->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(columns, i)->attname), name) == 0)
			return i;

	return -1;
}

static void
receiver_start(DestReceiver *self, int operation, TupleDesc columns)
{
}

static bool
receive(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver   *receiver = (Receiver *) self;
	MemoryContext executor = MemoryContextSwitchTo(receiver->context);

	slot_getallattrs(slot);
	receiver->reader(receiver->to, slot->tts_values, slot->tts_isnull);
	receiver->rows++;
	MemoryContextSwitchTo(executor);

	return true;
}

static void
receiver_end(DestReceiver *self)
{
}

uint64
query_read(const char *query, const char *wanted, RowReader reader, void *to)
{
	Receiver	receiver = {
		.head = {
			.receiveSlot = receive,
			.rStartup = receiver_start,
			.rShutdown = receiver_end,
			.rDestroy = receiver_end,
			.mydest = DestNone,
		},
		.reader = reader,
		.to = to,
		.context = CurrentMemoryContext,
	};
	SPIExecuteOptions options = {
		.read_only = true,
		.must_return_tuples = true,
		.dest = &receiver.head,
	};
	int			result;

	SPI_connect();
	result = SPI_execute_plan_extended(prepare(query, wanted), &options);
	if (result < 0)
		elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(result));
	SPI_finish();

	return receiver.rows;
}
