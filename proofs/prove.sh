#!/bin/bash
# Proves the fixes: prove.sh PAVISE [TABLE]. prove.py says how; this makes what it needs: a virtual environment with the
# packages of requirements.txt, which is kept for the next time, and servers of PostgreSQL and MariaDB on loopback, which
# end with it. A server that is not there is installed on Debian; if that cannot be, its programs are left out, said so in
# the table, and in CI that is a failure.
set -euo pipefail

pavise=$(realpath "${1:?usage: prove.sh PAVISE [TABLE]}")
table=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/pavise-proofs
tmp=$(mktemp -d "${TMPDIR:-/tmp}/pavise-proofs.XXXXXX")
servers=()

finish() {
	for pid in "${servers[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$tmp"
}
trap finish EXIT

# as_root COMMAND...: by sudo if need be.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# debian PACKAGE...: installs them.
debian() {
	command -v apt-get >/dev/null || { echo "prove: there is no apt-get to install $* with" >&2; return 1; }
	if [ ! -e "$tmp/lists" ]; then
		as_root apt-get update -q || return 1
		touch "$tmp/lists"
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q -o DPkg::Lock::Timeout=120 --no-install-recommends "$@"
}

# as_nobody COMMAND...: database servers do not run as root.
as_nobody() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$tmp" "$@"
	else
		"$@"
	fi
}

# within COMMAND...: waits until it succeeds, at most half a minute.
within() {
	for _ in $(seq 150); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.2
	done
	return 1
}

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

environment() {
	command -v python3 >/dev/null || debian python3
	venv=$cache/$(cat "$here/requirements.txt" <(python3 --version) | sha256sum | cut -c1-16)
	[ ! -e "$venv/done" ] || return 0
	rm -rf "$venv"
	mkdir -p "$cache"
	python3 -m venv "$venv" 2>/dev/null || { debian python3-venv && python3 -m venv --clear "$venv"; }
	"$venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
	touch "$venv/done"
}

# program NAME: prints where a program of a database is.
program() {
	local at
	for at in "/usr/lib/postgresql"/*/bin/"$1" "/usr/sbin/$1" "$(command -v "$1" || true)"; do
		if [ -x "$at" ]; then echo "$at"; return 0; fi
	done
	return 1
}

postgres() {
	program initdb >/dev/null && program postgres >/dev/null || debian postgresql >"$tmp/postgres.log" 2>&1 || return 1
	local at data=$tmp/postgres
	at=$(port)
	mkdir "$data" && as_root chown "$(as_nobody id -u)" "$data"
	as_nobody "$(program initdb)" -D "$data/db" -U proof -A trust -E UTF8 --no-sync >"$tmp/postgres.log" 2>&1 || return 1
	as_nobody "$(program postgres)" -D "$data/db" -p "$at" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
		>>"$tmp/postgres.log" 2>&1 &
	servers+=($!)
	export PROOF_POSTGRES="postgresql://proof@127.0.0.1:$at/postgres"
	within "$venv/bin/python" -c 'import os, psycopg; psycopg.connect(os.environ["PROOF_POSTGRES"])'
}

mariadb() {
	program mariadbd >/dev/null && command -v my_print_defaults >/dev/null ||
		debian mariadb-server-core mariadb-client >"$tmp/mariadb.log" 2>&1 || return 1
	local at data=$tmp/mariadb
	at=$(port)
	mkdir "$data" && as_root chown "$(as_nobody id -u)" "$data"
	as_nobody mariadb-install-db --no-defaults --basedir=/usr --datadir="$data/db" --skip-test-db --auth-root-authentication-method=normal \
		>"$tmp/mariadb.log" 2>&1 || return 1
	as_nobody "$(program mariadbd)" --no-defaults --datadir="$data/db" --socket="$data/s" --pid-file="$data/pid" --port="$at" \
		--bind-address=127.0.0.1 --character-set-server=utf8mb4 --innodb-flush-log-at-trx-commit=0 >>"$tmp/mariadb.log" 2>&1 &
	servers+=($!)
	export PROOF_MARIADB=$at
	within "$venv/bin/python" -c 'import os, pymysql
pymysql.connect(host="127.0.0.1", port=int(os.environ["PROOF_MARIADB"]), user="root").cursor().execute("CREATE DATABASE IF NOT EXISTS proof")'
}

chmod 755 "$tmp"
began=$SECONDS
environment
made=$SECONDS
without=()
for server in postgres mariadb; do
	if ! $server; then
		echo "prove: $server could not be started:" >&2
		tail -n 5 "$tmp/$server.log" >&2 || true
		without+=(--without "$server")
	fi
done

status=0
"$venv/bin/python" "$here/prove.py" "$pavise" "$tmp/work" ${table:+--table "$table"} "${without[@]}" || status=$?
echo "prove: packages $((made - began)) s, the rest $((SECONDS - made)) s"
if [ ${#without[@]} -gt 0 ] && [ -n "${CI:-}" ]; then
	status=1
fi
exit "$status"
