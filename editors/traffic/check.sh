#!/bin/bash
# Checks what the server sent to the editors; e2e.sh starts it behind all of them and says what the variables are.
# E2E_TRAFFIC has what `pavise serve --trace` recorded, a file for each server, named by the editor.
#
# Two readers that nobody here wrote: TypeScript's compiler with the types of the protocol's authors, from npm, which also
# objects to members that are not theirs, and lsprotocol, from PyPI, made of the protocol's meta model. pytest-lsp, from PyPI, is
# one more client; it objects where an answer does not fit what the editor said of itself. By it the server is also started as it
# should not be: twice, after it was killed, without a project, among 10,000 files, on a slow disk.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

row() { printf '%s\ttraffic\t%s\t%s\t%s\n' "$@" >>"$E2E_TABLE"; }

# result WHAT BEGAN CODE LOG: a row, and the log if it failed.
result() {
	local what=$1 took=$(($(now) - $2)) said
	said=$(grep -v '^\s*$' "$4" | tail -n 1)
	if [ "$3" = 0 ]; then
		row ok "$what" "$took" "$said"
	else
		row FAIL "$what" "$took" "$said"
		head -n 60 "$4" >&2
	fi
}

# python: prints a Python with what requirements.txt pins. It survives, under the digest of that.
python() {
	local to
	to=$E2E_CACHE/traffic-python-$(sha256sum "$here/requirements.txt" | cut -c 1-16)
	if ! "$to/bin/python" -c 'import lsprotocol, pytest_lsp' 2>/dev/null; then
		rm -rf "$to"
		python3 -m venv "$to" >&2
		timeout -k 10 240 "$to/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
	fi
	echo "$to/bin/python"
}

# compiler: prints the folder with what package-lock.json pins.
compiler() {
	local to
	to=$E2E_CACHE/traffic-npm-$(sha256sum "$here/package-lock.json" | cut -c 1-16)
	if [ ! -d "$to/node_modules/typescript" ]; then
		rm -rf "$to"
		mkdir -p "$to"
		cp "$here/package.json" "$here/package-lock.json" "$to"
		(cd "$to" && timeout -k 10 240 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
	fi
	echo "$to"
}

mkdir -p "$E2E_CACHE"

# client PYTHON FILE ARGUMENT...: runs the tests of a file.
client() {
	local program=$1 file=$2
	shift 2
	PYTHONDONTWRITEBYTECODE=1 PAVISE=$E2E_PAVISE BAKERY=$E2E_BAKERY TRACE=$E2E_TRAFFIC/pytest-lsp.jsonl \
		timeout -k 10 300 "$program" -m pytest -q -p no:cacheprovider -o asyncio_default_fixture_loop_scope=function \
		--basetemp "$E2E_TMP/pytest" --rootdir "$E2E_TMP" "$here/$file" "$@"
}

# outcomes PYTHON REPORT: a row for each test of pytest's report in XML.
outcomes() {
	"$1" - "$2" <<'END' >>"$E2E_TABLE"
import sys
import xml.etree.ElementTree as ET

for case in ET.parse(sys.argv[1]).iter("testcase"):
    what = case.get("name").removeprefix("test_").replace("_", " ")
    bad = next((c for c in case if c.tag in ("failure", "error", "skipped")), None)
    state = "ok" if bad is None else "skip" if bad.tag == "skipped" else "FAIL"
    said = [line for line in (case.findtext("system-out") or "").splitlines() if line and not line.startswith("---")]
    remark = bad.get("message") if bad is not None else said[-1] if said else ""
    print(state, "traffic", what, round(float(case.get("time")) * 1000), " ".join(remark.split()), sep="\t")
END
}

began=$(now)
if ! command -v python3 >/dev/null || ! reader=$(python 2>"$E2E_TMP/pip.log"); then
	row FAIL "fetch lsprotocol and pytest-lsp" $(($(now) - began)) "there is no Python 3, or they could not be installed"
	cat "$E2E_TMP/pip.log" >&2 || true
else
	code=0
	client "$reader" test_client.py -W error::pytest_lsp.LspSpecificationWarning >"$E2E_TMP/client" 2>&1 || code=$?
	result "pytest-lsp sees findings and fixes, as three editors" "$began" "$code" "$E2E_TMP/client"
	need strace strace || true # without it, the slow disk is skipped
	began=$(now) code=0
	client "$reader" test_surroundings.py -o junit_logging=system-out --junitxml="$E2E_TMP/report.xml" >"$E2E_TMP/surroundings" 2>&1 || code=$?
	if [ "$code" -gt 1 ] || ! outcomes "$reader" "$E2E_TMP/report.xml"; then
		result "the tests of surroundings" "$began" 1 "$E2E_TMP/surroundings"
	elif [ "$code" = 1 ]; then
		head -n 120 "$E2E_TMP/surroundings" >&2
	fi
fi

shopt -s nullglob
traces=("$E2E_TRAFFIC"/*.jsonl)
if [ ${#traces[@]} = 0 ]; then
	row FAIL "what the server sent" 0 "nothing was recorded"
	exit 0
fi
echo "recorded: $(printf '%s\n' "${traces[@]##*/}" | sed 's/-[0-9]*\.jsonl$//; s/\.jsonl$//' | sort | uniq -c | awk '{printf "%s%s %d", sep, $2, $1; sep = ", "}') servers" >&2

if [ -n "${reader:-}" ]; then
	began=$(now) code=0
	"$reader" "$here/read.py" "${traces[@]}" >"$E2E_TMP/read" 2>&1 || code=$?
	result "what the server sent, read by lsprotocol" "$began" "$code" "$E2E_TMP/read"
fi

began=$(now) code=0
if ! command -v npm >/dev/null || ! types=$(compiler 2>"$E2E_TMP/npm.log"); then
	row FAIL "fetch the types of the protocol" $(($(now) - began)) "there is no npm, or they could not be fetched"
	cat "$E2E_TMP/npm.log" >&2 || true
	exit 0
fi
to=$E2E_TMP/types
mkdir -p "$to"
cp "$here/tsconfig.json" "$to"
ln -sfn "$types/node_modules" "$to/node_modules"
{ node "$here/literals.mjs" "$to/messages" "${traces[@]}" && (cd "$to" && node node_modules/typescript/bin/tsc -p .) &&
	node -e 'console.log(require("fs").readFileSync(process.argv[1], "utf8").split("\n").filter((l) => l.startsWith("export")).length + " different messages")' "$to/messages.ts"; } \
	>"$E2E_TMP/types.log" 2>&1 || code=$?
result "what the server sent, against the types of the protocol" "$began" "$code" "$E2E_TMP/types.log"
