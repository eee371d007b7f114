# cpu.sh
#	What a statement costs.  Sourced by the scripts here, after cluster_start.

# CPU seconds that a statement costs its backend: the least of three.
cpu()
{
	psql -XqAt -v ON_ERROR_STOP=1 -v query="$1" <<'SQL'
SET max_parallel_workers_per_gather = 0;
SET jit = off;
CREATE TEMP TABLE query AS SELECT :'query' AS text;
DO $body$
DECLARE
	query text := (SELECT text FROM query);
	before float8;
	least float8 := 'infinity';
	stat text[];
BEGIN
	FOR turn IN 1 .. 3 LOOP
		stat := string_to_array(pg_read_file('/proc/' || pg_backend_pid() || '/stat', 0, 1000), ' ');
		before := stat[14]::float8 + stat[15]::float8;
		EXECUTE query;
		stat := string_to_array(pg_read_file('/proc/' || pg_backend_pid() || '/stat', 0, 1000), ' ');
		least := least(least, stat[14]::float8 + stat[15]::float8 - before);
	END LOOP;
	PERFORM set_config('coupon_bench.cpu', (least / 100)::text, false);
END
$body$;
SELECT current_setting('coupon_bench.cpu');
SQL
}
