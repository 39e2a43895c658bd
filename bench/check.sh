#!/bin/bash
# How many lines of Python a second `pavise check` reads: check.sh PAVISE [FOLDER]. Without a folder, the standard library
# of the Python that is there, without site-packages. Five runs; a run is the whole process.
set -euo pipefail

pavise=$(realpath "${1:?usage: check.sh PAVISE [FOLDER]}")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if [ $# -gt 1 ]; then
	folder=$(realpath "$2")
else
	library=$(python3 -c 'import sysconfig; print(sysconfig.get_paths()["stdlib"])')
	mkdir "$tmp/library"
	tar -C "$library" --exclude=site-packages --exclude=__pycache__ -cf - . | tar -C "$tmp/library" -xf -
	folder=$tmp/library
fi

cd "$folder"
for run in 1 2 3 4 5; do
	began=$(date +%s%N)
	"$pavise" check --format json . >"$tmp/report" 2>"$tmp/errors" || [ $? = 1 ] || { cat "$tmp/errors" >&2; exit 2; }
	took=$((($(date +%s%N) - began) / 1000000))
	sed -n 's/.*"summary":{"files":\([0-9]*\),.*"lines":\([0-9]*\),"findings":\([0-9]*\).*/\1 \2 \3/p' "$tmp/report" |
		while read -r files lines findings; do
			echo "run $run: $lines lines in $files files, $findings findings: $took ms, $((lines * 1000 / took)) lines/s on $(nproc) cores"
		done
done
