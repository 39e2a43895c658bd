# What the scripts editors/*/e2e/run.sh share; e2e.sh says what the variables are.
# shellcheck shell=bash

now() { date +%s%3N; }

# as_root COMMAND...: by sudo if need be.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# debian PACKAGE...: installs them. The lists of packages are fetched once.
debian() {
	command -v apt-get >/dev/null || { echo "there is no apt-get" >&2; return 1; }
	if [ ! -e "$E2E_TMP/lists" ]; then
		as_root apt-get update -q || return 1
		touch "$E2E_TMP/lists"
	fi
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q -o DPkg::Lock::Timeout=300 --no-install-recommends "$@"
}

# need PROGRAM PACKAGE...: installs the packages if there is no such program; what apt says is shown if it fails.
need() {
	local program=$1
	shift
	command -v "$program" >/dev/null && return
	debian "$@" >"$E2E_TMP/apt.log" 2>&1 || { cat "$E2E_TMP/apt.log" >&2; return 1; }
	command -v "$program" >/dev/null
}

# mirror: prints where apt has Debian from.
mirror() {
	# shellcheck disable=SC2016 # apt-get fills it in
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

# unpack SUITE PACKAGE PROGRAM: prints the folder with a package of a Debian suite, which has the program.
unpack() {
	local to=$E2E_CACHE/$2-$1 from=$E2E_TMP/unpacked-$2-$1 uri
	if [ ! -x "$to/$3" ]; then
		mkdir -p "$E2E_CACHE"
		command -v mmdebstrap >/dev/null || debian mmdebstrap >&2 || return 1
		uri=$(mirror)
		if [ -z "$uri" ]; then
			as_root apt-get update -q >&2 || return 1
			uri=$(mirror)
		fi
		[ -n "$uri" ] || { echo "apt names no Debian mirror" >&2; return 1; }
		fetch "$1" "$2" "$from" "$uri" || fetch "$1" "$2" "$from" "$uri" || return 1
		[ -x "$from/$3" ] || { echo "no $3 in the package $2 of $1" >&2; return 1; }
		# Another run may have been faster.
		mv -T "$from" "$to" 2>/dev/null || [ -x "$to/$3" ] || cp -a "$from" "$to" || return 1
	fi
	echo "$to"
}

# fetch SUITE PACKAGE FOLDER MIRROR: a mirror may be older than testing's lists are valid for.
fetch() {
	rm -rf "$3"
	timeout -k 10 240 mmdebstrap --variant=extract --include="$2" \
		--aptopt='Acquire::Check-Valid-Until "false"' "$1" "$3" "$4" >&2
}

# starter FOLDER PROGRAM: writes a script that starts a program of an unpacked suite with its own C library, and prints its
# name. Lines on standard input stand before, words after PROGRAM are its first arguments.
starter() {
	local at loader folder=$1 program=$2
	shift 2
	at=$E2E_TMP/$(basename "$folder")
	loader=$(find "$folder"/usr/lib/*-linux-gnu -maxdepth 1 -name 'ld-linux*.so.*' | head -n 1)
	[ -n "$loader" ] || { echo "no loader in $folder" >&2; return 1; }
	{
		echo '#!/bin/sh'
		cat
		printf "exec '%s' --library-path '%s' '%s'" "$loader" "$(dirname "$loader")" "$folder/$program"
		[ $# = 0 ] || printf " '%s'" "$@"
		# shellcheck disable=SC2016 # the script expands it
		echo ' "$@"'
	} >"$at"
	chmod +x "$at"
	echo "$at"
}

# block FILE MARK: the code that stands in a Markdown file under <!-- e2e: MARK -->.
block() {
	awk -v mark="<!-- e2e: $2 -->" '
		$0 == mark { on = 1; next }
		on && !inside && /^```[a-z]*$/ { inside = 1; next }
		inside && /^```$/ { exit }
		inside { print }' "$1"
}

# server FOLDER: writes FOLDER/bin/pavise, the real one with a note of its processes, how they ended, and what they sent.
server() {
	mkdir -p "$1/bin"
	cat >"$1/bin/pavise" <<END
#!/bin/sh
[ "\$1" = serve ] || exec '$E2E_PAVISE' "\$@"
exec 3<&0
set -- "\$@" --trace "$E2E_TRAFFIC/$(basename "$E2E_TMP")-\$\$.jsonl"
'$E2E_PAVISE' "\$@" <&3 2>>'$1/server.log' &
echo \$! >>'$1/pids'
wait \$!
code=\$?
echo \$code >>'$1/codes'
exit \$code
END
	chmod +x "$1/bin/pavise"
	: >"$1/pids"
	: >"$1/codes"
	: >"$1/server.log"
}

# gone FOLDER: waits until no server of that folder is left; ends those that stay, and fails.
gone() {
	local pid left=0
	for _ in $(seq 100); do
		left=0
		while read -r pid; do
			if kill -0 "$pid" 2>/dev/null; then left=$pid; fi
		done <"$1/pids"
		[ "$left" != 0 ] || return 0
		sleep 0.05
	done
	while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done <"$1/pids"
	return 1
}

# quiet FOLDER: the log of its servers is free of errors.
quiet() {
	! grep '"level":"\(error\|dpanic\|panic\|fatal\)"\|^panic:\|^fatal error:' "$1/server.log" >&2
}
