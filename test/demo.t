#!/bin/bash
# demo.t
#	demo/run does its job in a checkout at an awkward path: without a file, then with the trial's.

tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }
check() { if "${@:2}"; then tap ok "$1"; else tap 'not ok' "$1"; fi; }

run()
{
	env -u WORK "$@" </dev/null >"$WORK/demo.log" 2>&1 && grep -q '^demo/out/campaign.svg' "$WORK/demo.log" ||
		{ sed 's/^/# /' "$WORK/demo.log"; false; }
}

# customer,offer,gain,cost: nobody twice, 800 spent to within an e-mail and never more
money()
{
	awk -F, 'NR > 1 { spent += $4; if (seen[$1]++) twice++ }
		END { exit twice || NR < 1000 || spent < 799.9 || spent > 800.000001 }' demo/out/allocation.csv
}

# three curves, closed document, finite numbers only
drawing()
{
	[ "$(grep -c '^<path d="M[0-9.,L]*" class="[a-z]* line"/>$' demo/out/campaign.svg)" -eq 3 ] &&
		tail -n 1 demo/out/campaign.svg | grep -q '</svg>$' &&
		! grep -E 'NaN|Infinity|d="[^"]*(,,|ML|LL)' demo/out/campaign.svg
}

data=${COUPON_DATA:+$COUPON_DATA/hillstrom.csv.gz}
unset HILLSTROM COUPON_DATA
mkdir "${WORK:?}/a copy" && cp -a . "$WORK/a copy/coupon" && cd "$WORK/a copy/coupon" || exit 1

for file in '' "$data"; do
	[ -z "$tests" ] || [ -n "$data" ] || break
	rm -rf demo/out
	check "demo/run ${file##*/}" run demo/run ${file:+"$file"}
	check 'the allocation keeps its rules' money
	check 'the picture is whole' drawing
	grep -q 'invents the customers' "$WORK/demo.log"
	[ $? -eq $([ -z "$file" ]; echo $?) ] && tap ok 'it says where customers come from' ||
		tap 'not ok' 'it says where customers come from'
done
[ -n "$data" ] || tap ok '# SKIP no ../shared/data'
echo "1..$tests"
