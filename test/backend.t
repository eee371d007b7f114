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

echo 1..3
grep -qx 'fitted true' <<<"$after" || printf 'not '; echo 'ok 1 - a fit ran'
grep -qx loaded <<<"$after" || printf 'not '; echo 'ok 2 - it has loaded OpenBLAS'
! grep '^thread' <<<"$after" | grep -vx "thread $all" || printf 'not '
echo "ok 3 - of $(grep -c '^thread' <<<"$after") further threads none takes signals"
