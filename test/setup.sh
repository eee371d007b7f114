# setup.sh
#	What test/run, demo/run and bench/run share: Debian packages, the build,
#	and a private throw-away cluster.  Sourced by bash, from the project's top.
#
# Everything lives in $WORK, a temporary directory: the installation ($WORK/inst),
# the data directory and the socket.  There is no TCP.  The server is stopped
# by its own pid and $WORK removed however the script ends.

export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
unset PGHOST PGPORT PGUSER PGDATABASE PGSERVICE PGOPTIONS PGPASSWORD PGDATA
PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/15/bin/pg_config}

say() { printf '%s\n' "$*" >&2; }

# The Debian packages of .ci/packages that are not installed yet.
packages_missing()
{
	local package

	for package in $(cat .ci/packages "$@"); do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			echo "$package"
	done
}

packages_install()
{
	local missing root=

	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			say "missing Debian packages:" $missing
			say "install them as root (apt-get install), or install sudo, and run this again"
			return 1
		fi
		root=sudo
	fi
	say "installing" $missing
	$root apt-get -qq -o DPkg::Lock::Timeout=500 update &&
		$root env DEBIAN_FRONTEND=noninteractive \
			apt-get -qq -y -o DPkg::Lock::Timeout=500 --no-install-recommends install $missing >/dev/null
}

# Run a command as the user who owns the cluster: the server refuses root.
as_owner()
{
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

cluster_stop()
{
	if [ -f "$WORK/data/postmaster.pid" ]; then
		as_owner "$BIN/pg_ctl" -D "$WORK/data" -m immediate -w stop >/dev/null 2>&1
	fi
	cd / && rm -rf "$WORK"
}

# Build from the checkout, install into $WORK and start a cluster there.
# Leaves WORK, BIN and the environment that psql needs.
cluster_start()
{
	local option

	BIN=$("$PG_CONFIG" --bindir)
	make -s -j2 with_llvm=no PG_CONFIG="$PG_CONFIG" || return 1

	WORK=$(mktemp -d "${TMPDIR:-/tmp}/coupon.XXXXXX")
	trap cluster_stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	chmod 755 "$WORK"
	make -s with_llvm=no PG_CONFIG="$PG_CONFIG" DESTDIR="$WORK/inst" install >"$WORK/install.log" 2>&1 ||
		{ cat "$WORK/install.log" >&2; return 1; }
	mkdir "$WORK/data" "$WORK/socket"
	[ "$(id -u)" -ne 0 ] || chown postgres "$WORK/data" "$WORK/socket"

	(
		cd "$WORK" || exit 1
		as_owner "$BIN/initdb" -D "$WORK/data" -U postgres -A trust -E UTF8 \
			--locale=C.UTF-8 --no-sync >"$WORK/initdb.log" || { cat "$WORK/initdb.log" >&2; exit 1; }
		for option in \
			"listen_addresses = ''" \
			"unix_socket_directories = '$WORK/socket'" \
			"extension_destdir = '$WORK/inst'" \
			"dynamic_library_path = '$WORK/inst$("$PG_CONFIG" --pkglibdir):\$libdir'" \
			"fsync = off" "max_connections = 30" "shared_buffers = '512MB'" "max_wal_size = '4GB'" \
			"max_parallel_workers = 8" "max_worker_processes = 12" "$@"
		do
			echo "$option"
		done >"$WORK/options"
		as_owner sh -c 'cat "$1" >>"$2"' sh "$WORK/options" "$WORK/data/postgresql.conf"
		# inherited descriptors (locks, pipes) would stay open in the server
		as_owner "$BIN/pg_ctl" -D "$WORK/data" -l "$WORK/data/log" -w start \
			>/dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- </dev/null ||
			{ cat "$WORK/data/log" >&2; exit 1; }
	) || return 1

	export PATH="$BIN:$PATH" PGHOST="$WORK/socket" PGUSER=postgres PGDATABASE=postgres
}
