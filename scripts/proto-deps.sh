#!/bin/sh
# Copies the .proto files of the modules that go.mod pins into .proto-deps (git-ignored). Needs: go mod download.
set -eu
out=${1:-.proto-deps}
rm -rf "$out"
mkdir -p "$out"

copy() { # module, folder inside it, trees to take
	src="$(go list -m -f '{{.Dir}}' "$1")/$2"
	shift 2
	(cd "$src" && find "$@" -name '*.proto') | while read -r f; do
		mkdir -p "$out/$(dirname "$f")"
		cp "$src/$f" "$out/$f"
		chmod u+w "$out/$f"
	done
}

copy github.com/cosmos/cosmos-sdk proto cosmos amino tendermint
copy github.com/cosmos/cosmos-proto proto cosmos_proto
copy github.com/cosmos/gogoproto . gogoproto
copy github.com/grpc-ecosystem/grpc-gateway third_party/googleapis google/api
rm -f "$out/google/api/httpbody.proto"
