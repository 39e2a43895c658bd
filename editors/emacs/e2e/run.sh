#!/bin/bash
# Drives Emacs; editors/e2e.sh starts it and says what the variables are. Eglot and lsp-mode in the system's own Emacs
# (Debian 12 has 28), Eglot in a current one from Debian testing, unpacked beside the system.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

row() { printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$E2E_TABLE"; }

# start FOLDER: prints the name of a script that starts an unpacked Emacs.
start() {
	local at=$1 share dump
	share=$(find "$at/usr/share/emacs" -maxdepth 1 -name '[0-9]*' | head -n 1)
	dump=$(find "$at/usr" -name 'emacs*.pdmp' | head -n 1)
	[ -n "$share" ] && [ -n "$dump" ] || { echo "no Emacs in $at" >&2; return 1; }
	starter "$at" usr/bin/emacs-nox --dump-file="$dump" <<END
export EMACSLOADPATH='$(find "$share/lisp" -type d | tr '\n' ':' | sed 's/:$//')'
export EMACSDATA='$share/etc' EMACSDOC='$share/etc'
END
}

# drive NAME CLIENT EMACS...: the whole story with the set-up of the README.
drive() {
	local name=$1 client=$2 at=$E2E_TMP/run-${1// /-} began code=0
	shift 2
	began=$(now)
	mkdir -p "$at/home"
	cp -r "$E2E_BAKERY" "$at/bakery"
	# lsp-mode 8 takes columns in UTF-16 for characters, which only lines with emoji tell.
	[ "$client" = eglot ] || sed -i 's/🎂\|🍰/ö/g' "$at/bakery/src/app.py" "$at"/bakery/want/*.py
	block "$here/../README.md" "$client" >"$at/init.el"
	block "$here/../README.md" "$client fix on save" >"$at/save.el"
	server "$at"
	: >"$at/report"
	env -u EMACSLOADPATH HOME="$at/home" PATH="$at/bin:$PATH" LC_ALL=C.UTF-8 E2E_CLIENT="$client" E2E_FILE="$at/bakery/src/app.py" \
		E2E_WANT="$at/bakery/want" E2E_REPORT="$at/report" E2E_INIT="$at/init.el" E2E_SAVE="$at/save.el" \
		timeout -k 5 180 "$@" -l "$here/story.el" >"$at/out" 2>&1 || code=$?
	sed "s/^\(ok\|FAIL\)\t/\1\t$name\t/" "$at/report" >>"$E2E_TABLE"
	if [ "$code" != 0 ]; then
		grep -q '^FAIL' "$at/report" || row FAIL "$name" "Emacs ended with $code" $(($(now) - began)) ""
		echo "--- $name ---" >&2
		tail -n 40 "$at/out" >&2
		cat "$at/server.log" >&2
	fi
	if ! gone "$at"; then
		row FAIL "$name" "no server is left" 0 "one had to be killed"
	elif ! quiet "$at"; then
		row FAIL "$name" "the server's log is free of errors" 0 ""
	elif [ "$code" = 0 ]; then
		row ok "$name" "no server is left" $(($(now) - began)) "the whole story"
	fi
}

version_of() { "$@" --version 2>/dev/null | sed -n '1s/^GNU Emacs \([0-9]*\).*/\1/p'; }

installed() { [ -n "$(find /usr/share/emacs/site-lisp/elpa* -maxdepth 1 -name "$1-[0-9]*" 2>/dev/null | head -n 1)" ]; }

if need emacs emacs-nox && version=$(version_of emacs) && [ -n "$version" ]; then
	if [ "$version" -ge 29 ] || installed eglot || debian elpa-eglot >"$E2E_TMP/apt.log" 2>&1; then
		drive "emacs $version eglot" eglot emacs --batch -q -f package-initialize
	else
		row FAIL "emacs $version eglot" "install" 0 "$(tail -n 1 "$E2E_TMP/apt.log")"
	fi
	if installed lsp-mode || debian elpa-lsp-mode >"$E2E_TMP/apt.log" 2>&1; then
		drive "emacs $version lsp-mode" lsp-mode emacs --batch -q -f package-initialize
	else
		row FAIL "emacs $version lsp-mode" "install" 0 "$(tail -n 1 "$E2E_TMP/apt.log")"
	fi
else
	row FAIL "emacs of the system" "install" 0 "emacs is not there and could not be installed"
fi
if folder=$(unpack forky emacs-nox usr/bin/emacs-nox 2>"$E2E_TMP/forky.log") && emacs=$(start "$folder" 2>>"$E2E_TMP/forky.log") &&
	version=$(version_of "$emacs") && [ -n "$version" ]; then
	drive "emacs $version eglot" eglot "$emacs" --batch -Q
else
	cat "$E2E_TMP/forky.log" >&2
	row FAIL "emacs of forky" "fetch" 0 "$(tail -n 1 "$E2E_TMP/forky.log")"
fi
