#!/bin/bash
# setup.t
#	However a script ends that has started a cluster, server and directory are gone, and there was no TCP.

tap() { tests=$((tests + 1)); echo "$1 $tests - $2"; }

cat >"${WORK:?}/sleeper" <<'SH'
unset WORK SERVER
. test/setup.sh && cluster_start >&2 || exit 1
echo "$WORK $SERVER $(psql -qAt -c 'SHOW listen_addresses')"
[ "$1" = normal ] && exit
[ "$1" = error ] && { false || exit 1; }
attend psql -qAt -c 'SELECT pg_sleep(60)'
SH

for way in normal error INT TERM HUP; do
	mkfifo "$WORK/$way"
	env --default-signal=INT,TERM,HUP bash "${WORK:?}/sleeper" "$way" >"$WORK/$way" 2>/dev/null &
	script=$!
	read -r directory server tcp <"$WORK/$way"
	case $way in normal | error) ;; *) sleep 0.2; kill -"$way" "$script" ;; esac
	wait "$script"
	if [ -n "$server" ] && [ ! -e "$directory" ] && [ ! -d "/proc/$server" ] && [ -z "$tcp" ]; then
		tap ok "nothing is left: $way"
	else
		tap 'not ok' "nothing is left: $way"
		echo "# directory $(ls -d "$directory" 2>&1), server $(ps -o args= -p "$server"), TCP '$tcp'"
	fi
done
echo "1..$tests"
