#!/bin/bash
# Drives Vim with ALE; editors/e2e.sh starts it and says what the variables are. Vim wants a terminal: script gives it one.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

ale=/usr/share/vim-ale
name="vim ale"

row() { printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$name" "$2" "$3" "$4" >>"$E2E_TABLE"; }

if ! need vim.nox vim-nox || { [ ! -d "$ale" ] && ! debian vim-ale >"$E2E_TMP/apt.log" 2>&1; }; then
	row FAIL "install" 0 "vim-nox or vim-ale is not there and could not be installed"
	exit 0
fi
began=$(now)
code=0
cp -r "$E2E_BAKERY" "$E2E_TMP/bakery"
# ALE 3.3 takes columns in UTF-16 for bytes.
sed -i 's/🎂\|🍰/o/g; s/ö/o/g; s/ß/s/g' "$E2E_TMP/bakery/src/app.py" "$E2E_TMP"/bakery/want/*.py
block "$here/../README.md" ale >"$E2E_TMP/init.vim"
server "$E2E_TMP"
mkdir -p "$E2E_TMP/home"
: >"$E2E_TMP/report"
HOME=$E2E_TMP/home PATH=$E2E_TMP/bin:$PATH LC_ALL=C.UTF-8 TERM=xterm E2E_ALE=$ale E2E_FILE=$E2E_TMP/bakery/src/app.py \
	E2E_WANT=$E2E_TMP/bakery/want E2E_REPORT=$E2E_TMP/report E2E_INIT=$E2E_TMP/init.vim \
	timeout -k 5 120 script -qec "vim.nox -Nu NONE -S '$here/story.vim'" /dev/null >"$E2E_TMP/out" 2>&1 || code=$?
sed "s/^\(ok\|FAIL\)\t/\1\t$name\t/" "$E2E_TMP/report" >>"$E2E_TABLE"
if [ "$code" != 0 ]; then
	grep -q '^FAIL' "$E2E_TMP/report" || row FAIL "Vim ended with $code" $(($(now) - began)) ""
	cat "$E2E_TMP/report.detail" "$E2E_TMP/server.log" >&2 || true
fi
if ! gone "$E2E_TMP"; then
	row FAIL "no server is left" 0 "one had to be killed"
elif ! quiet "$E2E_TMP"; then
	row FAIL "the server's log is free of errors" 0 ""
elif [ "$code" = 0 ]; then
	row ok "no server is left" $(($(now) - began)) "the whole story"
fi
