#!/bin/bash
# Drives real editors against the real server: e2e.sh PAVISE [NAME...], where PAVISE is the binary.
#
# Each editor has a script editors/NAME/e2e/run.sh that is started with these variables set:
#   E2E_PAVISE   the binary             E2E_BAKERY  the small application that is opened
#   E2E_TMP      a folder of its own    E2E_CACHE   a folder that survives, for editors that were fetched
#   E2E_TRAFFIC  takes what the servers sent and got: a file for each
#   E2E_TABLE    takes a line for each thing that ran or should have: ok, FAIL or skip, editor, what, milliseconds, remark
# What should run and cannot be had is a FAIL that says why; what cannot run on this machine at all is a skip that says why.
# lib.sh has what the scripts share; traffic/check.sh then checks what the servers sent. What is installed is tested in the same way by cmd/internal/dist/e2e. Names of editors
# after the binary choose among them. Everything started is ended by its process id.
set -euo pipefail

pavise=$(realpath "${1:?usage: e2e.sh PAVISE [NAME...]}")
shift
here=$(cd "$(dirname "$0")" && pwd)

tmp=$(mktemp -d "${TMPDIR:-/tmp}/pavise-e2e.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

export E2E_PAVISE=$pavise
export E2E_BAKERY=$here/testdata/bakery
export E2E_CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/pavise-e2e
export E2E_TABLE=$tmp/table E2E_TRAFFIC=$tmp/sent
: >"$E2E_TABLE"
mkdir "$E2E_TRAFFIC"

began=$SECONDS
for script in "$here"/../cmd/internal/dist/e2e/run.sh "$here"/*/e2e/run.sh "$here/traffic/check.sh"; do
	editor=$(basename "$(dirname "$(dirname "$script")")")
	[ "$script" != "$here/traffic/check.sh" ] || editor=traffic
	[ $# = 0 ] || [[ " $* " = *" $editor "* ]] || continue
	mkdir -p "$tmp/$editor"
	lines=$(wc -l <"$E2E_TABLE")
	if ! E2E_TMP=$tmp/$editor timeout -k 10 2400 bash "$script" </dev/null; then
		printf 'FAIL\t%s\tits script ended with an error\t0\t\n' "$editor" >>"$E2E_TABLE"
	elif [ "$(wc -l <"$E2E_TABLE")" = "$lines" ]; then
		printf 'FAIL\t%s\tnothing ran\t0\t\n' "$editor" >>"$E2E_TABLE"
	fi
done

# The table of docs/editors.md, if all ran.
page=$here/../docs/editors.md
if [ $# = 0 ]; then
	awk -f "$here/table.awk" "$E2E_TABLE" >"$tmp/editors"
	awk -v table="$tmp/editors" '
		/^<!-- end of table -->$/ { off = 0; print ""; while ((getline line < table) > 0) print line; print "" }
		!off { print }
		/^<!-- table: / { off = 1 }' "$page" >"$tmp/page"
	if [ -n "${PAVISE_E2E_WRITE:-}" ]; then
		cp "$tmp/page" "$page"
	elif ! diff -u "$page" "$tmp/page" >&2; then
		printf 'FAIL\tall\tdocs/editors.md says what ran\t0\tPAVISE_E2E_WRITE=1 make e2e writes it\n' >>"$E2E_TABLE"
	fi
fi

echo
awk -F '\t' '
	{ row[NR] = $0; if (length($2) > e) e = length($2); if (length($3) > w) w = length($3) }
	END {
		for (i = 1; i <= NR; i++) {
			split(row[i], f, "\t")
			printf "%-4s  %-*s  %-*s  %6d ms  %s\n", f[1], e, f[2], w, f[3], f[4], substr(f[5], 1, 120)
		}
	}' "$E2E_TABLE"
failed=$(grep -c '^FAIL' "$E2E_TABLE" || true)
echo
echo "$(grep -c '^ok' "$E2E_TABLE" || true) passed, $failed failed," \
	"$(grep -c '^skip' "$E2E_TABLE" || true) skipped in $((SECONDS - began)) s"
[ "$failed" = 0 ]
