#!/bin/bash
# glpk.t
#	The GLPK fence: its numbers are glpsol's, and whatever goes wrong inside ends
#	as an SQL error, in time, with nothing left behind and the backend alive.
#	A module of test/module/ that is never installed calls it from SQL.

tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }
same() { if [ "$1" = "$2" ]; then tap ok "$3"; else tap 'not ok' "$3"; echo "# got  $1"; echo "# want $2"; fi; }
session() { psql -qAt -d test; }

module=$WORK/glpk_test.so
make -s -C test/module DESTINATION="$module" >"$WORK/module.log" 2>&1 &&
	psql -q -d test -v module="$module" -f test/module/glpk_test.psql >>"$WORK/module.log" 2>&1
same "$(cat "$WORK/module.log")" '' 'the module compiles without a warning and loads'

# --- glpsol on the same programmes

numbers=$WORK/numbers
mkdir "$numbers"
seeds=$(seq 1 40)
for seed in $seeds; do
	case $((seed % 4)) in
		0) lp='4, 6' mip='4, 6' ;;
		1) lp='12, 20' mip='12, 20' ;;
		2) lp='20, 15' mip='20, 15' ;;
		3) lp='40, 80' mip='10, 16' ;;
	esac
	for kind in lp mip; do
		printf '%s\n' "\\o $numbers/$kind$seed.lp" "SELECT fence.write('$kind', ${!kind}, $seed);" \
			"\\o $numbers/$kind$seed.got" "SELECT fence.solve('$kind', ${!kind}, $seed);" \
			"SELECT fence.solve('$kind', ${!kind}, $seed, presolve => true);"
	done
done | session

# agree KIND: how many programmes end in the same status and value, to 1e-9
agree()
{
	for seed in $seeds; do
		rm -f "$numbers/solution"
		glpsol --lp "$numbers/$1$seed.lp" -w "$numbers/solution" >/dev/null 2>&1
		awk '
		FNR == NR && $1 == "s"	{ optimal = $2 == "mip" ? $5 == "o" : $5 $6 == "ff"; value = $NF }
		FNR < NR				{ n++; difference = $2 - value; scale = 1e-9 * (1 + (value < 0 ? -value : value)) }
		FNR < NR && optimal		{ same += $1 == "optimal" && difference <= scale && -difference <= scale && $4 == "kept" }
		FNR < NR && !optimal	{ same += $1 == "unbounded" || $1 == "infeasible" }
		END						{ if (n == 2 && same == 2) print "same" }
		' "$numbers/solution" "$numbers/$1$seed.got"
	done | grep -c same
}
same "$(agree lp)" 40 '40 linear programmes, with presolve and without: as glpsol has them'
same "$(agree mip)" 40 '40 integer programmes, with presolve and without: as glpsol has them'

# --- what needs no branching, and what is wrong

same "$(session <<'SQL'
SELECT what, fence.bad(what) FROM unnest('{fine,zeros,no columns,nothing,no rows,no rows unbounded,unbounded,zeros infeasible,infeasible,contradiction,whole,fractions}'::text[]) what;
SQL
)" "$(cat <<'EXPECTED'
fine|optimal 1 1 kept
zeros|optimal 2 2 kept
no columns|optimal 0 0 kept
nothing|optimal 0 0 kept
no rows|optimal 2 2 kept
no rows unbounded|unbounded NaN Infinity -
unbounded|unbounded NaN Infinity -
zeros infeasible|infeasible NaN -Infinity -
infeasible|infeasible NaN -Infinity -
contradiction|infeasible NaN -Infinity -
whole|infeasible NaN -Infinity -
fractions|optimal 1 1 kept
EXPECTED
)" 'small programmes of every status'

# One backend for all that follows; after every error it solves a small programme.
small="SELECT split_part(fence.solve('mip', 5, 8, 1), ' ', 1), fence.generate('', 20, 3, 1);"
ok=$(session <<<"$small")
same "${ok%%|*}" optimal 'a small integer programme, and one by column generation'

provoke() { printf '%s\n' "\\o /dev/null" "$1" '\o' "\\echo :SQLSTATE" "$small"; }
same "$(for what in row column coefficient infinite objective bound bounds negative; do
	provoke "SELECT fence.bad('$what');"
done | session 2>/dev/null | sort | uniq -c | tr -s ' ')" " 8 XX000
 8 $ok" 'bad indices and numbers are errors before the fence'

same "$({ for what in fatal assert error sql nested index twice nan; do
	provoke "SELECT fence.generate('$what', 50, 4, 1);"
done; provoke "SELECT fence.bad('twice');"; provoke "SELECT fence.generate('query', 50, 4, 1);"; } | session 2>/dev/null | grep -vxF "$ok" | tr '\n' ' ')" \
	'38000 38000 22012 22012 XX000 XX000 38000 XX000 38000 00000 ' 'errors within the fence: of GLPK, of the caller, of a query of the caller'
same "$(session <<<"SELECT fence.generate('fatal', 50, 4, 1);" 2>&1)" 'ERROR:  linear programming solver failed
DETAIL:  glp_set_row_bnds: i = 7; row number out of range' 'a fatal error of GLPK says what it was'

same "$({ provoke "SELECT fence.generate('memory', 50, 4, 1);"
	for presolve in false true; do
		for kind in choice 'choice mip'; do
			provoke "SELECT fence.solve('$kind', 2000, 8, 1, presolve => $presolve, megabytes => 5);"
		done
	done
	provoke "SELECT fence.bad('sizes');"
	} | session 2>/dev/null | grep -vxF "$ok" | uniq -c | tr -s ' ')" ' 6 54000' 'more memory than is allowed, and more columns'

# the backend's own child may set its limit
same "$({ cat <<-'SQL'
		SELECT 'loaded' FROM fence.solve('lp', 5, 5, 1);
		COPY (SELECT) TO PROGRAM 'prlimit --pid $PPID --as=$((1024 * $(sed -n "s/^VmSize:\(.*\)kB/\1/p" /proc/$PPID/status) + (64 << 20)))';
	SQL
	provoke "SELECT fence.solve('choice', 20000, 8, 1);"
	} | session 2>&1)" "loaded
ERROR:  out of memory
DETAIL:  Failed in the linear programming solver.
53200
$ok" 'more memory than the operating system gives'

# --- cancels: the error comes less than a second after the timeout

# timed LIMIT QUERY: sqlstate and, if it took too long, the seconds
timed()
{
	cat <<-SQL
		SELECT clock_timestamp() AS began \\gset
		SET statement_timeout = '300ms';
		\\o /dev/null
		$1
		\\o
		\\set state :SQLSTATE
		RESET statement_timeout;
		SELECT :'state', nullif(greatest(extract(epoch FROM clock_timestamp() - :'began'), 1.3), 1.3);
		$small
	SQL
}
cancels()
{
	while read -r query; do
		echo "SELECT fence.solve($query);"
	done <<-'LIST'
		'choice', 20000, 8, 1
		'choice', 20000, 8, 1, presolve => true
		'lp', 1000, 1000, 1
		'lp', 1000, 1000, 1, presolve => true
		'split', 5, 0, 1
		'split', 5, 0, 1, presolve => true
		'choice mip', 1000, 8, 1
		'choice mip', 20000, 8, 1
		'mip', 300, 300, 1
	LIST
	echo "SELECT fence.generate('', 20000, 8, 1);"
}
same "$(cancels | while read -r query; do timed "$query"; done | session 2>/dev/null | grep -vxF "$ok" | uniq -c | tr -s ' ')" \
	' 10 57014|' 'statement_timeout in simplex, presolve, branch and bound and column generation'

psql -qAt -d test -c "SET application_name = victim" -c "SELECT fence.solve('split', 6, 0, 2)" >"$WORK/victim" 2>&1 &
victim=$!
until [ "$(session <<<"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' AND query ~ 'split'")" = t ]; do sleep 0.1; done
wait "$victim"
same "$(cat "$WORK/victim")" 'ERROR:  canceling statement due to user request' 'pg_cancel_backend in branch and bound'

# --- limits that are no errors, progress, a start

same "$(session 2>&1 <<'SQL' | sed -E 's/ -?[0-9][0-9.e-]*/ #/g; s/[0-9.e-]+ (simplex|nodes)/# \1/g' | uniq
SELECT fence.solve('choice', 20000, 8, 1, seconds => 0.5);
SELECT fence.solve('lp', 1500, 1500, 1, seconds => 3);
SELECT fence.solve('split', 5, 0, 1, seconds => 3);
SELECT fence.solve('choice mip', 300, 5, 1, gap => 0.01);
SQL
)" 'unfinished NaN # -
NOTICE:  linear programme: # simplex iterations
unfinished NaN Infinity -
NOTICE:  integer programme: # nodes, # % from its bound at most
feasible # # kept
optimal # # kept' 'time limit and gap, and a NOTICE after two seconds'
same "$(session <<'SQL'
SELECT split_part(fence.solve('choice mip', 40, 5, 1, gap => 0.5, start => true), ' ', 2) = best,
	split_part(fence.solve('choice mip', 40, 5, 1, gap => 0.5), ' ', 2) = best
FROM split_part(fence.solve('choice mip', 40, 5, 1), ' ', 2) best;
SQL
)" 't|f' 'branch and bound begins with the solution it is given'

# --- nothing is left: 200 solves and failures of each kind

repeat()
{
	for query in "fence.solve('lp', 40, 80, 3)" "fence.solve('mip', 10, 16, 3)" "fence.solve('mip', 10, 16, 3, presolve => true)" \
		"fence.generate('', 50, 4, 1)" "fence.generate('fatal', 200, 8, 1)" "fence.generate('memory', 50, 4, 1)" \
		"fence.generate('error', 200, 8, 1)" "fence.solve('choice', 2000, 8, 1, megabytes => 5)"; do
		for _ in $(seq "$1"); do echo "SELECT $query;"; done
	done
	for _ in $(seq $(($1 / 10))); do
		printf '%s\n' "SET statement_timeout = '15ms';" "SELECT fence.solve('choice', 2000, 8, 1);" \
			"SELECT fence.solve('split', 5, 0, 1);" "RESET statement_timeout;"
	done
}
rss() { echo '\! awk '"'/^VmRSS/ { print \"rss\", \$2 }'"' /proc/$BACKEND/status'; }
read -r before after < <({
	printf '%s\n' 'SELECT pg_backend_pid() AS pid \gset' '\setenv BACKEND :pid'
	repeat 20; rss; repeat 200; rss
} | session 2>/dev/null | awk '/^rss/ { print $2 }' | tr '\n' ' ')
echo "# resident: $before kB, then $after kB"
[ "$((after - before))" -lt 4096 ] && tap ok 'memory does not grow over 1600 calls and 40 cancels' ||
	tap 'not ok' "memory grows from $before to $after kB"

echo "1..$tests"
