#!/bin/bash
# backend.t
#	A backend stays single-threaded: a foreign library's threads, if there are any,
#	have all signals blocked, for a signal handler of the server must run in no other thread.

all=fffffffe7ffbfeff				# but KILL, STOP and the two that libc keeps for itself

after=$(psql -qAt -v ON_ERROR_STOP=1 -d test <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS coupon;
SELECT pg_backend_pid() AS pid \gset
\setenv BACKEND :pid
SELECT 'fitted ' || (coupon.linear_fit(y, x) IS NOT NULL)
FROM (SELECT i AS y, array_agg(sin(i * j) ORDER BY j) AS x
	FROM generate_series(1, 3000) i, generate_series(1, 40) j GROUP BY i) t;
\! grep -q openblas /proc/$BACKEND/maps && echo loaded
\! for task in /proc/$BACKEND/task/*; do [ ${task##*/} = $BACKEND ] || awk '/^SigBlk/ { print "thread", $2 }' $task/status; done
SQL
)

# a model of trees is scored without libxgboost, fitted on one thread, or on as many as asked for
trees=$(psql -qAt -v ON_ERROR_STOP=1 -d test <<'SQL'
SET client_min_messages = warning;
CREATE TEMP TABLE kept AS SELECT NULL::coupon.model AS model;
SELECT pg_backend_pid() AS pid \gset
\setenv BACKEND :pid
SELECT 'scored ' || coupon.predict(coupon.import_trees('{"learner": {"gradient_booster": {"name": "gbtree", "model": {"trees": []}}, "learner_model_param": {"base_score": "5E-1", "num_feature": "1"}, "objective": {"name": "reg:squarederror"}}}'), '{1}'::float8[]);
\! grep -q xgboost /proc/$BACKEND/maps || echo without
\! awk '/^SigBlk/ { print "main", $2 }' /proc/$BACKEND/status
CREATE TEMP TABLE rows AS SELECT i % 97 AS y, ARRAY[sin(i), cos(i)] AS x FROM generate_series(1, 20000) i;
SELECT 'trees ' || (coupon.trees_fit(y, x, '{"rounds": 3}') IS NOT NULL) FROM rows;
\! for task in /proc/$BACKEND/task/*; do [ ${task##*/} = $BACKEND ] || echo one; done
SELECT 'trees ' || (coupon.trees_fit(y, x, '{"rounds": 3, "threads": 3}') IS NOT NULL) FROM rows;
\! for task in /proc/$BACKEND/task/*; do [ ${task##*/} = $BACKEND ] || awk '/^SigBlk/ { print "thread", $2 }' $task/status; done
\! awk '/^SigBlk/ { print "main", $2 }' /proc/$BACKEND/status
SQL
)

echo 1..8
grep -qx 'fitted true' <<<"$after" || printf 'not '; echo 'ok 1 - a fit ran'
grep -qx loaded <<<"$after" || printf 'not '; echo 'ok 2 - it has loaded OpenBLAS'
! grep '^thread' <<<"$after" | grep -vx "thread $all" || printf 'not '
echo "ok 3 - of $(grep -c '^thread' <<<"$after") further threads none takes signals"
grep -qx 'scored 0.5' <<<"$trees" && grep -qx without <<<"$trees" || printf 'not '; echo 'ok 4 - trees are scored without libxgboost'
[ "$(grep -cx 'trees true' <<<"$trees")" = 2 ] || printf 'not '; echo 'ok 5 - trees are fitted'
! grep -qx one <<<"$trees" || printf 'not '; echo 'ok 6 - on one thread'
[ "$(grep -c '^thread' <<<"$trees")" -ge 1 ] && ! grep '^thread' <<<"$trees" | grep -vx "thread $all" || printf 'not '
echo "ok 7 - or on more, of which $(grep -c '^thread' <<<"$trees") take no signals"
[ "$(grep '^main' <<<"$trees" | uniq -c | awk '{ print $1 }')" = 2 ] || printf 'not '; echo 'ok 8 - and the backend takes those that it took before'
