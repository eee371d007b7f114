#!/bin/bash
# docs.t [--record] [page ...]
#	Runs every ```sql block of README.md and docs/*.md, page by page, each page in a
#	database of its own, and compares with the output block that follows it directly.
#	--record writes the output into the page instead (also into an empty block).
#
# A block without an output block has to succeed.  Conventions in a page:
#	CREATE EXTENSION coupon		is run for pages that do not show it
#	<!-- needs data -->			from here on psql reads ../shared/data; the rest of the page is skipped where that is absent
#	<!-- needs hillstrom -->	the same, and test/hillstrom.psql is run here
#	<!-- with test/x.psql -->	that script is run here; needs no data
# Between <!-- reference --> and <!-- end --> a page has what test/reference.psql prints.

cd "$(CDPATH= cd "$(dirname "$0")/.." && pwd)" || exit 1
top=$PWD record=
[ "$1" != --record ] || { record=yes; shift; }
if [ -z "$PGHOST" ]; then					# by hand, outside test/run
	. test/setup.sh && packages_install && cluster_start || exit 1
fi
export PGOPTIONS="-c client_min_messages=warning"
[ $# -gt 0 ] || set -- README.md $(ls docs/*.md 2>/dev/null)
tmp=$(mktemp -d) && tests=0 || exit 1

tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }

# The page's SQL as one script for psql, with a mark before each block; what is expected
# of block n in n.want, its line in n.line, and n.skip if there are no data for it.
split()
{
	awk -v dir="$tmp" -v top="$top" -v data="$COUPON_DATA" '
	/^<!-- needs / && !data		{ skip = 1 }
	/^<!-- needs hillstrom -->/ && data	{ print "\\i \x27" top "/test/hillstrom.psql\x27" }
	/^<!-- with test\/[a-z_]*.psql -->/	{ print "\\i \x27" top "/" $3 "\x27" }
	/^```/ && inside			{ inside = 0; after = kind == "sql"; next }
	/^```sql$/					{ inside = 1; kind = "sql"; n++; print "\\echo @@ " n; print NR > (dir "/" n ".line")
								  if (skip) print "" > (dir "/" n ".skip"); next }
	/^```(text)?$/ && after		{ inside = 1; kind = "out"; after = 0; printf "" > (dir "/" n ".want"); next }
	/^```/						{ inside = 1; kind = "other"; after = 0; next }
	inside && kind == "sql" && !skip	{ print }
	inside && kind == "out"		{ print > (dir "/" n ".want") }
	!inside && NF				{ after = 0 }
	' "$1"
}

# stdin without trailing blanks and without empty lines at the end
trim() { sed 's/[[:space:]]*$//' | sed -e ':a' -e '/^\n*$/{$d;N;ba' -e '}'; }

check()
{
	local page=$1 n=$2 name="$1, line $(cat "$tmp/$2.line")"

	if [ -f "$tmp/$n.skip" ]; then
		tap ok "$1, line $(cat "$tmp/$n.line") # SKIP no ../shared/data"
	elif [ ! -f "$tmp/$n.got" ]; then
		tap "not ok" "$name: psql did not come here"
	elif [ ! -f "$tmp/$n.want" ]; then
		if grep -Eq '^(ERROR|FATAL|PANIC|psql|\\|invalid command|unrecognized)' "$tmp/$n.got"; then
			tap "not ok" "$name succeeds"
			sed 's/^/# /' "$tmp/$n.got"
		else
			tap "ok" "$name succeeds"
		fi
	elif diff <(trim <"$tmp/$n.want") <(trim <"$tmp/$n.got") >"$tmp/diff"; then
		tap "ok" "$name shows what it gives"
	else
		tap "not ok" "$name shows what it gives"
		sed 's/^/# /' "$tmp/diff"
	fi
}

# The page with its output blocks and its reference section renewed.
refill()
{
	awk -v dir="$tmp" '
	function cat(file)			{ while ((getline line < file) > 0) print line; close(file) }
	/^<!-- end -->/				{ if (skip) print ""; skip = 0 }
	skip						{ next }
	/^<!-- reference -->/		{ print; print ""; cat(dir "/reference"); skip = 1; next }
	/^```/ && inside			{ inside = 0; if (kind == "out") cat(dir "/" n ".trim"); after = kind == "sql"; print; next }
	/^```sql$/					{ inside = 1; kind = "sql"; n++; print; next }
	/^```(text)?$/ && after		{ inside = 1; kind = "out"; after = 0; print; next }
	/^```/						{ inside = 1; kind = "other"; after = 0 }
	inside && kind == "out"		{ next }
	!inside && NF				{ after = 0 }
	{ print }
	' "$1"
}

page()
{
	local n=0

	rm -f "$tmp"/*
	split "$1" >"$tmp/script"
	if [ "$record" ] && ls "$tmp" | grep -q '\.skip$'; then
		echo "$1 cannot be recorded without ../shared/data" >&2
		return
	fi

	dropdb --if-exists page 2>/dev/null
	createdb page
	grep -q '^CREATE EXTENSION coupon' "$tmp/script" || psql -q -d page -c 'CREATE EXTENSION coupon'
	(cd "${COUPON_DATA:-.}" && psql -q -d page <"$tmp/script" >"$tmp/out" 2>&1)
	awk -v dir="$tmp" '/^@@ [0-9]+$/ { file = dir "/" $2 ".got"; printf "" > file; next }
		file { print > file }' "$tmp/out"
	if grep -q '^<!-- reference -->' "$1"; then
		psql -q -d page -v ON_ERROR_STOP=1 -f test/reference.psql >"$tmp/reference"
		refill "$1" >"$tmp/renewed"
	fi

	if [ "$record" ]; then
		for n in "$tmp"/*.got; do trim <"$n" >"${n%.got}.trim"; done
		refill "$1" >"$tmp/renewed" && cat "$tmp/renewed" >"$1"
		return
	fi
	while [ -f "$tmp/$((n + 1)).line" ]; do
		n=$((n + 1))
		check "$1" "$n"
	done
	if [ -f "$tmp/reference" ]; then
		sections() { sed -n '/^<!-- reference -->/,/^<!-- end -->/p' "$1"; }
		if [ -s "$tmp/reference" ] && diff <(sections "$1") <(sections "$tmp/renewed") >"$tmp/diff"; then
			tap "ok" "$1: the reference is what the functions' comments say"
		else
			tap "not ok" "$1: the reference is what the functions' comments say"
			sed 's/^/# /' "$tmp/diff"
		fi
	fi
}

for file; do page "$file"; done
rm -rf "$tmp"
[ "$record" ] || echo "1..$tests"
