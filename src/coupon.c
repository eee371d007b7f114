/*
 * coupon.c
 *		Entry point: what the server asks of a module, and the tables of all
 *		kinds of models and states.
 */
#include "coupon.h"

#include "model/arms_state.h"
#include "model/bayes_model.h"
#include "model/bayes_state.h"
#include "model/coupon_history.h"
#include "model/decayed_sum.h"
#include "model/dose.h"
#include "model/gaps.h"
#include "model/graph_model.h"
#include "model/hmm.h"
#include "model/linear_state.h"
#include "model/network_model.h"
#include "model/off_policy.h"
#include "model/plan.h"
#include "model/replay.h"
#include "model/response.h"
#include "model/rfm.h"
#include "model/sessions.h"
#include "model/trees_model.h"
#include "model/uplift.h"
#include "pg/model.h"
#include "pg/state.h"

#if PG_VERSION_NUM >= 180000
PG_MODULE_MAGIC_EXT(.name = "coupon", .version = "1.0");
#else
PG_MODULE_MAGIC;
#endif

const ModelType model_types[] = {
	{MODEL_LINEAR, "linear", 1, linear_unpack, response_describe, response_trace},
	{MODEL_LOGIT, "logit", 1, logit_unpack, response_describe, response_trace},
	{MODEL_UPLIFT, "uplift", 1, uplift_unpack, uplift_describe, uplift_trace},
	{MODEL_PLAN, "plan", PLAN_VERSION, plan_unpack, plan_describe, plan_trace},
	{MODEL_TREES, "trees", 1, trees_unpack, trees_describe, trees_trace},
	{MODEL_NETWORK, "network", 1, network_unpack, network_describe, network_trace},
	{MODEL_DOSE, "dose", 2, dose_unpack, dose_describe, NULL},
	{MODEL_HMM, "hmm", 1, hmm_unpack, hmm_describe, hmm_trace},
	{MODEL_GRAPH, "graph", 1, graph_unpack, graph_describe, graph_trace},
	{MODEL_BAYES, "bayes", 1, bayes_unpack, bayes_describe, NULL},
	{0}
};

const StateType state_types[] = {
	{STATE_LINEAR, "linear_fit", 1, linear_state_check, linear_state_merge, linear_state_compact},
	{STATE_AB_TEST, "ab_test", 1, arms_state_check, arms_state_merge, arms_state_compact},
	{STATE_BALANCE, "balance", 1, arms_state_check, arms_state_merge, arms_state_compact},
	{STATE_OFF_POLICY, "off_policy", 1, off_policy_check, off_policy_merge, off_policy_state_compact},
	{STATE_RFM, "rfm", 1, rfm_check, rfm_merge, rfm_copy},
	{STATE_DECAYED_SUM, "decayed_sum", 1, decayed_check, decayed_merge, decayed_copy},
	{STATE_SESSIONS, "sessions", 1, sessions_check, sessions_merge, sessions_state_compact},
	{STATE_GAPS, "gaps", 1, gaps_check, gaps_merge, gaps_state_compact},
	{STATE_COUPON_HISTORY, "coupon_history", 1, history_check, history_merge, history_compact},
	{STATE_BAYES, "bayes_fit", 1, bayes_state_check, bayes_state_merge, bayes_state_compact},
	{STATE_REPLAY, "replay", 1, replay_state_check, replay_merge, replay_state_compact},
	{STATE_WAPE, "wape", 1, wape_state_check, wape_merge, wape_state_compact},
	{0}
};
