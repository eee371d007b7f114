EXTENSION  = coupon
MODULE_big = coupon
DATA       = $(wildcard coupon--*.sql)

# One list per layer; a layer may call only the layers after it.
OBJS  = src/coupon.o $(SQL) $(MODEL) $(PG) $(LIB)
SQL   = $(addprefix src/sql/, \
	allocation_sql.o candidates_sql.o model_sql.o plan_sql.o rule_sql.o state_sql.o)
MODEL = $(addprefix src/model/, \
	candidates.o frontier.o hull.o knapsack.o leftover.o random.o weighted.o)
PG    = $(addprefix src/pg/, \
	array.o bytes.o collector.o keys.o lexicon.o model.o options.o progress.o query.o state.o textform.o)
LIB   = $(addprefix src/lib/, \
	)

REGRESS      = $(patsubst sql/%.sql,%,$(wildcard sql/*.sql))
REGRESS_OPTS = --load-extension=coupon

PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS   = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-clobbered
SHLIB_LINK  = -Wl,-Bsymbolic -ldl -lm

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS tracks headers only where the server was built to; so say it once.
$(OBJS): $(wildcard $(srcdir)/src/*.h $(srcdir)/src/*/*.h)

.PHONY: test
test:
	pg_prove --ext .sql test
