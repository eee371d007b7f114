#!/bin/bash
# graph_gradient.t
#	The derivatives that graph_fit is refined along are those of finite differences of its loss,
#	through all layers and in each width that the kernels have a path for.

tests=0
tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }

module=$WORK/graph_test.so
log=$(make -s -C test/module DESTINATION="$module" 2>&1 &&
	psql -XqAt -d test -c "CREATE FUNCTION graph_gradient(integer, integer, integer, integer, integer) RETURNS float8 AS '$module' LANGUAGE C STRICT" 2>&1)
if [ -z "$log" ]; then tap ok 'the module compiles without a warning and loads'; else tap 'not ok' "the module: $log"; fi
for layers in 0 1 2 3 8; do
	for dimensions in 3 8 45; do
		error=$(psql -XqAt -d test -c "SELECT max(graph_gradient(seed, 6, 9, $dimensions, $layers)) FROM generate_series(1, 5) seed" 2>&1)
		awk "BEGIN { exit !(\"$error\" ~ /^[0-9]/ && $error + 0 < 1e-3) }" 2>/dev/null && passed=ok || passed='not ok'
		tap "$passed" "$layers layers, $dimensions dimensions: the greatest error is $error of the greatest derivative"
	done
done
psql -Xq -d test -c 'DROP FUNCTION graph_gradient(integer, integer, integer, integer, integer)'
echo "1..$tests"
