#!/bin/bash
# bandit_demo.t
#	Eight rounds of demo/bandit: rules are kept, what is learned is what was given, and learning pays.

tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }
check() { if "${@:2}"; then tap ok "$1"; else tap 'not ok' "$1"; fi; }

ask() { [ "$(psql -XqAt -d bandit_demo -c "$1")" = t ] || { echo "# $1"; false; }; }

run()
{
	mkdir -p "$WORK/bandit/demo/out" && dropdb --if-exists bandit_demo 2>/dev/null && createdb bandit_demo &&
		(top=$PWD && cd "$WORK/bandit" && psql -q -d bandit_demo -v ON_ERROR_STOP=1 -v rounds=8 -v customers=200 -v seed=1 \
			-c 'CREATE EXTENSION coupon' -f "$top/demo/bandit.sql" -f "$top/demo/bandit_draw.sql") >"$WORK/bandit/log" 2>&1 ||
		{ sed 's/^/# /' "$WORK/bandit/log"; false; }
}

# six lines, closed document, finite numbers only
drawing()
{
	local svg=$WORK/bandit/demo/out/regret.svg

	[ "$(grep -c '^<path d="M[0-9.,L]*" class="line" stroke="#[0-9a-f]*"\( stroke-dasharray="5 4"\)\?/>$' "$svg")" -eq 6 ] &&
		tail -n 1 "$svg" | grep -q '^</svg>$' && ! grep -E 'NaN|Infinity|d="[^"]*(,,|ML|LL)' "$svg"
}

check 'demo/bandit.sql' run
check 'quotas are kept, every day of every policy' ask \
	"SELECT bool_and(n <= customers) AND count(*) > 200 FROM (SELECT policy, round, offer, count(*) AS n FROM given WHERE policy NOT LIKE 'free%' GROUP BY 1, 2, 3) g JOIN quotas ON depth = offer"
check 'so is the mean depth' ask \
	"SELECT bool_and(mean <= 0.2 + 1e-9) AND count(*) = 48 FROM (SELECT avg(offer::float8) AS mean FROM given WHERE policy NOT LIKE 'free%' GROUP BY policy, round) g"
check 'every customer gets one depth' ask "SELECT count(*) = 8 * 1600 AND count(DISTINCT (policy, customer)) = count(*) FROM given"
check 'the models are those of all rows at once' ask \
	"SELECT bool_and(abs(m.mean - a.mean) < 1e-9) AND count(*) = 6 * 16
	 FROM (SELECT policy, coupon.bayes_fit(basket, x, '{\"log\": true, \"noise\": 0.25, \"prior_precision\": 10}') AS whole FROM given g JOIN world w ON w.customer = g.customer AND depth = offer::float8 GROUP BY policy) f
	 JOIN models USING (policy) JOIN policies USING (policy), coupon.bayes_coefficients(model) m JOIN LATERAL coupon.bayes_coefficients(whole) a USING (coefficient) WHERE learns"
check 'no policy beats the oracle of its kind' ask "SELECT bool_and(regret > 0) FROM regret WHERE policy NOT LIKE '%oracle' AND round = 8"
check 'learning pays' ask \
	"SELECT max(regret) FILTER (WHERE policy IN ('thompson', 'ucb', 'greedy')) < min(regret) FILTER (WHERE policy = 'random') FROM regret WHERE round = 8"
check 'the picture is whole' drawing
echo "1..$tests"
