#!/bin/bash
# Drives Helix in tmux, by its keys; editors/e2e.sh starts it and says what the variables are. Helix is that of Debian 13 and of
# Debian testing, unpacked beside the system.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

row() { printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$name" "$2" "$3" "$4" >>"$E2E_TABLE"; }

screen() { "${tmux[@]}" capture-pane -p -t helix 2>/dev/null; }

# see TEXT: waits until the screen shows it.
see() {
	for _ in $(seq 400); do
		if screen | grep -qF -- "$1"; then return 0; fi
		sleep 0.05
	done
	echo "never seen: $1"
	screen
	return 1
}

# unseen TEXT: waits until the screen does not show it any more.
unseen() {
	for _ in $(seq 400); do
		if ! screen | grep -qF -- "$1"; then return 0; fi
		sleep 0.05
	done
	echo "always seen: $1"
	screen
	return 1
}

# keys KEY...: types them. A key right after Escape would be taken for one with Alt.
keys() {
	"${tmux[@]}" send-keys -t helix "$@"
	if [ "${*: -1}" = Escape ]; then sleep 0.3; fi
}

# type TEXT: key by key, fast for a person. Helix 25.01 sends changes out of order when keys come faster.
type() {
	local i
	for ((i = 0; i < ${#1}; i++)); do
		"${tmux[@]}" send-keys -t helix -l "${1:i:1}"
		sleep 0.02
	done
}

# same NAME: waits until the file on the disk is what it should become.
same() {
	for _ in $(seq 200); do
		if cmp -s "$at/bakery/src/app.py" "$at/bakery/want/$1"; then return 0; fi
		sleep 0.05
	done
	diff "$at/bakery/want/$1" "$at/bakery/src/app.py"
}

open() {
	see 'def orders():'
	keys 19G gs ']' d
	see 'becomes part of this query'
}

explained() {
	keys 19G ']' d
	see 'from `request.args`'
}

hover() {
	keys 25G gs
	keys ']' d
	sleep 0.2
	keys Space k
	see 'unsafe-deserialization'
	keys Escape
	unseen 'pavise explain'
}

fix() {
	keys 19G gs ']' d
	sleep 0.2
	keys Space a
	see 'Ignore sql-injection'
	keys Enter
	see 'name = ? AND'
	keys ':w' Enter
	same fixed.py
}

typed() {
	keys 18G o
	type 'database().execute("SELECT id FROM orders WHERE name = " + name)'
	keys Escape
	see 'becomes part of this query'
}

undone() {
	keys u
	unseen 'DELETE FROM'
	unseen 'becomes part of this query'
	keys ':w' Enter
	same fixed.py
}

ignored() {
	keys 30G gs ']' d
	sleep 0.2
	keys Space a
	see 'Ignore '
	keys Escape
}

stopped() {
	keys ':q!' Enter
	for _ in $(seq 200); do
		"${tmux[@]}" has-session -t helix 2>/dev/null || break
		sleep 0.05
	done
}

left() {
	gone "$at"
	quiet "$at"
}

# step WHAT COMMAND: a line of the table. After a failure nothing more is tried.
step() {
	local began
	[ "$failed" = 0 ] || return 0
	began=$(now)
	set +e
	(set -e; "$2") >"$at/out" 2>&1
	failed=$?
	set -e
	if [ "$failed" = 0 ]; then
		row ok "$1" $(($(now) - began)) ""
	else
		row FAIL "$1" $(($(now) - began)) "$(head -n 1 "$at/out")"
		echo "--- $name: $1 ---" >&2
		cat "$at/out" "$at/server.log" >&2
	fi
}

# drive HELIX
drive() {
	at=$E2E_TMP/run-$2
	failed=0
	mkdir -p "$at/home/.config/helix"
	cp -r "$E2E_BAKERY" "$at/bakery"
	block "$here/../README.md" helix >"$at/home/.config/helix/languages.toml"
	block "$here/../README.md" 'helix messages' >"$at/home/.config/helix/config.toml"
	server "$at"
	tmux=(tmux -S "$at/tmux" -f /dev/null)
	HOME=$at/home XDG_CONFIG_HOME=$at/home/.config XDG_CACHE_HOME=$at/home/cache XDG_DATA_HOME=$at/home/data PATH=$at/bin:$PATH \
		LC_ALL=C.UTF-8 TERM=xterm-256color "${tmux[@]}" new-session -d -x 180 -y 50 -s helix "'$1' '$at/bakery/src/app.py' 2>'$at/err'"
	step "open the file, see the findings" open
	step "the message says source, consequence and cure" explained
	step "hover shows the way from source to sink" hover
	step "fix the query by its code action, save" fix
	step "type an unsafe line, see it without saving" typed
	step "undo takes the finding away" undone
	step "ignoring a finding on its line is offered" ignored
	step "stop the server" stopped
	step "no server is left" left
	"${tmux[@]}" kill-server 2>/dev/null || true
	gone "$at" || true
}

name="helix"
if ! need tmux tmux; then
	row FAIL "install" 0 "tmux is not there and could not be installed"
	exit 0
fi
for suite in trixie forky; do
	name="helix of $suite"
	if folder=$(unpack "$suite" hx usr/bin/hx 2>"$E2E_TMP/$suite.log") &&
		helix=$(starter "$folder" usr/bin/hx 2>>"$E2E_TMP/$suite.log" <<<"export HELIX_RUNTIME='$folder/usr/lib/helix/runtime'") &&
		version=$("$helix" --version | sed -n '1s/^helix \([0-9.]*\).*/\1/p') && [ -n "$version" ]; then
		name="helix $version"
		drive "$helix" "$suite"
	else
		cat "$E2E_TMP/$suite.log" >&2
		row FAIL "fetch" 0 "$(tail -n 1 "$E2E_TMP/$suite.log")"
	fi
done
