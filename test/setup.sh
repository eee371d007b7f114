# setup.sh
#	What test/run, demo/run and bench/* share: Debian packages, the build,
#	and a private throw-away cluster.  Sourced by bash, from the project's top.
#
# Everything lives in $WORK, a temporary directory: the installation ($WORK/inst),
# the data directory and the socket.  There is no TCP.  However the script ends,
# the server is stopped by its own pid and $WORK is removed.

export LC_ALL=C.UTF-8 PSQLRC=/dev/null PSQL_PAGER= TZ=UTC
PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/15/bin/pg_config}
for variable in "${!PG@}"; do
	[ "$variable" = PG_CONFIG ] || unset "$variable"
done
unset variable MAKEFLAGS MAKELEVEL MFLAGS

# Public data for tests and demo lie beside the checkout, where they are at all.
COUPON_DATA=$(cd ../shared/data 2>/dev/null && pwd) && [ -r "$COUPON_DATA/hillstrom.csv.gz" ] &&
	export COUPON_DATA || unset COUPON_DATA

say() { printf '%s\n' "$*" >&2; }

# The Debian packages of .ci/packages that are not installed yet.
packages_missing()
{
	local package

	for package in $(cat .ci/packages); do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			echo "$package"
	done
}

packages_install()
{
	local missing output root=

	missing=$(packages_missing)
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		root=sudo
		if ! command -v sudo >/dev/null; then
			say "missing Debian packages:" $missing
			say "install them as root (apt-get install), or install sudo, and run this again"
			return 1
		fi
	fi
	say "installing Debian packages (some minutes):" $missing
	output=$($root env DEBIAN_FRONTEND=noninteractive sh -c '
		apt-get -q -o DPkg::Lock::Timeout=500 update
		apt-get -q -y -o DPkg::Lock::Timeout=500 --no-install-recommends install "$@"
		' sh $missing </dev/null 2>&1) || { say "$output"; return 1; }
}

# Run a command as the user who owns the cluster (the server refuses root),
# in a directory that this user may enter.
OWNER=()
[ "$(id -u)" -ne 0 ] || OWNER=(setpriv --reuid=postgres --regid=postgres --init-groups)
as_owner() { (cd / && exec "${OWNER[@]}" "$@"); }

# Run a command in such a way that a signal to the script takes effect at once:
# bash defers traps while a command is in the foreground.
attend()
{
	"$@" <&0 &
	wait $!
}

cluster_stop()
{
	trap '' INT TERM HUP
	kill $(jobs -p) 2>/dev/null			# the server is among them; QUIT does not wait for clients
	[ -z "$SERVER" ] || { kill -QUIT "$SERVER" && wait "$SERVER"; } 2>/dev/null
	cd / && rm -rf "$WORK"
}

# A temporary directory that the server may enter and whose socket has a path
# shorter than 107 bytes.
work_directory()
{
	local parent=${TMPDIR:-/tmp}

	case $parent in
		/*) [ "$(printf %s "$parent" | wc -c)" -le 60 ] && as_owner test -x "$parent" || parent=/tmp ;;
		*) parent=/tmp ;;
	esac
	WORK=$(mktemp -d "$parent/coupon.XXXXXX") && chmod 755 "$WORK"
}

# Build from the checkout, install into $WORK and start a cluster there.
# Arguments are more settings of the server, as in postgresql.conf.
# Leaves WORK, BIN and the environment that psql needs.
cluster_start()
{
	BIN=$("$PG_CONFIG" --bindir) &&
		attend make -s -j"$(nproc)" with_llvm=no PG_CONFIG="$PG_CONFIG" || return 1

	SERVER=
	trap cluster_stop EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	work_directory || return 1
	make -s with_llvm=no PG_CONFIG="$PG_CONFIG" DESTDIR="$WORK/inst" install >"$WORK/log" 2>&1 &&
		mkdir "$WORK/data" "$WORK/socket" &&
		{ [ "$(id -u)" -ne 0 ] || chown postgres "$WORK/data" "$WORK/socket"; } &&
		as_owner "$BIN/initdb" -D "$WORK/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
			--no-sync >>"$WORK/log" 2>&1 || { cat "$WORK/log" >&2; return 1; }

	printf '%s\n' "listen_addresses = ''" \
		"unix_socket_directories = '$WORK/socket'" "unix_socket_permissions = 0700" \
		"extension_destdir = '$WORK/inst'" \
		"dynamic_library_path = '$WORK/inst$("$PG_CONFIG" --pkglibdir):\$libdir'" \
		"fsync = off" "max_connections = 30" "shared_buffers = '512MB'" "max_wal_size = '4GB'" \
		"max_parallel_workers = 8" "max_worker_processes = 12" "$@" |
		as_owner sh -c 'cat >>"$1"' sh "$WORK/data/postgresql.conf"

	# should this script be killed, the server goes too;
	# inherited descriptors (locks, pipes) would stay open in it
	(cd / && exec "${OWNER[@]}" setpriv --pdeathsig QUIT "$BIN/postgres" -D "$WORK/data") \
		>>"$WORK/log" 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	SERVER=$!
	until "$BIN/pg_isready" -q -h "$WORK/socket"; do
		kill -0 "$SERVER" 2>/dev/null || { cat "$WORK/log" >&2; return 1; }
		sleep 0.1
	done

	export WORK PATH="$BIN:$PATH" PGHOST="$WORK/socket" PGUSER=postgres PGDATABASE=postgres
}
