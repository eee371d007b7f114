#!/bin/bash
# install.t
#	The install script adopts nothing that someone else has put there, and leaves nothing behind.

tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }
sql() { psql -qAt -v ON_ERROR_STOP=1 -d install "$@"; }
same() { if [ "$1" = "$2" ]; then tap ok "$3"; else tap 'not ok' "$3"; echo "# $1"; echo "# $2"; fi; }

found=$(grep -inE 'OR[[:space:]]+REPLACE|IF[[:space:]]+NOT[[:space:]]+EXISTS' coupon--1.0.sql)
same "$found" '' 'the install script creates, it does not replace'

version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" coupon.control)
same "$(sed -n 's/^\t"version": "\(.*\)\.0",$/\1/p' META.json)" "$version" 'META.json and coupon.control agree on the version'
same "$(ls coupon--*.sql)" "coupon--$version.sql" 'the script of that version is there'

createdb install
objects="SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'coupon')"
all="SELECT (SELECT count(*) FROM pg_proc) || ' ' || (SELECT count(*) FROM pg_type)"
before=$(sql -c "$all")
sql -c 'CREATE EXTENSION coupon'
count=$(sql -c "$objects")
[ "$count" -gt 50 ] && tap ok 'an extension of many objects' || tap 'not ok' "an extension of $count objects"
sql -c 'DROP EXTENSION coupon'
same "$(sql -c "$all")" "$before" 'DROP EXTENSION leaves no function and no type'

# trusted: an ordinary user who may create in the database installs it
sql -c 'CREATE ROLE analyst LOGIN; GRANT CREATE ON DATABASE install TO analyst'
same "$(sql -U analyst -c 'CREATE EXTENSION coupon' -c "$objects" 2>&1)" "$count" 'an ordinary user installs it'
sql -c 'DROP SCHEMA IF EXISTS coupon CASCADE; DROP OWNED BY analyst; DROP ROLE analyst' 2>/dev/null
dropdb install

echo "1..$tests"
