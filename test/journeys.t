#!/bin/bash
# journeys.t
#	demo/journeys does its job in a checkout at an awkward path, in a small world, and on the Complete Journey where that is.

tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }
check() { if "${@:2}"; then tap ok "$1"; else tap 'not ok' "$1"; fi; }

run()
{
	env -u WORK CUSTOMERS=400 VISITS=2 demo/journeys </dev/null >"$WORK/journeys.log" 2>&1 && grep -q '^All of it took' "$WORK/journeys.log" ||
		{ sed 's/^/# /' "$WORK/journeys.log"; false; }
}

# customer,offer,product,gain,cost: nobody twice, 20 expected to be spent to within a coupon and never more
money()
{
	awk -F, 'NR > 1 { spent += $5; if (seen[$1]++ || $4 < $5) bad++ }
		END { exit bad || NR < 10 || spent < 14 || spent > 20.000001 }' demo/out/journeys_allocation.csv
}

# so many marks, a closed document, finite numbers only
drawing()
{
	[ "$(grep -c "$2" "demo/out/$1")" -eq "$3" ] && tail -n 1 "demo/out/$1" | grep -q '</svg>$' && ! grep -E 'NaN|Infinity|=""' "demo/out/$1"
}

data=$COUPON_DATA
[ -r "$data/cj_transactions_sample.csv.gz" ] || data=
unset COUPON_DATA
mkdir "${WORK:?}/another copy" && cp -a . "$WORK/another copy/coupon" && cd "$WORK/another copy/coupon" || exit 1
[ -z "$data" ] || { mkdir "$WORK/another copy/shared" && ln -s "$data" "$WORK/another copy/shared/data"; } || exit 1

rm -rf demo/out
check 'demo/journeys' run
check 'the allocation keeps its rules' money
check 'each matrix has its nine cells' drawing journeys_states.svg '^<rect .*class="number"' 54
check 'each model has its interval, and what it gains' drawing journeys_ablation.svg '^<path .*class="[a-z]* interval"/><circle' 14
if [ -n "$data" ]; then
	for model in states graph both; do
		check "Complete Journey: $model is measured" grep -Eq "^ [+] $model +\| over base +\| [+-]0\.[0-9]{4} ± 0\.[0-9]{4} " "$WORK/journeys.log"
	done
else
	check 'it says what is missing' grep -q 'Complete Journey is not in' "$WORK/journeys.log"
fi
echo "1..$tests"
