#!/bin/sh
# Runs every fuzz target of the module for a few seconds each: scripts/fuzz.sh [TIME]
# A target that finds something fails, and Go leaves the input in the package's testdata/fuzz.
set -eu
cd "$(dirname "$0")/.."
time=${1:-3s}
least=15 # of targets; fewer means that some were not found
targets=$(mktemp)
trap 'rm -f "$targets"' EXIT

for pkg in $(go list ./...); do
	dir=$(go list -f '{{.Dir}}' "$pkg")
	grep -lq '^func Fuzz' "$dir"/*_test.go 2>/dev/null || continue
	sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(f \*testing\.F).*/\1/p' "$dir"/*_test.go | while read -r name; do
		echo "$pkg $name"
	done
done >"$targets"

count=$(wc -l <"$targets")
if [ "$count" -lt "$least" ]; then
	echo "fuzz: found only $count targets, expected at least $least" >&2
	exit 1
fi
while read -r pkg name; do
	# What a target finds stays in testdata/fuzz and fails again. A failure that does not come again is Go's own: its fuzzer may mistake
	# its deadline for a finding (golang/go#75804).
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -parallel 2 "$pkg" >/dev/null 2>&1 ||
		go test -run "^$name\$" -fuzz "^$name\$" -fuzztime "$time" -parallel 2 "$pkg" || {
		echo "fuzz: FAIL $pkg $name" >&2
		exit 1
	}
	echo "fuzz: ok $pkg $name"
done <"$targets"
echo "fuzz: $count targets, $time each"
