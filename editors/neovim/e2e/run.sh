#!/bin/bash
# Drives Neovim; editors/e2e.sh starts it and says what the variables are.
#
# Three of them: the system's own (Debian 12 has 0.7), that of Debian 13 (0.10), and a current one from Debian testing.
# The latter two are unpacked beside the system and run with their own C library. PAVISE_E2E_NVIM names other binaries,
# which are then the only ones.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

# Python in the editor is not needed, and looking for it takes a second.
options=(--headless --cmd 'let g:loaded_python3_provider = 0')

row() { printf '%s\tneovim %s\t%s\t%s\t%s\n' "$@" >>"$E2E_TABLE"; }

# home FOLDER VERSION: a home as the README tells to set it up, and a workspace.
home() {
	local name=0.7
	case $2 in
	0.7.*) ;;
	0.8.* | 0.9.* | 0.10.*) name=0.8 ;;
	*) name=0.11 ;;
	esac
	mkdir -p "$1/home/src" "$1/home/.config/nvim"
	ln -s "$root" "$1/home/src/pavise"
	block "$here/../README.md" "$name" >"$1/home/.config/nvim/init.lua"
	[ -s "$1/home/.config/nvim/init.lua" ] || { echo "README.md has no block for $name" >&2; return 1; }
	block "$here/../README.md" 'fix on save' >"$1/fix_on_save.lua"
	cp -r "$E2E_BAKERY" "$1/bakery"
	server "$1"
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
	elif ! quiet "$at"; then
		row FAIL "$version" "the server's log is free of errors" 0 ""
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

# picture VERSION NVIM: the window of a terminal in which the file is open, for the README.
picture() {
	local at=$E2E_TMP/picture screen terminal
	need Xvfb xvfb && need xterm xterm && need import imagemagick || return 1
	home "$at" "$1"
	mkdir -p "$at/guestbook"
	cp -r "$root/testdata/demo/." "$at/guestbook"
	rm -f "$at/report"
	mkfifo "$at/display"
	exec 5<>"$at/display"
	Xvfb -displayfd 5 -screen 0 1000x620x24 >"$at/xvfb.log" 2>&1 &
	screen=$!
	read -r -t 30 DISPLAY <&5
	export DISPLAY=:$DISPLAY
	(in_home "$at" xterm -fa 'DejaVu Sans Mono' -fs 11 -geometry 110x34+0+0 -bg '#16161e' -fg '#c0caf5' -e env E2E_FILE="$at/guestbook/app.py" "$2" "${options[@]:1}" \
		-c 'luafile '"$here/picture.lua") >"$at/out" 2>&1 &
	terminal=$!
	for _ in $(seq 600); do
		[ -e "$at/report" ] && break
		sleep 0.05
	done
	[ -e "$at/report" ] && import -window root -trim "$root/editors/neovim/media/problems.png"
	kill "$terminal" 2>/dev/null || true
	wait "$terminal" 2>/dev/null || true
	kill "$screen" 2>/dev/null || true
	wait "$screen" 2>/dev/null || true
	gone "$at" || true
	[ -e "$at/report" ] || { cat "$at/out" "$at/xvfb.log" >&2; return 1; }
}

# start FOLDER: prints the name of a script that starts an unpacked Neovim.
start() {
	starter "$1" usr/bin/nvim --cmd "set runtimepath^=$1/usr/lib/nvim" <<END
export VIMRUNTIME='$1/usr/share/nvim/runtime'
END
}

version_of() { "$1" --version 2>/dev/null | sed -n '1s/^NVIM v\([0-9.]*\).*/\1/p'; }

if [ -n "${PAVISE_E2E_NVIM:-}" ]; then
	for nvim in $PAVISE_E2E_NVIM; do
		version=$(version_of "$nvim") || true
		if [ -n "$version" ]; then drive "$version" "$nvim"; else row FAIL "?" "start $nvim" 0 "it prints no version"; fi
	done
	exit 0
fi

if need nvim neovim && nvim=$(command -v nvim) && version=$(version_of "$nvim") && [ -n "$version" ]; then
	drive "$version" "$nvim"
	# Those that are unpacked start a second process on a screen, and do not find themselves.
	if [ -n "${PAVISE_E2E_PICTURES:-}" ]; then
		picture "$version" "$nvim" || row FAIL "$version" "take the picture" 0 ""
	fi
else
	row FAIL "of the system" "install" 0 "nvim is not there and could not be installed"
fi
for suite in trixie forky; do
	if folder=$(unpack "$suite" neovim usr/bin/nvim 2>"$E2E_TMP/$suite.log") && nvim=$(start "$folder") && version=$(version_of "$nvim") && [ -n "$version" ]; then
		drive "$version" "$nvim"
	else
		cat "$E2E_TMP/$suite.log" >&2
		row FAIL "of $suite" "fetch" 0 "$(tail -n 1 "$E2E_TMP/$suite.log")"
	fi
done
