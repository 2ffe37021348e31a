#!/usr/bin/env bash
# Runs the tests of bits of some packages for another target (GOOS, GOARCH from outside), by an emulator or Node.
# Usage: test-bits.sh RUNNER PACKAGE...; every package's TestDigests must have run, and inference's TestRandomRuns.
set -euo pipefail
runner=$1
shift
mkdir -p build
log="build/bits-${GOARCH}.log"
CGO_ENABLED=0 go test -count=1 -v -exec "$runner" -run '^(TestDigests|TestRandomRuns)$' "$@" | tee "$log"
want=$(($# + 1))
[ "$(grep -cE '^--- PASS: Test(Digests|RandomRuns)' "$log")" = "$want" ] || { echo "a test of bits did not run"; exit 1; }
