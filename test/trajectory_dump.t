#!/bin/bash
# trajectory_dump.t
#	pg_dump and a restore under other settings keep trajectories to the last bit.

createdb dumped && createdb restored || exit 1
digest="SELECT count(*) || ' ' || md5(string_agg(md5(coupon.trajectory_send(t)), '' ORDER BY customer)) FROM journeys"
before=$(psql -XqAt -v ON_ERROR_STOP=1 -d dumped <<SQL
CREATE EXTENSION coupon;
CREATE TABLE journeys AS
SELECT i % 50 AS customer, coupon.trajectory(timestamptz '2026-01-01' + i * interval '1.000001 h', ARRAY[sin(i), i / 3.0], 'offer "' || i % 3, exp(i % 20 - 10.0::float8), i % 2, 1.0 / (1 + i % 7)) AS t
FROM generate_series(1, 2000) i GROUP BY 1;
CREATE MATERIALIZED VIEW lengths AS SELECT customer, coupon.length(coupon.last_steps(t OPERATOR(coupon.||) coupon.last_steps(t, 1), 30)) AS length FROM journeys;
$digest;
SQL
)
PGOPTIONS='-c timezone=America/Lima -c extra_float_digits=0 -c datestyle=SQL,DMY' pg_dump -d dumped |
	PGOPTIONS='-c timezone=Asia/Tokyo -c datestyle=Postgres,MDY' psql -Xq -v ON_ERROR_STOP=1 -d restored >/dev/null
after=$(psql -XqAt -d restored -c "$digest" -c 'SELECT DISTINCT length FROM lengths')
dropdb dumped; dropdb restored

echo 1..2
[[ "$before" == 50\ * ]] || printf 'not '; echo 'ok 1 - there are trajectories'
[ "$after" = "$before"$'\n'30 ] || printf 'not '; echo 'ok 2 - pg_dump loses nothing'
