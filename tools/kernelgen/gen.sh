#!/bin/sh
# Writes the assembly of inference/kernel anew.
set -eu
cd "$(dirname "$0")"
for isa in avx2 avx512 avx512vnni; do
	out=../../inference/kernel/fast_${isa}_amd64
	go run . -isa $isa -pkg kernel -out $out.s -stubs $out.go
done
go run . -isa neon -out ../../inference/kernel/fast_neon_arm64.s -stubs ../../inference/kernel/fast_neon_arm64.go
go run . -dispatch ../../inference/kernel/fast_tiles_amd64.go
# The benchmark of the order rule: one tile as it is, and the same one fused.
for kind in ordered fused; do
	out=../../bench/inference/${kind}_amd64
	go run . -isa $kind -pkg main -out $out.s -stubs $out.go
done
