#!/bin/sh
# Generates Go, gateway and OpenAPI from proto/. Needs Go, and buf on PATH or in node_modules (npm ci).
set -eu
export GOBIN="$PWD/.bin" PATH="$PWD/.bin:$PWD/node_modules/.bin:$PATH"
go install github.com/cosmos/gogoproto/protoc-gen-gocosmos@v1.7.2
go install github.com/grpc-ecosystem/grpc-gateway/protoc-gen-grpc-gateway@v1.16.0
go install github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2@v2.28.0
go mod download
sh scripts/proto-deps.sh
buf format --diff --exit-code proto
buf lint
rm -rf .gen
buf generate
buf generate --template buf.gen.openapi.yaml
cp -r .gen/github.com/imochain/imod/. .
rm -rf .gen
