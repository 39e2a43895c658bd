#!/bin/bash
# Drives a window of Kate on a screen that nobody sees; editors/e2e.sh starts it and says what the variables are. What Kate
# shows cannot be read from outside, so the story is told by the file: the fix is chosen in Kate's menu and saved.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

name=kate

row() { printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$name" "$2" "$3" "$4" >>"$E2E_TABLE"; }

if ! need kate kate || ! need Xvfb xvfb || ! need xdotool xdotool || ! need dbus-run-session dbus-x11; then
	row FAIL "install" 0 "kate, xvfb, xdotool or dbus is not there and could not be installed"
	exit 0
fi

at=$E2E_TMP
file=$at/bakery/src/app.py
mkdir -p "$at/home/.config/kate/lspclient" "$at/runtime"
chmod 700 "$at/runtime"
cp -r "$E2E_BAKERY" "$at/bakery"
server "$at"
block "$here/../README.md" kate >"$at/home/.config/kate/lspclient/settings.json"
cat >"$at/home/.config/katerc" <<END
[General]
Show welcome view for new window=false
Startup Session=new

[Kate Plugins]
lspclientplugin=true

[lspclient]
AllowedServerCommandLines=$at/bin/pavise serve
END

export HOME=$at/home XDG_CONFIG_HOME=$at/home/.config XDG_DATA_HOME=$at/home/data XDG_CACHE_HOME=$at/home/cache \
	XDG_RUNTIME_DIR=$at/runtime PATH=$at/bin:$PATH LC_ALL=C.UTF-8 QT_QPA_PLATFORM=xcb
name="kate $(QT_QPA_PLATFORM=offscreen kate --version 2>/dev/null | sed -n 's/^kate \([0-9.]*\).*/\1/p')"

# Xvfb chooses a free number and tells it.
mkfifo "$at/display"
exec 5<>"$at/display"
Xvfb -displayfd 5 -screen 0 1280x800x24 >"$at/xvfb.log" 2>&1 &
screen=$!
trap 'kill "$screen" 2>/dev/null || true' EXIT
read -r -t 30 display <&5
export DISPLAY=:$display

began=$(now)
dbus-run-session -- timeout -k 5 150 kate -b -n "$file" >"$at/kate.log" 2>&1 &
kate=$!

# until CONDITION...: waits.
until_() {
	for _ in $(seq 600); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.05
	done
	return 1
}

fixed() { cmp -s "$file" "$at/bakery/want/fixed.py"; }
window() { id=$(xdotool search --onlyvisible --name 'app\.py' | tail -n 1) && [ -n "$id" ]; }
press() { xdotool key --clearmodifiers "$@"; sleep 0.4; }

# choose: takes the first action at the finding, and saves.
choose() {
	xdotool windowfocus "$id" || true
	press Escape
	press ctrl+g
	xdotool type 19
	press Return
	press Home
	for _ in $(seq 20); do xdotool key Right; done
	press alt+Return
	sleep 0.6
	press Down
	press Return
	sleep 0.6
	press ctrl+s
}

what="fix the query by its code action, save"
if ! until_ window || ! until_ grep -q 'client connected' "$at/server.log"; then
	row FAIL "$what" $(($(now) - began)) "no window, or the server was not started"
	cat "$at/kate.log" "$at/server.log" >&2
else
	sleep 1
	for _ in 1 2 3; do
		choose
		if fixed; then break; fi
	done
	if fixed; then
		row ok "$what" $(($(now) - began)) ""
	else
		row FAIL "$what" $(($(now) - began)) "the file on the disk is another"
		diff "$at/bakery/want/fixed.py" "$file" >&2 || true
	fi
fi
ended() { ! kill -0 "$kate" 2>/dev/null; }
press Escape
press ctrl+q
if ! until_ ended; then
	row FAIL "Kate ends" 0 "it had to be killed"
	pkill -P "$kate" || true # timeout, which passes it on
fi
wait "$kate" 2>/dev/null || true
if ! gone "$at"; then
	row FAIL "no server is left" 0 "one had to be killed"
elif ! quiet "$at"; then
	row FAIL "the server's log is free of errors" 0 ""
else
	row ok "no server is left" 0 ""
fi
