EXTENSION  = coupon
MODULE_big = coupon
DATA       = $(wildcard coupon--*.sql)

# One list per layer; a layer may call only the layers after it, and progress.o.
OBJS  = src/coupon.o $(SQL) $(MODEL) $(PG) $(LIB)
SQL   = $(addprefix src/sql/, \
	allocation_rows_sql.o allocation_sql.o audit_sql.o bandit_policy_sql.o bandit_score_sql.o \
	bandit_sql.o budget_sql.o candidate_columns_sql.o candidates_sql.o cost_sql.o \
	coupon_history_sql.o curve_sql.o dose_sql.o encoding_sql.o evaluation_sql.o experiment_sql.o \
	explain_sql.o frontier_sql.o graph_sql.o hmm_fit_sql.o hmm_model_sql.o hmm_policy_sql.o \
	hmm_sql.o model_sql.o network_sql.o off_policy_sql.o offer_sql.o plan_sql.o policy_sql.o \
	regression_sql.o replay_sql.o rule_sql.o sample_size_sql.o selection_row_sql.o \
	selection_sql.o sessions_sql.o spearman_sql.o state_sql.o training_sql.o \
	trajectory_build_sql.o trajectory_sql.o trajectory_value_sql.o trees_sql.o uplift_sql.o \
	world_sql.o)
MODEL = $(addprefix src/model/, \
	adam.o arms_state.o audit.o backprop.o bandit_policy.o base.o base_trees.o bayes.o \
	bayes_draw.o bayes_evidence.o bayes_model.o bayes_options.o bayes_score.o bayes_state.o \
	bayes_stats.o blocks.o budget.o calibration.o candidates.o causal_bins.o causal_forest.o \
	causal_grow.o causal_options.o causal_slopes.o causal_split.o causal_tune.o chain.o core.o \
	cost_curve.o coupon_history.o crossfit.o decayed_sum.o design.o dose.o dual.o elastic.o \
	encoding.o evaluation.o exact.o few.o folds.o frontier.o gaps.o graph_build.o graph_fit.o \
	graph_layers.o graph_measure.o graph_model.o graph_names.o graph_options.o graph_products.o \
	graph_refine.o graph_relations.o graph_split.o graph_svd.o hmm.o hmm_chain.o hmm_counts.o \
	hmm_data.o hmm_decode.o hmm_describe.o hmm_embed.o hmm_fit.o hmm_init.o hmm_options.o \
	hmm_order.o hmm_policy.o hull.o knapsack.o learner.o learner_forest.o learner_options.o \
	learner_x.o leftover.o linear.o linear_check.o linear_columns.o linear_design.o \
	linear_merge.o linear_regions.o linear_state.o logit.o market.o master.o mdp.o \
	mdp_evaluate.o mdp_solve.o mdp_sweep.o moments.o moves.o multiple.o network.o \
	network_model.o network_train.o off_policy.o open.o open_program.o pareto.o partition.o \
	plan.o propensity.o radix.o random.o ranks.o relax.o repair.o replay.o response.o \
	response_explain.o returns.o rfm.o ruled.o ruleset.o sample.o sample_size.o sample_sort.o \
	scan.o sessions.o single.o solve.o spline.o student.o summary_log.o surface.o traces.o \
	trees.o trees_explain.o trees_fit.o trees_json.o trees_model.o trees_nodes.o trees_options.o \
	trees_order.o trial.o uplift.o uplift_band.o uplift_curve.o uplift_describe.o uplift_error.o \
	weighted.o world_bandit.o)
PG    = $(addprefix src/pg/, \
	array.o bytes.o collector.o dictionary.o edges.o feature_values.o features.o json.o \
	jsonread.o keys.o lexicon.o model.o options.o progress.o query.o schema.o scorer.o \
	sequences.o site.o state.o steps.o textform.o training.o trajectory.o trajectory_text.o)
LIB   = $(addprefix src/lib/, \
	blas.o glpk.o library.o program.o watch.o xgboost.o)

REGRESS      = $(patsubst sql/%.sql,%,$(wildcard sql/*.sql))
REGRESS_OPTS = --load-extension=coupon

PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS   = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-clobbered
SHLIB_LINK  = -Wl,-Bsymbolic -lglpk -ldl -lm

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Loops over the units of a network and the states of a chain go many at a time.
src/model/backprop.o src/model/hmm_chain.o src/model/hmm_counts.o src/model/hmm_decode.o src/model/network.o: CFLAGS := $(CFLAGS) -O3 -fno-math-errno
# Loops over the units of a network and over dimensions of vectors go many at a time.
src/model/adam.o src/model/backprop.o src/model/network.o src/model/graph_layers.o src/model/graph_measure.o \
src/model/graph_products.o src/model/graph_refine.o: CFLAGS := $(CFLAGS) -O3 -fno-math-errno

# So do those over the elements of a row.
src/model/bayes.o src/model/bayes_stats.o: CFLAGS := $(CFLAGS) -O3

# PGXS tracks headers only where the server was built to; so say it once.
$(OBJS): $(wildcard $(srcdir)/src/*.h $(srcdir)/src/*/*.h)

.PHONY: test
test:
	pg_prove --ext .sql test
