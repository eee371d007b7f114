/*
 * coupon_history_sql.c
 *		Aggregate coupon_history() and its partial forms.
 */
#include "coupon.h"

#include "common/hashfn.h"
#include "utils/float.h"

#include "model/coupon_history.h"
#include "pg/options.h"
#include "pg/site.h"
#include "sql/trajectory_sql.h"

static void
read_options(const Jsonb *jsonb, void *to)
{
	static const Option known[] = {
		{"prior_rate", OPTION_NUMBER, offsetof(HistoryOptions, prior_rate), .least = 0, .most = 1},
		{"prior_weight", OPTION_NUMBER, offsetof(HistoryOptions, prior_weight), .least = 0, .most = 1e9},
		{"window", OPTION_NUMBER, offsetof(HistoryOptions, window), .least = 1e-6, .most = 1e9},
	};

	*(HistoryOptions *) to = (HistoryOptions) {.prior_rate = 0.1, .prior_weight = 10, .window = 90};
	options_read(jsonb, known, lengthof(known), to);
}

/* The amount in argument i: not negative. */
static double
positive_arg(FunctionCallInfo fcinfo, int i, const char *name)
{
	double		amount = amount_arg(fcinfo, i, name);

	if (amount < 0)
		bad_argument("%s must not be negative, but is %s", name, float8out_internal(amount));

	return amount;
}

static uint64
hash_arg(FunctionCallInfo fcinfo, int i)
{
	const text *offer = PG_GETARG_TEXT_PP(i);

	return hash_bytes_extended((const unsigned char *) VARDATA_ANY(offer), VARSIZE_ANY_EXHDR(offer), 0);
}

PG_FUNCTION_INFO_V1(coupon_history_add_row);

/* coupon_history_add_row(state, at, offer, redeemed, discount, as_of [, spend [, options]]) returns state */
Datum
coupon_history_add_row(PG_FUNCTION_ARGS)
{
	HistoryState *state = state_arg(fcinfo, 0, STATE_COUPON_HISTORY);
	const HistoryOptions *options = site_options(fcinfo, 7, sizeof(HistoryOptions), read_options);
	int64		as_of = as_of_arg(fcinfo, 5, (const AsOfState *) state);
	bool		has_spend = PG_NARGS() > 6;
	bool		spent = has_spend && !PG_ARGISNULL(6);
	bool		sent = !PG_ARGISNULL(2);
	Coupon		coupon = {0};
	double		spend = 0;

	if (state == NULL)
		state = history_make(as_of, has_spend, options);
	if (memcmp(&state->options, options, sizeof(HistoryOptions)) != 0)
		bad_argument("options must be the same in every row");

	/* without an offer it is a purchase, if something was spent */
	if (PG_ARGISNULL(1) || (sent ? PG_ARGISNULL(3) || PG_ARGISNULL(4) : !spent))
	{
		log_leave_out(&state->at.log.skipped);
		PG_RETURN_POINTER(state);
	}
	coupon.at = time_arg(fcinfo, 1, "at");
	if (sent)
	{
		coupon.offer = hash_arg(fcinfo, 2);
		coupon.redeemed = PG_GETARG_BOOL(3);
		coupon.discount = positive_arg(fcinfo, 4, "discount");
	}
	if (spent)
		spend = positive_arg(fcinfo, 6, "spend");
	if (coupon.at > as_of)
	{
		log_leave_out(&state->at.log.future);
		PG_RETURN_POINTER(state);
	}
	if (spent)
		history_spend(state, spend, coupon.redeemed);
	if (sent)
		state = history_add(state, &coupon);

	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(coupon_history_combine);

/* coupon_history_combine(state, state) returns state */
Datum
coupon_history_combine(PG_FUNCTION_ARGS)
{
	return as_of_combine(fcinfo, STATE_COUPON_HISTORY);
}

PG_FUNCTION_INFO_V1(coupon_history_roll);

/* coupon_history_roll(state, state) returns state */
Datum
coupon_history_roll(PG_FUNCTION_ARGS)
{
	return state_combine(fcinfo, STATE_COUPON_HISTORY);
}

PG_FUNCTION_INFO_V1(coupon_history_compact);

/* coupon_history_compact(state) returns state */
Datum
coupon_history_compact(PG_FUNCTION_ARGS)
{
	return state_compact(fcinfo, STATE_COUPON_HISTORY);
}

PG_FUNCTION_INFO_V1(coupon_history_final);

/* coupon_history_final(state) returns coupon_history */
Datum
coupon_history_final(PG_FUNCTION_ARGS)
{
	HistoryState *state = state_arg(fcinfo, 0, STATE_COUPON_HISTORY);
	History		history;
	Datum		values[12];
	bool		nulls[12] = {false};

	if (state == NULL)
		PG_RETURN_NULL();
	history = history_values(state);
	values[0] = Int64GetDatum(history.sent);
	values[1] = Int64GetDatum(history.redeemed);
	values[2] = Int64GetDatum(history.offers);
	evaluation_put_number(history.redemption_rate, values + 3, nulls + 3);
	evaluation_put_number(history.days_since_sent, values + 4, nulls + 4);
	evaluation_put_number(history.days_since_redeemed, values + 5, nulls + 5);
	evaluation_put_number(history.mean_discount, values + 6, nulls + 6);
	values[7] = Int64GetDatum(history.unredeemed_streak);
	evaluation_put_number(history.spend_share, values + 8, nulls + 8);
	evaluation_put_number(history.best_discount, values + 9, nulls + 9);
	values[10] = Int64GetDatum(state->at.log.future);
	values[11] = Int64GetDatum(state->at.log.skipped);

	return row_datum(fcinfo, values, nulls);
}
