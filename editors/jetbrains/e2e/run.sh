#!/bin/bash
# A client that talks as LSP4IJ does; editors/e2e.sh starts it and says what the variables are. It is Java, compiled as it is
# started; its libraries come by Maven.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

row() { printf '%s\tlsp4j\t%s\t%s\t%s\n' "$@" >>"$E2E_TABLE"; }

began=$(now)
if ! need javac openjdk-17-jdk-headless || ! need mvn maven; then
	row FAIL "install" $(($(now) - began)) "there is no Java 17 and Maven, and they could not be installed"
	exit 0
fi
libraries=$E2E_CACHE/lsp4j-$(sha256sum "$here/pom.xml" | cut -c 1-12)
if [ ! -d "$libraries" ]; then
	mkdir -p "$E2E_CACHE"
	if ! timeout -k 10 300 mvn --batch-mode --quiet -f "$here/pom.xml" \
		org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$E2E_TMP/libraries" \
		>"$E2E_TMP/mvn.log" 2>&1; then
		cat "$E2E_TMP/mvn.log" >&2
		row FAIL "fetch" $(($(now) - began)) "$(tail -n 1 "$E2E_TMP/mvn.log")"
		exit 0
	fi
	mv -T "$E2E_TMP/libraries" "$libraries" 2>/dev/null || [ -d "$libraries" ] || cp -a "$E2E_TMP/libraries" "$libraries"
fi

cp -r "$E2E_BAKERY" "$E2E_TMP/bakery"
server "$E2E_TMP"
code=0
timeout -k 5 180 java -cp "$libraries/*" "$here/Lsp4ij.java" "$E2E_TMP/bin/pavise" "$root/lsp/lsptest/clients/lsp4ij.json" \
	"$E2E_TMP/bakery" "$E2E_TMP/bakery/want" "$E2E_TMP/report" "$here/../pavise/settings.json" >"$E2E_TMP/out" 2>&1 || code=$?
[ ! -e "$E2E_TMP/report" ] || sed 's/^\(ok\|FAIL\)\t/\1\tlsp4j\t/' "$E2E_TMP/report" >>"$E2E_TABLE"
if [ "$code" != 0 ]; then
	grep -qs '^FAIL' "$E2E_TMP/report" || row FAIL "the client ended with $code" $(($(now) - began)) "$(head -n 1 "$E2E_TMP/out")"
	cat "$E2E_TMP/out" "$E2E_TMP/server.log" >&2
fi
if ! gone "$E2E_TMP" || ! quiet "$E2E_TMP"; then
	row FAIL "no server is left" 0 "or its log has errors"
elif [ "$code" = 0 ]; then
	row ok "no server is left" $(($(now) - began)) "the whole story"
fi
row skip "JetBrains' IDEs themselves" 0 "none can be had here; see editors/jetbrains/README.md"
