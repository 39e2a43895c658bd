#!/bin/bash
# Runs the tests that are written for findings, with the frameworks themselves, before and after each repair.
# The Python environment is made once, beside the editors that make e2e fetches.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
sum=$(sha256sum "$here/requirements.txt" | cut -c1-12)
venv=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/pavise-e2e/poc-$sum

if [ ! -e "$venv/ready" ]; then
	rm -rf "$venv"
	python3 -m venv "$venv"
	"$venv/bin/pip" --quiet install --requirement "$here/requirements.txt"
	touch "$venv/ready"
fi
cd "$here/../.."
PAVISE_PYTHON=$venv/bin/python ${GO:-go} test -count=1 -timeout 30m -v -run TestTestsRun ./quickfix/poc
