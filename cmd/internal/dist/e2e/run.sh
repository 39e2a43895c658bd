#!/bin/bash
# Builds what is published and installs it as people do; editors/e2e.sh starts it and says what the variables are.
#
# The programs for other processors and systems run in qemu and Wine. Everything is installed from the files that were built:
# of the registries only the tools that install are asked for.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
# shellcheck source=editors/lib.sh
. "$root/editors/lib.sh"

dist=$E2E_TMP/dist
version=$(sed -n 's/^const Number = "\(.*\)"$/\1/p' "$root/cmd/internal/version/version.go")

row() { printf '%s\tinstall\t%s\t%s\t%s\n' "$@" >>"$E2E_TABLE"; }

# step WHAT COMMAND...: a line of the table for what a command does. Its output is shown if it fails. Whether it passed is in
# $passed: in a condition, bash would not end the command at its first error.
step() {
	local what=$1 began
	shift
	began=$(now)
	set +e
	(set -euo pipefail; "$@") >"$E2E_TMP/out" 2>&1
	passed=$?
	set -e
	if [ "$passed" = 0 ]; then
		row ok "$what" $(($(now) - began)) "$(tail -n 1 "$E2E_TMP/out")"
	else
		row FAIL "$what" $(($(now) - began)) "$(tail -n 1 "$E2E_TMP/out")"
		echo "--- install: $what ---" >&2
		cat "$E2E_TMP/out" >&2
	fi
}

# finds COMMAND...: it says its version, and finds what is in the bakery.
finds() {
	local code=0
	"$@" version >"$E2E_TMP/version"
	grep -q "^pavise $version" "$E2E_TMP/version" || { cat "$E2E_TMP/version"; echo "it is not $version"; return 1; }
	(cd "$E2E_TMP/project" && "$@" check --no-cache --format json app.py) >"$E2E_TMP/report" || code=$?
	[ "$code" = 1 ] || { echo "check ended with $code, want 1"; return 1; }
	grep -q '"sql-injection"' "$E2E_TMP/report" || { cat "$E2E_TMP/report"; echo "it found no sql-injection"; return 1; }
	tr -d '\r' <"$E2E_TMP/version"
}

build() {
	cd "$root"
	PATH="$PATH:/usr/local/go/bin" go run ./cmd/internal/dist -out "$dist" -targets linux/amd64,linux/arm64,windows/amd64 \
		$(command -v npm >/dev/null && echo -vsix)
	cd "$dist"
	sha256sum --check --quiet SHA256SUMS
	echo "$(wc -l <SHA256SUMS) files"
}

archive() {
	mkdir "$E2E_TMP/unpacked"
	tar xzf "$dist/pavise-$version-linux-$1.tar.gz" -C "$E2E_TMP/unpacked"
	finds "$E2E_TMP/unpacked/pavise-$version-linux-$1/pavise"
}

arm() {
	need qemu-aarch64-static qemu-user-static
	finds qemu-aarch64-static "$dist/bin/linux-arm64/pavise"
}

# Wine 8 lacks the one function that Go takes random numbers from.
windows() {
	local wine=/usr/lib/wine/wine64
	[ -x "$wine" ] || debian wine64
	export WINEPREFIX=$E2E_TMP/wine WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
	"$wine" wineboot --init || true
	cat >"$E2E_TMP/random.c" <<'END'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL ProcessPrng(PBYTE at, SIZE_T n) { return SystemFunction036(at, (ULONG)n); }
END
	"${XDG_CACHE_HOME:-$HOME/.cache}"/pavise-dist/zig-*/bin/python -m ziglang cc -target x86_64-windows-gnu -shared \
		-o "$E2E_TMP/bcryptprimitives.dll" "$E2E_TMP/random.c" -ladvapi32
	cp "$E2E_TMP/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"
	finds "$wine" "$dist/bin/windows-amd64/pavise.exe"
}

wheel() {
	python3 -m venv "$E2E_TMP/venv"
	"$E2E_TMP/venv/bin/pip" install --quiet --no-index --find-links "$dist" pavise-lsp
	finds "$E2E_TMP/venv/bin/pavise"
	finds "$E2E_TMP/venv/bin/python" -m pavise_lsp
	"$E2E_TMP/venv/bin/pip" uninstall --quiet --yes pavise-lsp
	[ ! -e "$E2E_TMP/venv/bin/pavise" ]
}

target() {
	python3 -m pip install --quiet --no-index --find-links "$dist" --target "$E2E_TMP/target" pavise-lsp
	PYTHONPATH=$E2E_TMP/target finds python3 -m pavise_lsp
}

tools() {
	python3 -m venv "$E2E_TMP/tools"
	"$E2E_TMP/tools/bin/pip" install --quiet pipx==1.18.4 uv==0.13.9 pre-commit==4.7.0 twine
	"$E2E_TMP/tools/bin/twine" check --strict "$dist"/*.whl
}

by_pipx() {
	export PIPX_HOME=$E2E_TMP/pipx PIPX_BIN_DIR=$E2E_TMP/pipx/bin
	"$E2E_TMP/tools/bin/pipx" install --quiet "$dist"/*manylinux2014_x86_64*.whl
	finds "$PIPX_BIN_DIR/pavise"
}

by_uvx() {
	export UV_CACHE_DIR=$E2E_TMP/uv
	finds "$E2E_TMP/tools/bin/uvx" --offline --no-index --find-links "$dist" --from pavise-lsp pavise
}

# by_pre_commit: the hook that init writes refuses a commit, and takes it when the code has been fixed.
by_pre_commit() {
	export PRE_COMMIT_HOME=$E2E_TMP/pre-commit PIP_FIND_LINKS=$dist
	export GIT_AUTHOR_NAME=e2e GIT_AUTHOR_EMAIL=e2e@example.org GIT_COMMITTER_NAME=e2e GIT_COMMITTER_EMAIL=e2e@example.org
	local at=$E2E_TMP/committed code=0
	mkdir "$at"
	cd "$at"
	git init --quiet
	"$E2E_PAVISE" init
	"$E2E_TMP/tools/bin/pre-commit" validate-config
	# The other hooks come from repositories that a machine without the internet cannot reach.
	sed -i '/^  - repo: https:/,$d' .pre-commit-config.yaml
	cp "$E2E_BAKERY/src/app.py" app.py
	git add .
	"$E2E_TMP/tools/bin/pre-commit" run pavise --all-files >"$E2E_TMP/hook" 2>&1 || code=$?
	cat "$E2E_TMP/hook"
	[ "$code" = 1 ]
	grep -q 'sql-injection' "$E2E_TMP/hook"
	printf 'def double(x):\n    return 2 * x\n' >app.py
	git add .
	"$E2E_TMP/tools/bin/pre-commit" run pavise --all-files
}

# of_repository: the hook of .pre-commit-hooks.yaml, built by pre-commit from a clone.
of_repository() {
	export PRE_COMMIT_HOME=$E2E_TMP/pre-commit PATH="$PATH:/usr/local/go/bin"
	local code=0
	cd "$E2E_TMP/committed"
	cp "$E2E_BAKERY/src/app.py" app.py
	git add .
	"$E2E_TMP/tools/bin/pre-commit" try-repo "$root" pavise --all-files >"$E2E_TMP/hook" 2>&1 || code=$?
	cat "$E2E_TMP/hook"
	[ "$code" = 1 ]
	grep -q 'sql-injection' "$E2E_TMP/hook"
}

workflows() {
	cd "$root"
	PATH="$PATH:/usr/local/go/bin" go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 \
		.github/workflows/*.yml "$E2E_TMP"/committed/.github/workflows/*.yml
}

by_npm() {
	export npm_config_cache=$E2E_TMP/npm-cache npm_config_update_notifier=false
	mkdir "$E2E_TMP/npm"
	cd "$E2E_TMP/npm"
	npm install --offline --no-audit --no-fund "$dist/npm-pavise-$version.tgz" "$dist/npm-pavise-linux-x64-$version.tgz"
	finds "$E2E_TMP/npm/node_modules/.bin/pavise"
	# An editor that ends the starter by a signal ends the server.
	mkfifo "$E2E_TMP/never"
	exec 4<>"$E2E_TMP/never"
	node_modules/.bin/pavise serve <&4 &
	local starter=$! server=
	for _ in $(seq 200); do
		server=$(ps -o pid= --ppid "$starter" | tr -d ' ') && [ -n "$server" ] && break
		sleep 0.05
	done
	[ -n "$server" ]
	kill "$starter"
	wait "$starter" || true
	for _ in $(seq 200); do
		kill -0 "$server" 2>/dev/null || return 0
		sleep 0.05
	done
	kill -9 "$server"
	echo "the server outlives its starter"
	return 1
}

# extensions: each carries the program of its platform and no other, and the one for any platform none; that of this one runs.
extensions() {
	local name platform want to
	for name in linux-x64 linux-arm64 win32-x64 any; do
		platform=-$name want=bin/pavise
		case $name in any) platform='' want='' ;; win32-x64) want=bin/pavise.exe ;; esac
		to=$E2E_TMP/vsix/$name
		mkdir -p "$to"
		python3 -m zipfile -e "$dist/pavise-vscode$platform-$version.vsix" "$to"
		[ "$(cd "$to/extension" && find bin -name 'pavise*' 2>/dev/null)" = "$want" ] ||
			{ (cd "$to/extension" && find .); echo "the extension for $name carries something else"; return 1; }
		if [ "$name" = any ]; then
			! grep -q 'TargetPlatform' "$to/extension.vsixmanifest"
			continue
		fi
		grep -q "TargetPlatform=\"$name\"" "$to/extension.vsixmanifest"
		case $name in
		linux-x64) cmp "$to/extension/$want" "$dist/bin/linux-amd64/pavise" ;;
		linux-arm64) cmp "$to/extension/$want" "$dist/bin/linux-arm64/pavise" ;;
		win32-x64) cmp "$to/extension/$want" "$dist/bin/windows-amd64/pavise.exe" ;;
		esac
	done
	# As VS Code unpacks it: with the modes of the archive.
	python3 - "$dist/pavise-vscode-linux-x64-$version.vsix" <<'END'
import sys, zipfile
mode = zipfile.ZipFile(sys.argv[1]).getinfo("extension/bin/pavise").external_attr >> 16
sys.exit(0 if mode & 0o111 == 0o111 else f"the program has mode {mode:o}")
END
	chmod +x "$E2E_TMP/vsix/linux-x64/extension/bin/pavise"
	finds "$E2E_TMP/vsix/linux-x64/extension/bin/pavise"
}

# without_program: the message of the starter where its platform's package is missing.
without_program() {
	local code=0
	mkdir "$E2E_TMP/npm-alone"
	cd "$E2E_TMP/npm-alone"
	npm install --offline --no-audit --no-fund --omit=optional "$dist/npm-pavise-$version.tgz"
	node_modules/.bin/pavise version >out 2>&1 || code=$?
	cat out
	[ "$code" = 2 ]
	grep -q '@pavise/linux-x64 is not installed' out
}

mkdir -p "$E2E_TMP/project"
cp "$E2E_BAKERY/src/app.py" "$E2E_TMP/project/app.py"

step "dist for Linux and Windows, checksums" build
[ "$passed" = 0 ] || exit 0
if [ "$(uname -m)" != x86_64 ]; then
	row skip "installing" 0 "only tested on x86_64"
	exit 0
fi
step "the archive, Linux on x86-64" archive amd64
step "the program, Linux on arm64 (qemu)" arm
step "the program, Windows (Wine)" windows
step "pip: the wheel in a fresh environment" wheel
step "pip --target, python -m pavise_lsp" target
step "tools from PyPI; twine takes the wheels" tools
if [ "$passed" = 0 ]; then
	step "pipx" by_pipx
	step "uvx" by_uvx
	step "pre-commit: the hook that init writes" by_pre_commit
	step "pre-commit: the hook of the repository" of_repository
	step "the GitHub workflows, by actionlint" workflows
fi
if command -v node >/dev/null && command -v npm >/dev/null; then
	step "npm: both packages in an empty folder" by_npm
	step "npm: without the program it says so" without_program
	step "the VS Code extensions carry their programs" extensions
else
	row skip "npm" 0 "node and npm are not there"
fi
