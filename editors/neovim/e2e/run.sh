#!/bin/bash
# Drives Neovim; editors/e2e.sh starts it and says what the variables are.
#
# Three of them: the system's own (Debian 12 has 0.7), that of Debian 13 (0.10), and a current one from Debian testing.
# The latter two are unpacked beside the system and run with their own C library. PAVISE_E2E_NVIM names other binaries,
# which are then the only ones.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)

# Python in the editor is not needed, and looking for it takes a second.
options=(--headless --cmd 'let g:loaded_python3_provider = 0')

row() { printf '%s\tneovim %s\t%s\t%s\t%s\n' "$@" >>"$E2E_TABLE"; }
now() { date +%s%3N; }

# as_root COMMAND...: by sudo if need be.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# debian PACKAGE: installs it. The lists of packages are fetched once.
debian() {
	command -v apt-get >/dev/null || { echo "there is no apt-get" >&2; return 1; }
	if [ ! -e "$E2E_TMP/lists" ]; then
		as_root apt-get update -q || return 1
		touch "$E2E_TMP/lists"
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q -o DPkg::Lock::Timeout=120 --no-install-recommends "$1"
}

# mirror: prints where apt has Debian from.
mirror() {
	# shellcheck disable=SC2016 # apt-get fills it in
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

# unpack SUITE: prints the folder with the Neovim of a Debian suite.
unpack() {
	local to=$E2E_CACHE/neovim-$1 from=$E2E_TMP/unpacked-$1 uri
	if [ ! -x "$to/usr/bin/nvim" ]; then
		mkdir -p "$E2E_CACHE"
		command -v mmdebstrap >/dev/null || debian mmdebstrap >&2 || return 1
		uri=$(mirror)
		if [ -z "$uri" ]; then
			as_root apt-get update -q >&2 || return 1
			uri=$(mirror)
		fi
		[ -n "$uri" ] || { echo "apt names no Debian mirror" >&2; return 1; }
		fetch "$1" "$from" "$uri" || fetch "$1" "$from" "$uri" || return 1
		[ -x "$from/usr/bin/nvim" ] || { echo "no nvim in the package neovim of $1" >&2; return 1; }
		# Another run may have been faster.
		mv -T "$from" "$to" 2>/dev/null || [ -x "$to/usr/bin/nvim" ] || cp -a "$from" "$to" || return 1
	fi
	echo "$to"
}

# fetch SUITE FOLDER MIRROR: a mirror may be older than testing's lists are valid for.
fetch() {
	rm -rf "$2"
	timeout -k 10 240 mmdebstrap --variant=extract --include=neovim \
		--aptopt='Acquire::Check-Valid-Until "false"' "$1" "$2" "$3" >&2
}

# starter FOLDER: writes a script that starts an unpacked Neovim with its own C library, and prints its name.
starter() {
	local at loader
	at=$E2E_TMP/$(basename "$1")
	loader=$(find "$1"/usr/lib/*-linux-gnu -maxdepth 1 -name 'ld-linux*.so.*' | head -n 1)
	[ -n "$loader" ] || { echo "no loader in $1" >&2; return 1; }
	cat >"$at" <<END
#!/bin/sh
export VIMRUNTIME='$1/usr/share/nvim/runtime'
exec '$loader' --library-path '$(dirname "$loader")' '$1/usr/bin/nvim' \\
	--cmd 'set runtimepath^=$1/usr/lib/nvim' "\$@"
END
	chmod +x "$at"
	echo "$at"
}

# block NAME: the Lua that stands in README.md under that mark.
block() {
	awk -v mark="<!-- e2e: $1 -->" '
		$0 == mark { on = 1; next }
		on && /^```lua$/ { inside = 1; next }
		inside && /^```$/ { exit }
		inside { print }' "$here/../README.md"
}

# home FOLDER VERSION: a home as the README tells to set it up, and a workspace.
home() {
	local name=0.7
	case $2 in
	0.7.*) ;;
	0.8.* | 0.9.* | 0.10.*) name=0.8 ;;
	*) name=0.11 ;;
	esac
	mkdir -p "$1/home/src" "$1/home/.config/nvim" "$1/bin"
	ln -s "$root" "$1/home/src/pavise"
	block "$name" >"$1/home/.config/nvim/init.lua"
	[ -s "$1/home/.config/nvim/init.lua" ] || { echo "README.md has no block for $name" >&2; return 1; }
	block 'fix on save' >"$1/fix_on_save.lua"
	cp -r "$E2E_BAKERY" "$1/bakery"
	# The pavise of this home: the real one, and a note of its process and how it ended.
	cat >"$1/bin/pavise" <<END
#!/bin/sh
exec 3<&0
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

# in_home FOLDER COMMAND...
in_home() {
	local at=$1
	shift
	exec env -u VIMRUNTIME -u NVIM -u XDG_CONFIG_DIRS -u XDG_DATA_DIRS HOME="$at/home" PATH="$at/bin:$PATH" LC_ALL=C.UTF-8 \
		XDG_CONFIG_HOME="$at/home/.config" XDG_DATA_HOME="$at/home/data" XDG_STATE_HOME="$at/home/state" \
		XDG_CACHE_HOME="$at/home/cache" XDG_RUNTIME_DIR="$at/home" \
		E2E_FILE="$at/bakery/src/app.py" E2E_WANT="$at/bakery/want" E2E_REPORT="$at/report" \
		E2E_FIX_ON_SAVE="$at/fix_on_save.lua" "$@"
}

# gone FOLDER: waits until no server of that home is left; ends those that stay, and fails.
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

# drive VERSION NVIM: the whole story, then an editor that dies.
drive() {
	local version=$1 nvim=$2 at began pid
	at=$E2E_TMP/run-$version
	began=$(now)
	home "$at" "$version" || { row FAIL "$version" "set up as in the README" 0 ""; return; }
	: >"$at/report"
	local code=0
	(in_home "$at" timeout -k 5 120 "$nvim" "${options[@]}" -S "$here/story.lua") </dev/null >"$at/out" 2>&1 || code=$?
	sed -n "s/^\(ok\|FAIL\)\t/\1\tneovim $version\t/p" "$at/report" >>"$E2E_TABLE"
	if [ "$code" != 0 ]; then
		grep -q '^FAIL' "$at/report" || row FAIL "$version" "the editor ended with $code" $(($(now) - began)) ""
		echo "--- neovim $version ---" >&2
		cat "$at/report" "$at/out" "$at/server.log" >&2
		gone "$at" || true
		return
	fi
	if ! gone "$at"; then
		row FAIL "$version" "no server is left" 0 "one had to be killed"
	elif [ "$(wc -l <"$at/pids")" != 1 ] || [ "$(cat "$at/codes")" != 0 ]; then
		row FAIL "$version" "one server, ended with 0" 0 "$(wc -l <"$at/pids") started, ended with $(tr '\n' ' ' <"$at/codes")"
	elif grep -q '"level":"\(error\|dpanic\|panic\|fatal\)"\|^panic:\|^fatal error:' "$at/server.log"; then
		row FAIL "$version" "the server's log is free of errors" 0 ""
		cat "$at/server.log" >&2
	else
		row ok "$version" "no server is left, it ended with 0" $(($(now) - began)) "the whole story"
	fi

	began=$(now)
	at=$E2E_TMP/orphan-$version
	home "$at" "$version"
	(in_home "$at" "$nvim" "${options[@]}" -S "$here/orphan.lua") </dev/null >"$at/out" 2>&1 &
	pid=$!
	for _ in $(seq 400); do
		[ -e "$at/report" ] && break
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	if [ ! -e "$at/report" ] || [ ! -s "$at/pids" ]; then
		row FAIL "$version" "the editor is killed" $(($(now) - began)) "it did not come so far"
		cat "$at/out" >&2
	fi
	kill -9 "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	if ! gone "$at"; then
		row FAIL "$version" "the editor is killed, the server ends" $(($(now) - began)) "it had to be killed"
	elif [ -e "$at/report" ]; then
		row ok "$version" "the editor is killed, the server ends" $(($(now) - began)) ""
	fi
}

version_of() { "$1" --version 2>/dev/null | sed -n '1s/^NVIM v\([0-9.]*\).*/\1/p'; }

if [ -n "${PAVISE_E2E_NVIM:-}" ]; then
	for nvim in $PAVISE_E2E_NVIM; do
		version=$(version_of "$nvim") || true
		if [ -n "$version" ]; then drive "$version" "$nvim"; else row FAIL "?" "start $nvim" 0 "it prints no version"; fi
	done
	exit 0
fi

if ! command -v nvim >/dev/null; then
	debian neovim >"$E2E_TMP/apt.log" 2>&1 || { cat "$E2E_TMP/apt.log" >&2; }
fi
if nvim=$(command -v nvim) && version=$(version_of "$nvim") && [ -n "$version" ]; then
	drive "$version" "$nvim"
else
	row FAIL "of the system" "install" 0 "nvim is not there and could not be installed"
fi
for suite in trixie forky; do
	if folder=$(unpack "$suite" 2>"$E2E_TMP/$suite.log") && nvim=$(starter "$folder") && version=$(version_of "$nvim") && [ -n "$version" ]; then
		drive "$version" "$nvim"
	else
		cat "$E2E_TMP/$suite.log" >&2
		row FAIL "of $suite" "fetch" 0 "$(tail -n 1 "$E2E_TMP/$suite.log")"
	fi
done
