# imod. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Builds and tests use Go's plain settings, and so share one cache with `go test` by hand; only the release trims paths.
# The EVM's signatures need C; gcc is checked by scripts/need.sh.
export CGO_ENABLED := 1

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
VERSION_PACKAGE := github.com/cosmos/cosmos-sdk/version
VERSION_FLAGS := -X $(VERSION_PACKAGE).Name=imod -X $(VERSION_PACKAGE).AppName=imod \
	-X $(VERSION_PACKAGE).Version=$(VERSION) -X $(VERSION_PACKAGE).Commit=$(COMMIT)

# -p 2: linking one test that contains the application takes 2.5 GB. -tags=test: two applications in one process.
TEST := go test -p 2 -tags=test -ldflags=-w
# Long properties spend a sixth of their time collecting what fits in memory three times over.
ROOMY := GOGC=300 $(TEST)
# The packages whose tests contain the application, and those that start processes.
APP_PACKAGES := ./app/... ./cmd/... ./tests/integration/...
NOT_UNIT := ^github.com/imochain/imod/(app|cmd|tests|internal/lint)(/|$$)

.PHONY: help
## help: list the targets
help:
	@awk '/^## / { sub(/^## /, ""); i = index($$0, ":"); printf "  %-18s%s\n", substr($$0, 1, i - 1), substr($$0, i + 1) }' $(firstword $(MAKEFILE_LIST))

.PHONY: wasm
## wasm: build the model runtime for browsers into web/dist, from where imod embeds it
wasm: web/dist/runner.wasm.gz

# wasm_exec.js belongs to the Go release that built the runner, so both are made together.
web/dist/runner.wasm.gz: go.mod $(shell find inference web/runner -name '*.go' -not -name '*_test.go')
	@scripts/need.sh go gzip
	@mkdir -p build
	GOOS=js GOARCH=wasm CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -buildid=" -o build/runner.wasm ./web/runner
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" web/dist/wasm_exec.js
	gzip -9 -n -c build/runner.wasm >$@

.PHONY: build install release
## build: build build/imod
build: wasm
	@scripts/need.sh go gcc
	go build -ldflags="-s -w $(VERSION_FLAGS)" -o build/imod ./cmd/imod

## install: install imod into Go's bin folder
install: wasm
	@scripts/need.sh go gcc
	go install -ldflags="-s -w $(VERSION_FLAGS)" ./cmd/imod

## release: build archives with checksums into build/release
release: wasm
	@scripts/need.sh go gcc git
	scripts/release.sh "$(VERSION)" "$(VERSION_FLAGS)"

.PHONY: relayer
## relayer: build build/rly, the IBC relayer of `testnet start --ibc` (minutes on first use)
relayer: build/rly

build/rly: $(wildcard tools/rly/*)
	@scripts/need.sh go gcc
	go -C tools/rly build -ldflags="-s -w" -o ../../build/rly .

# Another implementation of IBC, for test-ibc.
build/simd: $(wildcard tools/simd/*)
	@scripts/need.sh go gcc
	go -C tools/simd build -ldflags="-s -w" -o ../../build/simd .

.PHONY: demo demo-stop tour testnet
## demo: start a local network and do the whole job on it, told as a story; it stays up
demo:
	@demo/tell.sh 8 build/told $(MAKE) -s --no-print-directory build
	build/imod demo --told "$$(cat build/told)"

## tour: demo, and write docs/tour.md with the commands behind its figures
tour: build
	build/imod demo --tour docs/tour.md

## demo-stop: stop the network that demo or testnet started
demo-stop:
	@if [ -x build/imod ]; then build/imod testnet stop; else echo "nothing was built, so nothing runs"; fi

## testnet: start the local network of config.yml
testnet: build
	build/imod testnet start

.PHONY: format lint lint-full abi-check
## format: format Go files
format: .bin/golangci-lint
	.bin/golangci-lint fmt

## lint: vet, the repository's own rules, what contracts may reach, ABI files
lint: abi-check
	@scripts/need.sh go gcc
	go vet -tags=test ./...
	go test -count=1 ./internal/lint/...
	go -C tools/reach vet .
	go -C tools/reach test ./...
	go -C tools/reach build -o ../../.bin/reach .
	.bin/reach

## lint-full: lint, and golangci-lint, which is built on first use (minutes)
lint-full: lint .bin/golangci-lint
	.bin/golangci-lint run

.bin/golangci-lint: tools/golangci/go.mod
	go -C tools/golangci build -mod=mod -o ../../.bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

abi-check: contracts/node_modules/.package-lock.json
	node contracts/abi.mjs --check

contracts/node_modules/.package-lock.json: contracts/package-lock.json
	@scripts/need.sh node npm
	npm --prefix contracts ci --no-audit --no-fund
	@touch $@

.PHONY: proto abi
## proto: generate Go, REST gateway and OpenAPI from proto/
proto:
	@scripts/need.sh go node npm
	[ -d node_modules ] || npm ci --no-audit --no-fund
	sh scripts/proto-gen.sh

## abi: write the ABI files of the contracts from contracts/src/interfaces
abi: contracts/node_modules/.package-lock.json
	node contracts/abi.mjs

.PHONY: test test-unit test-integration test-sim test-arm64 test-e2e test-ibc test-web screenshots test-race bench bench-executors bench-content bench-inference test-revenue-long test-revenue-holders bench-oracle test-s390x test-wasm test-inference-long
## test: everything that a change must pass
test: lint test-unit test-integration test-sim
	$(MAKE) --no-print-directory -j 2 test-bits test-e2e

# The live network mostly waits for its blocks; emulated machines fill that time.
.PHONY: test-bits
test-bits:
	$(MAKE) --no-print-directory test-arm64 test-s390x test-wasm

## test-unit: tests of single packages, fuzz corpora included
test-unit:
	$(ROOMY) -shuffle=on $$(go list ./... | grep -Ev '$(NOT_UNIT)')

## test-integration: tests that contain the whole application
test-integration:
	$(ROOMY) -timeout 20m $(APP_PACKAGES)

## test-sim: random operations of all modules on the whole application, every invariant after every block
test-sim:
	$(ROOMY) -timeout 20m ./tests/simulation/...

## test-e2e: a real network of the built binary: the demo, killed nodes and sidecars, an Ethereum client
test-e2e: build contracts/node_modules/.package-lock.json
	$(TEST) -count=1 -timeout 20m ./tests/e2e/...

.PHONY: soak soak-copies bench-latency
## soak: 10,000 requests on four live validators while a validator and a sidecar at a time are killed (ARGS="-seed N")
soak: build
	$(TEST) -count=1 -timeout 120m -v -run '^TestFaults$$' ./tests/soak -model $(or $(MODEL),tiny) $(ARGS)

## soak-copies: 1,000 requests after the creator's host and three of four copies of the model are gone (ARGS="-requests 20")
soak-copies: build
	$(TEST) -count=1 -timeout 30m -v -run '^TestCopiesGone$$' ./tests/soak -model $(or $(MODEL),picture) -requests 1000 $(ARGS)

## bench-latency: seconds from a request to its result on four live validators (MODEL=picture RATES=1,10,40)
bench-latency: RATES ?= 1,10,40
bench-latency: build
	$(TEST) -count=1 -timeout 60m -v -run '^TestLatency$$' ./tests/soak -model $(or $(MODEL),picture) -rates $(RATES) $(ARGS)

.PHONY: journeys
## journeys: run the guides of docs/guides as they stand on a network of its own, and find the mark in every served picture
journeys: build
	@scripts/need.sh jq curl exiftool
	go run ./tests/journeys

## bench: transactions per second, a model token's transfer beside an ordinary one's, and what a deposit, a transfer and a claim cost at 10 and 1,000 holders
bench:
	go test -tags=test -ldflags=-w -timeout 60m -run '^$$' -bench 'Throughput|TransferRatio' -benchtime $(or $(BLOCKS),9)x ./tests/integration
	go test -ldflags=-w -run '^$$' -bench 'Deposit|Transfer|Claim' ./x/revshare/keeper

## bench-executors: the parallel executor beside the sequential one on blocks of 1,000 transactions of one token (BLOCKS=9 each, on an idle machine)
bench-executors:
	go test -tags=test -ldflags=-w -timeout 60m -run '^$$' -bench OneToken -benchtime $(or $(BLOCKS),9)x ./tests/integration

## bench-content: gas and store operations in a collection of 100,000 tokens, which must be those in one of ten; 100,000 random sales
bench-content:
	go test -count=1 -v -ldflags=-w -timeout 60m -run '^TestCostIndependentOfTokens$$' ./x/aigc/keeper -tokens=100000
	go test -count=1 -v -ldflags=-w -timeout 60m -run '^TestSplitRandom$$' ./x/aigc/settlement -rapid.checks=100
	go test -count=1 -v -ldflags=-w -timeout 60m -run '^TestSalesAddUp$$' ./x/aigc/keeper -rapid.checks=1000 -sales=100

## bench-oracle: what each handler of a validator takes at 4, 50 and 100 validators with 150 requests, 100,000 expiries, a million finished requests (15 minutes)
bench-oracle:
	go test -tags=test -ldflags=-w -run '^$$' -bench OracleHandlers -benchtime 10x ./tests/integration
	go test -ldflags=-w -run '^$$' -bench 'Attest|Due' -benchtime 10x ./x/oracle/keeper
	IMOD_FINISHED=1000000 go test -ldflags=-w -count=1 -timeout 60m -run TestStateStaysBounded -v ./x/oracle/keeper

## bench-inference: the runtime beside onnxruntime, in one run; a report in build/bench-inference.md
bench-inference: bench/inference/node_modules/.package-lock.json
	@mkdir -p build
	go run ./bench/inference | tee build/bench-inference.md

bench/inference/node_modules/.package-lock.json: bench/inference/package-lock.json
	@scripts/need.sh node npm
	npm --prefix bench/inference ci --ignore-scripts --no-audit --no-fund
	@touch $@

## test-web: the pages in Debian's Chromium on a live network, both wallets included
test-web: build tests/web/node_modules/.package-lock.json
	@scripts/need.sh chromium node
	$(TEST) -count=1 -timeout 15m ./tests/web/...

## test-ibc: purchases from other chains on live networks: an imod, ibc-go's test application, and a hostile one (minutes; ARGS="-run …")
test-ibc: build build/rly build/simd
	$(TEST) -count=1 -timeout 30m -v ./tests/ibc $(ARGS)

## screenshots: test-web, and write docs/screenshots
screenshots: build tests/web/node_modules/.package-lock.json
	@scripts/need.sh chromium node
	$(TEST) -count=1 -timeout 15m ./tests/web/... -screenshots

tests/web/node_modules/.package-lock.json: tests/web/package-lock.json
	@scripts/need.sh node npm
	npm --prefix tests/web ci --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: test-wallets
## test-wallets: every message signed by CosmJS (direct, amino) and by ethers (typed data), on the whole application
test-wallets: tests/wallets/node_modules/.package-lock.json
	@scripts/need.sh node
	$(TEST) -count=1 -v -timeout 10m -run '^TestWalletLibraries$$' ./tests/integration -libraries

tests/wallets/node_modules/.package-lock.json: tests/wallets/package-lock.json
	@scripts/need.sh node npm
	npm --prefix tests/wallets ci --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: test-ibc-long
## test-ibc-long: 1,000 purchases in flight when a sale closes
test-ibc-long:
	$(TEST) -count=1 -v -timeout 30m -run '^TestIBCCrowd$$' ./tests/integration -crowd 1000

.PHONY: test-books-long test-pool-long bench-offerings
## test-books-long: 100,000 random books of each kind and 200 of 10,000 bids against the rule computed with fractions
test-books-long:
	BOOKS=100000 go test -count=1 -ldflags=-w -timeout 120m -run 'Books$$' ./x/imo/book

## test-pool-long: more than 100,000 random swaps, additions and removals of liquidity: the product never falls
test-pool-long:
	POOLS=50 go test -count=1 -v -ldflags=-w -timeout 60m -run '^TestPoolNeverLoses$$' ./x/imo/pool

## bench-offerings: clear a book of a million bids: blocks, time of the longest, which may take a quarter of a second, memory
bench-offerings:
	BIDS=$${BIDS:-1000000} go test -count=1 -ldflags=-w -timeout 120m -run '^TestClearingFigures$$' -v ./x/imo/keeper

## test-revenue-long: one million random steps of the revenue share against the naive ledger
test-revenue-long:
	go test -count=1 -ldflags=-w -timeout 60m -run '^TestProperties$$' ./x/revshare/keeper -rapid.checks=16700

## test-revenue-holders: gas and store operations with a million holders of one token, which must be those with ten
test-revenue-holders:
	GOGC=300 go test -count=1 -v -ldflags=-w -timeout 60m -run '^TestCostIndependentOfHolders$$' ./x/revshare/keeper -holders=1000000

.PHONY: test-disputes-live
## test-disputes-live: a cheating executor and a false challenger on four live validators, every program killed in mid-game
test-disputes-live: build
	IMOD_DISPUTES=1 $(TEST) -count=1 -timeout 30m -v -run '^TestDisputes$$' ./tests/e2e

.PHONY: test-disputes-long
## test-disputes-long: games about every operator, every pipeline and every model with corruptions at many places (N=10); prints moves, bytes and the last move's time
test-disputes-long:
	go test -count=1 -v -ldflags=-w -timeout 120m -run 'HonestWins' ./x/oracle/node/player -thorough $(or $(N),10)

## test-arm64: digests of runtime, models and served pictures and 1,000 random runs on an emulated arm64
test-arm64:
	@scripts/need.sh qemu-aarch64-static
	GOARCH=arm64 scripts/test-bits.sh qemu-aarch64-static ./inference ./models ./x/aigc/content

## test-s390x: the runtime's on an emulated s390x, which is big-endian; the models' are in test-inference-long
test-s390x:
	@scripts/need.sh qemu-s390x-static
	GOARCH=s390x scripts/test-bits.sh qemu-s390x-static ./inference

## test-wasm: digests of the runtime and 1,000 random runs as WebAssembly in Node
test-wasm:
	@scripts/need.sh node
	GOOS=js GOARCH=wasm scripts/test-bits.sh "$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" ./inference

## test-inference-long: 100,000 random runs here and on every emulated architecture, all arguments of all functions, models everywhere
test-inference-long:
	@scripts/need.sh qemu-aarch64-static qemu-s390x-static node
	go test -count=1 -timeout 3h -run '^(TestRandomRuns|TestExhaustive)$$' ./inference -runs 100000 -exhaustive
	GOARCH=s390x scripts/test-bits.sh qemu-s390x-static ./inference ./models
	GOOS=js GOARCH=wasm scripts/test-bits.sh "$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" ./inference ./models
	GOARCH=arm64 CGO_ENABLED=0 go test -count=1 -timeout 3h -exec qemu-aarch64-static -run '^TestRandomRuns$$' ./inference -runs 100000
	GOARCH=s390x CGO_ENABLED=0 go test -count=1 -timeout 3h -exec qemu-s390x-static -run '^TestRandomRuns$$' ./inference -runs 100000
	GOOS=js GOARCH=wasm CGO_ENABLED=0 go test -count=1 -timeout 3h -exec "$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" -run '^TestRandomRuns$$' ./inference -runs 100000

## test-race: race detector over runtime, sidecar and local network (compiles the SDK anew)
test-race:
	go test -race -p 2 ./inference/... ./sidecar/... ./localnet/...
